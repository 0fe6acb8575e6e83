/** Subnets of one zone, as IPv4 CIDR blocks. */
export interface ZoneSubnets {
  /** Nodes and what else is reached from inside only: an eighth of the network. */
  readonly private: string;
  /** Load balancers and NAT gateways: a sixty-fourth of it. */
  readonly public: string;
}

/**
 * Subnets of a zone in a network. They follow from the network's range and the zone's own name, and from nothing else:
 * zones come, go and change places without moving another zone's subnets. The last eighth of the network is left free,
 * for databases and for what nobody thought of yet.
 *
 * @throws RangeError when {@link networkRangeProblem} or {@link zoneProblem} has a word to say
 */
export function zoneSubnets(networkRange: string, zone: string): ZoneSubnets {
  const problem = networkRangeProblem(networkRange) ?? zoneProblem(zone);
  const range = parseRange(networkRange);
  if (problem !== undefined || range === undefined) throw new RangeError(problem);
  const slot = slotOf(zone);
  return {
    private: part(range, { parts: 8, index: slot }),
    public: part(range, { parts: 64, index: PUBLIC_EIGHTH * 8 + slot }),
  };
}

/** Subnets that a region has once, as IPv4 CIDR blocks, on a cloud whose subnets span its zones (azure). */
export interface RegionSubnets {
  /** Where managed API servers come into the network: a sixteenth of it. */
  readonly apiServers: string;
  /** Load balancers that are reached from inside: a sixteenth. */
  readonly loadBalancers: string;
  /** Addresses that services of the cloud have inside the network: a sixteenth. */
  readonly privateEndpoints: string;
  /** A sixty-fourth. */
  readonly database: string;
  /** Addresses that guests of a private link seem to come from: a sixty-fourth. */
  readonly privateLink: string;
}

/**
 * Subnets of a region beside the private ones of its zones. They lie where {@link zoneSubnets} has its public ones and in
 * {@link unplannedRange}, for a cloud that needs these needs none of those; a thirty-second of the network is left free.
 *
 * @throws RangeError when {@link networkRangeProblem} has a word to say
 */
export function regionSubnets(networkRange: string): RegionSubnets {
  const problem = networkRangeProblem(networkRange);
  const range = parseRange(networkRange);
  if (problem !== undefined || range === undefined) throw new RangeError(problem);
  return {
    apiServers: part(range, { parts: 16, index: PUBLIC_EIGHTH * 2 }),
    loadBalancers: part(range, { parts: 16, index: PUBLIC_EIGHTH * 2 + 1 }),
    privateEndpoints: part(range, { parts: 16, index: LAST_EIGHTH * 2 }),
    database: part(range, { parts: 64, index: LAST_EIGHTH * 8 + 6 }),
    privateLink: part(range, { parts: 64, index: LAST_EIGHTH * 8 + 7 }),
  };
}

/** The part of a network that no zone's subnets are cut from. */
export function unplannedRange(networkRange: string): string {
  const problem = networkRangeProblem(networkRange);
  const range = parseRange(networkRange);
  if (problem !== undefined || range === undefined) throw new RangeError(problem);
  return part(range, { parts: 8, index: LAST_EIGHTH });
}

/**
 * Subnet of a zone for databases: an eighth of what {@link unplannedRange} leaves, so a sixty-fourth of the network.
 *
 * @throws RangeError when {@link networkRangeProblem} or {@link zoneProblem} has a word to say
 */
export function databaseSubnet(networkRange: string, zone: string): string {
  const problem = zoneProblem(zone);
  const range = parseRange(unplannedRange(networkRange));
  if (problem !== undefined || range === undefined) throw new RangeError(problem);
  return part(range, { parts: 8, index: slotOf(zone) });
}

/** Why subnets cannot be cut from a range; undefined where they can. */
export function networkRangeProblem(networkRange: string): string | undefined {
  const range = parseRange(networkRange);
  if (range === undefined) return 'a network is an IPv4 CIDR block, as in 10.0.0.0/16';
  if (range.first % 2 ** (32 - range.prefixLength) !== 0) return 'the address of a network has no bits of hosts';
  if (range.prefixLength >= SHORTEST_PREFIX && range.prefixLength <= LONGEST_PREFIX) return undefined;
  return `a network is from /${SHORTEST_PREFIX} to /${LONGEST_PREFIX}: its smallest subnets are a sixty-fourth of it`;
}

/** Why a zone has no place in the plan; undefined where it has one. */
export function zoneProblem(zone: string): string | undefined {
  if (slotOf(zone) >= 0) return undefined;
  return `the plan has room for zones that end in a letter from a to ${SLOTS.at(-1) ?? ''}, or in -1 to -${SLOTS.length}`;
}

/** Place of a zone among those that a network has room for; negative where it has none. */
function slotOf(zone: string): number {
  // Azure numbers its zones; only a dash before tells such a number from the end of a region's own name.
  const number = /-([1-9])$/.exec(zone)?.[1];
  if (number !== undefined) return Number(number) <= SLOTS.length ? Number(number) - 1 : -1;
  return zone === '' ? -1 : SLOTS.indexOf(zone.slice(-1));
}

interface Range {
  readonly first: number;
  readonly prefixLength: number;
}

function parseRange(text: string): Range | undefined {
  const found = RANGE.exec(text);
  if (found === null) return undefined;
  const [first = 0, second = 0, third = 0, fourth = 0, prefixLength = 0] = found.slice(1).map(Number);
  if ([first, second, third, fourth].some((octet) => octet > 255) || prefixLength > 32) return undefined;
  return { first: first * 2 ** 24 + second * 2 ** 16 + third * 2 ** 8 + fourth, prefixLength };
}

/** One of `parts` equal parts of a range; `parts` is a power of two. */
function part({ first, prefixLength }: Range, { parts, index }: { readonly parts: number; readonly index: number }) {
  const size = 2 ** (32 - prefixLength) / parts;
  const start = first + index * size;
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256);
  return `${octets.join('.')}/${prefixLength + Math.log2(parts)}`;
}

const RANGE = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;
/** No region that the project knows has a zone beyond f. */
const SLOTS = ['a', 'b', 'c', 'd', 'e', 'f'];
/** Eighths from 0 to 5 are the zones' private subnets, one for each slot. */
const PUBLIC_EIGHTH = 6;
const LAST_EIGHTH = 7;
// docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html: networks from /16, subnets to /28.
const SHORTEST_PREFIX = 16;
const LONGEST_PREFIX = 22;
