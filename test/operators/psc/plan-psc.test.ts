import { describe, expect, it } from '@jest/globals';
import { checkPlan } from '../../../operators/psc/check-plan.ts';
import type { Observed } from '../../../operators/psc/observed.ts';
import { statusAfter } from '../../../operators/psc/status-after.ts';
import { examplePsc } from '../../support/example-psc.ts';
import {
  afterPass,
  edited,
  emptyCluster,
  HOLDER,
  NOW_MS,
  OPTIONS,
  plan,
  runningCluster,
  withKafka,
  withPods,
} from './observed-cluster.ts';
import {
  applied,
  brokersOf,
  claimsOf,
  fenced,
  kafka,
  newHashes,
  reasons,
  replicas,
  sizes,
  templateHash,
} from './plan-parts.ts';

describe('a cluster that is as its PSC says', () => {
  it('is left alone, and its status is not written again', () => {
    const observed = runningCluster(examplePsc('aws'));
    const next = plan(observed);
    expect(next.writes).toEqual([]);
    expect(statusAfter(observed.psc, next, { end: 'done', done: 0 }, new Date(NOW_MS + 60_000))).toBeUndefined();
    expect(reasons(next)).toEqual({
      'flotilla.dev/Ready': 'AllBrokersInSync',
      'flotilla.dev/ClusterResizing': 'ClusterNotResizing',
      'flotilla.dev/Rolling': 'ClusterNotRolling',
      'flotilla.dev/StorageTiered': 'NotRequested',
      Stalled: 'NotStalled',
      Reconciling: 'UpToDate',
    });
  });

  it('is not called up to date, nor left unwatched, while the kubelet has still to call a pod ready', () => {
    const running = runningCluster(examplePsc('aws'));
    const next = plan(withPods(running, ({ name }) => (name === 'kafka-1' ? { ready: 'False' } : undefined)));
    expect(next.status.podsReady).toBe('5/6');
    expect(next.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Reconciling',
        status: 'True',
        message: 'kafka-1 is in sync, and its pod is not ready yet',
      }),
    );
    expect(reasons(next)['flotilla.dev/Ready']).toBe('AllBrokersInSync');
    expect(next.lookAgainMs).toBeLessThan(plan(running).lookAgainMs);
  });
});

describe('a new cluster', () => {
  const psc = examplePsc('aws');

  it('first gets what makes its names, and no pod before they resolve', () => {
    const whole: Observed = { ...emptyCluster(psc), credentials: { state: 'whole' } };
    const next = plan(whole);
    expect(applied(next)).toEqual(expect.arrayContaining(['Service', 'DNSEndpoint', 'ConfigMap']));
    expect(applied(next)).not.toContain('StatefulSet');
    expect(next.waits.map(({ reason }) => reason)).toContain('WaitingForExternalDns');
    expect(claimsOf(next)).toEqual(['data-controller-0', 'data-controller-1', 'data-controller-2']);
  });

  it('gets its pods when names resolve and the status says which claims hold their data', () => {
    const running = runningCluster(psc);
    const resolvedHosts = new Set(
      ['bootstrap', 'kafka-0', 'kafka-1', 'kafka-2'].map((pod) => `${pod}.orders.a.us-west-2.example.com`),
    );
    const { claims } = running;
    const withClaims: Observed = { ...emptyCluster(psc), credentials: { state: 'whole' }, resolvedHosts, claims };
    expect(applied(plan(withClaims))).not.toContain('StatefulSet');
    expect(applied(plan(afterPass(withClaims)))).toEqual(['StatefulSet', 'StatefulSet']);
  });
});

describe('growth', () => {
  it('adds no pod while a name does not resolve, whatever else is ready', () => {
    const grown = edited(runningCluster(examplePsc('aws')), { kafka: kafka({ brokers: 6 }) });
    const next = plan(grown);
    expect(next.waits).toMatchObject([
      { reason: 'WaitingForExternalDns', message: expect.stringContaining('kafka-3.orders') },
    ]);
    expect(claimsOf(next)).toEqual([]);
    expect(replicas(next, grown, 'kafka')).toBe(3);
  });

  it('leaves the shares of the quotas alone until the new brokers carry something', () => {
    const running = runningCluster(examplePsc('aws'));
    const grown = edited(running, { kafka: kafka({ brokers: 6 }) });
    const kinds = (observed: Observed): readonly string[] => plan(observed).writes.map(({ kind }) => kind);
    expect(kinds(grown)).not.toContain('alter-default-quota');
    const moved = withKafka(grown, ({ partitions }) => ({
      partitions: partitions.map((each, index) => ({ ...each, replicas: [...each.replicas.slice(0, 2), 3 + index] })),
    }));
    expect(kinds(moved)).toContain('alter-default-quota');
  });

  it('is never taken back at once', () => {
    const smaller = edited(runningCluster(examplePsc('aws', { brokers: 6 })), { kafka: kafka({ brokers: 3 }) });
    expect(replicas(plan(smaller), smaller, 'kafka')).toBe(6);
  });
});

describe('a roll', () => {
  const rolling = afterPass(
    edited(runningCluster(examplePsc('aws', { brokers: 6 })), { kafka: kafka({ brokers: 6, image: 'c' }) }),
  );

  it('begins with a controller that does not lead', () => {
    expect(fenced(plan(rolling))).toEqual({ role: 'controller', pods: ['controller-0'] });
  });

  it('leaves the active controller to the end of the controllers', () => {
    const others = new Set(['controller-0', 'controller-2']);
    const onlyLeader = withPods(rolling, (pod) =>
      others.has(pod.name) ? newHashes(rolling, 'controller') : undefined,
    );
    expect(fenced(plan(onlyLeader))).toEqual({ role: 'controller', pods: ['controller-1'] });
  });

  // Settled: the controllers' new template is remembered as good before the brokers' turn comes.
  const brokers = afterPass(
    withPods(rolling, (pod) => (pod.role === 'controller' ? newHashes(rolling, 'controller') : undefined)),
  );

  it('takes the brokers of one zone together, and nothing before the fence is stored', () => {
    const next = plan(brokers);
    expect(fenced(next)).toEqual({ role: 'broker', pods: ['kafka-0', 'kafka-3'] });
    expect(next.writes).toEqual([]);
  });

  it('marks the fenced pods as its own, then evicts the first and deletes the others', () => {
    const stored = afterPass(brokers);
    expect(plan(stored).writes.map(({ kind }) => kind)).toEqual(['touch-pod', 'touch-pod']);
    const marked = withPods(stored, () => ({ fenceHolder: HOLDER }));
    const next = plan(marked);
    expect(next.writes).toMatchObject([
      { kind: 'evict-pod', pod: { name: 'kafka-0' } },
      { kind: 'delete-pod', pod: { name: 'kafka-3' } },
    ]);
    expect(checkPlan(next, marked, HOLDER)).toEqual([]);
  });

  it('gives an untouched batch up when another broker fails meanwhile', () => {
    const stored = withPods(afterPass(brokers), (pod) =>
      pod.name === 'kafka-1'
        ? { container: { state: 'terminated', exitCode: 1, restarts: 1 } }
        : { fenceHolder: HOLDER },
    );
    const next = plan(stored);
    expect(next.writes.filter(({ kind }) => kind === 'evict-pod' || kind === 'delete-pod')).toEqual([]);
    expect(next.status.fence).toBeUndefined();
  });

  it('gives an untouched batch up when a person pauses meanwhile, and ends one that has begun', () => {
    const marked = withPods(afterPass(brokers), () => ({ fenceHolder: HOLDER }));
    const pause = { maintenance: { paused: true } };
    const untouched = plan(edited(marked, pause));
    expect(untouched.writes).toEqual([]);
    expect(untouched.status.fence).toBeUndefined();
    expect(reasons(untouched)['flotilla.dev/Rolling']).toBe('Paused');
    const begun = withPods(marked, ({ name }) => (name === 'kafka-0' ? { uid: 'new' } : undefined));
    expect(plan(edited(begun, pause)).status.fence?.members?.map(({ name }) => name)).toEqual(['kafka-0', 'kafka-3']);
  });

  it('takes over the batch of another leader before it goes on with it', () => {
    const stored = afterPass(brokers, { ...OPTIONS, holder: 'operator-b' });
    const next = plan(withPods(stored, () => ({ fenceHolder: 'operator-b' })));
    expect(next.writes).toEqual([]);
    expect(next.status.fence?.holder).toBe(HOLDER);
  });

  it.each([
    [
      'a partition has lost a replica',
      withKafka(brokers, ({ partitions }) => ({
        partitions: partitions.map((p, i) => (i === 0 ? { ...p, isr: p.isr.slice(0, 2) } : p)),
      })),
      'UnderReplicatedPartitions',
    ],
    [
      'a topic needs all its replicas',
      withKafka(brokers, ({ partitions }) => ({ partitions: partitions.map((p) => ({ ...p, minIsr: 3 })) })),
      'MinIsrTooHigh',
    ],
    [
      'a reassignment touches the batch',
      withKafka(brokers, ({ partitions }) => ({
        partitions: partitions.map((p) => ({ ...p, adding: [p.replicas[2] ?? 0] })),
      })),
      'ReassignmentRunning',
    ],
    [
      'the metrics of a leader say so',
      withKafka(brokers, (k) => ({
        brokers: new Map(
          [...k.brokers].map(([id, b]) => [
            id,
            {
              ...b,
              metrics: {
                underReplicatedPartitions: 1,
                underMinIsrPartitions: 0,
                offlineLogDirectories: 0,
                brokerState: 3,
              },
            },
          ]),
        ),
      })),
      'UnderReplicatedPartitions',
    ],
    [
      'a broker does not show its metrics',
      withKafka(brokers, (k) => ({
        brokers: new Map([...k.brokers].map(([id, { isFenced }]) => [id, { id, isFenced }])),
      })),
      'UnknownState',
    ],
    ['what is known of Kafka is old', withKafka(brokers, () => ({ readAtMs: NOW_MS - 60_000 })), 'StaleView'],
    [
      'Kafka cannot be asked',
      { ...brokers, kafka: { state: 'unreachable', reason: 'no answer' } } satisfies Observed,
      'UnknownState',
    ],
  ])('waits while %s', (_, observed, reason) => {
    const next = plan(observed);
    expect(next.status.fence).toBeUndefined();
    expect(reasons(next)['flotilla.dev/Rolling']).toBe(reason);
  });

  it('begins with a broken broker: its roll is the repair', () => {
    const broken = withPods(brokers, ({ name }) =>
      name === 'kafka-4'
        ? { container: { state: 'waiting', reason: 'CrashLoopBackOff', restarts: 5 }, ready: 'False' }
        : undefined,
    );
    expect(fenced(plan(broken))).toEqual({ role: 'broker', pods: ['kafka-4'] });
  });

  it('stops when a new pod does not work, and puts back what worked', () => {
    const hashes = newHashes(rolling, 'broker');
    const stuck = withPods(brokers, ({ name }) =>
      name === 'kafka-0'
        ? { ...hashes, container: { state: 'waiting', reason: 'ImagePullBackOff', restarts: 0 }, ready: 'False' }
        : undefined,
    );
    const next = plan(stuck);
    expect(reasons(next)).toMatchObject({ Stalled: 'RollStopped' });
    expect(templateHash(next)).toBe(brokers.pods.find(({ name }) => name === 'kafka-1')?.templateHash);
    const put = afterPass(stuck);
    expect(fenced(plan(put))).toEqual({ role: 'broker', pods: ['kafka-0'] });
    expect(plan(put).status.rolls).toMatchObject([
      { role: 'broker', message: expect.stringContaining('ImagePullBackOff') },
    ]);
  });

  it.each([
    ['one that has served before is put back', true, 'RollStopped'],
    ['a new one waits: its zone has no room, and another runs with the same', false, 'NotStalled'],
  ])('that asks for other resources, where no node takes a broker: %s', (_, joined, reason) => {
    const running = runningCluster(examplePsc('aws'));
    const { kafka: spec } = running.psc.spec;
    if (spec === undefined) throw new Error('no Kafka');
    const resources = { ...spec.brokers.resources, memoryMib: spec.brokers.resources.memoryMib + 1024 };
    const asked = afterPass(edited(running, { kafka: { ...spec, brokers: { ...spec.brokers, resources } } }));
    const hashes = newHashes(asked, 'broker');
    const lost = { ...hashes, ready: 'False', container: { state: 'none' }, unschedulableSinceMs: 0 } as const;
    const stuck = withPods(asked, ({ name }) => (name === 'kafka-0' ? lost : name === 'kafka-1' ? hashes : undefined));
    const away = withKafka(stuck, ({ brokers }) => ({ brokers: new Map([...brokers].filter(([id]) => id > 0)) }));
    const { status } = away.psc;
    const told = status?.brokers?.map((each) => (each.pod === 'kafka-0' ? { ...each, joined } : each)) ?? [];
    const next = plan({ ...away, psc: { ...away.psc, status: { ...status, brokers: told } } });
    expect(reasons(next)).toMatchObject({ Stalled: reason });
  });

  it('is not needed for a setting that brokers take while they run', () => {
    const running = runningCluster(examplePsc('aws'));
    const changed = afterPass(edited(running, { kafka: kafka({ config: { 'message.max.bytes': '2000000' } }) }));
    const next = plan(changed);
    expect(next.writes).toMatchObject([
      { kind: 'alter-cluster-settings', set: { 'message.max.bytes': '2000000' }, remove: [] },
    ]);
    expect(next.status.fence).toBeUndefined();
    const settled = withKafka(changed, ({ clusterSettings }) => ({
      clusterSettings: { ...clusterSettings, 'message.max.bytes': '2000000' },
    }));
    expect(plan(settled).writes).toEqual([]);
    expect(reasons(plan(settled))['flotilla.dev/Rolling']).toBe('ClusterNotRolling');
  });

  it('of 150 brokers in three zones takes at most fifteen batches', () => {
    const large = edited(runningCluster(examplePsc('aws', { brokers: 150, kafka: { brokers: brokersOf(0) } })), {
      kafka: kafka({ brokers: 150, image: 'c', maxUnavailable: 0 }),
    });
    let observed = afterPass(
      withPods(afterPass(large), (pod) =>
        pod.role === 'controller' ? newHashes(afterPass(large), 'controller') : undefined,
      ),
    );
    const hashes = newHashes(observed, 'broker');
    let batches = 0;
    for (let batch = fenced(plan(observed)); batch.pods.length > 0; batch = fenced(plan(observed))) {
      batches += 1;
      const done = new Set(batch.pods);
      observed = withPods(observed, ({ name }) => (done.has(name) ? hashes : undefined));
    }
    expect(batches).toBe(15);
  });
});

describe('volumes', () => {
  it('grow without a roll, and are never made smaller', () => {
    const running = runningCluster(examplePsc('aws'));
    const claims = running.claims.map((claim) =>
      claim.name === 'data-kafka-0' ? { ...claim, requestedGib: 3000, capacityGib: 3000 } : claim,
    );
    const storage = { ...brokersOf(1).storage, sizeGib: 2000 };
    const next = plan(edited({ ...running, claims }, { kafka: kafka({ storage }) }));
    expect(sizes(next)).toEqual({ 'data-kafka-0': '3000Gi', 'data-kafka-1': '2000Gi', 'data-kafka-2': '2000Gi' });
    expect(next.status.fence).toBeUndefined();
  });

  it('grow by themselves when they fill, in one large step, and not again at once', () => {
    const full = withKafka(runningCluster(examplePsc('aws')), ({ brokers }) => ({
      brokers: new Map(
        [...brokers].map(([id, each]) => [
          id,
          { ...each, disk: { totalBytes: 1000, usableBytes: id === 1 ? 100 : 900, isCordoned: false } },
        ]),
      ),
    }));
    const next = plan(full);
    expect(sizes(next)).toEqual({ 'data-kafka-1': '1500Gi' });
    expect(next.writes).toContainEqual(expect.objectContaining({ kind: 'event', reason: 'VolumeGrown' }));
    const grown = full.claims.map((claim) =>
      claim.name === 'data-kafka-1'
        ? { ...claim, requestedGib: 1500, capacityGib: 1500, grownAtMs: NOW_MS - 3_600_000 }
        : claim,
    );
    expect(sizes(plan(afterPass({ ...full, claims: grown })))).toEqual({});
  });

  it('that are gone are named, and never made anew', () => {
    const running = runningCluster(examplePsc('aws'));
    const objects = new Map([...running.objects].filter(([key]) => !key.endsWith('/data-kafka-1')));
    const claims = running.claims.filter(({ name }) => name !== 'data-kafka-1');
    const next = plan({ ...running, objects, claims });
    expect(claimsOf(next)).toEqual([]);
    expect(reasons(next)['Stalled']).toBe('VolumeLost');
  });
});
