import { readdir } from 'node:fs/promises';
import { command } from '../../../local/host/command.ts';
import { commandOnNode, nodeInitPid } from '../../../local/nodes/node.ts';
import type { RegionLayout } from '../../../local/region/layout.ts';

/** A network namespace of the region, and a path that it can be entered by. */
interface Place {
  readonly name: string;
  readonly path: string;
}

export interface Interface {
  readonly place: string;
  readonly name: string;
  /** Kernel's kind, as in `veth`; `none` for the loopback and for hardware. */
  readonly kind: string;
  /** Namespace that its other end is in; `unknown` for one that has no name; absent: it has no other end. */
  readonly peer?: string;
}

/** Every network namespace of the region: the hub, the nodes, and the pods' on each. */
async function places(layout: RegionLayout): Promise<readonly Place[]> {
  const named = [layout.hub, ...layout.nodes].map(({ namespace }) => ({
    name: namespace,
    path: `/run/netns/${namespace}`,
  }));
  const pods = await Promise.all(
    layout.nodes.map(async (node) => {
      const pid = await nodeInitPid(layout, node);
      if (pid === undefined) throw new Error(`the node ${node.name} does not run`);
      const folder = `/proc/${pid}/root/run/netns`;
      return (await readdir(folder)).map((name) => ({ name, path: `${folder}/${name}` }));
    }),
  );
  return [...named, ...pods.flat()];
}

/** Interfaces that are up in all namespaces of the region. */
export async function regionInterfaces(layout: RegionLayout): Promise<readonly Interface[]> {
  const found: Interface[] = [];
  for (const place of await places(layout)) {
    const inside = [`--net=${place.path}`, '--', 'ip', '-json'];
    const ids = await command('nsenter', [...inside, 'netns', 'list-id']);
    // Names of pods' namespaces are known on their node only.
    const node = layout.nodes.find(({ namespace }) => namespace === place.name);
    const more = node === undefined ? '[]' : await commandOnNode(layout, node, 'ip', ['-json', 'netns', 'list-id']);
    const links = await command('nsenter', [...inside, '-details', 'link', 'show', 'up']);
    found.push(...interfacesOf(place.name, links, [ids, more]));
  }
  return found;
}

/** Interfaces that are up in the machine's own namespace. */
export async function machineInterfaces(): Promise<readonly Interface[]> {
  const ids = await command('ip', ['-json', 'netns', 'list-id']);
  return interfacesOf('machine', await command('ip', ['-json', '-details', 'link', 'show', 'up']), [ids]);
}

function interfacesOf(place: string, links: string, ids: readonly string[]): readonly Interface[] {
  const names = new Map(
    ids
      .flatMap((text) => parsed(text) as readonly NamespaceId[])
      .flatMap(({ nsid, name }) => (name === undefined ? [] : [[nsid, name] as const])),
  );
  return (parsed(links) as readonly Link[]).map(({ ifname, linkinfo, link_netnsid: id }) => ({
    place,
    name: ifname,
    kind: linkinfo?.info_kind ?? 'none',
    ...(id === undefined ? {} : { peer: names.get(id) ?? 'unknown' }),
  }));
}

interface NamespaceId {
  readonly nsid: number;
  readonly name?: string;
}

interface Link {
  readonly ifname: string;
  readonly linkinfo?: { readonly info_kind?: string };
  readonly link_netnsid?: number;
}

/** ip prints nothing at all where there is nothing to list. */
function parsed(text: string): unknown {
  return text.trim() === '' ? [] : JSON.parse(text);
}
