import { createHash } from 'node:crypto';
import { ANNOTATIONS } from '../../contracts/labels.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { quantityValue } from '../../contracts/quantity.ts';
import type { StoredPsc } from './observed.ts';

/**
 * The object as the operator applies it: owned by the PSC where both are in one namespace, so that it goes with it, and with
 * the digest of what was asked for. Volume claims have no owner: data outlives the PSC.
 */
export function intended(object: KubernetesObject, psc: StoredPsc): KubernetesObject {
  const kept = INTENDED.get(object);
  if (kept?.owner === psc.metadata.uid) return kept.intended;
  const made = withIntent(object, psc);
  INTENDED.set(object, { owner: psc.metadata.uid, intended: made });
  return made;
}

/** Digests are much of a pass; rendered objects are the same ones from pass to pass. */
const INTENDED = new WeakMap<object, { readonly owner: string; readonly intended: KubernetesObject }>();

function withIntent(object: KubernetesObject, psc: StoredPsc): KubernetesObject {
  const digest = createHash('sha256').update(JSON.stringify(object)).digest('hex').slice(0, 16);
  const isOwned = object.kind !== 'PersistentVolumeClaim' && object.metadata.namespace === psc.metadata.namespace;
  const owner = {
    apiVersion: psc.apiVersion,
    kind: psc.kind,
    name: psc.metadata.name,
    uid: psc.metadata.uid,
    controller: true,
  };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...object.metadata.annotations, [ANNOTATIONS.intent]: digest },
      ...(isOwned ? { ownerReferences: [owner] } : {}),
    },
  };
}

/**
 * Whether the stored object is as it was applied: the same intent, and nobody has changed a field of it since. Reading it
 * costs no call, so that a pass at rest makes none.
 */
export function isAsIntended(stored: KubernetesObject | undefined, wanted: KubernetesObject): boolean {
  if (stored === undefined) return false;
  const kept = COMPARED.get(stored);
  if (kept?.wanted === wanted) return kept.isSo;
  const isSo = isSame(stored, wanted);
  COMPARED.set(stored, { wanted, isSo });
  return isSo;
}

/** Stored objects are the same ones from pass to pass, and never changed in place. */
const COMPARED = new WeakMap<object, { readonly wanted: KubernetesObject; readonly isSo: boolean }>();

function isSame(stored: KubernetesObject, wanted: KubernetesObject): boolean {
  const digestOf = ({ metadata }: KubernetesObject): string | undefined => metadata.annotations?.[ANNOTATIONS.intent];
  return digestOf(stored) === digestOf(wanted) && holds(stored, wanted);
}

/** Whether `stored` has all that `wanted` says; the API server adds defaults, and writes quantities its own way. */
export function holds(stored: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (wanted.length === 0) return stored === undefined || (Array.isArray(stored) && stored.length === 0);
    return (
      Array.isArray(stored) &&
      stored.length === wanted.length &&
      wanted.every((item, index) => holds(stored[index], item))
    );
  }
  if (typeof wanted === 'object' && wanted !== null) {
    const entries = Object.entries(wanted).filter(([, value]) => value !== undefined);
    if (stored === undefined) return entries.every(([, value]) => holds(undefined, value));
    if (typeof stored !== 'object' || stored === null) return false;
    const fields = stored as Readonly<Record<string, unknown>>;
    return entries.every(([key, value]) => holds(fields[key], value));
  }
  if (stored === wanted) return true;
  // The API server leaves out what says nothing.
  if (stored === undefined) return wanted === '' || wanted === false || wanted === 0;
  return typeof stored === 'string' && typeof wanted === 'string' && sameQuantity(stored, wanted);
}

function sameQuantity(a: string, b: string): boolean {
  const value = quantityValue(a);
  return value !== undefined && value === quantityValue(b);
}
