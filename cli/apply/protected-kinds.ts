import { groupOf, type ObjectRef } from './object-ref.ts';

/** Kinds whose deletion loses data or more than itself: each is deleted only when its word is given. */
export const PROTECTED_KINDS = ['psc', 'pvc', 'crd', 'namespace'] as const;
export type ProtectedKind = (typeof PROTECTED_KINDS)[number];

/** Protection that an object is under; undefined for those that may be pruned. */
export function protectionOf(ref: Pick<ObjectRef, 'apiVersion' | 'kind'>): ProtectedKind | undefined {
  return KINDS.get(`${groupOf(ref.apiVersion)}/${ref.kind}`);
}

const KINDS: ReadonlyMap<string, ProtectedKind> = new Map([
  ['flotilla.dev/PhysicalStatefulCluster', 'psc'],
  ['/PersistentVolumeClaim', 'pvc'],
  // A volume is worth what its claim is worth.
  ['/PersistentVolume', 'pvc'],
  ['apiextensions.k8s.io/CustomResourceDefinition', 'crd'],
  ['/Namespace', 'namespace'],
]);
