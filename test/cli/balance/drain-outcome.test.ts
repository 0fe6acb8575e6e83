import { describe, expect, it } from '@jest/globals';
import { drainOutcome } from '../../../cli/balance/drain-outcome.ts';
import type { BalanceStatus } from '../../../contracts/gen/psc-types.ts';
import { heldByExcluded } from '../../../operators/balancer/execute/excluded-topics.ts';
import { examplePsc } from '../../support/example-psc.ts';

/** In the balancer's own words. */
function heldAt(...brokers: readonly number[]): BalanceStatus {
  const partitions = brokers.map((id, partition) => ({
    topic: 'audit',
    partition,
    replicas: [id],
    isr: [id],
    leader: id,
    adding: [],
    removing: [],
    disk: 0,
    nwIn: 0,
    nwOut: 0,
    cpu: 0,
  }));
  const states = new Map(brokers.map((id) => [id, 'draining' as const]));
  const wait = heldByExcluded({ partitions }, states, new Set(['audit']));
  if (wait === undefined) throw new Error('nothing is held');
  return { state: 'Blocked', ...wait };
}

describe('brokers that are to be emptied', () => {
  it.each<[string, BalanceStatus | undefined, string, readonly string[]]>([
    ['are under way before the balancer has said anything', undefined, 'under-way', []],
    ['are proven when all of them are', { state: 'Balanced', drained: ['kafka-3', 'kafka-4'] }, 'proven', []],
    ['are under way while one is not', { state: 'Moving', drained: ['kafka-3'] }, 'under-way', []],
    ['are held by excluded topics that stay', heldAt(3, 4), 'held', ['kafka-3', 'kafka-4']],
    ['are held where one of them is', { ...heldAt(4), drained: ['kafka-3'] }, 'held', ['kafka-4']],
    ['are under way while others are still on the move', { ...heldAt(4), state: 'Moving' }, 'under-way', []],
    ['are not held by what stays on others', heldAt(0, 34), 'under-way', []],
    ['are under way when something else holds them up', { ...heldAt(3), reason: 'NoRoom' }, 'under-way', []],
  ])('%s', (_, balance, end, held) => {
    const psc = { ...examplePsc('aws'), status: balance === undefined ? {} : { balance } };
    const outcome = drainOutcome(psc, ['kafka-3', 'kafka-4']);
    expect(outcome.end).toBe(end);
    expect(outcome.end === 'held' ? outcome.pods : []).toEqual(held);
  });
});
