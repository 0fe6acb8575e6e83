import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { LABELS } from '../../../contracts/labels.ts';
import { MOTHERSHIP, NAMESPACES } from '../../../contracts/names.ts';
import { METRICS_READER_LABEL } from '../shared/platform-labels.ts';
import type { ClusterView, KafkaRole } from './cluster-view.ts';
import { podSelector, roleLabels } from './labels.ts';
import { PORTS } from './listeners.ts';
import {
  CLUSTER_DNS_EGRESS,
  KUBERNETES_API_EGRESS,
  namespacePeer,
  PRIVATE_ADDRESSES,
  tcpPorts,
  type PolicyRule,
} from './network-openings.ts';

/** Openings in the namespace's default-deny policy, one policy per role. */
export function networkPolicies(view: ClusterView): readonly KubernetesObject[] {
  const own = { podSelector: { matchLabels: { [LABELS.psc]: view.name } } };
  // The mothership is what the control plane's services talk to; no tenant's cluster is.
  const platform = view.name === MOTHERSHIP ? [NAMESPACES.system, NAMESPACES.controlPlane] : [NAMESPACES.system];
  return [
    policy(
      view,
      'controller',
      [
        { from: [own], ports: tcpPorts(PORTS.controller) },
        // The operator looks at the certificate that they show, and has none of its own that they would take.
        { from: [namespacePeer(NAMESPACES.system)], ports: tcpPorts(PORTS.controller) },
        metricsRule(),
      ],
      [ownEgress(own)],
    ),
    policy(
      view,
      'broker',
      [
        { from: [own], ports: tcpPorts(PORTS.replication, PORTS.internal) },
        { from: platform.map(namespacePeer), ports: tcpPorts(PORTS.internal) },
        // Connect and ksqlDB clusters of this Kafka: whoever makes their namespace says so there.
        {
          from: [{ namespaceSelector: { matchLabels: { [LABELS.kafka]: view.name } } }],
          ports: tcpPorts(PORTS.internal),
        },
        { from: [namespacePeer(NAMESPACES.gateway)], ports: tcpPorts(PORTS.external) },
        metricsRule(),
      ],
      [ownEgress(own), ...objectStoreEgress(view)],
    ),
  ];
}

function policy(
  view: ClusterView,
  role: KafkaRole,
  ingress: readonly PolicyRule[],
  egress: readonly PolicyRule[],
): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `kafka-${role}`, namespace: view.namespace, labels: roleLabels(view, role) },
    spec: {
      podSelector: { matchLabels: podSelector(view, role) },
      policyTypes: ['Ingress', 'Egress'],
      ingress,
      egress: [...egress, CLUSTER_DNS_EGRESS, KUBERNETES_API_EGRESS],
    },
  };
}

function ownEgress(own: PolicyRule): PolicyRule {
  return { to: [own], ports: tcpPorts(PORTS.replication, PORTS.internal, PORTS.controller) };
}

/** Opening for the platform's services and whatever reads metrics. */
export function metricsRule(): PolicyRule {
  return {
    from: [
      namespacePeer(NAMESPACES.system),
      { namespaceSelector: { matchLabels: { [METRICS_READER_LABEL]: 'true' } } },
    ],
    ports: tcpPorts(PORTS.metrics),
  };
}

/** Object stores and token services have no fixed addresses: any on 443, which TLS and the pod's identity guard. */
function objectStoreEgress(view: ClusterView): readonly PolicyRule[] {
  const { tieredStorage } = view.kafka;
  if (tieredStorage === undefined) return [];
  const anywhere = { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: tcpPorts(443) };
  const { endpoint } = tieredStorage;
  if (endpoint !== undefined) {
    const port = endpointPort(endpoint);
    return port === 443 ? [anywhere] : [{ to: PRIVATE_ADDRESSES, ports: tcpPorts(port) }];
  }
  if (view.dataPlane.cloud !== 'gcp') return [anywhere];
  // Workload identity gets its tokens from the node's metadata server, on one of these ways.
  const metadata = [
    { to: [{ ipBlock: { cidr: '169.254.169.252/32' } }], ports: tcpPorts(988) },
    { to: [{ ipBlock: { cidr: '169.254.169.254/32' } }], ports: tcpPorts(80) },
  ];
  return [anywhere, ...metadata];
}

function endpointPort(endpoint: string): number {
  const { port, protocol } = new URL(endpoint);
  if (port !== '') return Number(port);
  return protocol === 'http:' ? 80 : 443;
}
