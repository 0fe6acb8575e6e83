import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { cloudIdentityMarks, type CloudIdentityMarks } from '../shared/cloud-identity.ts';
import type { ClusterView, KafkaRole } from './cluster-view.ts';
import { objectLabels, roleLabels } from './labels.ts';
import { SERVICE_ACCOUNTS } from './secrets.ts';

/** Cluster role that lets an init container read the zone of its node (`get nodes`); made once per data plane. */
export const NODE_ZONE_READER_ROLE = 'flotilla-node-zone-reader';

/**
 * Service accounts and the one thing that they may do in the Kubernetes API. Their tokens are mounted into the init
 * container only.
 */
export function access(view: ClusterView): readonly KubernetesObject[] {
  return [serviceAccount(view, 'controller'), serviceAccount(view, 'broker'), nodeReaderBinding(view)];
}

/** Labels that a cloud's identity webhook looks for on pods. */
export function identityPodLabels(view: ClusterView, role: KafkaRole): Readonly<Record<string, string>> {
  return identityMarks(view, role)?.podLabels ?? {};
}

/** Only brokers touch the object store, so only they have an identity in the cloud. */
function identityMarks(view: ClusterView, role: KafkaRole): CloudIdentityMarks | undefined {
  const { identity } = view.kafka;
  return role === 'broker' && identity !== undefined ? cloudIdentityMarks(view.dataPlane.cloud, identity) : undefined;
}

function serviceAccount(view: ClusterView, role: KafkaRole): KubernetesObject {
  const annotations = identityMarks(view, role)?.annotations ?? {};
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: SERVICE_ACCOUNTS[role],
      namespace: view.namespace,
      labels: roleLabels(view, role),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    automountServiceAccountToken: false,
  };
}

/** Bound per PSC, not to a group of all service accounts: what runs beside Kafka has no business with nodes. */
function nodeReaderBinding(view: ClusterView): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: `${view.namespace}-node-zone-reader`, labels: objectLabels(view) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NODE_ZONE_READER_ROLE },
    subjects: (['controller', 'broker'] as const).map((role) => ({
      kind: 'ServiceAccount',
      name: SERVICE_ACCOUNTS[role],
      namespace: view.namespace,
    })),
  };
}
