import type { Cloud } from '../../../contracts/cloud.ts';
import {
  PRIVATE_SPACES,
  RESERVED_BLOCKS,
  block,
  contains,
  formatCidr,
  freeBlock,
  overlaps,
  parseCidr,
  prefixLengthFor,
  sizeOf,
} from '../cidr.ts';
import type { Cidr } from '../cidr.ts';
import type { ClusterDraft, Draft } from '../draft.ts';
import { clustersOf, present, tenantsOf, words } from '../draft.ts';
import type { Path } from '../problem.ts';
import { suggest } from './rule.ts';
import type { Rule, RuleFinding } from './rule.ts';

/** A range that addresses of a stack are taken from. */
export interface AddressRange {
  readonly stack: string;
  readonly path: Path;
  readonly cidr: Cidr;
  /** What takes them, as in `the network` or `pods of a`. */
  readonly use: string;
}

/** Ranges of a stack in the order of its file. */
export function addressRangesOf(draft: Draft): readonly AddressRange[] {
  const named: readonly (readonly [Path, string | undefined, string])[] = [
    [['region', 'addressRange'], draft.file.region?.addressRange, 'the network'],
    ...clustersOf(draft).flatMap(([path, cluster]): readonly (readonly [Path, string | undefined, string])[] => [
      [[...path, 'podRange'], cluster.podRange, `pods of the cluster ${cluster.name ?? ''}`],
      [[...path, 'serviceRange'], cluster.serviceRange, `Services of the cluster ${cluster.name ?? ''}`],
    ]),
  ];
  return named.flatMap(([path, text, use]) => {
    const cidr = text === undefined ? undefined : parseCidr(text);
    return cidr === undefined ? [] : [{ stack: draft.stack, path, cidr, use: use.trim() }];
  });
}

/** Each range that overlaps one before it, with that one. */
export function overlappingRanges(
  ranges: readonly AddressRange[],
): readonly (readonly [later: AddressRange, earlier: AddressRange])[] {
  const order = new Map(ranges.map((range, index) => [range, index]));
  const place = (range: AddressRange) => order.get(range) ?? 0;
  const found: (readonly [AddressRange, AddressRange])[] = [];
  let open: readonly AddressRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.cidr.first - b.cidr.first || place(a) - place(b))) {
    open = open.filter((other) => other.cidr.last >= range.cidr.first);
    const other = open[0];
    if (other !== undefined) found.push(place(other) < place(range) ? [range, other] : [other, range]);
    open = [...open, range];
  }
  return found;
}

/** `10.3.0.0/16 is free.`, where such a block is left. */
export function suggestFree(prefixLength: number, ranges: readonly AddressRange[]): { readonly suggestion?: string } {
  const free = freeBlock(prefixLength, [
    ...ranges.map(({ cidr }) => cidr),
    ...RESERVED_BLOCKS.map((reserved) => reserved.block),
  ]);
  return suggest(free && `${formatCidr(free)} is free.`);
}

const aligned: Rule = {
  name: 'address-range-aligned',
  check: (draft) =>
    allCidrs(draft).flatMap(([path, text]) => {
      const cidr = parseCidr(text);
      if (cidr === undefined || cidr.address === cidr.first) return [];
      return [
        {
          path,
          message: 'An address range starts at its first address.',
          suggestion: `The block that this address lies in is ${formatCidr(cidr)}.`,
        },
      ];
    }),
};

const privateRange: Rule = {
  name: 'address-range-private',
  check: (draft) => {
    const ranges = addressRangesOf(draft);
    return ranges.flatMap(({ path, cidr, use }) => {
      // EKS takes no Services from 100.64.0.0/10 (KubernetesNetworkConfigRequest.serviceIpv4Cidr, AWS SDK, 2026-08).
      const spaces = path.at(-1) === 'serviceRange' ? PRIVATE_SPACES.slice(0, 3) : PRIVATE_SPACES;
      if (spaces.some((space) => contains(space, cidr))) return [];
      const message = `The range of ${use} lies in private space: ${spaces.map(formatCidr).join(', ')}.`;
      return [{ path, message, ...suggestFree(cidr.prefixLength, ranges) }];
    });
  },
};

const notReserved: Rule = {
  name: 'address-range-reserved',
  check: (draft) => {
    const cloud = draft.file.region?.cloud;
    const reserved = RESERVED_BLOCKS.filter(({ clouds }) => cloud !== undefined && clouds.includes(cloud));
    const ranges = addressRangesOf(draft);
    return ranges.flatMap(({ path, cidr }) =>
      reserved
        .filter((kept) => overlaps(kept.block, cidr))
        .map((kept) => ({
          path,
          message: `Stay clear of ${formatCidr(kept.block)}: ${kept.reason}.`,
          ...suggestFree(cidr.prefixLength, ranges),
        })),
    );
  },
};

const noOverlap: Rule = {
  name: 'address-range-overlap',
  check: (draft) => {
    const ranges = addressRangesOf(draft);
    return overlappingRanges(ranges).map(([later, earlier]) => ({
      path: later.path,
      message: `The range of ${later.use} overlaps ${formatCidr(earlier.cidr)}, the range of ${earlier.use}.`,
      ...suggestFree(later.cidr.prefixLength, ranges),
    }));
  },
};

interface Bounds {
  readonly shortest: number;
  readonly longest: number;
  readonly source: string;
}

const ALL_CLOUDS: Bounds = { shortest: 8, longest: 28, source: 'private space has nothing larger' };
/** Of a network, and of pods: on EKS they have a further block of the VPC, which is cut like the first. */
const NETWORK_BOUNDS: Readonly<Record<Cloud, Bounds>> = {
  // Subnets are a sixty-fourth of it (constructs/cloud/address-plan.ts), and AWS has none below /28.
  aws: { shortest: 16, longest: 22, source: 'a VPC and its subnets are cut from a /16 to a /22' },
  gcp: ALL_CLOUDS,
  azure: ALL_CLOUDS,
  local: ALL_CLOUDS,
};
/** The shortest that EKS takes is /12, of the API server /12, of AKS /13; the longest of EKS is /24. */
const SERVICE_BOUNDS: Bounds = { shortest: 13, longest: 24, source: 'every cloud takes Services from a /13 to a /24' };

const rangeSize: Rule = {
  name: 'address-range-size',
  check: (draft) => {
    const cloud = draft.file.region?.cloud;
    const needed = new Map<string, Need>([
      [JSON.stringify(['region', 'addressRange']), networkNeed(draft)],
      ...clustersOf(draft).flatMap(([path, cluster]) => [
        [JSON.stringify([...path, 'podRange']), podNeed(draft, cluster)] as const,
        [JSON.stringify([...path, 'serviceRange']), SERVICE_NEED] as const,
      ]),
    ]);
    const ranges = addressRangesOf(draft);
    return ranges.flatMap((range): readonly RuleFinding[] => {
      const field = range.path.at(-1);
      const bounds = field === 'serviceRange' ? SERVICE_BOUNDS : NETWORK_BOUNDS[cloud ?? 'local'];
      const { prefixLength } = range.cidr;
      if (prefixLength < bounds.shortest) {
        return [sized(range, ranges, bounds.shortest, `The range of ${range.use} is too large: ${bounds.source}.`)];
      }
      const need = needed.get(JSON.stringify(range.path)) ?? SERVICE_NEED;
      if (sizeOf(range.cidr) >= need.addresses && prefixLength <= bounds.longest) return [];
      const message =
        sizeOf(range.cidr) < need.addresses
          ? `The range of ${range.use} has ${sizeOf(range.cidr)} addresses and needs ${need.addresses}: ${need.reason}.`
          : `The range of ${range.use} is too small: ${bounds.source}.`;
      return [sized(range, ranges, Math.min(prefixLengthFor(need.addresses), bounds.longest), message)];
    });
  },
};

function sized(
  range: AddressRange,
  ranges: readonly AddressRange[],
  prefixLength: number,
  message: string,
): RuleFinding {
  const others = ranges.filter((other) => other !== range);
  const same = block(range.cidr.first, prefixLength);
  const fits = !others.some((other) => overlaps(other.cidr, same)) && PRIVATE_SPACES.some((s) => contains(s, same));
  return {
    path: range.path,
    message,
    ...(fits ? { suggestion: `Use ${formatCidr(same)}.` } : suggestFree(prefixLength, others)),
  };
}

interface Need {
  readonly addresses: number;
  readonly reason: string;
}

/** Every node class of a cluster at its most, over all zones. */
function mostNodes(draft: Draft, cluster: ClusterDraft): number {
  const perZone = present(cluster.nodeClasses).reduce((sum, [, { maxPerZone }]) => sum + (maxPerZone ?? 0), 0);
  return perZone * words(draft.file.region?.zones).length;
}

/** The API server's default for --node-cidr-mask-size; GKE's and AKS' for 110 pods a node (2026-08). */
const ADDRESSES_PER_NODE = 256;

function podNeed(draft: Draft, cluster: ClusterDraft): Need {
  const nodes = mostNodes(draft, cluster);
  return {
    addresses: nodes * ADDRESSES_PER_NODE,
    reason: `${nodes} nodes at most, ${ADDRESSES_PER_NODE} addresses each`,
  };
}

/** Load balancers, endpoints and what a cloud keeps of each subnet. */
const ADDRESSES_BESIDE_NODES_PER_ZONE = 16;

/** A subnet for nodes and an equal one for what faces outward, in each zone, each a power of two. */
function networkNeed(draft: Draft): Need {
  const zones = words(draft.file.region?.zones).length;
  const nodes = clustersOf(draft).reduce((sum, [, cluster]) => sum + mostNodes(draft, cluster), 0);
  const perZone = Math.ceil(nodes / Math.max(zones, 1)) + ADDRESSES_BESIDE_NODES_PER_ZONE;
  const subnet = 2 ** (32 - prefixLengthFor(perZone));
  return {
    addresses: zones * 2 * subnet,
    reason: `${zones} zones, two subnets of ${subnet} each, for ${nodes} nodes at most`,
  };
}

/** 200 PSCs with a bootstrap and a headless Service each, and the platform's own. */
const SERVICE_NEED: Need = { addresses: 256, reason: 'Services of the platform and of its tenants' };

const openRange = '0.0.0.0/0';

const anyAddressAlone: Rule = {
  name: 'source-ranges-any',
  check: (draft) =>
    sourceRangesOf(draft).flatMap(([path, list]) => {
      const any = list.find(([, text]) => text === openRange);
      if (any === undefined || list.length === 1) return [];
      return [
        {
          path: [...path, any[0]],
          message: `${openRange} is every address: the other ranges beside it say nothing.`,
          suggestion: `Take out ${openRange}, or leave the list empty for any address.`,
        },
      ];
    }),
};

function sourceRangesOf(draft: Draft): readonly (readonly [Path, readonly (readonly [number, string])[]])[] {
  const { mothership } = draft.file;
  return [
    ...tenantsOf(draft).map(
      ([path, { allowedSourceRanges }]) => [[...path, 'allowedSourceRanges'], present(allowedSourceRanges)] as const,
    ),
    ...clustersOf(draft).map(
      ([path, { apiAccessRanges }]) => [[...path, 'apiAccessRanges'], present(apiAccessRanges)] as const,
    ),
    ...(mothership?.hosted === true
      ? [[['mothership', 'clientRanges'], present(mothership.clientRanges)] as const]
      : []),
  ];
}

function allCidrs(draft: Draft): readonly (readonly [Path, string])[] {
  const { region, mothership } = draft.file;
  const remote = mothership?.hosted === false ? present(mothership.addressRanges) : [];
  return [
    ...(region?.addressRange === undefined ? [] : [[['region', 'addressRange'], region.addressRange] as const]),
    ...clustersOf(draft).flatMap(([path, { podRange, serviceRange }]) => [
      ...(podRange === undefined ? [] : [[[...path, 'podRange'], podRange] as const]),
      ...(serviceRange === undefined ? [] : [[[...path, 'serviceRange'], serviceRange] as const]),
    ]),
    ...remote.map(([index, text]) => [['mothership', 'addressRanges', index], text] as const),
    ...sourceRangesOf(draft).flatMap(([path, list]) => list.map(([index, text]) => [[...path, index], text] as const)),
  ];
}

export const addressRules: readonly Rule[] = [
  aligned,
  privateRange,
  notReserved,
  noOverlap,
  rangeSize,
  anyAddressAlone,
];
