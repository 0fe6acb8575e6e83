import type { Construct } from 'constructs';
import { KubeClusterRole, KubeClusterRoleBinding } from 'cdk8s-plus-27/lib/imports/k8s.js';
import type { PolicyRule } from 'cdk8s-plus-27/lib/imports/k8s.js';

export interface ClusterRoleProps {
  readonly name: string;
  readonly serviceAccount: string;
  readonly namespace: string;
  readonly rules: readonly PolicyRule[];
}

/** Role of a service over the whole Kubernetes cluster. */
export function grantInCluster(scope: Construct, id: string, props: ClusterRoleProps): void {
  new KubeClusterRole(scope, `${id}-cluster-role`, { metadata: { name: props.name }, rules: [...props.rules] });
  new KubeClusterRoleBinding(scope, `${id}-cluster-role-binding`, {
    metadata: { name: props.name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: props.name },
    subjects: [{ kind: 'ServiceAccount', name: props.serviceAccount, namespace: props.namespace }],
  });
}
