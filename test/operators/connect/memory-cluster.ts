import { findCondition, type ConditionType } from '../../../contracts/conditions.ts';
import type { ConnectSpec, PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import type { ObservedAccess, ClientPorts } from '../../../operators/client/ports.ts';
import { templateOf } from '../../../operators/client/plan-client-objects.ts';
import { firstLogins, heldLogins, turn } from '../../../operators/psc/credentials/platform-logins.ts';
import { type LoginAnswer, objectKey, type ObservedPod, type StoredPsc } from '../../../operators/psc/observed.ts';

/** One PSC of kind connect or ksqldb and its Kafka, kept in memory: pods are there and ready as soon as their StatefulSet is. */
export interface MemoryCluster {
  readonly ports: Omit<ClientPorts, 'connect'>;
  readonly psc: () => StoredPsc;
  readonly objects: ReadonlyMap<string, KubernetesObject>;
  readonly editConnect: (change: Partial<ConnectSpec>) => void;
  readonly edit: (change: (psc: StoredPsc) => StoredPsc) => void;
  readonly setKafka: (kafka: StoredPsc | undefined) => void;
  readonly setPods: (change: (pod: ObservedPod) => ObservedPod) => void;
  readonly setNow: (timeMs: number) => void;
  /** Status and reason, as in `True AllConnectorsRunning`. */
  readonly condition: (type: ConditionType) => string;
  /** What was written, in order. */
  readonly writes: readonly string[];
}

export function memoryCluster(first: PhysicalStatefulCluster, kafkaPsc: PhysicalStatefulCluster): MemoryCluster {
  let psc = stored(first);
  let kafka: StoredPsc | undefined = readyKafka(kafkaPsc);
  let access: ObservedAccess = { state: 'incomplete', reason: 'no user' };
  let version = 1;
  let nowMs: number | undefined;
  let changePod = (pod: ObservedPod): ObservedPod => pod;
  let isGone = false;
  const objects = new Map<string, KubernetesObject>();
  const writes: string[] = [];
  const put = (next: StoredPsc): void => {
    version += 1;
    psc = { ...next, metadata: { ...next.metadata, resourceVersion: String(version) } };
  };
  const pods = (): readonly ObservedPod[] => {
    const set = [...objects.values()].find(({ kind }) => kind === 'StatefulSet');
    if (set === undefined) return [];
    const { replicas } = set['spec'] as { readonly replicas: number };
    return Array.from({ length: replicas }, (_, ordinal) => changePod(podOf(set, ordinal)));
  };
  const read: ClientPorts['cluster']['cached'] = (name) => {
    if (kafka?.metadata.name === name) {
      return { psc: kafka, objects: new Map(), pods: [brokerPod()], claims: [] };
    }
    return isGone ? undefined : { psc, objects: new Map(objects), pods: pods(), claims: [] };
  };
  return {
    ports: {
      cluster: {
        cached: read,
        fresh: (name) => Promise.resolve(read(name)),
        apply: (object) => {
          version += 1;
          const made = { ...object, metadata: { ...object.metadata, uid: `uid-${version}` } };
          objects.set(objectKey(object), made);
          writes.push(`apply ${object.kind} ${object.metadata.name}`);
          return Promise.resolve(made);
        },
        remove: (object) => {
          objects.delete(objectKey(object));
          writes.push(`remove ${object.kind} ${object.metadata.name}`);
          return Promise.resolve();
        },
        event: (_seen, { reason }) => {
          writes.push(`event ${reason}`);
          return Promise.resolve();
        },
        writeStatus: (_seen, status) => {
          put({ ...psc, status });
          return Promise.resolve();
        },
        setFinalizer: (_seen, finalizer) => {
          const finalizers = finalizer === 'present' ? ['flotilla.dev/operator'] : [];
          put({ ...psc, metadata: { ...psc.metadata, finalizers } });
          isGone = psc.metadata.deletionTimestamp !== undefined && finalizers.length === 0;
          writes.push(`finalizer ${finalizer}`);
          return Promise.resolve();
        },
      },
      access: {
        state: () => Promise.resolve(access),
        grant: () => {
          access = { state: 'whole', logins: heldLogins(firstLogins(nowMs ?? Date.now())) };
          writes.push('grant access');
          return Promise.resolve();
        },
        rotate: (_psc, _kafka, { step }) => {
          if (access.state !== 'whole') throw new Error('nobody has a login yet');
          const logins = heldLogins(turn(access.logins, step, nowMs ?? Date.now()));
          access = { state: 'whole', logins, ...(step === 'prepare' ? { answers: answersOf('refuses') } : {}) };
          writes.push(`${step} password`);
          return Promise.resolve();
        },
        announce: () => {
          if (access.state === 'whole') access = { ...access, answers: answersOf('accepts') };
          writes.push('announce password');
          return Promise.resolve();
        },
        revoke: () => {
          writes.push('revoke access');
          return Promise.resolve();
        },
      },
      clock: { nowMs: () => nowMs ?? Date.now() },
      isLeader: () => true,
    },
    psc: () => psc,
    objects,
    editConnect: (change) => {
      const { connect } = psc.spec;
      if (connect === undefined) throw new Error('this is no Connect cluster');
      const generation = psc.metadata.generation + 1;
      put({
        ...psc,
        spec: { ...psc.spec, connect: { ...connect, ...change } },
        metadata: { ...psc.metadata, generation },
      });
    },
    edit: (change) => {
      put(change(psc));
    },
    setKafka: (next) => {
      kafka = next;
    },
    setPods: (change) => {
      changePod = change;
    },
    setNow: (timeMs) => {
      nowMs = timeMs;
    },
    condition: (type) => {
      const said = findCondition(psc.status?.conditions, type);
      return `${said?.status ?? 'absent'} ${said?.reason ?? ''}`;
    },
    writes,
  };
}

/** The PSC of a Kafka cluster that is ready. */
export function readyKafka(psc: PhysicalStatefulCluster): StoredPsc {
  const lastTransitionTime = '2026-01-01T00:00:00.000Z';
  const ready = { type: 'flotilla.dev/Ready', status: 'True', reason: 'AllBrokersInSync', lastTransitionTime } as const;
  return { ...stored(psc), status: { conditions: [ready] } };
}

function stored(psc: PhysicalStatefulCluster): StoredPsc {
  return {
    ...psc,
    metadata: { ...psc.metadata, uid: `uid-of-${psc.metadata.name}`, resourceVersion: '1', generation: 1 },
  };
}

function answersOf(answer: LoginAnswer): ReadonlyMap<string, LoginAnswer> {
  return new Map([['kafka-0', answer]]);
}

function brokerPod(): ObservedPod {
  return { ...podOf({ apiVersion: 'v1', kind: 'StatefulSet', metadata: { name: 'kafka' } }, 0), role: 'broker' };
}

function podOf(set: KubernetesObject, ordinal: number): ObservedPod {
  const { name } = set.metadata;
  return {
    name: `${name}-${ordinal}`,
    uid: `${name}-${ordinal}`,
    resourceVersion: '1',
    role: name === 'ksqldb' ? 'ksqldb' : 'connect',
    ordinal,
    createdAtMs: 0,
    ...templateOf(set),
    isTerminating: false,
    ready: 'True',
    containersReady: 'True',
    container: { state: 'running', restarts: 0 },
  };
}
