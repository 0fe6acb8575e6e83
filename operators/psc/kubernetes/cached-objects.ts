import type { KubernetesObject, ObjectMetadata } from '../../../contracts/kubernetes-object.ts';
import type { ApiObject } from '../../runtime/follow-collection.ts';
import type { CachedKind } from '../../runtime/object-cache.ts';
import { stringPool } from '../../runtime/string-pool.ts';
import { objectKey, type ObservedClaim, type ObservedPod, type StoredPsc } from '../observed.ts';
import type { PscObjects } from '../ports.ts';
import {
  collectionPath,
  MADE_KINDS,
  type ObjectKind,
  POD,
  PSC_OBJECT,
  pscOf,
  pscSelector,
  VOLUME_CLAIM,
} from './kinds.ts';
import { observedClaim } from './observed-claim.ts';
import { observedPod, onLostNode, type RawPod } from './observed-pod.ts';

/** What is kept of an object that belongs to a PSC: pods as facts, all else whole. */
export type KeptObject =
  | {
      readonly kind: 'pod';
      readonly metadata: KeptMetadata;
      readonly psc: string | undefined;
      readonly pod: ObservedPod | undefined;
    }
  | {
      readonly kind: 'object';
      readonly metadata: ObjectMetadata & ApiObject['metadata'];
      readonly psc: string | undefined;
      readonly object: KubernetesObject;
    };

type KeptMetadata = ApiObject['metadata'];

/** Every kind that the operator follows, over all PSCs. */
export function cachedKinds(): readonly CachedKind<KeptObject>[] {
  const pooled = stringPool();
  const kept = (kind: ObjectKind): CachedKind<KeptObject> => ({
    kind: kind.kind,
    path: collectionPath(kind),
    // A PSC is not made for a PSC.
    ...(kind.kind === PSC_OBJECT.kind ? {} : { labelSelector: pscSelector() }),
    shape: (object) => shape(kind, object, pooled),
    ownerOf: ({ psc }) => psc,
  });
  return [PSC_OBJECT, POD, ...MADE_KINDS].map(kept);
}

/** An object as the API server sent it, in the form in which it is kept. */
export function keptObject(kind: ObjectKind, raw: ApiObject): KeptObject {
  return shape(kind, raw, (text) => text);
}

/** Objects of one PSC from all that is kept of it; undefined when the PSC itself is not there. */
export function pscObjects(kept: Iterable<KeptObject>, isNodeLost: (node: string) => boolean): PscObjects | undefined {
  let psc: StoredPsc | undefined;
  const objects = new Map<string, KubernetesObject>();
  const pods: ObservedPod[] = [];
  const claims: ObservedClaim[] = [];
  for (const each of kept) {
    if (each.kind === 'pod') {
      const { pod } = each;
      if (pod !== undefined) pods.push(pod.node !== undefined && isNodeLost(pod.node) ? onLostNode(pod) : pod);
    } else if (each.object.kind === PSC_OBJECT.kind) {
      psc = each.object as unknown as StoredPsc;
    } else {
      objects.set(objectKey(each.object), each.object);
      if (each.object.kind === VOLUME_CLAIM.kind) claims.push(observedClaim(each.object));
    }
  }
  if (psc === undefined) return undefined;
  // The order in which events come must not decide anything.
  pods.sort((a, b) => (a.role === b.role ? a.ordinal - b.ordinal : a.role < b.role ? -1 : 1));
  claims.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { psc, objects, pods, claims };
}

function shape(kind: ObjectKind, raw: ApiObject, pooled: (text: string) => string): KeptObject {
  if (kind.kind === POD.kind) {
    const { metadata } = raw as RawPod;
    const { name, namespace = '', resourceVersion } = metadata;
    const pod = observedPod(raw as RawPod);
    return {
      kind: 'pod',
      metadata: { name, namespace, resourceVersion },
      psc: pscOf({ kind: POD.kind, metadata }),
      pod,
    };
  }
  // Items of a list do not say what they are.
  const { apiVersion } = kind;
  const object = slim({ ...raw, apiVersion, kind: kind.kind }, pooled);
  return {
    kind: 'object',
    metadata: object.metadata,
    psc: pscOf(object),
    object,
  };
}

/** Without what nobody reads. Files of ConfigMaps are the same in all clusters, so each text is kept once. */
function slim(object: KubernetesObject, pooled: (text: string) => string): KubernetesObject {
  const metadata: Record<string, unknown> = { ...object.metadata };
  delete metadata['managedFields'];
  const { data } = object as { readonly data?: Readonly<Record<string, string>> };
  if (object.kind !== 'ConfigMap' || data === undefined)
    return { ...object, metadata: metadata as unknown as ObjectMetadata };
  const texts = Object.fromEntries(Object.entries(data).map(([file, text]) => [file, pooled(text)]));
  return { ...object, metadata: metadata as unknown as ObjectMetadata, data: texts };
}
