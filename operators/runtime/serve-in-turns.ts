import type { ApiServer } from './api-server.ts';
import { pause } from './abort-signals.ts';
import { type MetricsText, serveHealth } from './health-server.ts';
import { type Leadership, leaseIdentity, takePartInElection } from './leader-lease.ts';

/** Of a controller that runs in a pod of `flotilla-system`. */
export interface ControllerOptions {
  readonly api: ApiServer;
  /** Namespace of its lease: its own. */
  readonly namespace: string;
  /** Name of its pod. */
  readonly pod: string;
  /** Of `/healthz` and `/readyz`; 0 takes a free one. */
  readonly healthPort: number;
  /** Of `/metrics`; 0 takes a free one. */
  readonly metricsPort: number;
  /** Takes one line for people at a time. */
  readonly log: (line: string) => void;
  /** Hands over and ends. */
  readonly signal: AbortSignal;
}

/** Says which kind of objects cannot be followed; a cache's `onTrouble`. */
export function unfollowed(log: (line: string) => void): (kind: string, error: Error) => void {
  return (kind, { message }) => {
    log(`${kind}: cannot be followed, what is known of them may be old: ${message}`);
  };
}

export interface TurnsOptions extends ControllerOptions {
  /** Lease that the processes elect their leader by. */
  readonly lease: string;
  readonly metrics: MetricsText;
  /** What everybody follows, whoever leads. */
  readonly cache: { readonly isSynced: () => boolean; readonly run: (signal: AbortSignal) => Promise<void> };
  /** The work of the leader; ends soon after the signal of its leadership is aborted. */
  readonly lead: (leadership: Leadership, identity: string) => Promise<void>;
}

/**
 * Follows what there is, tells its health, and takes its turn in leading until `signal` is aborted; then ends after the write that
 * is under way, and gives the lease up.
 *
 * @throws Error when a port is taken, and whatever `lead` or the cache does
 */
export async function serveInTurns(options: TurnsOptions): Promise<void> {
  const { cache, log, metrics, healthPort, metricsPort } = options;
  // When one half fails, the other must not keep the process going.
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const health = await serveHealth({
    healthPort,
    metricsPort,
    isLive: () => undefined,
    isReady: () => (cache.isSynced() ? undefined : 'the Kubernetes API has not been read yet'),
    metrics,
  });
  log(`health on port ${health.healthPort}, metrics on port ${health.metricsPort}`);
  const followed = new AbortController();
  try {
    await Promise.all([
      cache.run(followed.signal),
      takeTurns({ ...options, signal }).finally(() => {
        // The last writes are still answered from what is known.
        followed.abort();
      }),
    ]);
  } catch (error) {
    failed.abort();
    throw error;
  } finally {
    followed.abort();
    await health.close();
  }
}

async function takeTurns(options: TurnsOptions): Promise<void> {
  const { api, cache, namespace, lease, pod, log, signal } = options;
  while (!cache.isSynced() && !signal.aborted) await pause(SYNC_POLL_MS, signal);
  if (signal.aborted) return;
  const identity = leaseIdentity(pod);
  log(`${identity} waits for the lease ${namespace}/${lease}`);
  await takePartInElection({
    api,
    namespace,
    name: lease,
    identity,
    lead: async (leadership) => {
      log(`${identity} leads`);
      await options.lead(leadership, identity);
      log(`${identity} leads no longer`);
    },
    onTrouble: ({ message }) => {
      log(`the lease: ${message}`);
    },
    signal,
  });
}

const SYNC_POLL_MS = 50;
