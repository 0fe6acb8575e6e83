import { claimName } from '../../../constructs/kubernetes/kafka/claims.ts';
import { type KafkaRole, viewCluster } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { dynamicLimits } from '../../../constructs/kubernetes/kafka/dynamic-limits.ts';
import { renderKafkaClusterStages, RENDER_STAGES } from '../../../constructs/kubernetes/kafka/kafka-cluster.ts';
import { CONFIG_HASH_ANNOTATION, TEMPLATE_HASH_ANNOTATION } from '../../../constructs/kubernetes/kafka/pod-template.ts';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { nodeIdOf } from '../../../operators/psc/classify.ts';
import { intended } from '../../../operators/psc/intent.ts';
import {
  objectKey,
  type Observed,
  type ObservedPod,
  type PartitionView,
  type ReachableKafka,
  type StoredPsc,
} from '../../../operators/psc/observed.ts';
import { featuresOf } from '../../../operators/psc/kafka-releases.ts';
import { FINALIZER } from '../../../operators/psc/plan-deletion.ts';
import { planPsc } from '../../../operators/psc/plan-psc.ts';
import type { Plan } from '../../../operators/psc/plan.ts';
import { statusAfter } from '../../../operators/psc/status-after.ts';
import { exampleDataPlane } from '../../support/example-psc.ts';

export const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
export const HOLDER = 'operator-a';
export const OPTIONS = { dataPlane: exampleDataPlane('aws'), holder: HOLDER } as const;

/** What the operator plans for it. */
export const plan = (observed: Observed): Plan => planPsc(observed, OPTIONS);

/** A PSC as the API server keeps it, without a status. */
export function stored(psc: PhysicalStatefulCluster): StoredPsc {
  const metadata = { ...psc.metadata, uid: 'psc-uid', resourceVersion: '1', generation: 1, finalizers: [FINALIZER] };
  return { ...psc, metadata };
}

/** Nothing of the PSC is there yet. */
export function emptyCluster(psc: PhysicalStatefulCluster): Observed {
  return {
    nowMs: NOW_MS,
    psc: stored(psc),
    objects: new Map(),
    pods: [],
    claims: [],
    credentials: { state: 'incomplete', reason: 'none are there' },
    shown: new Map(),
    resolvedHosts: new Set(),
    kafka: { state: 'unreachable', reason: 'no broker answers' },
    freshness: 'cached',
  };
}

/** A cluster that runs just as the PSC says, with its status written: the operator has nothing to do. */
export function runningCluster(psc: PhysicalStatefulCluster): Observed {
  const view = viewCluster(psc, OPTIONS.dataPlane);
  const owner = stored(psc);
  const stages = renderKafkaClusterStages(psc, OPTIONS.dataPlane);
  const objects = RENDER_STAGES.flatMap((stage) => stages[stage]).map((object, index) =>
    withUid(intended(object, owner), index),
  );
  const placed = [
    ...view.brokers.map((each) => ({ ...each, role: 'broker' as const })),
    ...view.controllers.map((each) => ({ ...each, role: 'controller' as const })),
  ];
  const storage = { broker: view.kafka.brokers.storage, controller: view.kafka.controllers.storage };
  const first: Observed = {
    nowMs: NOW_MS,
    psc: owner,
    objects: new Map(objects.map((object) => [objectKey(object), object])),
    pods: placed.map(({ name, ordinal, role }) => podOf(name, ordinal, role, objects)),
    claims: placed.map(({ name, zone, role }) => ({
      name: claimName(name),
      uid: `claim-${name}`,
      resourceVersion: '1',
      isPlaceholder: false,
      volume: `volume-of-${name}`,
      isTerminating: false,
      isEnding: false,
      zone,
      requestedGib: storage[role].sizeGib,
      capacityGib: storage[role].sizeGib,
    })),
    credentials: { state: 'whole' },
    shown: new Map(),
    resolvedHosts: new Set(),
    kafka: healthyKafka(
      view.brokers.map(({ ordinal, zone }) => ({ ordinal, zone })),
      dynamicLimits(view),
    ),
    freshness: 'fresh',
  };
  // The pass that finds everything well remembers the pod templates as good.
  return afterPass(afterPass(first));
}

/** The same cluster with another spec, as right after somebody has edited it. */
export function edited(observed: Observed, spec: Partial<PhysicalStatefulCluster['spec']>): Observed {
  const { psc } = observed;
  const metadata = { ...psc.metadata, generation: psc.metadata.generation + 1 };
  return { ...observed, psc: { ...psc, metadata, spec: { ...psc.spec, ...spec } } };
}

/** After the pass: its applies are stored, and its status. Pods and Kafka stay as they were. */
export function afterPass(observed: Observed, options: Parameters<typeof planPsc>[1] = OPTIONS): Observed {
  const plan = planPsc(observed, options);
  const objects = new Map(observed.objects);
  for (const write of plan.writes)
    if (write.kind === 'apply') objects.set(objectKey(write.object), withUid(write.object, objects.size));
  const status = statusAfter(observed.psc, plan, { end: 'done', done: plan.writes.length }, new Date(observed.nowMs));
  return {
    ...observed,
    objects,
    psc: status === undefined ? observed.psc : { ...observed.psc, status: { ...status, ...balancersPart(observed) } },
  };
}

/** What the operator writes leaves it as it is. */
function balancersPart({ psc: { status } }: Observed): StoredPsc['status'] {
  return status?.balance === undefined ? {} : { balance: status.balance };
}

/** With some pods different. */
export function withPods(observed: Observed, change: (pod: ObservedPod) => Partial<ObservedPod> | undefined): Observed {
  return { ...observed, pods: observed.pods.map((pod) => ({ ...pod, ...change(pod) })) };
}

/** With Kafka different. */
export function withKafka(observed: Observed, change: (kafka: ReachableKafka) => Partial<ReachableKafka>): Observed {
  const { kafka } = observed;
  if (kafka.state === 'unreachable') throw new Error('Kafka cannot be asked');
  return { ...observed, kafka: { ...kafka, ...change(kafka) } };
}

function podOf(name: string, ordinal: number, role: KafkaRole, objects: readonly KubernetesObject[]): ObservedPod {
  const set = objects.find(
    ({ kind, metadata }) => kind === 'StatefulSet' && metadata.labels?.['flotilla.dev/role'] === role,
  );
  const spec = set?.['spec'] as {
    readonly template: { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } };
  };
  const { annotations } = spec.template.metadata;
  return {
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    role,
    ordinal,
    createdAtMs: 0,
    templateHash: annotations[TEMPLATE_HASH_ANNOTATION] ?? '',
    configHash: annotations[CONFIG_HASH_ANNOTATION] ?? '',
    isTerminating: false,
    node: `node-of-${name}`,
    ready: 'True',
    containersReady: 'True',
    ...(role === 'broker' ? { inSyncGate: 'True' as const } : {}),
    container: { state: 'running', restarts: 0 },
  };
}

function withUid(object: KubernetesObject, index: number): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, uid: `object-${index}`, resourceVersion: '1' } };
}

function healthyKafka(
  brokers: readonly { readonly ordinal: number; readonly zone: string }[],
  { brokerDefaults, clientQuotas }: ReturnType<typeof dynamicLimits>,
): ReachableKafka {
  const metrics = { underReplicatedPartitions: 0, underMinIsrPartitions: 0, offlineLogDirectories: 0, brokerState: 3 };
  const controllers = [0, 1, 2].map((ordinal) => nodeIdOf('controller', ordinal));
  return {
    state: 'reachable',
    readAtMs: NOW_MS,
    brokers: new Map(brokers.map(({ ordinal }) => [ordinal, { id: ordinal, isFenced: false, metrics, disk: DISK }])),
    features: { ...featuresOf('4.3.1') },
    quorum: {
      leaderId: 1001,
      leaderEpoch: 3,
      voters: controllers.map((id) => ({ id, directory: `first-of-${id}`, isCaughtUp: true })),
      joining: [],
    },
    partitions: partitionsOver(brokers),
    clusterSettings: brokerDefaults,
    dynamicSettings: new Set(['message.max.bytes', 'log.retention.ms']),
    defaultUserQuota: clientQuotas[0]?.values ?? {},
  };
}

/** Of every broker that is well. */
export const DISK = { totalBytes: 1000 * 2 ** 30, usableBytes: 800 * 2 ** 30, isCordoned: false } as const;

/** One partition per broker, each with a replica in every zone. */
function partitionsOver(
  brokers: readonly { readonly ordinal: number; readonly zone: string }[],
): readonly PartitionView[] {
  const zones = [...new Set(brokers.map(({ zone }) => zone))];
  const byZone = zones.map((zone) => brokers.filter((each) => each.zone === zone).map(({ ordinal }) => ordinal));
  return brokers.map(({ ordinal }, partition) => {
    const others = byZone.filter((ids) => !ids.includes(ordinal)).flatMap((ids) => ids[partition % ids.length] ?? []);
    const replicas = [ordinal, ...others];
    return {
      topic: 'orders',
      partition,
      leader: ordinal,
      replicas,
      isr: replicas,
      adding: [],
      removing: [],
      minIsr: 2,
    };
  });
}
