import { Resolver } from 'node:dns/promises';
import type { Clock } from '../ports.ts';

/** How long the servers of a zone are taken as known. */
export const SERVERS_FOR_MS = 300_000;
const QUERY_MAX_MS = 2_000;
const TRIES = 2;

export interface ZoneServersOptions {
  readonly zone: string;
  readonly servers?: readonly string[];
  /** Servers that answer for the whole DNS. @default those of the system */
  readonly resolvers?: readonly string[];
  readonly clock: Clock;
  readonly onProblem?: (message: string) => void;
}

/**
 * Addresses of a zone's servers: those that are given, or all that its NS records lead to. Only names that exist are asked for
 * on the way, so that no resolver learns of one that does not. Resolves with none while they cannot be found out.
 */
export function zoneServers(options: ZoneServersOptions): () => Promise<readonly string[]> {
  const { zone, servers, resolvers, clock, onProblem } = options;
  if (servers !== undefined) return () => Promise.resolve(servers);
  const resolver = new Resolver({ timeout: QUERY_MAX_MS / TRIES, tries: TRIES, maxTimeout: QUERY_MAX_MS });
  if (resolvers !== undefined) resolver.setServers(resolvers);
  let known: { readonly addresses: readonly string[]; readonly atMs: number } | undefined;
  return async () => {
    const nowMs = clock.nowMs();
    if (known !== undefined && nowMs - known.atMs < SERVERS_FOR_MS) return known.addresses;
    try {
      known = { addresses: await addressesOf(resolver, zone), atMs: nowMs };
      return known.addresses;
    } catch (error) {
      onProblem?.(
        `the servers of zone ${zone} cannot be found: ${Error.isError(error) ? error.message : String(error)}`,
      );
      // Those of before still are the zone's: a zone changes its servers hardly ever.
      return known?.addresses ?? [];
    }
  };
}

/** @throws Error also when one of the servers has no address: all of them have to be asked */
async function addressesOf(resolver: Resolver, zone: string): Promise<readonly string[]> {
  const hosts = await resolver.resolveNs(zone);
  const addresses = await Promise.all(hosts.map((host) => resolver.resolve4(host)));
  return [...new Set(addresses.flat())].sort();
}
