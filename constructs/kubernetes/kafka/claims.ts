import type { StorageSpec } from '../../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { LABELS } from '../../../contracts/labels.ts';
import { volumeAttributesClass, zonalStorageClass } from '../../../contracts/names.ts';
import type { ClusterView, KafkaRole, PlacedPod } from './cluster-view.ts';
import { roleLabels } from './labels.ts';

/** Name of the volume, and of the claim template, in every Kafka pod. */
export const DATA_VOLUME = 'data';

/** Claim of a pod, under the name by which its StatefulSet adopts it. */
export function claimName(pod: string): string {
  return `${DATA_VOLUME}-${pod}`;
}

/** One claim per pod, made before the pod and in the zone where the pod is placed. */
export function claims(view: ClusterView): readonly KubernetesObject[] {
  const { brokers, controllers } = view.kafka;
  return [
    ...view.controllers.map((pod) => claim(view, 'controller', pod, controllers.storage)),
    ...view.brokers.map((pod) => claim(view, 'broker', pod, brokers.storage)),
  ];
}

/** Claim of a broker, also of one that is placed no longer. */
export function brokerClaim(view: ClusterView, pod: PlacedPod): KubernetesObject {
  return claim(view, 'broker', pod, view.kafka.brokers.storage);
}

function claim(view: ClusterView, role: KafkaRole, pod: PlacedPod, storage: StorageSpec): KubernetesObject {
  const attributesClass = view.dataPlane.cloud === 'local' ? undefined : volumeAttributesClass(storage);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimName(pod.name),
      namespace: view.namespace,
      labels: { ...roleLabels(view, role), [LABELS.zone]: pod.zone },
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: zonalStorageClass(storage.classPrefix, pod.zone),
      ...(attributesClass === undefined ? {} : { volumeAttributesClassName: attributesClass }),
      resources: { requests: { storage: `${storage.sizeGib}Gi` } },
    },
  };
}
