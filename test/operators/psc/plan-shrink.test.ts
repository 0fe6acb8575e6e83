import { describe, expect, it } from '@jest/globals';
import { ANNOTATIONS } from '../../../contracts/labels.ts';
import { checkPlan } from '../../../operators/psc/check-plan.ts';
import type { Observed } from '../../../operators/psc/observed.ts';
import { SECOND_PROOF_MS } from '../../../operators/psc/plan-shrink.ts';
import { DISK, edited, HOLDER, NOW_MS, withKafka, plan } from './observed-cluster.ts';
import { kafka, reasons } from './plan-parts.ts';
import {
  ALL,
  changed,
  emptied,
  leaving,
  LONG_AGO,
  own,
  settled,
  shrinking,
  SINCE,
  withoutBrokers,
  withoutPods,
  withSet,
} from './shrinking-cluster.ts';

describe('a shrink begins', () => {
  it('for all brokers that are placed no longer, in the status first', () => {
    const next = plan(shrinking());
    expect(next.status.leaving?.map(({ pod }) => pod)).toEqual(ALL);
    expect(own(next)).toEqual([]);
    expect(next.status.brokers).toHaveLength(6);
  });

  it('only on what was read past all caches', () => {
    const next = plan({ ...shrinking(), freshness: 'cached' });
    expect(next.status.leaving).toBeUndefined();
    expect(next.asksForFreshRead).toBe(true);
  });

  it('keeps names, files and claims of the brokers that leave as they are', () => {
    expect(plan(settled(shrinking())).writes.filter(({ kind }) => kind === 'apply' || kind === 'remove')).toEqual([]);
  });

  it.each<[string, Observed, RegExp]>([
    [
      'topics that need more brokers',
      withKafka(shrinking(), ({ partitions }) => ({
        partitions: partitions.map((each, index) =>
          index > 0 ? each : { ...each, replicas: [0, 1, 2, 3], isr: [0, 1, 2, 3] },
        ),
      })),
      /topic orders has 4 replicas .* 3 brokers would be left/,
    ],
    [
      'disks that would be too full',
      withKafka(shrinking(), ({ brokers }) => ({
        brokers: changed(brokers, [0, 1, 2, 3, 4, 5], { ...DISK, usableBytes: 600 * 2 ** 30 }),
      })),
      /800\.0 GiB are in use .* disks of 1000\.0 GiB, of which at most 70 % .* \(700\.0 GiB\)/,
    ],
    [
      'metadata that knows no cordons',
      withKafka(shrinking(), () => ({ features: { 'metadata.version': 29 } })),
      /30 \(4\.3-IV0\).* 29 is finalized/,
    ],
  ])('never where it would meet %s, and says why with the figures', (_what, observed, message) => {
    const next = plan(observed);
    expect(next.status.leaving).toBeUndefined();
    expect(own(next)).toEqual([]);
    expect(reasons(next)).toMatchObject({ 'flotilla.dev/ClusterResizing': 'ShrinkRefused', Stalled: 'ShrinkRefused' });
    expect(next.conditions.find(({ type }) => type === 'Stalled')?.message).toMatch(message);
  });

  it('not where a disk says nothing, which is no refusal', () => {
    const silent = withKafka(shrinking(), ({ brokers }) => ({
      brokers: new Map([...brokers].map(([id, broker]) => [id, id === 4 ? { id, isFenced: false } : broker])),
    }));
    const next = plan(silent);
    expect(next.status.leaving).toBeUndefined();
    expect(reasons(next)).toMatchObject({ 'flotilla.dev/ClusterResizing': 'UnknownState', Stalled: 'NotStalled' });
  });

  it('not while a broker that stays has never registered', () => {
    const young = withKafka(shrinking(), ({ brokers }) => ({
      brokers: new Map([...brokers].filter(([id]) => id !== 1)),
    }));
    const next = plan(young);
    expect(next.status.leaving).toBeUndefined();
    expect(next.waits).toContainEqual({
      task: 'resize',
      reason: 'WaitingForPods',
      message: 'of the brokers that stay, kafka-1 never registered: no broker leaves before',
    });
  });

  it('not in a pause', () => {
    const paused = edited(shrinking(), { maintenance: { paused: true } });
    expect(plan(paused).status.leaving).toBeUndefined();
  });

  it('and a broker whose zone differs from that of its volume is refused', () => {
    const { a, b, c } = { a: 'us-west-2a', b: 'us-west-2b', c: 'us-west-2c' };
    const moved = edited(leaving(shrinking(), [{ pod: 'kafka-3', zone: a }]), {
      kafka: {
        ...kafka({ brokers: 3 }),
        placement: { [a]: { pods: ['kafka-0'] }, [b]: { pods: ['kafka-1', 'kafka-3'] }, [c]: { pods: ['kafka-2'] } },
      },
    });
    expect(() => plan(moved)).toThrow(/the volume of kafka-3 is in us-west-2a/);
  });
});

describe('brokers that leave', () => {
  const begun = leaving(
    shrinking(),
    ALL.map((pod) => ({ pod })),
  );

  it('are cordoned, and waited for', () => {
    const next = plan(begun);
    expect(own(next)).toEqual([3, 4, 5].map((broker) => ({ kind: 'set-cordon', broker, cordon: 'present' })).reverse());
    expect(reasons(next)['flotilla.dev/ClusterResizing']).toBe('DrainingBrokers');
    expect(checkPlan(next, begun, HOLDER)).toEqual([]);
  });

  it('are recorded with their volumes when they are seen to be empty', () => {
    const next = plan(emptied(begun, [3, 4, 5]));
    expect(next.status.leaving?.at(-1)).toEqual({
      pod: 'kafka-5',
      zone: 'us-west-2c',
      since: SINCE,
      emptySince: new Date(NOW_MS).toISOString(),
      claimUid: 'claim-kafka-5',
      volume: 'volume-of-kafka-5',
    });
    expect(own(next)).toEqual([]);
  });

  it.each<[string, (observed: Observed) => Observed]>([
    [
      'the balancer has not proven it',
      (observed) => ({ ...observed, psc: { ...observed.psc, status: { ...observed.psc.status, balance: {} } } }),
    ],
    [
      'a partition is being moved there',
      (observed) =>
        withKafka(observed, ({ partitions }) => ({
          partitions: partitions.map((each, index) => (index > 0 ? each : { ...each, adding: [5] })),
        })),
    ],
    [
      'a log is on the disk',
      (observed) =>
        withKafka(observed, ({ brokers }) => ({
          brokers: changed(brokers, [5], { ...DISK, isCordoned: true, logs: 1 }),
        })),
    ],
    [
      'nobody has counted the logs',
      (observed) =>
        withKafka(observed, ({ brokers }) => ({ brokers: changed(brokers, [5], { ...DISK, isCordoned: true }) })),
    ],
    [
      'it is not cordoned',
      (observed) => withKafka(observed, ({ brokers }) => ({ brokers: changed(brokers, [5], { ...DISK, logs: 0 }) })),
    ],
    [
      'it does not answer',
      (observed) =>
        withKafka(observed, ({ brokers }) => ({
          brokers: new Map([...brokers].map(([id, broker]) => [id, id === 5 ? { id, isFenced: true } : broker])),
        })),
    ],
  ])('do not count as empty where %s', (_what, change) => {
    const next = plan(change(emptied(begun, [3, 4, 5])));
    expect(next.status.leaving?.at(-1)?.emptySince).toBeUndefined();
  });

  const proven = emptied(
    leaving(
      shrinking(),
      ALL.map((pod) => ({ pod, emptySince: LONG_AGO, claimUid: `claim-${pod}`, volume: `volume-of-${pod}` })),
    ),
    [3, 4, 5],
  );

  it('are marked one at a time, the highest first, before any of them stops', () => {
    const next = plan(proven);
    expect(own(next)).toEqual([]);
    const set = next.writes.find((write) => write.kind === 'apply' && write.object.kind === 'StatefulSet');
    expect(set).toMatchObject({
      object: { metadata: { annotations: { [ANNOTATIONS.stopping]: 'kafka-5' } }, spec: { replicas: 6 } },
    });
  });

  const marked = settled(proven);

  it('are stopped one at a time, and only at the version of the StatefulSet that bears the mark', () => {
    const next = plan(marked);
    expect(own(next)).toMatchObject([
      { kind: 'stop-broker', pod: 'kafka-5', object: { metadata: { resourceVersion: '2' }, spec: { replicas: 5 } } },
    ]);
    expect(checkPlan(next, marked, HOLDER)).toEqual([]);
    expect(reasons(next)['flotilla.dev/ClusterResizing']).toBe('StoppingBrokers');
  });

  it.each<[string, Observed]>([
    [
      'something was put on it since',
      withKafka(marked, ({ partitions }) => ({
        partitions: partitions.map((each, index) => (index > 0 ? each : { ...each, replicas: [...each.replicas, 5] })),
      })),
    ],
    [
      'it was found empty a moment ago',
      leaving(
        marked,
        ALL.map((pod) => ({
          pod,
          emptySince: new Date(NOW_MS - SECOND_PROOF_MS + 1).toISOString(),
          claimUid: `claim-${pod}`,
        })),
      ),
    ],
    [
      'its claim is another one',
      {
        ...marked,
        claims: marked.claims.map((claim) => (claim.name === 'data-kafka-5' ? { ...claim, uid: 'another' } : claim)),
      },
    ],
    [
      'a batch of pods is being replaced',
      {
        ...marked,
        psc: {
          ...marked.psc,
          status: {
            ...marked.psc.status,
            fence: { role: 'broker', zone: 'us-west-2a', members: [{ name: 'kafka-0', uid: 'gone' }], holder: HOLDER },
          },
        },
      },
    ],
    ['only caches say so', { ...marked, freshness: 'cached' }],
  ])('are not stopped where %s', (_what, observed) => {
    expect(own(plan(observed)).map(({ kind }) => kind)).not.toContain('stop-broker');
  });

  it('hold up rolls while one of them is on its way down', () => {
    const rolling = edited(marked, { kafka: { ...kafka({ brokers: 3, image: 'c' }) } });
    expect(plan(settled(rolling)).status.fence).toBeUndefined();
  });

  const down = withSet(marked, 5, 'kafka-5');

  it('are forgotten by Kafka when their pod is gone, not before', () => {
    expect(own(plan(down))).toEqual([]);
    const gone = withoutPods(down, ['kafka-5']);
    const next = plan(gone);
    expect(own(next)).toEqual([{ kind: 'unregister-broker', broker: 5 }]);
    expect(checkPlan(next, gone, HOLDER)).toEqual([]);
    expect(next.status.brokers?.map(({ pod }) => pod)).toContain('kafka-5');
  });

  it('come back where a partition names them after all', () => {
    const named = withKafka(withoutPods(down, ['kafka-5']), ({ partitions }) => ({
      partitions: partitions.map((each, index) => (index > 0 ? each : { ...each, replicas: [...each.replicas, 5] })),
    }));
    const set = plan(named).writes.find((write) => write.kind === 'apply' && write.object.kind === 'StatefulSet');
    expect(set).toMatchObject({ object: { spec: { replicas: 6 } } });
  });

  const forgotten = withoutBrokers(withoutPods(down, ['kafka-5']), [5]);

  it('lose their row, their name and their service once Kafka has forgotten them, and the next one follows', () => {
    const next = plan(forgotten);
    expect(next.status.brokers?.map(({ pod }) => pod)).not.toContain('kafka-5');
    expect(next.status.leaving?.at(-1)).toMatchObject({ pod: 'kafka-5', goneAt: new Date(NOW_MS).toISOString() });
    const after = plan(settled(forgotten));
    expect(after.writes).toContainEqual(
      expect.objectContaining({
        kind: 'remove',
        object: expect.objectContaining({ metadata: expect.objectContaining({ name: 'kafka-5-external' }) }),
      }),
    );
    expect(checkPlan(after, settled(forgotten), HOLDER)).toEqual([]);
    const set = after.writes.find((write) => write.kind === 'apply' && write.object.kind === 'StatefulSet');
    expect(
      set ?? next.writes.find((write) => write.kind === 'apply' && write.object.kind === 'StatefulSet'),
    ).toMatchObject({
      object: { metadata: { annotations: { [ANNOTATIONS.stopping]: 'kafka-4' } } },
    });
  });
});
