import type { Service } from './kubernetes-types.ts';

/** What external-dns would read of a `DNSEndpoint`. */
export interface DnsEndpoint {
  readonly spec?: {
    readonly endpoints?: readonly {
      readonly dnsName: string;
      readonly recordType: string;
      readonly recordTTL?: number;
      readonly targets: readonly string[];
    }[];
  };
}

export interface ZoneState {
  /** Domain that the zone is of, without a dot at the end. */
  readonly domain: string;
  readonly endpoints: readonly DnsEndpoint[];
  readonly services: readonly Service[];
  /** Grows with every change, as a zone's serial number must. */
  readonly serial: number;
}

/**
 * The region's zone as external-dns would have written it: records of `DNSEndpoint`s, and the address of each load
 * balancer whose Service names a host. Names outside of the domain are left out. In the format of RFC 1035.
 */
export function zoneFile({ domain, endpoints, services, serial }: ZoneState): string {
  const records = [
    ...endpoints.flatMap(({ spec }) => spec?.endpoints ?? []).flatMap(recordsOf),
    ...services.flatMap(addressRecord),
  ].filter(({ name }) => name.endsWith(`.${domain}`));
  const lines = records.map(({ name, ttl, type, target }) => `${name}. ${ttl} IN ${type} ${target}`);
  return [
    `$ORIGIN ${domain}.`,
    // Negative answers are kept for one second: a broker's name is looked for as soon as it is there.
    `@ 60 IN SOA ns hostmaster ${serial} 60 60 3600 1`,
    '@ 60 IN NS ns',
    'ns 60 IN A 127.0.0.1',
    ...[...new Set(lines)].sort(),
    '',
  ].join('\n');
}

/**
 * Serial number for a zone file that takes the place of `previous` (empty: there is none): the second that it is, or one more
 * than before where that is not enough. Name servers do not load a file whose number has not grown, however much else has changed.
 */
export function nextSerial(previous: string, nowMs: number): number {
  const before = Number(/ SOA \S+ \S+ (\d+) /.exec(previous)?.[1] ?? 0);
  return Math.max(before + 1, Math.floor(nowMs / 1000));
}

interface DnsRecord {
  readonly name: string;
  readonly ttl: number;
  readonly type: string;
  readonly target: string;
}

/** Types that external-dns is told to manage (constructs/kubernetes/platform/external-dns.ts). */
const TYPES: ReadonlySet<string> = new Set(['A', 'AAAA', 'CNAME']);
const DEFAULT_TTL_SECONDS = 60;

type Endpoint = NonNullable<NonNullable<DnsEndpoint['spec']>['endpoints']>[number];

function recordsOf({ dnsName, recordType, recordTTL, targets }: Endpoint): readonly DnsRecord[] {
  if (!TYPES.has(recordType)) return [];
  return targets.map((target) => ({
    name: dnsName,
    ttl: recordTTL ?? DEFAULT_TTL_SECONDS,
    type: recordType,
    target: recordType === 'CNAME' ? `${target}.` : target,
  }));
}

function addressRecord({ metadata, status }: Service): readonly DnsRecord[] {
  const name = metadata?.annotations?.['external-dns.alpha.kubernetes.io/hostname'];
  const address = status?.loadBalancer?.ingress?.[0]?.ip;
  if (name === undefined || address === undefined) return [];
  return [{ name, ttl: DEFAULT_TTL_SECONDS, type: 'A', target: address }];
}
