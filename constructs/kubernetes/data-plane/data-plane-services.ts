import { createHash } from 'node:crypto';
import { Construct } from 'constructs';
import { KubeConfigMap } from 'cdk8s-plus-27/lib/imports/k8s.js';
import type { EnvVar, NetworkPolicyEgressRule, PolicyRule } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { EVICTION_WEBHOOK } from '../../../contracts/eviction-webhook.ts';
import { imageReference } from '../../../contracts/images.ts';
import { NAMESPACES } from '../../../contracts/names.ts';
import { PORTS as KAFKA_PORTS } from '../kafka/listeners.ts';
import { grantInCluster } from '../shared/cluster-role.ts';
import type { ClusterContext } from '../shared/cluster-context.ts';
import { grantInOwnNamespace } from '../shared/leader-election.ts';
import { MOTHERSHIP_FOLDER, mothershipArgs, toMothership } from '../shared/mothership.ts';
import { nodeHeap } from '../shared/node-heap.ts';
import {
  fromApiServer,
  NODE_LOCAL_DNS_ADDRESS,
  toApiServer,
  toCollector,
  toEveryPsc,
  toNameServers,
} from '../shared/openings.ts';
import { configMapFolder } from '../shared/platform-container.ts';
import type { MountedFolder } from '../shared/platform-container.ts';
import { PlatformService } from '../shared/platform-service.ts';
import type { ServiceResources } from '../shared/service-resources.ts';
import { PORTS } from '../shared/ports.ts';
import { sizeFor } from '../shared/service-sizing.ts';
import { DATA_PLANE_CONFIG, DATA_PLANE_FILE, DATA_PLANE_PATH, dataPlaneJson } from './data-plane-config.ts';
import { Confinement } from './confinement.ts';
import { EvictionWebhook } from './eviction-webhook.ts';
import { CERT_MANAGER_RULES, CLUSTER_RULES, OWN_NAMESPACE_RULES } from './data-plane-rules.ts';
import type { DataPlaneService } from './data-plane-rules.ts';
import { Monitoring } from './monitoring.ts';

export interface DataPlaneServicesProps {
  readonly context: ClusterContext;
}

/** Operator, balancer and sync-service of one Kubernetes cluster, with the data plane that they act in. */
export class DataPlaneServices extends Construct {
  constructor(scope: Construct, id: string, props: DataPlaneServicesProps) {
    super(scope, id);
    const { context } = props;
    const config = dataPlaneJson(context.dataPlane);
    new KubeConfigMap(this, 'data-plane', {
      metadata: { name: DATA_PLANE_CONFIG, namespace: NAMESPACES.system },
      data: { [DATA_PLANE_FILE]: config },
    });
    new Confinement(this, 'confinement');
    new EvictionWebhook(this, 'evictions');
    new Monitoring(this, 'monitoring', { context });
    const configDigest = createHash('sha256').update(config).digest('hex');
    for (const service of serviceRequests(context)) {
      const size = sizeFor(context.dataPlane.cloud, service.resources, LOCAL_MEMORY_MIB);
      new PlatformService(this, service.name, {
        name: service.name,
        namespace: NAMESPACES.system,
        image: imageReference(context.dataPlane.images.flotilla),
        args: [
          'serve',
          service.command,
          ...(service.readsDataPlane ? [`--data-plane=${DATA_PLANE_PATH}`] : []),
          ...service.args,
        ],
        ...size,
        env: [nodeHeap(size.resources.memoryMib), ...service.env],
        egress: [toApiServer(context), ...service.egress],
        servicePorts: service.servicePorts,
        ingress: Object.values(service.servicePorts).map((port) => fromApiServer(context, port)),
        folders: [...(service.readsDataPlane ? [configMapFolder(DATA_PLANE_CONFIG)] : []), ...service.folders],
        rollOn: service.readsDataPlane ? { 'flotilla.dev/data-plane-digest': configDigest } : {},
        apiToken: 'mounted',
      });
      grantInOwnNamespace(this, service.name, {
        name: service.name,
        namespace: NAMESPACES.system,
        rules: ownRules(service.name, context),
      });
      grantInCluster(this, service.name, {
        name: `flotilla-${service.name}`,
        serviceAccount: service.name,
        namespace: NAMESPACES.system,
        rules: CLUSTER_RULES[service.name],
      });
    }
  }
}

function ownRules(service: DataPlaneService, { authoritiesFrom }: ClusterContext): readonly PolicyRule[] {
  const asksIssuers = service === 'operator' && authoritiesFrom === 'cert-manager';
  return [...OWN_NAMESPACE_RULES[service], ...(asksIssuers ? CERT_MANAGER_RULES : [])];
}

interface ServiceRequest {
  readonly name: DataPlaneService;
  /** Sub-command of `flotilla serve`. */
  readonly command: string;
  /** Whether it is given the data plane that it acts in; the balancer finds all it needs in the PSCs. */
  readonly readsDataPlane: boolean;
  readonly args: readonly string[];
  readonly resources: ServiceResources;
  readonly egress: readonly NetworkPolicyEgressRule[];
  readonly folders: readonly MountedFolder[];
  /** Ports that the API server calls, by name. */
  readonly servicePorts: Readonly<Record<string, number>>;
  readonly env: readonly EnvVar[];
}

const LOCAL_MEMORY_MIB = 160;

/** Of the operator, for 200 PSCs in a Kubernetes cluster and tenants far larger than most: `flotilla bench operator`. */
export const OPERATOR_MEMORY_MIB = 512;

/** Requests for 200 PSCs in a Kubernetes cluster; those of balancer and sync-service are to be measured. */
function serviceRequests(context: ClusterContext): readonly ServiceRequest[] {
  return [
    {
      name: 'operator',
      command: 'operator',
      readsDataPlane: true,
      args: operatorArgs(context),
      resources: { cpuMillis: 200, cpuLimitMillis: 2000, memoryMib: OPERATOR_MEMORY_MIB },
      egress: [
        toEveryPsc(KAFKA_PORTS.internal, KAFKA_PORTS.controller, KAFKA_PORTS.metrics, PORTS.connect),
        ...(context.dataPlane.cloud === 'local' ? [] : [toNameServers(context)]),
        ...(context.tracesTo === undefined ? [] : [toCollector(context, context.tracesTo)]),
      ],
      folders: [],
      servicePorts: { webhook: EVICTION_WEBHOOK.port },
      env: tracingEnv(context),
    },
    {
      name: 'balancer',
      command: 'balancer',
      readsDataPlane: false,
      args: [],
      resources: { cpuMillis: 200, cpuLimitMillis: 2000, memoryMib: 512 },
      egress: [toEveryPsc(KAFKA_PORTS.internal, KAFKA_PORTS.metrics)],
      folders: [],
      servicePorts: {},
      env: [],
    },
    {
      name: 'sync-service',
      command: 'sync',
      readsDataPlane: true,
      args: mothershipArgs(context.mothership),
      resources: { cpuMillis: 100, cpuLimitMillis: 1000, memoryMib: 384 },
      egress: [toMothership(context)],
      folders: [MOTHERSHIP_FOLDER],
      servicePorts: {},
      env: [],
    },
  ];
}

/** Where the operator looks for the names of new brokers: nodes of a local region serve its zone themselves. */
function operatorArgs({ dnsZone, dataPlane }: ClusterContext): readonly string[] {
  const servers = dataPlane.cloud === 'local' ? [`--dns-servers=${NODE_LOCAL_DNS_ADDRESS}`] : [];
  return [`--dns-zone=${dnsZone}`, ...servers];
}

/** OpenTelemetry's own variables. */
function tracingEnv({ tracesTo, dataPlane }: ClusterContext): readonly EnvVar[] {
  if (tracesTo === undefined) return [];
  return [
    { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: tracesTo },
    {
      name: 'OTEL_RESOURCE_ATTRIBUTES',
      value: `k8s.cluster.name=${dataPlane.kubernetesCluster},cloud.region=${dataPlane.region}`,
    },
  ];
}
