import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { StackConfig } from '../../stacks/stack-config.ts';

/** Where everything of one local region is, and what it is called: the same folder and config give the same region. */
export interface RegionLayout {
  /** Folder of the region's state: keys, logs, volumes, images' copies. */
  readonly folder: string;
  /** Starts the names of network namespaces and control groups, so that nothing of others is ever touched. */
  readonly prefix: string;
  readonly hub: HubLayout;
  /** One for each zone, in the config's order. */
  readonly nodes: readonly NodeLayout[];
  readonly ranges: RegionRanges;
}

/** The namespace with the switch that joins all nodes: Kubernetes' control plane is in it, and load balancers' routes. */
export interface HubLayout {
  readonly namespace: string;
  readonly address: string;
  readonly apiServerPort: number;
}

/** One node: network, mount and process namespaces of its own on this machine. */
export interface NodeLayout {
  readonly name: string;
  readonly zone: string;
  readonly namespace: string;
  readonly address: string;
  /** Name of its end of the link on the switch; Linux allows 15 characters. */
  readonly port: string;
  readonly podRange: string;
  /** Folder of the node's own state. */
  readonly folder: string;
  /** Control group below each controller's root. */
  readonly cgroup: string;
}

/** IPv4 CIDR blocks. */
export interface RegionRanges {
  readonly nodes: string;
  readonly loadBalancers: string;
  readonly pods: string;
  readonly services: string;
}

/**
 * The layout of a local stack's region under `folder`.
 *
 * @throws RangeError for a config whose ranges or zones a local region cannot have
 */
export function regionLayout(config: StackConfig, folder: string): RegionLayout {
  const { region, kubernetesClusters } = config;
  const [cluster] = kubernetesClusters;
  if (region.cloud !== 'local' || cluster === undefined) throw new RangeError(`${config.stack} is no local stack`);
  if (region.zones.length > MAX_ZONES) throw new RangeError(`a local region has at most ${MAX_ZONES} zones`);
  const prefix = `flotilla-${createHash('sha256').update(folder).digest('hex').slice(0, 4)}`;
  const network = firstTwoOctets(region.addressRange);
  const pods = firstTwoOctets(cluster.podRange);
  return {
    folder,
    prefix,
    hub: { namespace: `${prefix}-hub`, address: `${network}.0.10`, apiServerPort: 6443 },
    nodes: region.zones.map((zone, index) => ({
      name: zone,
      zone,
      namespace: `${prefix}-${zone}`,
      address: `${network}.0.${FIRST_NODE + index}`,
      port: `node${index}`,
      podRange: `${pods}.${index}.0/24`,
      folder: join(folder, 'nodes', zone),
      cgroup: `${prefix}-${zone}`,
    })),
    ranges: {
      nodes: `${network}.0.0/24`,
      loadBalancers: `${network}.1.0/24`,
      pods: cluster.podRange,
      services: cluster.serviceRange,
    },
  };
}

/** File that the agent writes the region's external names to, and every node's name server reads. */
export function zoneFilePath({ folder }: Pick<RegionLayout, 'folder'>): string {
  return join(folder, 'dns', 'zone');
}

/** Lock of whoever brings the region up or down; beside its folder, for that may go. */
export function lockFilePath({ folder }: Pick<RegionLayout, 'folder'>): string {
  return `${folder}.lock`;
}

/** Address of a node's own name server, on every node the same: link-local, so that it never leaves the node. */
export const NODE_DNS = '169.254.20.10';

const FIRST_NODE = 11;
const MAX_ZONES = 9;

/** Of a block of 16 bits, the only size that a local region's plan is made for. */
function firstTwoOctets(range: string): string {
  const found = /^(\d+\.\d+)\.0\.0\/16$/.exec(range);
  if (found?.[1] === undefined) throw new RangeError(`${range}: a local region takes ranges of /16`);
  return found[1];
}
