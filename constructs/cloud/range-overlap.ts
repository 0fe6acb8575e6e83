/** Whether a text is an IPv4 CIDR block whose address has no bits of hosts, as in `10.0.0.0/16`. */
export function isRange(text: string): boolean {
  return bounds(text) !== undefined;
}

/** Whether two IPv4 CIDR blocks have an address in common; false where one of them is none. */
export function rangesOverlap(one: string, other: string): boolean {
  const [first, second] = [bounds(one), bounds(other)];
  if (first === undefined || second === undefined) return false;
  return first.start < second.end && second.start < first.end;
}

interface Bounds {
  readonly start: number;
  /** The first address behind the block. */
  readonly end: number;
}

function bounds(text: string): Bounds | undefined {
  const found = RANGE.exec(text);
  if (found === null) return undefined;
  const numbers = found.slice(1).map(Number);
  const octets = numbers.slice(0, 4);
  const prefixLength = numbers.at(4) ?? 0;
  if (octets.some((octet) => octet > 255) || prefixLength > 32) return undefined;
  const start = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - prefixLength);
  return start % size === 0 ? { start, end: start + size } : undefined;
}

const RANGE = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;
