import { createHash } from 'node:crypto';
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Cloud } from '../../../contracts/cloud.ts';
import type { DataPlane } from '../../../contracts/data-plane.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { LABELS } from '../../../contracts/labels.ts';
import { NAMESPACES } from '../../../contracts/names.ts';
import { selectorLabels } from '../shared/platform-labels.ts';
import { gatewayDeployment } from './gateway-deployment.ts';
import { gatewayNetworkPolicy } from './gateway-network-policy.ts';
import { GATEWAY_PORTS, haproxyConfig } from './haproxy-config.ts';

export interface GatewayProps {
  readonly dataPlane: DataPlane;
  /** Host name of the load balancer; every broker's name is an alias of it. */
  readonly hostname: string;
  /** `offered`: networks of the same cloud reach it without the internet between. @default - the internet alone leads there */
  readonly privateLink?: 'offered';
}

/**
 * The TLS-passthrough gateway of one data plane: one load balancer for all brokers of all clusters (ADR 0005). A second one
 * stands behind a private link on gcp, which publishes none that faces outward
 * (cloud.google.com/vpc/docs/about-vpc-hosted-services); aws and azure publish the one that is there.
 */
export class Gateway extends Construct {
  readonly objects: readonly KubernetesObject[];

  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    this.objects = renderGateway(props);
    for (const object of this.objects) new ApiObject(this, `${object.kind}-${object.metadata.name}`, object);
  }
}

/** Name of the gateway's objects in its namespace. */
export const GATEWAY_NAME = 'gateway';

/** Objects of the gateway in apply order; the namespace is made elsewhere. */
export function renderGateway({ dataPlane, hostname, privateLink }: GatewayProps): readonly KubernetesObject[] {
  const labels = gatewayLabels();
  const metadata = { name: GATEWAY_NAME, namespace: NAMESPACES.gateway, labels };
  const config = haproxyConfig({ domain: dataPlane.domain, maxConnections: MAX_CONNECTIONS[dataPlane.cloud] });
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      // Routes come and go under names that only the operator knows; nothing secret is in this namespace.
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: GATEWAY_NAME },
      subjects: [{ kind: 'ServiceAccount', name: GATEWAY_NAME, namespace: NAMESPACES.gateway }],
    },
    gatewayNetworkPolicy(metadata, selectorLabels(GATEWAY_NAME)),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'haproxy.cfg': config } },
    service(dataPlane.cloud, hostname),
    ...(privateLink === 'offered' && dataPlane.cloud === 'gcp' ? [linkedService()] : []),
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: selectorLabels(GATEWAY_NAME) },
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    },
    gatewayDeployment({
      metadata,
      selector: selectorLabels(GATEWAY_NAME),
      dataPlane,
      configDigest: createHash('sha256').update(config).digest('hex').slice(0, 16),
      maxConnections: MAX_CONNECTIONS[dataPlane.cloud],
    }),
  ];
}

/** Connections of one pod: two CKUs' worth, of which a data plane has as many pods as zones; scale out from there. */
const MAX_CONNECTIONS: Readonly<Record<Cloud, number>> = { aws: 40_000, gcp: 40_000, azure: 40_000, local: 500 };

function gatewayLabels(): Readonly<Record<string, string>> {
  return {
    ...selectorLabels(GATEWAY_NAME),
    [LABELS.instance]: GATEWAY_NAME,
    [LABELS.component]: GATEWAY_NAME,
  };
}

function service(cloud: Cloud, hostname: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: GATEWAY_NAME,
      namespace: NAMESPACES.gateway,
      labels: gatewayLabels(),
      annotations: { 'external-dns.alpha.kubernetes.io/hostname': hostname, ...LOAD_BALANCER_ANNOTATIONS[cloud] },
    },
    spec: {
      type: 'LoadBalancer',
      // Any other policy hides the client's address, which source ranges are checked against.
      externalTrafficPolicy: 'Local',
      ...(cloud === 'local' ? { allocateLoadBalancerNodePorts: false } : {}),
      ...GATEWAY_TARGET,
    },
  };
}

const GATEWAY_TARGET = {
  selector: selectorLabels(GATEWAY_NAME),
  ports: [{ name: 'kafka', port: GATEWAY_PORTS.external, targetPort: GATEWAY_PORTS.external, protocol: 'TCP' }],
};

/** What a service attachment of GCP publishes: reached from inside alone, from guests' regions too. */
function linkedService(): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: `${GATEWAY_NAME}-private-link`,
      namespace: NAMESPACES.gateway,
      labels: gatewayLabels(),
      // No host name: guests answer the mothership's names themselves, with an address of their own.
      annotations: {
        'networking.gke.io/load-balancer-type': 'Internal',
        'networking.gke.io/internal-load-balancer-allow-global-access': 'true',
      },
    },
    spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ...GATEWAY_TARGET },
  };
}

/**
 * A network load balancer that keeps the client's address, in the words of each cloud's own controller: none is installed
 * beside it, so that the first deployment into a fresh cluster gets an address.
 */
const LOAD_BALANCER_ANNOTATIONS: Readonly<Record<Cloud, Readonly<Record<string, string>>>> = {
  // Of EKS' own cloud controller (cloud-provider-aws.sigs.k8s.io/service_controller). It sends to nodes, which keeps the
  // client's address by default, and faces outward unless told otherwise.
  aws: {
    'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb',
    // Each zone's address leads to that zone's gateway: what crosses zones is paid for. Kafka's clients try all addresses
    // of a name in turn (client.dns.lookup), so the loss of a zone's gateway costs them one attempt.
    'service.beta.kubernetes.io/aws-load-balancer-cross-zone-load-balancing-enabled': 'false',
  },
  gcp: { 'cloud.google.com/l4-rbs': 'enabled' },
  azure: { 'service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout': '15' },
  local: {},
};
