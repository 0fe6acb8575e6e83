import type { Namespace, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, Pod } from './kubernetes-types.ts';
import { matchesSelector } from './label-selector.ts';

export interface PolicyState {
  readonly policies: readonly NetworkPolicy[];
  readonly pods: readonly Pod[];
  readonly namespaces: readonly Namespace[];
}

/**
 * Rules of nftables for one node that enforce network policies on the pods that run there: a pod that a policy selects is
 * shut in the policy's direction but for what some policy opens, as kubernetes.io/docs/concepts/services-networking/network-policies
 * has it. What goes between a node and its own pods is never in question: it is not forwarded. Same state, same text.
 */
export function policyRules(state: PolicyState, node: string): string {
  const shut = (direction: Direction): readonly PodRules[] =>
    state.pods
      .filter((pod) => pod.spec?.nodeName === node && isOnNetwork(pod))
      .flatMap((pod) => podRules(pod, direction, state))
      .sort((one, other) => compare(one.address, other.address));
  const egress = shut('egress');
  const ingress = shut('ingress');
  return [
    // Made and removed, so that the removal never fails; all of this is one transaction.
    `table inet ${TABLE} {}`,
    `delete table inet ${TABLE}`,
    `table inet ${TABLE} {`,
    ...[...egress, ...ingress].flatMap(chainOf),
    '  chain forward {',
    '    type filter hook forward priority 0; policy accept;',
    '    ct state established,related accept',
    ...verdictMap('saddr', egress),
    ...verdictMap('daddr', ingress),
    '  }',
    '}',
    '',
  ].join('\n');
}

export const TABLE = 'flotilla_policies';

type Direction = 'ingress' | 'egress';

interface PodRules {
  readonly address: string;
  readonly direction: Direction;
  /** Matches of what is open, each without its verdict. */
  readonly open: readonly string[];
}

function chainOf({ address, direction, open }: PodRules): readonly string[] {
  return [
    `  chain ${chainName(address, direction)} {`,
    ...open.map((match) => `    ${match}return`),
    '    drop',
    '  }',
  ];
}

function chainName(address: string, direction: Direction): string {
  return `${direction}_${address.replaceAll('.', '_')}`;
}

/** A chain that returns leaves the packet to the next rule, so that both directions have their say. */
function verdictMap(side: 'saddr' | 'daddr', rules: readonly PodRules[]): readonly string[] {
  if (rules.length === 0) return [];
  const verdicts = rules.map(({ address, direction }) => `${address} : jump ${chainName(address, direction)}`);
  return [`    ip ${side} vmap { ${verdicts.join(', ')} }`];
}

function podRules(pod: Pod, direction: Direction, state: PolicyState): readonly PodRules[] {
  const policies = state.policies.filter((policy) => selects(policy, pod) && speaksOf(policy, direction));
  if (policies.length === 0) return [];
  const open = policies.flatMap((policy) =>
    direction === 'ingress'
      ? (policy.spec?.ingress ?? []).flatMap(({ from, ports }) =>
          openings('saddr', peersOf(from, policy, state), ports ?? [], () => [pod]),
        )
      : (policy.spec?.egress ?? []).flatMap(({ to, ports }) =>
          openings('daddr', peersOf(to, policy, state), ports ?? [], (peer) => peer.pods),
        ),
  );
  return [{ address: pod.status?.podIP ?? '', direction, open: [...new Set(open)].sort() }];
}

function selects({ metadata, spec }: NetworkPolicy, pod: Pod): boolean {
  return (
    metadata?.namespace === pod.metadata?.namespace && matchesSelector(spec?.podSelector ?? {}, pod.metadata?.labels)
  );
}

function speaksOf({ spec }: NetworkPolicy, direction: Direction): boolean {
  const types = spec?.policyTypes ?? ['Ingress', ...(spec?.egress === undefined ? [] : ['Egress'])];
  return types.includes(direction === 'ingress' ? 'Ingress' : 'Egress');
}

interface Peer {
  /** Expression of nftables for the peer's addresses; absent: every address. */
  readonly addresses?: string;
  readonly except: readonly string[];
  /** Pods among them, whose own names of ports count. */
  readonly pods: readonly Pod[];
}

function peersOf(
  peers: readonly NetworkPolicyPeer[] | undefined,
  policy: NetworkPolicy,
  state: PolicyState,
): readonly Peer[] {
  if (peers === undefined || peers.length === 0) return [{ except: [], pods: state.pods.filter(isOnNetwork) }];
  return peers.flatMap((peer): readonly Peer[] => {
    if (peer.ipBlock !== undefined) {
      return [{ addresses: peer.ipBlock.cidr, except: peer.ipBlock.except ?? [], pods: [] }];
    }
    const pods = state.pods.filter((pod) => isOnNetwork(pod) && isPeer(pod, peer, policy, state));
    const addresses = pods.map(({ status }) => status?.podIP ?? '').sort(compare);
    return addresses.length === 0 ? [] : [{ addresses: `{ ${addresses.join(', ')} }`, except: [], pods }];
  });
}

function isPeer(pod: Pod, peer: NetworkPolicyPeer, policy: NetworkPolicy, { namespaces }: PolicyState): boolean {
  const inNamespace =
    peer.namespaceSelector === undefined
      ? pod.metadata?.namespace === policy.metadata?.namespace
      : matchesSelector(
          peer.namespaceSelector,
          namespaces.find(({ metadata }) => metadata?.name === pod.metadata?.namespace)?.metadata?.labels,
        );
  return inNamespace && (peer.podSelector === undefined || matchesSelector(peer.podSelector, pod.metadata?.labels));
}

/** `portPods`: pods whose containers say what a port's name means. */
function openings(
  side: 'saddr' | 'daddr',
  peers: readonly Peer[],
  ports: readonly NetworkPolicyPort[],
  portPods: (peer: Peer) => readonly Pod[],
): readonly string[] {
  return peers.flatMap((peer) => {
    const from = [
      ...(peer.addresses === undefined ? [] : [`ip ${side} ${peer.addresses} `]),
      ...(peer.except.length === 0 ? [] : [`ip ${side} != { ${peer.except.join(', ')} } `]),
    ].join('');
    if (ports.length === 0) return [from];
    return ports.flatMap((port) => portMatches(port, portPods(peer)).map((match) => `${from}${match} `));
  });
}

function portMatches({ protocol = 'TCP', port, endPort }: NetworkPolicyPort, pods: readonly Pod[]): readonly string[] {
  const name = protocol.toLowerCase();
  if (port === undefined) return [`meta l4proto ${name}`];
  if (typeof port === 'number') return [`${name} dport ${endPort === undefined ? port : `${port}-${endPort}`}`];
  const numbers = pods.flatMap(({ spec }) =>
    (spec?.containers ?? [])
      .flatMap((container) => container.ports ?? [])
      .filter((each) => each.name === port && (each.protocol ?? 'TCP') === protocol)
      .map(({ containerPort }) => containerPort),
  );
  return [...new Set(numbers)].map((number) => `${name} dport ${number}`);
}

/** Pods of the node's own network are the node: policies do not reach them. */
function isOnNetwork({ spec, status }: Pod): boolean {
  return spec?.hostNetwork !== true && status?.podIP !== undefined && !ENDED.has(status.phase ?? '');
}

/** Their addresses are given to others. */
const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
