/** A rule or a peer of a NetworkPolicy. */
export type PolicyRule = Readonly<Record<string, unknown>>;

/** TCP ports of a rule. */
export function tcpPorts(...ports: readonly number[]): readonly PolicyRule[] {
  return ports.map((port) => ({ protocol: 'TCP', port }));
}

/** Every pod of one namespace. */
export function namespacePeer(name: string): PolicyRule {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
}

/** RFC 1918 and RFC 6598: where pods, services, nodes and private endpoints are. */
export const PRIVATE_ADDRESSES: readonly PolicyRule[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
].map((cidr) => ({ ipBlock: { cidr } }));

/** The address that a DNS cache on the node has on every node. */
const NODE_LOCAL_DNS: PolicyRule = { ipBlock: { cidr: '169.254.20.10/32' } };

/** To the cluster's DNS pods, which listen above 1024 where they are not root, and to a cache on the node. */
export const CLUSTER_DNS_EGRESS: PolicyRule = {
  to: [namespacePeer('kube-system'), NODE_LOCAL_DNS],
  ports: [53, 1053].flatMap((port) => [
    { protocol: 'UDP', port },
    { protocol: 'TCP', port },
  ]),
};

/** To the Kubernetes API. It is no pod that a rule could select; its address is private in every region that we build. */
export const KUBERNETES_API_EGRESS: PolicyRule = { to: PRIVATE_ADDRESSES, ports: tcpPorts(443, 6443) };
