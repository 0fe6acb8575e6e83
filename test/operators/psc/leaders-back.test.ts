import { describe, expect, it } from '@jest/globals';
import type { PartitionView } from '../../../operators/psc/observed.ts';
import { planPsc } from '../../../operators/psc/plan-psc.ts';
import { examplePsc } from '../../support/example-psc.ts';
import { afterPass, edited, OPTIONS, runningCluster, withKafka, withPods } from './observed-cluster.ts';
import { fenced, kafka, newHashes } from './plan-parts.ts';

const rolling = afterPass(
  edited(runningCluster(examplePsc('aws', { brokers: 6 })), { kafka: kafka({ brokers: 6, image: 'c' }) }),
);
/** The batch of kafka-0 and kafka-3 is stored. */
const begun = afterPass(
  afterPass(withPods(rolling, (pod) => (pod.role === 'controller' ? newHashes(rolling, 'controller') : undefined))),
);
/** Both were replaced and are in sync; others lead what they should. */
const replaced = withPods(begun, ({ name }) =>
  name === 'kafka-0' || name === 'kafka-3' ? { uid: `new-${name}`, ...newHashes(rolling, 'broker') } : undefined,
);

function leadElsewhere(preferred: number, count: number, first: number): readonly PartitionView[] {
  return Array.from({ length: count }, (_, index) => ({
    topic: 'orders',
    partition: first + index,
    leader: 1,
    replicas: [preferred, 1, 2],
    isr: [preferred, 1, 2],
    adding: [],
    removing: [],
    minIsr: 2,
  }));
}

/** Preferred leader ▶ number of partitions that the next pass gives back to it. */
function givenBack(partitions: readonly PartitionView[]): Readonly<Record<number, number>> {
  const { writes } = planPsc(
    withKafka(replaced, () => ({ partitions })),
    OPTIONS,
  );
  const counts: Record<number, number> = {};
  for (const write of writes) {
    if (write.kind !== 'elect-preferred') continue;
    for (const { partition } of write.partitions) {
      const [preferred = -1] = partitions.find((each) => each.partition === partition)?.replicas ?? [];
      counts[preferred] = (counts[preferred] ?? 0) + 1;
    }
  }
  return counts;
}

describe('the leaders of a batch that is back', () => {
  it('go back to each of its brokers in portions of their own: the code of each is as cold as that of one alone', () => {
    expect(fenced(planPsc(replaced, OPTIONS)).pods).toEqual([]);
    expect(givenBack([...leadElsewhere(0, 80, 0), ...leadElsewhere(3, 8, 80)])).toEqual({ 0: 10, 3: 6 });
  });

  it('hold the fence until all are back, and are not asked of other brokers', () => {
    const partitions = [...leadElsewhere(0, 3, 0), ...leadElsewhere(4, 5, 3)];
    const next = planPsc(
      withKafka(replaced, () => ({ partitions })),
      OPTIONS,
    );
    expect(givenBack(partitions)).toEqual({ 0: 3 });
    expect(fenced(next).pods).toEqual(['kafka-0', 'kafka-3']);
  });
});
