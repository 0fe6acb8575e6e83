import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BalanceStatus } from '../../../contracts/gen/psc-types.ts';
import type { ApiVerb } from '../../runtime/bounded-api.ts';
import type { MetricsText } from '../../runtime/health-server.ts';
import type { BalanceStep } from '../execute/steps.ts';
import type { BalanceResult } from './balanced-psc.ts';

export interface BalancerMetricsOptions {
  readonly isLeader: () => boolean;
}

/** Metrics of the balancer, for Prometheus. */
export interface BalancerMetrics extends MetricsText {
  readonly passEnded: (seconds: number, outcome: BalanceResult['outcome'] | 'conflict' | 'failed') => void;
  /** What is said of a PSC now; undefined of one that is not looked after any longer. */
  readonly reported: (psc: string, balance: BalanceStatus | undefined) => void;
  readonly stepMade: (step: BalanceStep) => void;
  readonly forgetAll: () => void;
  readonly apiCallEnded: (call: { readonly verb: ApiVerb; readonly code: number }) => void;
}

export function balancerMetrics({ isLeader }: BalancerMetricsOptions): BalancerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const reports = new Map<string, BalanceStatus>();
  const passes = new Histogram({
    name: 'flotilla_balancer_pass_seconds',
    help: 'Time of one pass over one PSC, by how it ended.',
    labelNames: ['outcome'] as const,
    buckets: [0.02, 0.1, 0.5, 2, 8, 30],
    registers: [registry],
  });
  const steps = new Counter({
    name: 'flotilla_balancer_steps_total',
    help: 'Calls to Kafka that change something, by their kind.',
    labelNames: ['kind'] as const,
    registers: [registry],
  });
  const calls = new Counter({
    name: 'flotilla_balancer_api_calls_total',
    help: 'Calls of the Kubernetes API by verb and status; code 0: no answer came.',
    labelNames: ['verb', 'code'] as const,
    registers: [registry],
  });
  addReportGauges(registry, reports);
  new Gauge({
    name: 'flotilla_balancer_is_leader',
    help: '1 while this process leads.',
    registers: [registry],
    collect() {
      this.set(isLeader() ? 1 : 0);
    },
  });
  return {
    contentType: registry.contentType,
    text: async () => await registry.metrics(),
    passEnded: (seconds, outcome) => {
      passes.observe({ outcome }, seconds);
    },
    reported: (psc, balance) => {
      if (balance === undefined) reports.delete(psc);
      else reports.set(psc, balance);
    },
    stepMade: ({ kind }) => {
      steps.inc({ kind });
    },
    forgetAll: () => {
      reports.clear();
    },
    apiCallEnded: ({ verb, code }) => {
      calls.inc({ verb, code });
    },
  };
}

function addReportGauges(registry: Registry, reports: ReadonlyMap<string, BalanceStatus>): void {
  new Gauge({
    name: 'flotilla_balancer_state',
    help: '1 for the state that a PSC is in, with why nothing new begins.',
    labelNames: ['psc', 'state', 'reason'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [psc, { state = '', reason = '' }] of reports) this.set({ psc, state, reason }, 1);
    },
  });
  new Gauge({
    name: 'flotilla_balancer_bytes_to_move',
    help: 'Bytes that are still to be moved.',
    labelNames: ['psc'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [psc, { bytesToMove = '0' }] of reports) this.set({ psc }, Number(bytesToMove));
    },
  });
}
