import { IntOrString } from 'cdk8s-plus-27/lib/imports/k8s.js';
import type {
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from 'cdk8s-plus-27/lib/imports/k8s.js';
import type { Cloud } from '../../../contracts/cloud.ts';
import { LABELS } from '../../../contracts/labels.ts';
import type { ClusterContext } from './cluster-context.ts';
import { METRICS_READER_LABEL, NAMESPACE_NAME_LABEL, selectorLabels } from './platform-labels.ts';
import { API_SERVER_PORTS, PORTS } from './ports.ts';

/** Opening to the cluster's DNS: its pods, and the node-local cache where the cloud runs one. */
export function toDns(): NetworkPolicyEgressRule {
  return {
    to: [
      {
        namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: 'kube-system' } },
        podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
      },
      { ipBlock: { cidr: NODE_LOCAL_DNS } },
    ],
    // A policy sees a packet after its Service was resolved, and DNS pods without privileges listen on 1053.
    ports: [53, 1053].flatMap((port) => [portOf(port, 'UDP'), portOf(port)]),
  };
}

/** Opening to the Kubernetes API: its Service address, and the endpoints behind it in the region's network. */
export function toApiServer(context: ClusterContext): NetworkPolicyEgressRule {
  const { network, services } = context.addressRanges;
  return { to: [inRange(network), inRange(services)], ports: API_SERVER_PORTS.map((port) => portOf(port)) };
}

/**
 * Opening for the API server, which calls from the region's network or through agents that the cloud keeps in the cluster:
 * of a webhook, whoever gets through may make believe that somebody wants pods evicted, so that nobody else does.
 */
export function fromApiServer({ addressRanges, dataPlane }: ClusterContext, port: number): NetworkPolicyIngressRule {
  const ways = API_SERVER_WAYS[dataPlane.cloud];
  const from = [
    ...(ways.network === 'direct' ? [inRange(addressRanges.network)] : []),
    ...(ways.agents === undefined ? [] : [agentPods(ways.agents)]),
  ];
  return { from, ports: [portOf(port)] };
}

/** Which ways lead from each cloud's API servers to pods; docs/regions.md says what opens them beside these policies. */
const API_SERVER_WAYS: Readonly<
  Record<
    Cloud,
    {
      readonly network: 'direct' | 'unused';
      /** Label of the agents' pods in kube-system (kubernetes.io/docs/tasks/extend-kubernetes/setup-konnectivity). */
      readonly agents?: Readonly<Record<string, string>>;
    }
  >
> = {
  // By interfaces in the nodes' subnets (docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html).
  aws: { network: 'direct' },
  // Calls carry an agent's address, never the control plane's (github.com/tigera/operator/pull/5212).
  gcp: { network: 'unused', agents: { 'k8s-app': 'konnectivity-agent' } },
  // From their subnet; where pods have addresses of their own range there are agents still (github.com/Azure/AKS/issues/4119).
  azure: { network: 'direct', agents: { app: 'konnectivity-agent' } },
  local: { network: 'direct' },
};

function agentPods(matchLabels: Readonly<Record<string, string>>): NetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: 'kube-system' } },
    podSelector: { matchLabels: { ...matchLabels } },
  };
}

/** Opening to addresses, on TCP ports. */
export function toRanges(ranges: readonly string[], ...ports: readonly number[]): NetworkPolicyEgressRule {
  return { to: ranges.map(inRange), ports: ports.map((port) => portOf(port)) };
}

/**
 * Opening to the cloud's own APIs and to its source of identity tokens.
 *
 * Clouds publish no short list of their APIs' addresses, so HTTPS is open to every address that is not the region's own.
 */
export function toCloudApis(context: ClusterContext): NetworkPolicyEgressRule[] {
  const apis: NetworkPolicyEgressRule = { to: [outside(context)], ports: [portOf(PORTS.https)] };
  const tokens = TOKEN_SOURCES[context.dataPlane.cloud];
  return tokens === undefined ? [apis] : [apis, toRanges([tokens.range], ...tokens.ports)];
}

/** Opening to name servers outside of the region: those of a zone are asked themselves where no cache may learn the answer. */
export function toNameServers(context: ClusterContext): NetworkPolicyEgressRule {
  return { to: [outside(context)], ports: [portOf(53, 'UDP'), portOf(53)] };
}

/**
 * Opening to a collector of spans: the namespace of an address such as `collector.tracing.svc`, an address of its own, or
 * whatever lies outside of the region. A policy sees the port of the pods, which has to be that of the URL.
 */
export function toCollector(context: ClusterContext, url: string): NetworkPolicyEgressRule {
  const { hostname, port, protocol } = new URL(url);
  const ownPort = protocol === 'https:' ? PORTS.https : HTTP_PORT;
  return { to: [collectorAt(context, hostname)], ports: [portOf(port === '' ? ownPort : Number(port))] };
}

const HTTP_PORT = 80;

function collectorAt(context: ClusterContext, host: string): NetworkPolicyPeer {
  const [, namespace] = /^[a-z0-9-]+\.([a-z0-9-]+)\.svc(?:\..+)?$/.exec(host) ?? [];
  if (namespace !== undefined) return { namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: namespace } } };
  return /^[\d.]+$/.test(host) ? inRange(`${host}/32`) : outside(context);
}

/** Opening to pods of one part of the platform. */
export function toPart(namespace: string, name: string, ...ports: readonly number[]): NetworkPolicyEgressRule {
  return { to: [partPods(namespace, name)], ports: ports.map((port) => portOf(port)) };
}

/** Opening to the pods of all PSCs of this cluster. */
export function toEveryPsc(...ports: readonly number[]): NetworkPolicyEgressRule {
  return {
    to: [{ namespaceSelector: { matchExpressions: [{ key: LABELS.psc, operator: 'Exists' }] } }],
    ports: ports.map((port) => portOf(port)),
  };
}

/** Opening for pods of one part of the platform. */
export function fromPart(namespace: string, name: string, ...ports: readonly number[]): NetworkPolicyIngressRule {
  return { from: [partPods(namespace, name)], ports: ports.map((port) => portOf(port)) };
}

/** Opening for whatever reads metrics: every pod of a namespace that carries the label for it. */
export function fromMetricsReaders(port: number): NetworkPolicyIngressRule {
  return {
    from: [{ namespaceSelector: { matchLabels: { [METRICS_READER_LABEL]: 'true' } } }],
    ports: [portOf(port)],
  };
}

function partPods(namespace: string, name: string): NetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: namespace } },
    podSelector: { matchLabels: selectorLabels(name) },
  };
}

/** Every address that is not the region's own. */
function outside({ addressRanges: { network, pods, services } }: ClusterContext): NetworkPolicyPeer {
  return { ipBlock: { cidr: '0.0.0.0/0', except: [network, pods, services, LINK_LOCAL].filter(unique).sort() } };
}

function inRange(cidr: string): NetworkPolicyPeer {
  return { ipBlock: { cidr } };
}

function portOf(port: number, protocol: 'TCP' | 'UDP' = 'TCP'): NetworkPolicyPort {
  return { port: IntOrString.fromNumber(port), protocol };
}

function unique(value: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(value) === index;
}

const LINK_LOCAL = '169.254.0.0/16';
/** Address that Kubernetes' NodeLocal DNSCache listens on by default. */
export const NODE_LOCAL_DNS_ADDRESS = '169.254.20.10';
const NODE_LOCAL_DNS = `${NODE_LOCAL_DNS_ADDRESS}/32`;

/** Link-local servers that hand a pod its cloud tokens; AWS' and Azure's web identities come over HTTPS instead. */
const TOKEN_SOURCES: Readonly<Partial<Record<Cloud, { readonly range: string; readonly ports: readonly number[] }>>> = {
  // GKE's metadata server: .254:80 with Dataplane V2, .252:988 without.
  gcp: { range: '169.254.169.252/30', ports: [80, 988] },
};
