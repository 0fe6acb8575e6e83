import type { Construct } from 'constructs';
import { KubeRole, KubeRoleBinding } from 'cdk8s-plus-27/lib/imports/k8s.js';
import type { PolicyRule } from 'cdk8s-plus-27/lib/imports/k8s.js';

export interface NamespaceRoleProps {
  /** Service account, and name of the role. */
  readonly name: string;
  readonly namespace: string;
  /** Beside the lease of leader election, which has the service's name. @default - none */
  readonly rules?: readonly PolicyRule[];
}

/** Role of a service in its own namespace: the lease that its replicas elect their leader by, and what else it needs. */
export function grantInOwnNamespace(scope: Construct, id: string, props: NamespaceRoleProps): void {
  const metadata = { name: props.name, namespace: props.namespace };
  new KubeRole(scope, `${id}-role`, {
    metadata,
    rules: [
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: [props.name],
        verbs: ['get', 'patch', 'update'],
      },
      // A create carries no name yet, so it cannot be held to one.
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
      ...(props.rules ?? []),
    ],
  });
  new KubeRoleBinding(scope, `${id}-role-binding`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: props.name },
    subjects: [{ kind: 'ServiceAccount', name: props.name, namespace: props.namespace }],
  });
}
