import { readdir } from 'node:fs/promises';
import { command, commandIn } from '../host/command.ts';
import type { NodeLayout, RegionLayout } from '../region/layout.ts';
import { systemErrorCode } from '../tools/tool-error.ts';

/**
 * Makes the region's network where it is not there yet: a namespace with a switch, one for each node, a link between each
 * pair. No link leads to the machine's own network and no namespace has a default route, so no packet can leave.
 */
export async function ensureNetwork(layout: RegionLayout): Promise<void> {
  const present = new Set(await namespaces(layout));
  if (!present.has(layout.hub.namespace)) await makeHub(layout);
  for (const node of layout.nodes) {
    if (!present.has(node.namespace)) await makeNodeNetwork(layout, node);
  }
}

/** Takes away every network namespace of the region; harmless when there is none. */
export async function removeNetwork(layout: RegionLayout): Promise<void> {
  for (const namespace of await namespaces(layout)) await command('ip', ['netns', 'delete', namespace]);
}

/** Network namespaces of the region that exist. */
export async function namespaces({ prefix }: Pick<RegionLayout, 'prefix'>): Promise<readonly string[]> {
  const all = await readdir('/run/netns').catch((error: unknown) => {
    // Nobody has made a namespace on this machine yet.
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  });
  return all.filter((name) => name.startsWith(`${prefix}-`));
}

export const SWITCH = 'switch';

async function makeHub({ hub, nodes, ranges }: RegionLayout): Promise<void> {
  await command('ip', ['netns', 'add', hub.namespace]);
  await inHub(
    hub.namespace,
    'link set lo up',
    `link add ${SWITCH} type bridge`,
    `addr add ${hub.address}/24 dev ${SWITCH}`,
    `link set ${SWITCH} up`,
    ...nodes.map(({ podRange, address }) => `route add ${podRange} via ${address}`),
    // What has no better route here must not be looked for anywhere else.
    ...[ranges.loadBalancers, ranges.pods, ranges.services].map(
      (range) => `route add unreachable ${range} metric 4096`,
    ),
    'route add unreachable default metric 4096',
  );
  await commandIn(hub.namespace, 'sysctl', ['-qw', 'net.ipv4.ip_forward=1']);
}

async function makeNodeNetwork({ hub, nodes }: RegionLayout, node: NodeLayout): Promise<void> {
  await command('ip', ['netns', 'add', node.namespace]);
  const link = ['type', 'veth', 'peer', 'name', node.port, 'netns', hub.namespace];
  await command('ip', ['link', 'add', 'eth0', 'netns', node.namespace, ...link]);
  await inHub(hub.namespace, `link set ${node.port} master ${SWITCH} up`);
  await inHub(
    node.namespace,
    'link set lo up',
    `addr add ${node.address}/24 dev eth0`,
    'link set eth0 up',
    ...nodes
      .filter((other) => other.name !== node.name)
      .map(({ podRange, address }) => `route add ${podRange} via ${address}`),
    // kube-proxy rewrites addresses of Services before a packet is routed; the hub answers for load balancers.
    `route add default via ${hub.address}`,
  );
  await commandIn(node.namespace, 'sysctl', ['-qw', 'net.ipv4.ip_forward=1']);
}

async function inHub(namespace: string, ...commands: readonly string[]): Promise<void> {
  await command('ip', ['-n', namespace, '-batch', '-'], { input: `${commands.join('\n')}\n` });
}
