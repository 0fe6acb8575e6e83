import { networkRangeProblem, unplannedRange, zoneSubnets } from '../address-plan.ts';

/** What a region's range is cut into on GCP, whose subnets have no zones; IPv4 CIDR blocks. */
export interface RegionRanges {
  /** Nodes of all zones and clusters: the first half. */
  readonly nodes: string;
  /** Addresses that consumers of the mothership's private link come from: a sixty-fourth. */
  readonly linkConsumers: string;
  /** The region's own endpoint of another region's private link: a sixty-fourth. */
  readonly linkEndpoint: string;
  /** What Google puts databases into: the last eighth. */
  readonly privateServices: string;
}

/**
 * The ranges of a region, of the same plan as on clouds whose subnets have zones: the places of the first four of them
 * are the nodes', two small ones are the links'. The rest is free.
 *
 * @throws RangeError when {@link regionRangeProblem} has a word to say
 */
export function regionRanges(addressRange: string): RegionRanges {
  const problem = regionRangeProblem(addressRange);
  if (problem !== undefined) throw new RangeError(problem);
  const [address = '', prefixLength = ''] = addressRange.split('/');
  return {
    nodes: `${address}/${Number(prefixLength) + 1}`,
    linkConsumers: zoneSubnets(addressRange, 'a').public,
    linkEndpoint: zoneSubnets(addressRange, 'b').public,
    privateServices: unplannedRange(addressRange),
  };
}

/** Why a region's ranges cannot be cut from a range; undefined where they can. */
export function regionRangeProblem(addressRange: string): string | undefined {
  const problem = networkRangeProblem(addressRange);
  if (problem !== undefined) return problem;
  if (Number(addressRange.split('/').at(1)) <= LONGEST_PREFIX) return undefined;
  return `a network on gcp is at most a /${LONGEST_PREFIX}: an eighth of it is for databases, which Google wants a /24 for`;
}

/** cloud.google.com/sql/docs/postgres/configure-private-services-access: an eighth of it is a /24, the smallest taken. */
const LONGEST_PREFIX = 21;
