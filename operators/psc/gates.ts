import { BOOTSTRAP_LABEL } from '../../constructs/kubernetes/kafka/listeners.ts';
import { claimName } from '../../constructs/kubernetes/kafka/claims.ts';
import type { ClusterView, KafkaRole, PlacedPod } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import type { PhysicalStatefulClusterStatus } from '../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { externalHost } from '../../contracts/names.ts';
import type { Observed, ObservedClaim } from './observed.ts';
import type { Wait } from './plan.ts';
import { statefulSetKey } from './templates.ts';

/** External names that clients will look up once these brokers are there. */
export function externalHosts({ name, domain }: ClusterView, brokers: readonly PlacedPod[]): readonly string[] {
  if (brokers.length === 0) return [];
  return [...brokers.map((broker) => broker.name), BOOTSTRAP_LABEL].map((pod) => externalHost(pod, name, domain));
}

/** Placed pods that the StatefulSet of their role does not make yet. */
export function addedPods(
  view: ClusterView,
  role: KafkaRole,
  objects: ReadonlyMap<string, KubernetesObject>,
): readonly PlacedPod[] {
  const made = replicasOf(objects.get(statefulSetKey(view, role)));
  const placed =
    role === 'broker' ? view.brokers.slice(0, view.brokers.length - view.leaving.length) : view.controllers;
  return placed.filter(({ ordinal }) => ordinal >= made);
}

export function replicasOf(statefulSet: KubernetesObject | undefined): number {
  return (statefulSet as { readonly spec?: { readonly replicas?: number } } | undefined)?.spec?.replicas ?? 0;
}

/** External names that are to resolve before the next brokers come; none while no broker is added. */
export function awaitedHosts(view: ClusterView, objects: ReadonlyMap<string, KubernetesObject>): readonly string[] {
  return externalHosts(view, addedPods(view, 'broker', objects));
}

/** New brokers come only when all authoritative servers know their names, or resolvers would keep "not found". */
export function nameObstacle(
  view: ClusterView,
  brokers: readonly PlacedPod[],
  { resolvedHosts }: Observed,
): Wait | undefined {
  const missing = externalHosts(view, brokers).filter((host) => !resolvedHosts.has(host));
  const [first] = missing;
  if (first === undefined) return undefined;
  const more = missing.length === 1 ? '' : ` and ${missing.length - 1} more`;
  return {
    task: 'resize',
    reason: 'WaitingForExternalDns',
    message: `${first}${more} must resolve at every authoritative server of the zone; see the DNSEndpoint and external-dns`,
  };
}

/** New pods come only when their volume claims are there and the status says which they are. */
export function claimObstacle(
  role: KafkaRole,
  pods: readonly PlacedPod[],
  { psc, claims }: Observed,
): Wait | undefined {
  const there = new Map(claims.map((claim) => [claim.name, claim.uid]));
  const recorded = recordedClaims(psc.status, role);
  const missing = pods.filter(({ name }) => {
    const uid = there.get(claimName(name));
    return uid === undefined || recorded.get(name) !== uid;
  });
  const [first] = missing;
  if (first === undefined) return undefined;
  return { task: 'resize', reason: 'WaitingForVolumes', message: `the volume claim of ${first.name} is being made` };
}

/** Pod ▶ uid of the claim that holds its data, as the status remembers. */
export function recordedClaims(
  status: PhysicalStatefulClusterStatus | undefined,
  role: KafkaRole,
): ReadonlyMap<string, string> {
  const rows = (role === 'broker' ? status?.brokers : status?.controllers) ?? [];
  return new Map(rows.flatMap(({ pod, claimUid }) => (claimUid === undefined ? [] : [[pod, claimUid] as const])));
}

/** Claims that were there once and are gone, or are others than they were: their pods' data is not where it should be. */
export function lostClaims(view: ClusterView, { psc, claims }: Observed): readonly string[] {
  const there = new Map(claims.map((claim) => [claim.name, claim]));
  return (['broker', 'controller'] as const).flatMap((role) =>
    [...recordedClaims(psc.status, role)]
      .filter(([pod, uid]) => {
        const claim = there.get(claimName(pod));
        return claim?.uid !== uid && !isInPlaceOf(claim, role, uid) && isPlaced(view, role, pod);
      })
      .map(([pod]) => claimName(pod)),
  );
}

/** Whether the operator has made a controller's claim in the place of a lost one. */
export function isInPlaceOf(claim: ObservedClaim | undefined, role: KafkaRole, lostUid: string): boolean {
  return role === 'controller' && claim?.replaces === lostUid;
}

function isPlaced(view: ClusterView, role: KafkaRole, pod: string): boolean {
  return (role === 'broker' ? view.brokers : view.controllers).some(({ name }) => name === pod);
}
