import { Resolver } from 'node:dns/promises';
import { Slots } from '../../runtime/slots.ts';
import type { Clock, NamesPort } from '../ports.ts';
import { zoneServers } from './zone-servers.ts';

export interface NamesPortOptions {
  /** Zone that the hosts are in, as external-dns writes it: the region's domain. */
  readonly zone: string;
  /**
   * Addresses of the zone's servers, `address` or `address:port`, where the zone is not delegated, as in the local region: there
   * every node serves the zone itself, from one file that all of them read.
   *
   * @default those that the zone's NS records name
   */
  readonly servers?: readonly string[];
  readonly clock: Clock;
  /** Told why the servers of the zone are not known, or one of them does not answer. @default nobody is told */
  readonly onProblem?: (message: string) => void;
}

/** How long a host that resolved counts as resolved: its record goes only with its broker. */
export const RESOLVED_FOR_MS = 300_000;
/** Of one question to one server. */
export const QUERY_MAX_MS = 2_000;
/** Questions at the same time, over all hosts and servers. */
const QUERIES_AT_A_TIME = 32;
/** Names that a record may lead through inside the zone. */
const MAX_ALIASES = 4;

/**
 * A {@link NamesPort} that asks the zone's own servers and nobody between: a resolver would keep a "not found" for the zone's
 * negative time to live, and hand it to the very clients that shall find the new brokers. A host counts as resolved when every
 * one of the servers has a record of it that leads to an address, or out of the zone.
 */
export function authoritativeNames(options: NamesPortOptions): NamesPort {
  const { zone, clock, onProblem } = options;
  const servers = zoneServers(options);
  const slots = new Slots(QUERIES_AT_A_TIME);
  const resolvers = new Map<string, Resolver>();
  const resolvedAtMs = new Map<string, number>();
  const isResolvedBy = async (server: string, host: string): Promise<boolean> => {
    const resolver = resolvers.get(server) ?? resolverOf(server);
    resolvers.set(server, resolver);
    try {
      return await slots.run(() => hasRecord(resolver, host, zone));
    } catch (error) {
      onProblem?.(`${server} does not answer for ${host}: ${codeOf(error)}`);
      return false;
    }
  };
  return {
    resolved: async (hosts) => {
      const nowMs = clock.nowMs();
      for (const [host, atMs] of resolvedAtMs) if (nowMs - atMs >= RESOLVED_FOR_MS) resolvedAtMs.delete(host);
      const unknown = [...new Set(hosts)].filter((host) => !resolvedAtMs.has(host));
      if (unknown.length > 0) {
        const all = await servers();
        for (const server of resolvers.keys()) if (!all.includes(server)) resolvers.delete(server);
        await Promise.all(
          unknown.map(async (host) => {
            const answers = await Promise.all(all.map((server) => isResolvedBy(server, host)));
            if (answers.length > 0 && answers.every((found) => found)) resolvedAtMs.set(host, nowMs);
          }),
        );
      }
      return new Set(hosts.filter((host) => resolvedAtMs.has(host)));
    },
  };
}

function resolverOf(server: string): Resolver {
  const resolver = new Resolver({ timeout: QUERY_MAX_MS / TRIES, tries: TRIES, maxTimeout: QUERY_MAX_MS });
  resolver.setServers([server]);
  return resolver;
}

/** A question by UDP may be lost. */
const TRIES = 2;

/** @throws Error when the server gives no answer, as when it is not one of the zone's */
async function hasRecord(resolver: Resolver, host: string, zone: string): Promise<boolean> {
  let name = host;
  for (let alias = 0; alias <= MAX_ALIASES; alias += 1) {
    if ((await answered(resolver.resolve4(name))).length > 0) return true;
    const [target] = await answered(resolver.resolveCname(name));
    if (target === undefined) return false;
    // Where it leads out of the zone, its servers know no more.
    if (!target.endsWith(`.${zone}`)) return true;
    name = target;
  }
  return false;
}

/** Records of an answer; none where the server says that there are none. */
async function answered<T>(question: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await question;
  } catch (error) {
    if (NO_RECORD.has(codeOf(error))) return [];
    throw error;
  }
}

/** There is no such name, or it has no record of this type. */
const NO_RECORD: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

function codeOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  return code ?? message ?? String(error);
}
