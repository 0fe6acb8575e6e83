import { claims } from '../../constructs/kubernetes/kafka/claims.ts';
import { type ClusterView, ordinalOf } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import type { StorageSpec } from '../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { ANNOTATIONS, LABELS } from '../../contracts/labels.ts';
import { nodeIdOf } from './classify.ts';
import type { Observed, ObservedClaim } from './observed.ts';
import type { Write } from './plan.ts';

/** Share of a disk from which on it grows by itself: what is left must outlast an outage of the object store. */
export const GROW_FROM_USED = 0.75;

/** Each step makes a volume half as large again, since clouds allow few changes of one volume in a day. */
export const GROWTH_FACTOR = 1.5;

/** AWS takes the next change of a volume after six hours at the earliest (EBS, ModifyVolume). */
export const GROWTH_INTERVAL_MS = 6 * 3_600_000;

export interface ClaimsPlan {
  readonly objects: readonly KubernetesObject[];
  readonly events: readonly Write[];
}

/**
 * The volume claims as they shall be: of the size that the spec says, or larger where somebody has grown them, or where the
 * disk fills. Never smaller than they are.
 *
 * @param anew lost claims in whose place empty ones are made, each with the uid of the lost one
 */
export function planClaims(
  view: ClusterView,
  observed: Observed,
  anew: ReadonlyMap<string, string> = new Map(),
): ClaimsPlan {
  const stored = new Map(observed.claims.map((claim) => [claim.name, claim]));
  const sized = claims(view).map((object) => {
    const claim = stored.get(object.metadata.name);
    const isBroker = object.metadata.labels?.[LABELS.role] === 'broker';
    const storage = isBroker ? view.kafka.brokers.storage : view.kafka.controllers.storage;
    const replaces = anew.get(object.metadata.name) ?? claim?.replaces;
    const own = replaces === undefined ? object : annotated(object, { [ANNOTATIONS.replaces]: replaces });
    if (claim === undefined) return { object: own, events: [] };
    const grown = isBroker ? growth(claim, storage, observed) : undefined;
    const sizeGib = Math.max(storage.sizeGib, claim.requestedGib, grown ?? 0);
    const grownAtMs = grown === undefined ? claim.grownAtMs : observed.nowMs;
    return {
      object: withSize(own, sizeGib, grownAtMs),
      events: grown === undefined ? [] : [grownEvent(claim, grown)],
    };
  });
  return { objects: sized.map(({ object }) => object), events: sized.flatMap(({ events }) => events) };
}

/** A claim's object, for a broker that is gone: of the size that it has. */
export function claimAsItIs(object: KubernetesObject, { requestedGib, grownAtMs }: ObservedClaim): KubernetesObject {
  return withSize(object, requestedGib, grownAtMs);
}

/** Size that a filling disk shall have; undefined where it has room, may not grow, or grew a short while ago. */
function growth(claim: ObservedClaim, storage: StorageSpec, { kafka, nowMs }: Observed): number | undefined {
  const limitGib = storage.growthLimitGib ?? 0;
  const sizeGib = Math.max(claim.requestedGib, storage.sizeGib);
  if (kafka.state === 'unreachable' || sizeGib >= limitGib) return undefined;
  // One step at a time: the disk must have what was asked for last.
  if (claim.capacityGib === undefined || claim.capacityGib < claim.requestedGib) return undefined;
  if (claim.grownAtMs !== undefined && nowMs - claim.grownAtMs < GROWTH_INTERVAL_MS) return undefined;
  const disk = kafka.brokers.get(nodeIdOf('broker', ordinalOf(claim.name)))?.disk;
  if (disk === undefined || disk.totalBytes === 0) return undefined;
  const used = 1 - disk.usableBytes / disk.totalBytes;
  return used < GROW_FROM_USED ? undefined : Math.min(limitGib, Math.ceil(sizeGib * GROWTH_FACTOR));
}

function withSize(object: KubernetesObject, sizeGib: number, grownAtMs: number | undefined): KubernetesObject {
  const spec = object['spec'] as Readonly<Record<string, unknown>>;
  const grown = grownAtMs === undefined ? {} : { [ANNOTATIONS.grownAt]: new Date(grownAtMs).toISOString() };
  return { ...annotated(object, grown), spec: { ...spec, resources: { requests: { storage: `${sizeGib}Gi` } } } };
}

function annotated(object: KubernetesObject, more: Readonly<Record<string, string>>): KubernetesObject {
  if (Object.keys(more).length === 0) return object;
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...more } } };
}

function grownEvent({ name, requestedGib }: ObservedClaim, sizeGib: number): Write {
  const message = `${name} grows from ${requestedGib} to ${sizeGib} GiB: its disk is ${GROW_FROM_USED * 100} % full`;
  return { kind: 'event', type: 'Normal', reason: 'VolumeGrown', message };
}
