import { ordinalOf } from '../../constructs/kubernetes/kafka/placed-pod.ts';
import type { LeavingBroker } from '../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { objectKey, type Observed } from './observed.ts';
import type { ClaimRef } from './plan.ts';
import { DECISION_MAX_AGE_MS } from './safety.ts';

/** Least time between the first look that found a broker empty and its end: clocks of two operators may differ. */
const LEAST_PROOF_MS = 10_000;
const DAY_HOURS = 24;
const HOUR_MS = 3_600_000;

/** What is wrong with taking a pod away for good. */
export function checkStop(pod: string, object: KubernetesObject, observed: Observed): readonly string[] {
  const { psc, objects, nowMs, claims } = observed;
  const before = objects.get(objectKey(object));
  const [from, to] = [before, object].map(replicasOf);
  const entry = entryOf(pod, observed);
  const problems = [...checkGround(pod, observed), ...checkEmpty(ordinalOf(pod), observed)];
  if (from === undefined || to !== from - 1 || to !== ordinalOf(pod))
    problems.push(`${pod} is not the only one that would go`);
  const { resourceVersion } = object.metadata as { readonly resourceVersion?: string };
  if (resourceVersion === undefined || resourceVersion !== before?.metadata['resourceVersion']) {
    problems.push(`${pod} would be stopped whatever has become of its StatefulSet`);
  }
  if (psc.status?.fence !== undefined) problems.push(`${pod} would be stopped while a batch of pods is replaced`);
  const age = nowMs - Date.parse(entry?.emptySince ?? '');
  if (!(age >= LEAST_PROOF_MS)) problems.push(`${pod} was not found empty before`);
  const claim = claims.find(({ name }) => name === `data-${pod}`);
  if (claim?.uid !== entry?.claimUid) problems.push(`the volume of ${pod} is not the one that was found empty`);
  return problems;
}

/** What is wrong with having Kafka forget a broker. */
export function checkUnregistration(broker: number, observed: Observed): readonly string[] {
  const pod = `kafka-${broker}`;
  const problems = [...checkGround(pod, observed), ...checkNamed(broker, observed)];
  if (entryOf(pod, observed)?.emptySince === undefined) problems.push(`${pod} was not found empty before`);
  if (observed.pods.some(({ name }) => name === pod)) problems.push(`${pod} would be forgotten while it may run`);
  return problems;
}

/** What is wrong with deleting a claim. */
export function checkClaimDeletion({ name, uid }: ClaimRef, observed: Observed): readonly string[] {
  const pod = name.replace(/^data-/, '');
  const { psc, kafka, pods } = observed;
  const entry = entryOf(pod, observed);
  const problems = [...checkGround(pod, observed), ...checkNamed(ordinalOf(pod), observed)];
  if (!pod.startsWith('kafka-')) problems.push(`${name} is of no broker`);
  if (uid !== entry?.claimUid) problems.push(`${name} is not the claim that was found empty`);
  if (!isKeptLongEnough(entry, observed)) problems.push(`${name} is to be kept for longer`);
  if (psc.status?.brokers?.some((row) => row.pod === pod) === true) problems.push(`${pod} is not gone`);
  if (pods.some((each) => each.name === pod)) problems.push(`${name} may be in use`);
  if (kafka.state === 'reachable' && kafka.brokers.has(ordinalOf(pod))) problems.push(`Kafka still knows ${pod}`);
  return problems;
}

/** What is wrong with letting go of a volume. */
export function checkRelease(volume: string, claimUid: string, observed: Observed): readonly string[] {
  const entry = observed.psc.status?.leaving?.find((each) => each.volume === volume && each.claimUid === claimUid);
  if (entry === undefined) return [`volume ${volume} is not one that was found empty`];
  const problems: string[] = [];
  if (observed.freshness !== 'fresh') problems.push(`volume ${volume} is let go of on what caches say`);
  if (!isKeptLongEnough(entry, observed)) problems.push(`volume ${volume} is to be kept for longer`);
  if (observed.claims.some(({ uid }) => uid === claimUid)) problems.push(`volume ${volume} is still claimed`);
  return problems;
}

/** What is wrong with what a broker is told about new replicas. */
export function checkCordon(broker: number, cordon: 'present' | 'absent', observed: Observed): readonly string[] {
  const pod = `kafka-${broker}`;
  const isLeaving = entryOf(pod, observed) !== undefined;
  if (cordon === 'present' && (!isLeaving || isPlaced(pod, observed))) return [`${pod} is cordoned and does not leave`];
  return cordon === 'absent' && isLeaving ? [`${pod} leaves and is no longer cordoned`] : [];
}

/** Whether an object is the Service of a single broker that is gone. */
export function isServiceOfNobody({ kind, metadata }: KubernetesObject, observed: Observed): boolean {
  const pod = /^(kafka-[0-9]+)-external$/.exec(metadata.name)?.[1];
  if (kind !== 'Service' || pod === undefined || observed.freshness !== 'fresh') return false;
  return !isPlaced(pod, observed) && observed.psc.status?.brokers?.some((row) => row.pod === pod) !== true;
}

function checkGround(pod: string, observed: Observed): string[] {
  const problems: string[] = [];
  if (observed.freshness !== 'fresh') problems.push(`${pod} is taken away on what caches say`);
  if (isPlaced(pod, observed)) problems.push(`${pod} is taken away and is placed`);
  return problems;
}

function isPlaced(pod: string, { psc }: Observed): boolean {
  return Object.values(psc.spec.kafka?.placement ?? {}).some(({ pods }) => pods.includes(pod));
}

function checkEmpty(broker: number, observed: Observed): readonly string[] {
  const problems = checkNamed(broker, observed);
  if (observed.kafka.state === 'unreachable') return problems;
  const registered = observed.kafka.brokers.get(broker);
  if (registered === undefined) return problems;
  const { isCordoned, logs } = registered.disk ?? { isCordoned: false };
  return isCordoned && logs === 0 ? problems : [...problems, `broker ${broker} is not proven to be empty`];
}

function checkNamed(broker: number, { kafka, nowMs }: Observed): readonly string[] {
  if (kafka.state === 'unreachable') return [`broker ${broker} is taken away while Kafka cannot be asked`];
  if (nowMs - kafka.readAtMs > DECISION_MAX_AGE_MS)
    return [`broker ${broker} is taken away on what Kafka said long ago`];
  const named = kafka.partitions.find(({ leader, replicas, isr, adding, removing }) =>
    [leader, ...replicas, ...isr, ...adding, ...removing].includes(broker),
  );
  return named === undefined ? [] : [`${named.topic}-${named.partition} names broker ${broker}`];
}

function isKeptLongEnough(entry: LeavingBroker | undefined, { psc, nowMs }: Observed): boolean {
  const hours = psc.spec.kafka?.brokers.volumeGraceHours ?? DAY_HOURS;
  return entry?.goneAt !== undefined && nowMs - Date.parse(entry.goneAt) >= hours * HOUR_MS;
}

function entryOf(pod: string, { psc }: Observed): LeavingBroker | undefined {
  return psc.status?.leaving?.find((each) => each.pod === pod);
}

function replicasOf(object: KubernetesObject | undefined): number | undefined {
  return (object as { readonly spec?: { readonly replicas?: number } } | undefined)?.spec?.replicas;
}
