import type { LookupFunction } from 'node:net';
import { collectionPath, PSC_OBJECT, pscOf } from '../../psc/kubernetes/kinds.ts';
import type { StoredPsc } from '../../psc/observed.ts';
import type { ApiServer } from '../../runtime/api-server.ts';
import { boundedApi } from '../../runtime/bounded-api.ts';
import { eventRecorder } from '../../runtime/event-recorder.ts';
import { leadByQueue } from '../../runtime/lead-by-queue.ts';
import type { Leadership } from '../../runtime/leader-lease.ts';
import { type ObjectCache, objectCache } from '../../runtime/object-cache.ts';
import { type ControllerOptions, serveInTurns, unfollowed } from '../../runtime/serve-in-turns.ts';
import { SYSTEM_TIMERS } from '../../runtime/timers.ts';
import type { DecideOptions } from '../execute/decide.ts';
import { BalancedFleet, keptPsc } from './balanced-fleet.ts';
import { type BalancerMetrics, balancerMetrics } from './balancer-metrics.ts';
import { newsOf } from './psc-changes.ts';

export interface BalancerOptions extends ControllerOptions {
  /** How names of brokers become addresses. @default the system's own way */
  readonly lookup?: LookupFunction;
  /** Limits of moves, and when a broker counts as gone. @default EXECUTE_SETTINGS */
  readonly decide?: DecideOptions;
}

/** Lease that the balancers of a Kubernetes cluster elect their leader by, and name of their service account. */
export const BALANCER_LEASE = 'balancer';

/**
 * `flotilla serve balancer`: takes its turn in balancing all PSCs of a Kubernetes cluster until `signal` is aborted, then ends after
 * the call that is under way and gives the lease up. Moves that run go on by themselves; the next leader takes them as made.
 *
 * @throws Error when a port is taken
 */
export async function serveBalancer(options: BalancerOptions): Promise<void> {
  const { log } = options;
  const term = { isLeader: (): boolean => false };
  const metrics = balancerMetrics({ isLeader: () => term.isLeader() });
  const api = boundedApi(options.api, { ...API_BOUNDS, timers: SYSTEM_TIMERS, onCall: metrics.apiCallEnded });
  const changes = new Set<(psc: string) => void>();
  const cache = objectCache<StoredPsc>({
    api,
    kinds: [
      {
        kind: PSC_OBJECT.kind,
        path: collectionPath(PSC_OBJECT),
        shape: (raw) => keptPsc(raw as StoredPsc),
        ownerOf: (psc) => pscOf(psc),
      },
    ],
    onChange: (psc) => {
      for (const changed of changes) changed(psc);
    },
    onTrouble: unfollowed(log),
  });
  await serveInTurns({
    ...options,
    lease: BALANCER_LEASE,
    metrics,
    cache,
    lead: async (leadership) => {
      term.isLeader = leadership.isLeader;
      await lead(options, { api, cache, changes, metrics }, leadership).finally(() => {
        term.isLeader = () => false;
      });
    },
  });
}

/** Calls to the API server: a few for each plan that begins, goes on or ends. */
const API_BOUNDS = { maxConcurrent: 16, ratePerSecond: 50, burst: 200 } as const;
/** Passes at once: each asks one cluster, and then computes. */
const WORKERS = 4;

interface Shared {
  readonly api: ApiServer;
  readonly cache: ObjectCache<StoredPsc>;
  readonly changes: Set<(psc: string) => void>;
  readonly metrics: BalancerMetrics;
}

async function lead(
  { log, pod, lookup, decide }: BalancerOptions,
  { api, cache, changes, metrics }: Shared,
  leadership: Leadership,
): Promise<void> {
  const wallMs = (): number => Date.now();
  const events = eventRecorder({
    api,
    controller: 'flotilla.dev/balancer',
    instance: pod,
    wallMs,
    onTrouble: ({ message }) => {
      log(`an event is lost: ${message}`);
    },
  });
  const fleet = new BalancedFleet({
    api,
    cache,
    events,
    metrics,
    log,
    wallMs,
    mayWrite: () => leadership.isLeader() && !leadership.signal.aborted,
    ...(lookup === undefined ? {} : { lookup }),
    ...(decide === undefined ? {} : { decide }),
  });
  await leadByQueue(
    {
      pass: async (psc) => await fleet.pass(psc),
      timers: SYSTEM_TIMERS,
      workers: WORKERS,
      known: () => cache.owners(),
      onChange: (changed) => {
        const news = newsOf((name) => [...cache.objectsOf(name)][0], changed);
        changes.add(news);
        return () => changes.delete(news);
      },
    },
    leadership,
  ).finally(() => {
    fleet.forgetAll();
  });
}
