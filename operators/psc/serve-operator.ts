import type { DataPlane } from '../../contracts/data-plane.ts';
import { accountUser } from '../../contracts/names.ts';
import { together } from '../runtime/abort-signals.ts';
import type { ApiServer } from '../runtime/api-server.ts';
import { kafkaAccess } from '../client/kafka-access.ts';
import { connectRest } from '../connect/connect-rest.ts';
import { boundedApi } from '../runtime/bounded-api.ts';
import { eventRecorder } from '../runtime/event-recorder.ts';
import type { Leadership } from '../runtime/leader-lease.ts';
import { newPassword } from '../runtime/new-password.ts';
import { type ControllerOptions, serveInTurns, unfollowed } from '../runtime/serve-in-turns.ts';
import type { Steps } from '../runtime/steps.ts';
import { SYSTEM_TIMERS } from '../runtime/timers.ts';
import type { QueueDepth } from '../runtime/work-queue.ts';
import { serveEvictions } from './eviction/serve-evictions.ts';
import { realKafkaPort, type RealKafkaPort } from './kafka/kafka-port.ts';
import { clusterPort } from './kubernetes/cluster-port.ts';
import { type PscCache, pscCache } from './kubernetes/psc-cache.ts';
import { authorityRequests } from './kubernetes/authority-requests.ts';
import { pscCredentials } from './kubernetes/psc-credentials.ts';
import { secretStore } from './kubernetes/secret-store.ts';
import { leadOperator, type PassObserver } from './lead-operator.ts';
import { startLagRounds } from './lag-rounds.ts';
import { loggedPorts } from './logged-ports.ts';
import { operatorMetrics, type OperatorMetrics } from './operator-metrics.ts';
import { passLog } from './pass-log.ts';
import type { NamesPort } from './ports.ts';

export interface OperatorOptions extends ControllerOptions {
  readonly dataPlane: DataPlane;
  readonly names: NamesPort;
  /** Replaced where no Kafka runs. @default realKafkaPort */
  readonly kafkaPort?: typeof realKafkaPort;
  /** Port on which evictions are answered; 0 takes a free one. @default - nobody answers them, and the budgets alone guard */
  readonly evictionPort?: number;
  /** Follows passes. @default - nobody does */
  readonly steps?: Steps;
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
  const term: Term = { queueDepth: () => NO_WORK, isLeader: () => false };
  const metrics = operatorMetrics({
    wallMs: () => Date.now(),
    queueDepth: () => term.queueDepth(),
    isLeader: () => term.isLeader(),
    cachedObjects: () => cache.size(),
    pscs: () => (term.isLeader() ? cache.pscs() : []),
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
    onTrouble: unfollowed(log),
  });
  await together(options.signal, (signal) => [
    serveInTurns({
      ...options,
      signal,
      lease: OPERATOR_LEASE,
      metrics,
      cache,
      // The lease is renewed past the bounds: that must not wait behind anything.
      lead: async (leadership, identity) => {
        await lead(options, { api, cache, changes, metrics, term }, identity, leadership);
      },
    }),
    answerEvictions({ ...options, signal }, api, cache),
  ]);
}

async function answerEvictions(
  { evictionPort, namespace, log, signal }: OperatorOptions,
  api: ApiServer,
  cache: PscCache,
): Promise<void> {
  if (evictionPort === undefined) return;
  await serveEvictions({
    api,
    cache,
    namespace,
    operator: accountUser(namespace, OPERATOR_LEASE),
    port: evictionPort,
    wallMs: () => Date.now(),
    log,
    signal,
  });
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

async function lead(
  { dataPlane, names, pod, log, steps, kafkaPort = realKafkaPort }: OperatorOptions,
  { api, cache, changes, metrics, term }: Shared,
  holder: string,
  leadership: Leadership,
): Promise<void> {
  const clock = { nowMs: () => Date.now() };
  const secrets = secretStore(api);
  const requests = authorityRequests(api, secrets);
  const credentials = pscCredentials({ secrets, requests, dataPlane, wallMs: clock.nowMs, newPassword });
  const kafka = kafkaPort({
    credentialsOf: credentials.login,
    otherLoginsOf: credentials.otherLogins,
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
          access: kafkaAccess({ secrets, users: kafka, dataPlane, wallMs: clock.nowMs, newPassword }),
          connect: connectRest({ log: ofPsc(log) }),
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

function ofPsc(log: OperatorOptions['log']): (psc: string, line: string) => void {
  return (psc, line) => {
    log(`${psc}: ${line}`);
  };
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
