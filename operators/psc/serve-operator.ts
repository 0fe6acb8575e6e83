import type { DataPlane } from '../../contracts/data-plane.ts';
import type { ApiServer } from '../runtime/api-server.ts';
import { boundedApi } from '../runtime/bounded-api.ts';
import { eventRecorder } from '../runtime/event-recorder.ts';
import { serveHealth } from '../runtime/health-server.ts';
import { type Leadership, leaseIdentity, takePartInElection } from '../runtime/leader-lease.ts';
import { newPassword } from '../runtime/new-password.ts';
import type { Steps } from '../runtime/steps.ts';
import { SYSTEM_TIMERS } from '../runtime/timers.ts';
import type { QueueDepth } from '../runtime/work-queue.ts';
import { realKafkaPort, type RealKafkaPort } from './kafka/kafka-port.ts';
import { clusterPort } from './kubernetes/cluster-port.ts';
import { type PscCache, pscCache } from './kubernetes/psc-cache.ts';
import { pscCredentials } from './kubernetes/psc-credentials.ts';
import { secretStore } from './kubernetes/secret-store.ts';
import { leadOperator, type PassObserver } from './lead-operator.ts';
import { startLagRounds } from './lag-rounds.ts';
import { loggedPorts } from './logged-ports.ts';
import { operatorMetrics, type OperatorMetrics } from './operator-metrics.ts';
import { passLog } from './pass-log.ts';
import type { NamesPort } from './ports.ts';

export interface OperatorOptions {
  readonly api: ApiServer;
  readonly dataPlane: DataPlane;
  readonly names: NamesPort;
  /** Replaced where no Kafka runs. @default realKafkaPort */
  readonly kafkaPort?: typeof realKafkaPort;
  /** Namespace of its lease: its own. */
  readonly namespace: string;
  /** Name of its pod. */
  readonly pod: string;
  /** Of `/healthz` and `/readyz`; 0 takes a free one. */
  readonly healthPort: number;
  /** Of `/metrics`; 0 takes a free one. */
  readonly metricsPort: number;
  /** Follows passes. @default - nobody does */
  readonly steps?: Steps;
  /** Takes one line for people at a time. */
  readonly log: (line: string) => void;
  /** Hands over and ends. */
  readonly signal: AbortSignal;
}

/** Lease that the operators of a Kubernetes cluster elect their leader by, and name of their service account. */
export const OPERATOR_LEASE = 'operator';

/**
 * `flotilla serve operator`: takes its turn in leading until `signal` is aborted, then ends after the write that is under way
 * and gives the lease up.
 *
 * @throws Error when a port is taken
 */
export async function serveOperator(options: OperatorOptions): Promise<void> {
  const { log } = options;
  // When one half fails, the other must not keep the process going.
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const term: Term = { queueDepth: () => NO_WORK, isLeader: () => false };
  const metrics = operatorMetrics({
    wallMs: () => Date.now(),
    queueDepth: () => term.queueDepth(),
    isLeader: () => term.isLeader(),
    cachedObjects: () => cache.size(),
  });
  const api = boundedApi(options.api, { ...API_BOUNDS, timers: SYSTEM_TIMERS, onCall: metrics.apiCallEnded });
  const changes = new Set<(psc: string) => void>();
  const cache = pscCache({
    api,
    onChange: (psc) => {
      for (const changed of changes) changed(psc);
    },
    onMisplaced: ({ metadata: { namespace = '', name } }) => {
      log(`PSC ${namespace}/${name} is in a namespace that is not its own, and is left alone`);
    },
    onTrouble: (kind, { message }) => {
      log(`${kind}: cannot be followed, what is known of them may be old: ${message}`);
    },
  });
  const health = await serveHealth({
    healthPort: options.healthPort,
    metricsPort: options.metricsPort,
    isLive: () => undefined,
    isReady: () => (cache.isSynced() ? undefined : 'the Kubernetes API has not been read yet'),
    metrics,
  });
  log(`health on port ${health.healthPort}, metrics on port ${health.metricsPort}`);
  const followed = new AbortController();
  try {
    await Promise.all([
      cache.run(followed.signal),
      takeTurns({ ...options, signal }, { api, cache, changes, metrics, term }).finally(() => {
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

/** Calls to the API server of one operator that serves 200 PSCs: far below what others need of it. */
const API_BOUNDS = { maxConcurrent: 32, ratePerSecond: 100, burst: 400 } as const;

interface Shared {
  /** Within its bounds. */
  readonly api: ApiServer;
  readonly cache: PscCache;
  /** Who is told of changes. */
  readonly changes: Set<(psc: string) => void>;
  readonly metrics: OperatorMetrics;
  readonly term: Term;
}

/** What this process does while it leads; nothing otherwise. */
interface Term {
  queueDepth: () => QueueDepth;
  isLeader: () => boolean;
}

const NO_WORK: QueueDepth = { waiting: 0, running: 0, later: 0 };

async function takeTurns(options: OperatorOptions, shared: Shared): Promise<void> {
  const { namespace, pod, log, signal } = options;
  await synced(shared.cache, signal);
  if (signal.aborted) return;
  const identity = leaseIdentity(pod);
  log(`${identity} waits for the lease ${namespace}/${OPERATOR_LEASE}`);
  await takePartInElection({
    // Not the bounded one: renewals must not wait behind anything.
    api: options.api,
    namespace,
    name: OPERATOR_LEASE,
    identity,
    lead: async (leadership) => {
      log(`${identity} leads`);
      await lead(options, shared, identity, leadership);
      log(`${identity} leads no longer`);
    },
    onTrouble: ({ message }) => {
      log(`the lease: ${message}`);
    },
    signal,
  });
}

async function lead(
  { dataPlane, names, pod, log, steps, kafkaPort = realKafkaPort }: OperatorOptions,
  { api, cache, changes, metrics, term }: Shared,
  holder: string,
  leadership: Leadership,
): Promise<void> {
  const clock = { nowMs: () => Date.now() };
  const credentials = pscCredentials({ secrets: secretStore(api), dataPlane, wallMs: clock.nowMs, newPassword });
  const kafka = kafkaPort({
    credentialsOf: credentials.login,
    clock,
    onChange: (psc) => {
      for (const changed of changes) changed(psc);
    },
  });
  const cluster = clusterPort({
    api,
    cache,
    credentials,
    events: eventRecorder({
      api,
      controller: 'flotilla.dev/operator',
      instance: pod,
      wallMs: clock.nowMs,
      onTrouble: ({ message }) => {
        log(`an event is lost: ${message}`);
      },
    }),
    wallMs: clock.nowMs,
  });
  term.isLeader = leadership.isLeader;
  const stopLagRounds = startLagRounds({
    timers: SYSTEM_TIMERS,
    known: cache.names,
    read: kafka.consumerLag,
    onLag: metrics.consumerLag,
  });
  try {
    await leadOperator(
      {
        ports: {
          ...loggedPorts({ cluster, kafka }, log),
          ...(steps === undefined ? {} : { steps }),
          names,
          clock,
          holder,
        },
        dataPlane,
        timers: SYSTEM_TIMERS,
        known: cache.names,
        onChange: (changed) => {
          changes.add(changed);
          return () => changes.delete(changed);
        },
        observer: passObserver({ kafka, metrics, term, log }),
      },
      leadership,
    );
  } finally {
    term.isLeader = () => false;
    stopLagRounds();
    metrics.forgetAll();
    kafka.stop();
  }
}

/** Whoever wants to know how passes ended: metrics, people, and the background look at each Kafka. */
function passObserver({
  kafka,
  metrics,
  term,
  log,
}: Pick<Shared, 'metrics' | 'term'> & Pick<OperatorOptions, 'log'> & { readonly kafka: RealKafkaPort }): PassObserver {
  const said = passLog(log);
  return {
    began: (depth) => {
      term.queueDepth = depth;
    },
    ended: (psc, result, tookMs) => {
      const { outcome, waits } = result;
      metrics.passEnded(tookMs / SECOND_MS, outcome);
      // A pass that was overtaken knows nothing new.
      if (outcome !== 'conflict') metrics.waits(psc, waits);
      if (outcome === 'gone') {
        kafka.forget(psc);
        metrics.consumerLag(psc, undefined);
      } else kafka.setAttention(psc, outcome === 'at-rest' ? 'rest' : 'watch');
      said.ended(psc, result);
    },
    failed: (psc, error, tookMs) => {
      metrics.passEnded(tookMs / SECOND_MS, 'failed');
      said.failed(psc, error);
    },
    over: () => {
      term.queueDepth = () => NO_WORK;
    },
  };
}

const SECOND_MS = 1000;
const SYNC_POLL_MS = 50;

/** Resolves when everything has been read, or nobody wants it any longer. */
async function synced(cache: PscCache, signal: AbortSignal): Promise<void> {
  while (!cache.isSynced() && !signal.aborted) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    SYSTEM_TIMERS.after(SYNC_POLL_MS, () => {
      resolve(undefined);
    });
    await promise;
  }
}
