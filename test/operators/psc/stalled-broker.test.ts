import { describe, expect, it } from '@jest/globals';
import { checkPlan } from '../../../operators/psc/check-plan.ts';
import type { Observed } from '../../../operators/psc/observed.ts';
import { planPsc } from '../../../operators/psc/plan-psc.ts';
import type { Plan } from '../../../operators/psc/plan.ts';
import { examplePsc } from '../../support/example-psc.ts';
import { afterPass, edited, HOLDER, NOW_MS, OPTIONS, runningCluster, withKafka, withPods } from './observed-cluster.ts';
import { fenced, kafka, reasons } from './plan-parts.ts';

const plan = (observed: Observed): Plan => planPsc(observed, OPTIONS);

/** kafka-1 copies nothing any more, and leads nothing: the balancer has seen to that, and says so. */
function stalling(running: Observed): Observed {
  const behind = withKafka(running, ({ partitions }) => ({
    partitions: partitions.map((each) => {
      const isr = each.isr.filter((id) => id !== 1);
      return { ...each, isr, leader: each.leader === 1 ? (isr[0] ?? -1) : each.leader };
    }),
  }));
  const unready = withPods(behind, ({ name }) =>
    name === 'kafka-1' ? { ready: 'False', inSyncGate: 'False' } : undefined,
  );
  const since = new Date(NOW_MS - 1_000).toISOString();
  const balance = { stalledBrokers: [{ pod: 'kafka-1', since, last: since }] };
  return { ...unready, psc: { ...unready.psc, status: { ...unready.psc.status, balance } } };
}

describe('a broker whose storage stalls', () => {
  const stalled = stalling(runningCluster(examplePsc('aws')));

  it('is restarted, by the steps of a roll, although it is behind', () => {
    expect(fenced(plan(stalled))).toEqual({ role: 'broker', pods: ['kafka-1'] });
    const withFence = afterPass(stalled);
    const marked = plan(withFence);
    expect(marked.writes).toMatchObject([{ kind: 'touch-pod', pod: { name: 'kafka-1' } }]);
    const own = withPods(withFence, ({ name }) => (name === 'kafka-1' ? { fenceHolder: HOLDER } : undefined));
    const next = plan(own);
    // It is not ready, and so holds the disruption budget itself.
    expect(next.writes).toMatchObject([{ kind: 'delete-pod', pod: { name: 'kafka-1' } }]);
    expect(checkPlan(next, own, HOLDER)).toEqual([]);
  });

  it('goes before a roll of all, which its restart is not held up by', () => {
    const changed = afterPass(edited(stalled, { kafka: kafka({ image: 'b' }) }));
    expect(fenced(plan(changed))).toEqual({ role: 'broker', pods: ['kafka-1'] });
  });

  it('ends the batch that it belongs to, which would wait for it for ever', () => {
    const member = { name: 'kafka-1', uid: 'the one before' };
    const fence = {
      role: 'broker' as const,
      zone: 'us-west-2b',
      members: [member],
      since: '2026-01-01T00:00:00Z',
      holder: HOLDER,
    };
    const settling: Observed = { ...stalled, psc: { ...stalled.psc, status: { ...stalled.psc.status, fence } } };
    expect(plan(settling).status.fence).toBeUndefined();
  });

  it('is not held up by another that was said to stall, is well again by itself and has not been restarted', () => {
    const { psc } = stalled;
    const { stalledBrokers = [] } = psc.status?.balance ?? {};
    const others = stalledBrokers.map((each) => ({ ...each, pod: 'kafka-0' }));
    const balance = { stalledBrokers: [...others, ...stalledBrokers] };
    const both: Observed = { ...stalled, psc: { ...psc, status: { ...psc.status, balance } } };
    expect(fenced(plan(both))).toEqual({ role: 'broker', pods: ['kafka-1'] });
  });

  it('is not restarted again for what was seen before its pod came', () => {
    const anew = withPods(stalled, ({ name }) => (name === 'kafka-1' ? { createdAtMs: NOW_MS } : undefined));
    expect(plan(anew).status.fence).toBeUndefined();
  });

  it.each<[string, Observed, string]>([
    [
      'another broker is behind',
      withKafka(stalled, ({ partitions }) => ({
        partitions: partitions.map((each, index) => (index === 0 ? { ...each, isr: each.isr.slice(0, 1) } : each)),
      })),
      'UnderReplicatedPartitions',
    ],
    [
      'it holds the last replica in sync',
      withKafka(stalled, ({ partitions }) => ({
        partitions: partitions.map((each) => (each.replicas.includes(1) ? { ...each, isr: [1] } : each)),
      })),
      'UnderReplicatedPartitions',
    ],
    [
      'a node does not report',
      withPods(stalled, ({ name }) => (name === 'kafka-2' ? { ready: 'Unknown' } : undefined)),
      'UnknownState',
    ],
    ['a person has paused the cluster', edited(stalled, { maintenance: { paused: true } }), 'Paused'],
  ])('waits while %s', (_, observed, reason) => {
    const next = plan(observed);
    expect(next.status.fence).toBeUndefined();
    expect(reasons(next)['flotilla.dev/Rolling']).toBe(reason);
  });

  it('is no concern of a controller that has the name', () => {
    const since = new Date(NOW_MS).toISOString();
    const running = runningCluster(examplePsc('aws'));
    const balance = { stalledBrokers: [{ pod: 'controller-1', since, last: since }] };
    const next = plan({ ...running, psc: { ...running.psc, status: { ...running.psc.status, balance } } });
    expect(next.status.fence).toBeUndefined();
  });
});
