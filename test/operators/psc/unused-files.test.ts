import { describe, expect, it } from '@jest/globals';
import { checkPlan } from '../../../operators/psc/check-plan.ts';
import type { Observed } from '../../../operators/psc/observed.ts';
import { removals } from '../../../operators/psc/plan.ts';
import { reconcile } from '../../../operators/psc/reconcile.ts';
import { examplePsc } from '../../support/example-psc.ts';
import { leadWorld } from './lead-world.ts';
import { afterPass, edited, HOLDER, NOW_MS, OPTIONS, plan, runningCluster, withPods } from './observed-cluster.ts';
import { kafka, newHashes } from './plan-parts.ts';

const before = runningCluster(examplePsc('aws'));
const [former] = [...before.objects.values()].filter(({ metadata }) => metadata.name.startsWith('kafka-config-'));
/** Somebody has asked for other files, and they are there; pods run with the former ones. */
const asked = afterPass(edited(before, { kafka: kafka({ config: { 'offset.metadata.max.bytes': '2048' } }) }));
/** Every pod has been made anew. */
const rolled = afterPass(withPods(asked, ({ role }) => newHashes(asked, role === 'controller' ? role : 'broker')));

describe('files of brokers that others have taken the place of', () => {
  it('go when no pod, no template and no spec needs them any longer', () => {
    expect(taken(asked)).toEqual([]);
    expect(taken(rolled)).toContain(former?.metadata.name);
    expect(checkPlan(plan(rolled), rolled, HOLDER)).toEqual([]);
  });

  it('stay where only caches do not know of the pods that need them', async () => {
    // Right after a creation: neither the StatefulSet nor its pods have come.
    const objects = new Map([...asked.objects].filter(([, { kind }]) => kind !== 'StatefulSet'));
    const late: Observed = { ...asked, objects, pods: [], freshness: 'cached' };
    expect(taken(late)).toContain(former?.metadata.name);
    const { ports, writes } = leadWorld(asked);
    const names = { resolved: () => Promise.resolve(new Set<string>()) };
    await reconcile(
      'orders',
      {
        ...ports,
        cluster: { ...ports.cluster, cached: () => late },
        names,
        clock: { nowMs: () => NOW_MS },
        holder: HOLDER,
        isLeader: () => true,
      },
      OPTIONS,
    );
    expect(writes).not.toContain('remove');
  });

  it('are never taken away under a pod or a template, nor on what caches say, whatever the planner thinks', () => {
    if (former === undefined) throw new Error('brokers have no files');
    const judged = (observed: Observed): readonly string[] =>
      checkPlan({ ...plan(observed), writes: removals([former]) }, observed, HOLDER);
    expect(judged(rolled)).toEqual([]);
    expect(judged({ ...rolled, freshness: 'cached' })).toEqual([expect.stringMatching(/caches/)]);
    expect(judged(before)).toEqual(expect.arrayContaining([expect.stringMatching(/pods are made with it/)]));
    expect(judged(asked)).toEqual(expect.arrayContaining([expect.stringMatching(/kafka-0 was made with it/)]));
  });
});

function taken(observed: Observed): readonly string[] {
  return plan(observed).writes.flatMap((write) => (write.kind === 'remove' ? [write.object.metadata.name] : []));
}
