import {
  CONDITION_TYPES,
  type ConditionStatus,
  type ConditionType,
  findCondition,
} from '../../../contracts/conditions.ts';
import { claimName } from '../../../constructs/kubernetes/kafka/claims.ts';
import { ordinalOf } from '../../../constructs/kubernetes/kafka/placed-pod.ts';
import { viewCluster } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { dynamicLimits } from '../../../constructs/kubernetes/kafka/dynamic-limits.ts';
import { metadataLevelOf } from '../../../operators/psc/kafka-releases.ts';
import { EVICTION_WISH_MS, UNSCHEDULABLE_PATIENCE_MS } from '../../../operators/psc/classify.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';
import { requestedGib } from './api-model.ts';
import { DYNAMIC_SETTINGS } from './settings-model.ts';
import { observedPod } from './pod-record.ts';
import { needsRestart, wantedOf } from './wanted.ts';
import type { World } from './world.ts';

/** What still keeps the cluster from being what the spec says; undefined when nothing does. */
export function unfinished(world: World): string | undefined {
  // Where a volume is gone for good, no more can be finished than to say so.
  if (world.lostClaims.size > 0) {
    // No new authority is made then; what pods have been given, those that run show in time.
    const late = world.credentials.unfinished(undefined);
    const former = world.passwords.unfinished(undefined);
    return (
      unnamedLoss(world) ??
      unfinishedPatience(world) ??
      unfinishedWishes(world) ??
      late ??
      former ??
      unfinishedTiering(world)
    );
  }
  return (
    world.drains.unfinished() ??
    unfinishedPods(world) ??
    unfinishedShrink(world) ??
    unfinishedCertificates(world) ??
    world.passwords.unfinished(world.api.storedPsc()?.spec.maintenance?.passwordsRequestedAt) ??
    unfinishedKafka(world) ??
    unfinishedTiering(world) ??
    unfinishedStatus(world)
  );
}

/** Whether a shrink goes on beside a loss that holds up its end: how far it comes depends on what the lost broker held. */
export function isShrinkHampered({ api, lostClaims }: World): boolean {
  return lostClaims.size > 0 && (api.storedPsc()?.status?.leaving ?? []).length > 0;
}

function unnamedLoss({ api, lostClaims }: World): string | undefined {
  const stalled = findCondition(api.storedPsc()?.status?.conditions, CONDITION_TYPES.stalled);
  const isSaid = stalled?.status === 'True' && [...lostClaims].every((name) => stalled.message?.includes(name));
  return isSaid ? undefined : `no condition names ${[...lostClaims].join(', ')}: ${stalled?.message ?? ''}`;
}

/** A pod without its volume finds no node, which the operator says when it has waited for one long enough. */
function unfinishedPatience({ pods, scheduler }: World): string | undefined {
  const waits = pods
    .all()
    .find(
      ({ unschedulableSinceMs = -Infinity }) =>
        scheduler.nowMs - unschedulableSinceMs < UNSCHEDULABLE_PATIENCE_MS + CLOCKS_APART_MS,
    );
  return waits === undefined ? undefined : `the operator still has patience with ${waits.name}`;
}

/** Of a drain that was given up: the operator forgets them in its time, and says so. */
function unfinishedWishes({ pods, scheduler }: World): string | undefined {
  const wanted = pods
    .all()
    .find(({ evictedAtMs = -Infinity }) => scheduler.nowMs - evictedAtMs < EVICTION_WISH_MS + CLOCKS_APART_MS);
  return wanted === undefined ? undefined : `somebody may still want ${wanted.name} off its node`;
}

/** More than clocks differ by, and a pass is away. */
const CLOCKS_APART_MS = 60_000;

function unfinishedPods({ api, pods, kafka, claims, dataPlane }: World): string | undefined {
  const psc = api.storedPsc();
  if (psc?.spec.kafka === undefined) return 'there is no PSC';
  const view = viewCluster(psc, dataPlane);
  const wanted = wantedOf(psc, dataPlane);
  for (const { name } of [...view.controllers, ...view.brokers]) {
    const pod = pods.get(name);
    if (pod === undefined) return `${name} is missing`;
    if (pod.isTerminating || observedPod(pod).ready !== 'True') return `${name} is not ready`;
    if (needsRestart(pod, wanted)) return `${name} is not as the spec has it`;
    const isWell = pod.role === 'broker' ? kafka.isInSync(pod.nodeId) : kafka.quorum.isVoting(pod.nodeId);
    if (!isWell) return `${name} is not in sync`;
    const { storage } = pod.role === 'broker' ? view.kafka.brokers : view.kafka.controllers;
    const claim = claims.find(claimName(name));
    if (requestedGib(claim) < storage.sizeGib) return `the volume of ${name} is too small`;
  }
  return undefined;
}

/** Nothing but volumes that are to be kept is left of brokers that are placed no longer. */
function unfinishedShrink({ api, pods, kafka, claims }: World): string | undefined {
  const psc = api.storedPsc();
  const placement = Object.values(psc?.spec.kafka?.placement ?? {}).flatMap((zone) => zone.pods);
  const placed = new Set(placement);
  const isOver = (name: string): boolean => name.startsWith('kafka-') && !placed.has(name);
  const pod = pods.all().find(({ name }) => isOver(name));
  if (pod !== undefined) return `${pod.name} is still there`;
  const known = kafka.brokerIds().find((id) => isOver(`kafka-${id}`));
  if (known !== undefined) return `Kafka still knows kafka-${known}`;
  const row = psc?.status?.brokers?.find((each) => isOver(each.pod));
  if (row !== undefined) return `the status still knows ${row.pod}`;
  const service = api
    .objectsOfKind('Service')
    .find(({ metadata }) => isOver(metadata.name.replace(/-external$/, '')) && /^kafka-\d/.test(metadata.name));
  if (service !== undefined) return `${service.metadata.name} is still there`;
  const cordoned = placement.find((name) => kafka.isCordoned(ordinalOf(name)));
  if (cordoned !== undefined) return `${cordoned} is still cordoned`;
  const isKept = psc?.spec.kafka?.brokers.volumeGraceHours !== 0;
  const entry = psc?.status?.leaving?.find(
    ({ pod: name, goneAt }) => !isKept || placed.has(name) || goneAt === undefined,
  );
  if (entry !== undefined) return `the status still remembers that ${entry.pod} leaves`;
  const claim = api
    .objectsOfKind('PersistentVolumeClaim')
    .find(({ metadata }) => isOver(metadata.name.replace(/^data-/, '')));
  if (claim !== undefined && !isKept) return `${claim.metadata.name} is still there`;
  const [volume] = claims.leftOver();
  return volume === undefined ? undefined : `${volume} was never released`;
}

function unfinishedCertificates({ api, credentials, issuer }: World): string | undefined {
  const { kafka, maintenance } = api.storedPsc()?.spec ?? {};
  if (kafka?.authorityIssuer !== undefined && issuer.isIssuing)
    return 'the issuer is about to come up with an authority';
  const maker = kafka?.authorityIssuer === undefined ? 'operator' : 'issuer';
  return credentials.unfinished(maintenance?.authorityRequestedAt, maker);
}

function unfinishedKafka({ api, kafka, dataPlane }: World): string | undefined {
  const psc = api.storedPsc();
  if (psc === undefined) return 'there is no PSC';
  const view = viewCluster(psc, dataPlane);
  const { level } = kafka.features;
  if (level < (metadataLevelOf(view.kafka.version) ?? 0)) return `metadata.version is ${level}`;
  const carrying = view.brokers.filter(({ ordinal }) =>
    kafka.partitions.all.some(({ replicas }) => replicas.includes(ordinal)),
  );
  const { brokerDefaults, clientQuotas } = dynamicLimits(view, carrying.length || undefined);
  const own = Object.entries(view.kafka.config ?? {}).filter(([key]) => DYNAMIC_SETTINGS.has(key));
  for (const [key, value] of [...Object.entries(brokerDefaults), ...own]) {
    if (kafka.settings.get(key) !== value) return `setting ${key} is ${kafka.settings.get(key) ?? 'absent'}`;
  }
  for (const [key, value] of Object.entries(clientQuotas[0]?.values ?? {})) {
    if (kafka.quota[key] !== value) return `quota ${key} is not set`;
  }
  return undefined;
}

function unfinishedTiering({ api, kafka }: World): string | undefined {
  if (!kafka.isTierWell()) return 'brokers have not got over what their object store did';
  return unlikeWanted(api.storedPsc(), [[CONDITION_TYPES.storageTiered, 'True']]);
}

function unfinishedStatus({ api }: World): string | undefined {
  const psc = api.storedPsc();
  if (psc?.status?.observedGeneration !== psc?.metadata.generation) return 'the status speaks of an older spec';
  const unlike = unlikeWanted(psc, [
    [CONDITION_TYPES.ready, 'True'],
    [CONDITION_TYPES.rolling, 'False'],
    [CONDITION_TYPES.clusterResizing, 'False'],
    [CONDITION_TYPES.stalled, 'False'],
    [CONDITION_TYPES.reconciling, 'False'],
  ]);
  return unlike ?? (psc?.status?.fence === undefined ? undefined : 'a fence is left in the status');
}

function unlikeWanted(
  psc: StoredPsc | undefined,
  wanted: readonly (readonly [ConditionType, ConditionStatus])[],
): string | undefined {
  for (const [type, status] of wanted) {
    const condition = findCondition(psc?.status?.conditions, type);
    if (condition?.status !== status) {
      return `condition ${type} is ${condition?.status ?? 'absent'} (${condition?.reason ?? ''}: ${condition?.message ?? ''})`;
    }
  }
  return undefined;
}
