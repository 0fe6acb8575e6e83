/** An IPv4 block; addresses as unsigned 32-bit numbers. */
export interface Cidr {
  /** First address of the block. */
  readonly first: number;
  /** Last address of the block. */
  readonly last: number;
  readonly prefixLength: number;
  /** The address as it was written: `first`, unless host bits were set. */
  readonly address: number;
}

/** IPv4 CIDR notation, as in `10.0.0.0/16`. */
export const CIDR_PATTERN =
  /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\/(3[0-2]|[12]?\d)$/;

/** The block, or undefined where the text is none. */
export function parseCidr(text: string): Cidr | undefined {
  if (!CIDR_PATTERN.test(text)) return undefined;
  const [dottedAddress = '', prefix = ''] = text.split('/');
  const address = dottedAddress.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { ...block(address, Number(prefix)), address };
}

/** The block of that prefix length that an address lies in. */
export function block(address: number, prefixLength: number): Cidr {
  const size = 2 ** (32 - prefixLength);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1, prefixLength, address: first };
}

/** As in `10.0.0.0/16`, host bits cleared. */
export function formatCidr({ first, prefixLength }: Cidr): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${octets.join('.')}/${prefixLength}`;
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.first <= b.last && b.first <= a.last;
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

export function sizeOf(cidr: Cidr): number {
  return cidr.last - cidr.first + 1;
}

/** Longest prefix, hence smallest block, that holds a number of addresses. */
export function prefixLengthFor(addresses: number): number {
  return 32 - Math.ceil(Math.log2(Math.max(1, addresses)));
}

/** Lowest block of a prefix length inside the spaces that overlaps nothing taken, or undefined where none is left. */
export function freeBlock(
  prefixLength: number,
  taken: readonly Cidr[],
  spaces: readonly Cidr[] = PRIVATE_SPACES,
): Cidr | undefined {
  const sorted = taken.toSorted((a, b) => a.first - b.first);
  for (const space of spaces) {
    if (space.prefixLength > prefixLength) continue;
    let candidate = block(space.first, prefixLength);
    for (const used of sorted) {
      if (!overlaps(used, candidate)) continue;
      const after = block(used.last, prefixLength);
      candidate = block(after.last + 1, prefixLength);
    }
    if (contains(space, candidate)) return candidate;
  }
  return undefined;
}

function known(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Error(`${text} is no CIDR block`);
  return cidr;
}

/** Address space that nobody is given on the internet: RFC 1918, and RFC 6598 last as carriers use it too. */
export const PRIVATE_SPACES: readonly Cidr[] = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map(
  known,
);

/** Blocks that a network must leave alone, with the reason. */
export const RESERVED_BLOCKS: readonly {
  readonly block: Cidr;
  readonly clouds: readonly string[];
  readonly reason: string;
}[] = [
  // learn.microsoft.com/azure/aks/concepts-network-cni-overview (2026-08-21); the others it names are not private.
  ...['172.30.0.0/16', '172.31.0.0/16'].map((text) => ({
    block: known(text),
    clouds: ['azure'],
    reason: 'AKS keeps it for itself',
  })),
];
