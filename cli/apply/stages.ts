import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { groupOf, type ObjectRef } from './object-ref.ts';

/**
 * Steps of an apply, in order. Each ends before the next begins, because what follows needs it: contents their
 * namespace, custom resources their definition, pods the policies that judge them and the quotas that bound them.
 */
export const STAGES = [
  'namespaces',
  'custom resource definitions',
  'admission policies',
  'cluster-wide objects',
  'configuration',
  'workloads',
  'custom resources',
] as const;
export type StageName = (typeof STAGES)[number];

/** Step that an object belongs to; `customGroupKinds` are the group and kind of every definition that is applied. */
export function stageOf(ref: ObjectRef, customGroupKinds: ReadonlySet<string>): StageName {
  const groupKind = `${groupOf(ref.apiVersion)}/${ref.kind}`;
  if (customGroupKinds.has(groupKind)) return 'custom resources';
  const fixed = FIXED.get(groupKind);
  if (fixed !== undefined) return fixed;
  if (ref.apiVersion.startsWith('admissionregistration.k8s.io/')) return 'admission policies';
  if (!isBuiltInGroup(groupOf(ref.apiVersion))) return 'custom resources';
  return ref.namespace === undefined ? 'cluster-wide objects' : 'configuration';
}

/** Group and kind, as in `flotilla.dev/PhysicalStatefulCluster`, of each definition among the objects. */
export function customGroupKinds(objects: readonly KubernetesObject[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const object of objects) {
    if (object.kind !== 'CustomResourceDefinition') continue;
    const spec = object['spec'] as { readonly group?: string; readonly names?: { readonly kind?: string } } | undefined;
    found.add(`${spec?.group ?? ''}/${spec?.names?.kind ?? ''}`);
  }
  return found;
}

const WORKLOAD_KINDS = ['apps/DaemonSet', 'apps/Deployment', 'apps/ReplicaSet', 'apps/StatefulSet', 'batch/CronJob'];
const FIXED: ReadonlyMap<string, StageName> = new Map<string, StageName>([
  ['/Namespace', 'namespaces'],
  ['apiextensions.k8s.io/CustomResourceDefinition', 'custom resource definitions'],
  ...[...WORKLOAD_KINDS, 'batch/Job', '/Pod', '/ReplicationController'].map((kind) => [kind, 'workloads'] as const),
]);

/** Kubernetes' own groups have no dot or end in `.k8s.io`; definitions of others may be in the cluster already. */
function isBuiltInGroup(group: string): boolean {
  return !group.includes('.') || group.endsWith('.k8s.io');
}
