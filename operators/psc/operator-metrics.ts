import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import type { ApiVerb } from '../runtime/bounded-api.ts';
import type { MetricsText } from '../runtime/health-server.ts';
import type { QueueDepth } from '../runtime/work-queue.ts';
import type { ConsumerLag } from './kafka/consumer-lag.ts';
import type { Wait } from './plan.ts';
import type { ReconcileResult } from './reconcile.ts';

/** How a pass ended, as the metrics tell it apart. */
export type PassOutcome = ReconcileResult['outcome'] | 'failed';

/** Something that a PSC waits for. */
export type MeasuredWait = Pick<Wait, 'task' | 'reason'>;

export interface OperatorMetricsOptions {
  readonly wallMs: () => number;
  /** Asked whenever the metrics are read. */
  readonly queueDepth: () => QueueDepth;
  readonly isLeader: () => boolean;
  readonly cachedObjects: () => number;
  /** Those that this process looks after. */
  readonly pscs: () => Iterable<PhysicalStatefulCluster>;
}

/** Metrics of the operator, for Prometheus. */
export interface OperatorMetrics extends MetricsText {
  readonly passEnded: (seconds: number, outcome: PassOutcome) => void;
  /** What a PSC waits for now; what it waited for before counts on as long as it does. */
  readonly waits: (psc: string, waits: readonly MeasuredWait[]) => void;
  /** How far behind consumer groups of a PSC are; undefined where nobody knows any longer. */
  readonly consumerLag: (psc: string, lag: ConsumerLag | undefined) => void;
  /** This process does not look after any PSC any longer. */
  readonly forgetAll: () => void;
  readonly apiCallEnded: (call: { readonly verb: ApiVerb; readonly code: number }) => void;
}

export function operatorMetrics(options: OperatorMetricsOptions): OperatorMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const waiting = new Map<string, ReadonlyMap<string, SinceWait>>();
  const passes = new Histogram({
    name: 'flotilla_operator_reconcile_seconds',
    help: 'Time of one pass over one PSC, by how it ended.',
    labelNames: ['outcome'] as const,
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    registers: [registry],
  });
  const calls = new Counter({
    name: 'flotilla_operator_api_calls_total',
    help: 'Calls of the Kubernetes API by verb and status; code 0: no answer came.',
    labelNames: ['verb', 'code'] as const,
    registers: [registry],
  });
  const lagging = new Map<string, ConsumerLag>();
  addWaitGauges(registry, waiting);
  addLagGauges(registry, lagging);
  addExpiryGauge(registry, options);
  addConditionGauge(registry, options);
  addPasswordsGauge(registry, options);
  addStateGauges(registry, options);
  return {
    contentType: registry.contentType,
    text: async () => await registry.metrics(),
    passEnded: (seconds, outcome) => {
      passes.observe({ outcome }, seconds);
    },
    waits: (psc, waits) => {
      const before = waiting.get(psc);
      const sinceMs = options.wallMs();
      const now = waits.map(({ task, reason }): [string, SinceWait] => {
        const key = `${task}/${reason}`;
        return [key, before?.get(key) ?? { task, reason, sinceMs }];
      });
      if (now.length === 0) waiting.delete(psc);
      else waiting.set(psc, new Map(now));
    },
    consumerLag: (psc, lag) => {
      if (lag === undefined) lagging.delete(psc);
      else lagging.set(psc, lag);
    },
    forgetAll: () => {
      waiting.clear();
      lagging.clear();
    },
    apiCallEnded: ({ verb, code }) => {
      calls.inc({ verb, code });
    },
  };
}

interface SinceWait extends MeasuredWait {
  readonly sinceMs: number;
}

const SECOND_MS = 1000;

function addWaitGauges(registry: Registry, waiting: ReadonlyMap<string, ReadonlyMap<string, SinceWait>>): void {
  new Gauge({
    name: 'flotilla_operator_waiting',
    help: 'PSCs that wait, by what for.',
    labelNames: ['task', 'reason'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const waits of waiting.values()) {
        for (const { task, reason } of waits.values()) this.inc({ task, reason });
      }
    },
  });
  new Gauge({
    name: 'flotilla_operator_stuck_since_seconds',
    help: 'Since when a PSC has been waiting for the same thing, in seconds since 1970.',
    labelNames: ['psc', 'task', 'reason'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [psc, waits] of waiting) {
        for (const { task, reason, sinceMs } of waits.values()) this.set({ psc, task, reason }, sinceMs / SECOND_MS);
      }
    },
  });
}

function addConditionGauge(registry: Registry, { pscs }: OperatorMetricsOptions): void {
  new Gauge({
    name: 'flotilla_operator_condition',
    help: '1 for what each condition of a PSC says now.',
    labelNames: ['psc', 'type', 'status', 'reason'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { metadata, status: said } of pscs()) {
        for (const { type, status, reason } of said?.conditions ?? []) {
          this.set({ psc: metadata.name, type, status, reason }, 1);
        }
      }
    },
  });
}

function addExpiryGauge(registry: Registry, { pscs }: OperatorMetricsOptions): void {
  new Gauge({
    name: 'flotilla_operator_certificate_expiry_seconds',
    help: 'When certificates of a PSC end, in seconds since 1970: of its authority, and the first of its pods.',
    labelNames: ['psc', 'kind'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { metadata, status } of pscs()) {
        const { authorityEnds, firstPodEnds } = status?.certificates ?? {};
        for (const [kind, ends] of [['authority', authorityEnds] as const, ['pod', firstPodEnds] as const]) {
          if (ends !== undefined) this.set({ psc: metadata.name, kind }, Date.parse(ends) / SECOND_MS);
        }
      }
    },
  });
}

function addPasswordsGauge(registry: Registry, { pscs }: OperatorMetricsOptions): void {
  new Gauge({
    name: 'flotilla_operator_passwords_made_seconds',
    help: "When the passwords of the platform's users in a PSC were made, in seconds since 1970.",
    labelNames: ['psc'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { metadata, status } of pscs()) {
        const { madeAt } = status?.passwords ?? {};
        if (madeAt !== undefined) this.set({ psc: metadata.name }, Date.parse(madeAt) / SECOND_MS);
      }
    },
  });
}

function addLagGauges(registry: Registry, lagging: ReadonlyMap<string, ConsumerLag>): void {
  new Gauge({
    name: 'flotilla_consumer_lag_records',
    help: 'Records that a consumer group has still to read of a topic, as of the last minute.',
    labelNames: ['psc', 'group', 'topic'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [psc, { lags }] of lagging) {
        for (const { group, topic, records } of lags) this.set({ psc, group, topic }, records);
      }
    },
  });
  new Gauge({
    name: 'flotilla_consumer_lag_left_out',
    help: 'Consumer groups, or topics of them, that are too many to be shown.',
    labelNames: ['psc'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [psc, { leftOut }] of lagging) this.set({ psc }, leftOut);
    },
  });
}

function addStateGauges(registry: Registry, { queueDepth, isLeader, cachedObjects }: OperatorMetricsOptions): void {
  new Gauge({
    name: 'flotilla_operator_queue_depth',
    help: 'PSCs that wait for a worker, that are worked on, and that are to be looked at later.',
    labelNames: ['state'] as const,
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(queueDepth())) this.set({ state }, Number(count));
    },
  });
  new Gauge({
    name: 'flotilla_operator_is_leader',
    help: '1 while this process leads.',
    registers: [registry],
    collect() {
      this.set(isLeader() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'flotilla_operator_cached_objects',
    help: 'Kubernetes objects that are kept in memory.',
    registers: [registry],
    collect() {
      this.set(cachedObjects());
    },
  });
}
