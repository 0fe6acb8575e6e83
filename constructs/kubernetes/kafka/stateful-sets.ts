import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { PRECREATED_ONLY_STORAGE_CLASS } from '../../../contracts/names.ts';
import { DATA_VOLUME } from './claims.ts';
import type { ClusterView, KafkaRole } from './cluster-view.ts';
import type { RoleConfig } from './config-maps.ts';
import { podSelector, roleLabels } from './labels.ts';
import { HEADLESS_SERVICES } from './listeners.ts';
import { podTemplate } from './pod-template.ts';

/** Names of the StatefulSets, which their pods carry on. */
export const STATEFUL_SETS = { broker: 'kafka', controller: 'controller' } as const satisfies Record<KafkaRole, string>;

/** Controllers first: brokers wait for a quorum. */
export function statefulSets(
  view: ClusterView,
  configs: Readonly<Record<KafkaRole, RoleConfig>>,
): readonly KubernetesObject[] {
  return [statefulSet(view, 'controller', configs.controller), statefulSet(view, 'broker', configs.broker)];
}

function statefulSet(view: ClusterView, role: KafkaRole, config: RoleConfig): KubernetesObject {
  const pods = role === 'broker' ? view.brokers : view.controllers;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: STATEFUL_SETS[role], namespace: view.namespace, labels: roleLabels(view, role) },
    spec: {
      replicas: pods.length,
      serviceName: HEADLESS_SERVICES[role],
      // Pods that wait for each other to be Ready would never form a quorum, nor pass a gate that needs one.
      podManagementPolicy: 'Parallel',
      // When a pod may go is decided by what Kafka says of it, which a StatefulSet does not know.
      updateStrategy: { type: 'OnDelete' },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      selector: { matchLabels: podSelector(view, role) },
      template: podTemplate(view, role, config),
      volumeClaimTemplates: [claimTemplate()],
    },
  };
}

/**
 * Pods use claims made before them (claims.ts). This template only names them, and its class keeps a claim that went
 * missing from coming back empty. It can never change, so its size is no volume's size.
 */
function claimTemplate(): Readonly<Record<string, unknown>> {
  return {
    metadata: { name: DATA_VOLUME },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: PRECREATED_ONLY_STORAGE_CLASS,
      resources: { requests: { storage: '1Gi' } },
    },
  };
}
