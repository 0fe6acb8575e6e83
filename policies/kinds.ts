import { PSC_PLURAL } from '../contracts/psc-kind.ts';

/** How the API serves each kind that rules speak of. */
export const KINDS = {
  Pod: { group: '', version: 'v1', resource: 'pods', scope: 'Namespaced' },
  Deployment: { group: 'apps', version: 'v1', resource: 'deployments', scope: 'Namespaced' },
  StatefulSet: { group: 'apps', version: 'v1', resource: 'statefulsets', scope: 'Namespaced' },
  DaemonSet: { group: 'apps', version: 'v1', resource: 'daemonsets', scope: 'Namespaced' },
  Job: { group: 'batch', version: 'v1', resource: 'jobs', scope: 'Namespaced' },
  CronJob: { group: 'batch', version: 'v1', resource: 'cronjobs', scope: 'Namespaced' },
  Service: { group: '', version: 'v1', resource: 'services', scope: 'Namespaced' },
  ConfigMap: { group: '', version: 'v1', resource: 'configmaps', scope: 'Namespaced' },
  Secret: { group: '', version: 'v1', resource: 'secrets', scope: 'Namespaced' },
  ServiceAccount: { group: '', version: 'v1', resource: 'serviceaccounts', scope: 'Namespaced' },
  ResourceQuota: { group: '', version: 'v1', resource: 'resourcequotas', scope: 'Namespaced' },
  PersistentVolumeClaim: { group: '', version: 'v1', resource: 'persistentvolumeclaims', scope: 'Namespaced' },
  NetworkPolicy: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies', scope: 'Namespaced' },
  PodDisruptionBudget: { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets', scope: 'Namespaced' },
  Role: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'roles', scope: 'Namespaced' },
  RoleBinding: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'rolebindings', scope: 'Namespaced' },
  ClusterRole: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterroles', scope: 'Cluster' },
  ClusterRoleBinding: {
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    resource: 'clusterrolebindings',
    scope: 'Cluster',
  },
  Namespace: { group: '', version: 'v1', resource: 'namespaces', scope: 'Cluster' },
  StorageClass: { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses', scope: 'Cluster' },
  PhysicalStatefulCluster: {
    group: 'flotilla.dev',
    version: 'v1',
    resource: PSC_PLURAL,
    scope: 'Namespaced',
  },
} as const satisfies Record<string, ServedKind>;

export type KindName = keyof typeof KINDS;

export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly scope: 'Namespaced' | 'Cluster';
}

/** Kinds that carry a pod template, and pods. */
export const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod'] as const;

/** The kind of an object if rules may speak of it: a kind of the same name in another API group is another kind. */
export function kindOf(object: { readonly apiVersion: string; readonly kind: string }): KindName | undefined {
  if (!Object.hasOwn(KINDS, object.kind)) return undefined;
  const name = object.kind as KindName;
  const { group, version } = KINDS[name];
  return object.apiVersion === (group === '' ? version : `${group}/${version}`) ? name : undefined;
}
