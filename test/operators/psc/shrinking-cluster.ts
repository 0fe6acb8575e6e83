import { ANNOTATIONS } from '../../../contracts/labels.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import type { LeavingBroker } from '../../../contracts/gen/psc-types.ts';
import type { Observed, ReachableKafka } from '../../../operators/psc/observed.ts';
import type { Plan, Write } from '../../../operators/psc/plan.ts';
import { statusAfter } from '../../../operators/psc/status-after.ts';
import { examplePsc } from '../../support/example-psc.ts';
import { DISK, edited, NOW_MS, plan, runningCluster, withKafka } from './observed-cluster.ts';
import { kafka } from './plan-parts.ts';

const SET_KEY = 'StatefulSet/psc-orders/kafka';
export const SINCE = new Date(NOW_MS - 600_000).toISOString();
export const LONG_AGO = new Date(NOW_MS - 60_000).toISOString();

/** Six brokers, of which the spec places three. */
export function shrinking(brokers = 3): Observed {
  return edited(runningCluster(examplePsc('aws', { brokers: 6 })), { kafka: kafka({ brokers }) });
}

export function leaving(observed: Observed, entries: readonly Partial<LeavingBroker>[]): Observed {
  const { psc } = observed;
  const zones = new Map(psc.status?.brokers?.map(({ pod, zone }) => [pod, zone ?? '']));
  const full = entries.map((entry) => ({ pod: '', since: SINCE, zone: zones.get(entry.pod ?? '') ?? '', ...entry }));
  return { ...observed, psc: { ...psc, status: { ...psc.status, leaving: full } } };
}

/** As if the balancer had moved everything away from these brokers, and said so. */
export function emptied(observed: Observed, ids: readonly number[]): Observed {
  const away = (list: readonly number[]): readonly number[] => [
    ...new Set(list.map((id) => (ids.includes(id) ? id % 3 : id))),
  ];
  const moved = withKafka(observed, ({ partitions, brokers }) => ({
    partitions: partitions.map((each) => ({
      ...each,
      replicas: away(each.replicas),
      isr: away(each.isr),
      leader: ids.includes(each.leader) ? each.leader % 3 : each.leader,
    })),
    brokers: changed(brokers, ids, { ...DISK, isCordoned: true, logs: 0 }),
  }));
  const { psc } = moved;
  const balance = { drained: ids.map((id) => `kafka-${id}`) };
  return { ...moved, psc: { ...psc, status: { ...psc.status, balance } } };
}

export function changed(
  brokers: ReachableKafka['brokers'],
  ids: readonly number[],
  disk: NonNullable<ReturnType<ReachableKafka['brokers']['get']>>['disk'],
): ReachableKafka['brokers'] {
  return new Map(
    [...brokers].map(([id, broker]) => [id, ids.includes(id) && disk !== undefined ? { ...broker, disk } : broker]),
  );
}

export function withSet(observed: Observed, replicas: number, mark?: string): Observed {
  const set = observed.objects.get(SET_KEY) as KubernetesObject & { readonly spec: object };
  const annotations = { ...set.metadata.annotations, ...(mark === undefined ? {} : { [ANNOTATIONS.stopping]: mark }) };
  const object = { ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, replicas } };
  return { ...observed, objects: new Map([...observed.objects, [SET_KEY, object]]) };
}

export function withoutPods(observed: Observed, names: readonly string[]): Observed {
  return { ...observed, pods: observed.pods.filter(({ name }) => !names.includes(name)) };
}

export function withoutBrokers(observed: Observed, ids: readonly number[]): Observed {
  return withKafka(observed, ({ brokers }) => ({ brokers: new Map([...brokers].filter(([id]) => !ids.includes(id))) }));
}

/** As a pass leaves it: what it applied, and its status. */
export function settled(observed: Observed): Observed {
  const next = plan(observed);
  const objects = new Map(observed.objects);
  for (const write of next.writes) {
    if (write.kind !== 'apply') continue;
    const { kind, metadata } = write.object;
    objects.set(`${kind}/${metadata.namespace ?? ''}/${metadata.name}`, {
      ...write.object,
      metadata: { ...metadata, uid: `made-${metadata.name}`, resourceVersion: '2' },
    });
  }
  const status = statusAfter(observed.psc, next, { end: 'done', done: next.writes.length }, new Date(observed.nowMs));
  const { balance } = observed.psc.status ?? {};
  const psc =
    status === undefined
      ? observed.psc
      : { ...observed.psc, status: { ...status, ...(balance === undefined ? {} : { balance }) } };
  return { ...observed, objects, psc };
}

export function own(next: Plan): readonly Write[] {
  const kinds = new Set(['set-cordon', 'stop-broker', 'unregister-broker', 'delete-claim', 'release-volume']);
  return next.writes.filter(({ kind }) => kinds.has(kind));
}

export const ALL = ['kafka-3', 'kafka-4', 'kafka-5'];
