import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';

/** Objects in the order in which a cluster can take them: what others need first, then by namespace and name. */
export function inApplyOrder(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return objects
    .map((object) => ({ object, key: sortKey(object) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ object }) => object);
}

/** One name per object of a cluster, as people write it: `apps/v1 Deployment flotilla-system/operator`. */
export function objectId(object: KubernetesObject): string {
  const { namespace, name } = object.metadata;
  return `${object.apiVersion} ${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

const KIND_ORDER = [
  'CustomResourceDefinition',
  'Namespace',
  'PriorityClass',
  'StorageClass',
  'VolumeAttributesClass',
  'ResourceQuota',
  'NetworkPolicy',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'PersistentVolumeClaim',
  'Service',
  'PodDisruptionBudget',
  'StatefulSet',
  'Deployment',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
];

function sortKey(object: KubernetesObject): string {
  const known = KIND_ORDER.indexOf(object.kind);
  const rank = String(known === -1 ? KIND_ORDER.length : known).padStart(2, '0');
  // A character below all that names may have separates the parts, so that `a` sorts before `a-b`.
  return [rank, object.kind, object.metadata.namespace ?? '', object.metadata.name, object.apiVersion].join('\u0000');
}
