import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkPlan } from '../../../../operators/psc/check-plan.ts';
import { EVICTION_WISH_MS } from '../../../../operators/psc/classify.ts';
import type { Observed, ObservedPod, ReachableKafka } from '../../../../operators/psc/observed.ts';
import { omit } from '../../../../operators/runtime/omit.ts';
import { examplePsc } from '../../../support/example-psc.ts';
import { afterPass, edited, HOLDER, NOW_MS, plan, runningCluster, withKafka, withPods } from '../observed-cluster.ts';
import { fenced, kafka, reasons } from '../plan-parts.ts';

/** Two brokers and a controller in each of three zones: kafka-0, kafka-3 and controller-0 are in the first. */
const running = runningCluster(examplePsc('aws', { brokers: 6 }));

/** Somebody has asked for their eviction just now. */
function asked(observed: Observed, ...names: readonly string[]): Observed {
  return withPods(observed, ({ name }) => (names.includes(name) ? { evictedAtMs: NOW_MS - 1_000 } : undefined));
}

function partitionsOf({ kafka: { state, ...view } }: Observed): Pick<ReachableKafka, 'partitions'> {
  return state === 'reachable' && 'partitions' in view ? { partitions: view.partitions } : { partitions: [] };
}

/** New pods in their place, which no node takes; Kafka misses them. */
function homeless(observed: Observed, ...names: readonly string[]): Observed {
  const ids = new Set(names.flatMap((name) => (name.startsWith('kafka-') ? [Number(name.slice(6))] : [])));
  const controllers = names.flatMap((name) => (ids.has(Number(name.slice(6))) ? [] : [1000 + Number(name.slice(11))]));
  const unreplicated = withKafka(observed, ({ partitions, brokers, quorum }) => ({
    brokers: new Map(
      [...brokers].map(([id, broker]) => [
        id,
        ids.has(id)
          ? { id, isFenced: true }
          : { ...broker, ...(broker.metrics && { metrics: { ...broker.metrics, underReplicatedPartitions: 1 } }) },
      ]),
    ),
    partitions: partitions.map((each) => {
      const isr = each.isr.filter((id) => !ids.has(id));
      return { ...each, isr, leader: isr[0] ?? -1 };
    }),
    quorum: {
      ...quorum,
      voters: quorum.voters.map((each) => ({ ...each, isCaughtUp: !controllers.includes(each.id) })),
    },
  }));
  return withoutNode(
    withPods(unreplicated, ({ name, inSyncGate }) =>
      names.includes(name)
        ? {
            uid: `new-${name}`,
            ready: 'False',
            containersReady: 'False',
            container: { state: 'none' },
            unschedulableSinceMs: NOW_MS - 20_000,
            ...(inSyncGate === undefined ? {} : { inSyncGate: 'False' }),
          }
        : undefined,
    ),
    names,
  );
}

function withoutNode(observed: Observed, names: readonly string[]): Observed {
  const pods = observed.pods.map((pod): ObservedPod => {
    return names.includes(pod.name) ? omit(pod, 'node', 'evictedAtMs') : pod;
  });
  return { ...observed, pods };
}

describe('pods whose eviction somebody asks for', () => {
  it('are replaced together, as the brokers of one zone, although the spec has not changed', () => {
    const many = afterPass(edited(running, { kafka: kafka({ brokers: 6, maxUnavailable: 10 }) }));
    const next = plan(asked(many, 'kafka-3', 'kafka-0'));
    expect(fenced(next)).toEqual({ role: 'broker', pods: ['kafka-0', 'kafka-3'] });
    expect(next.writes).toMatchObject([{ kind: 'event', reason: 'EvictionUnderWay' }]);
    expect(next.conditions.find(({ type }) => type === 'flotilla.dev/Rolling')?.message).toContain('kafka-0, kafka-3');
  });

  it('go one after the other where the tenant allows no more', () => {
    expect(fenced(plan(asked(running, 'kafka-3', 'kafka-0'))).pods).toEqual(['kafka-0']);
  });

  it('go brokers first, and the controller when they are back', () => {
    expect(fenced(plan(asked(running, 'controller-0', 'kafka-0')))).toEqual({ role: 'broker', pods: ['kafka-0'] });
    expect(fenced(plan(asked(running, 'controller-0')))).toEqual({ role: 'controller', pods: ['controller-0'] });
  });

  it('go zone by zone', () => {
    expect(fenced(plan(asked(running, 'kafka-1', 'kafka-0', 'kafka-4'))).pods).toEqual(['kafka-0']);
  });

  it('go before a roll of all, and outside of maintenance windows', () => {
    const changed = afterPass(
      edited(running, {
        kafka: kafka({ brokers: 6, image: 'b' }),
        maintenanceWindows: [{ days: ['Saturday'], start: '02:00', durationMinutes: 60 }],
      }),
    );
    expect(fenced(plan(changed)).pods).toEqual([]);
    expect(fenced(plan(asked(changed, 'kafka-4'))).pods).toEqual(['kafka-4']);
  });

  it('wait while the cluster is paused, is behind, or its passwords are gone', () => {
    const wished = asked(running, 'kafka-0');
    expect(fenced(plan(edited(wished, { maintenance: { paused: true } }))).pods).toEqual([]);
    const behind = withKafka(wished, ({ partitions }) => ({
      partitions: partitions.map((each) => ({ ...each, isr: each.isr.filter((id) => id !== 2) })),
    }));
    expect(reasons(plan(behind))['flotilla.dev/Rolling']).toBe('UnderReplicatedPartitions');
    expect(fenced(plan({ ...wished, credentials: { state: 'lost', reason: 'kafka-ca is gone' } })).pods).toEqual([]);
  });

  it('are left alone when nobody has asked again for a while, in a batch that nothing has happened to as well', () => {
    const wished = afterPass(asked(running, 'kafka-0'));
    const late = withPods(wished, ({ evictedAtMs }) =>
      evictedAtMs === undefined ? undefined : { evictedAtMs: NOW_MS - EVICTION_WISH_MS },
    );
    expect(fenced(plan(wished)).pods).toEqual(['kafka-0']);
    expect(fenced(plan(late)).pods).toEqual([]);
  });

  it('take the active controller too, whoever else is to be replaced', () => {
    const changed = afterPass(edited(running, { kafka: kafka({ brokers: 6, image: 'b' }) }));
    const wished = asked(changed, 'controller-1');
    expect(fenced(plan(wished)).pods).toEqual(['controller-1']);
    expect(fenced(plan(afterPass(wished))).pods).toEqual(['controller-1']);
  });
});

describe('a drain whose pods no node takes before it ends', () => {
  /** kafka-0 went, and waits for the node that is being emptied. */
  const stuck = homeless(afterPass(asked(running, 'kafka-0')), 'kafka-0');

  it('goes on with the other broker of the zone, which it would otherwise wait for for ever', () => {
    const given = afterPass(asked(stuck, 'kafka-3'));
    expect(given.psc.status?.fence).toBeUndefined();
    const begun = afterPass(given);
    expect(begun.psc.status?.fence?.members?.map(({ name }) => name)).toEqual(['kafka-3']);
    const own = withPods(begun, ({ name }) => (name === 'kafka-3' ? { fenceHolder: HOLDER } : undefined));
    const next = plan(own);
    expect(next.writes.filter(({ kind }) => kind.endsWith('-pod'))).toMatchObject([
      // The one that waits for a node has taken the budget.
      { kind: 'delete-pod', pod: { name: 'kafka-3' } },
    ]);
    expect(checkPlan(next, own, HOLDER)).toEqual([]);
  });

  it('goes on with the controller of the zone when its brokers have gone', () => {
    const given = afterPass(asked(homeless(stuck, 'kafka-0', 'kafka-3'), 'controller-0'));
    expect(fenced(plan(given))).toEqual({ role: 'controller', pods: ['controller-0'] });
  });

  it('keeps every other zone waiting, and the first one is tried first', () => {
    const elsewhere = asked(stuck, 'kafka-1', 'controller-1');
    expect(fenced(plan(elsewhere)).pods).toEqual(['kafka-0']);
    const open = { ...elsewhere, psc: { ...elsewhere.psc, status: omit(elsewhere.psc.status ?? {}, 'fence') } };
    expect(fenced(plan(open)).pods).toEqual([]);
    expect(plan(open).waits.find(({ task }) => task === 'roll')?.message).toBe('kafka-0 finds no node that takes it');
    expect(fenced(plan(asked(open, 'controller-0')))).toEqual({ role: 'controller', pods: ['controller-0'] });
  });

  it('waits for no new broker of another drained zone, which waits for that drain', () => {
    const grown = withKafka(runningCluster(examplePsc('aws', { brokers: 9 })), () => partitionsOf(running));
    const unseen = (observed: Observed): Observed =>
      withKafka(observed, ({ brokers }) => ({ brokers: new Map([...brokers].filter(([id]) => id < 7)) }));
    const seen = asked(homeless(grown, 'kafka-7', 'kafka-8'), 'kafka-1', 'controller-1', 'kafka-2', 'controller-2');
    const both = unseen(seen);
    expect(fenced(plan(both))).toEqual({ role: 'broker', pods: ['kafka-1'] });
    // One that has been there may have gone by our hand.
    expect(fenced(plan(seen)).pods).toEqual([]);
    const gone = unseen(
      asked(homeless(grown, 'kafka-1', 'kafka-7', 'kafka-8'), 'controller-1', 'kafka-2', 'controller-2'),
    );
    expect(fenced(plan(gone))).toEqual({ role: 'controller', pods: ['controller-1'] });
    // As in any other batch, who is to go has first to be in sync.
    const late = withKafka(both, ({ partitions }) => ({
      partitions: partitions.map((each) =>
        each.partition === 0 ? { ...each, isr: each.isr.filter((id) => id !== 1 && id !== 2 && id !== 4) } : each,
      ),
    }));
    expect(fenced(plan(late)).pods).toEqual([]);
    // What holds replicas keeps every other zone waiting.
    const other = unseen(asked(homeless(grown, 'kafka-1', 'kafka-7', 'kafka-8'), 'controller-2'));
    expect(fenced(plan(other)).pods).toEqual([]);
  });

  it('goes no further where partitions would lose what their min ISR asks for', () => {
    const thin = withKafka(stuck, ({ partitions }) => ({
      partitions: partitions.map((each) =>
        each.partition === 1 ? { ...each, replicas: [0, 3, 1], isr: [3, 1] } : each,
      ),
    }));
    const given = afterPass(asked(thin, 'kafka-3'));
    expect(fenced(plan(given)).pods).toEqual([]);
    expect(reasons(plan(given))['flotilla.dev/Rolling']).toBe('UnderReplicatedPartitions');
  });
});

describe('whatever is asked for, and whoever has no node', () => {
  const names = running.pods.map(({ name }) => name);
  const zones = new Map(
    [
      ...Object.entries(running.psc.spec.kafka?.placement ?? {}),
      ...Object.entries(running.psc.spec.kafka?.controllers.placement ?? {}),
    ].flatMap(([zone, { pods }]) => pods.map((pod) => [pod, zone] as const)),
  );

  it('nothing goes while another zone is away, no controller before brokers of its zone, and no batch is of two zones', () => {
    fc.assert(
      fc.property(fc.subarray(names), fc.subarray(names, { maxLength: 3 }), (wished, gone) => {
        const observed = asked(homeless(running, ...gone), ...wished.filter((name) => !gone.includes(name)));
        const { pods, role } = fenced(plan(observed));
        const touched = new Set([...pods, ...gone].map((name) => zones.get(name)));
        if (pods.length === 0) return;
        expect(touched.size).toBe(1);
        expect(pods.every((pod) => wished.includes(pod))).toBe(true);
        if (role === 'controller') {
          const beside = wished.filter((name) => name.startsWith('kafka-') && !gone.includes(name));
          expect(beside.filter((name) => touched.has(zones.get(name)))).toEqual([]);
        }
      }),
    );
  });
});
