import type { KubernetesObject, ObjectMetadata } from '../../../contracts/kubernetes-object.ts';
import { LABELS, PART_OF } from '../../../contracts/labels.ts';
import { NAMESPACES } from '../../../contracts/names.ts';
import { CLUSTER_DNS_EGRESS, KUBERNETES_API_EGRESS, tcpPorts } from '../kafka/network-openings.ts';
import { METRICS_READER_LABEL } from '../shared/platform-labels.ts';
import { GATEWAY_PORTS } from './haproxy-config.ts';

/** Openings of the gateway: clients from anywhere in, brokers out. Each cluster's own source ranges are in its route. */
export function gatewayNetworkPolicy(
  metadata: ObjectMetadata,
  selector: Readonly<Record<string, string>>,
): KubernetesObject {
  const broker = { matchLabels: { [LABELS.partOf]: PART_OF, [LABELS.role]: 'broker' } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: {
      podSelector: { matchLabels: selector },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { ports: tcpPorts(GATEWAY_PORTS.external) },
        {
          from: [
            { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACES.system } } },
            { namespaceSelector: { matchLabels: { [METRICS_READER_LABEL]: 'true' } } },
          ],
          ports: tcpPorts(GATEWAY_PORTS.status),
        },
      ],
      egress: [
        {
          to: [
            { namespaceSelector: { matchExpressions: [{ key: LABELS.psc, operator: 'Exists' }] }, podSelector: broker },
          ],
          ports: tcpPorts(GATEWAY_PORTS.external),
        },
        CLUSTER_DNS_EGRESS,
        KUBERNETES_API_EGRESS,
      ],
    },
  };
}
