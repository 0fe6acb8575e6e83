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
}

/** The TLS-passthrough gateway of one data plane: one load balancer for all brokers of all clusters (ADR 0005). */
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
export function renderGateway({ dataPlane, hostname }: GatewayProps): readonly KubernetesObject[] {
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
      selector: selectorLabels(GATEWAY_NAME),
      ports: [{ name: 'kafka', port: GATEWAY_PORTS.external, targetPort: GATEWAY_PORTS.external, protocol: 'TCP' }],
    },
  };
}

/** A network load balancer that keeps the client's address, in each cloud's words. */
const LOAD_BALANCER_ANNOTATIONS: Readonly<Record<Cloud, Readonly<Record<string, string>>>> = {
  aws: {
    'service.beta.kubernetes.io/aws-load-balancer-type': 'external',
    'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'ip',
    'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internet-facing',
    'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes': 'preserve_client_ip.enabled=true',
  },
  gcp: { 'cloud.google.com/l4-rbs': 'enabled' },
  azure: { 'service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout': '15' },
  local: {},
};
