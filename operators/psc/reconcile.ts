import { InvalidPscError } from '../../constructs/kubernetes/kafka/invalid-psc-error.ts';
import { viewCluster } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import type { ConditionUpdate } from '../../contracts/conditions.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import { checkPlan } from './check-plan.ts';
import { execute, type Execution } from './execute.ts';
import { awaitedHosts } from './gates.ts';
import type { Observed, StoredPsc } from './observed.ts';
import { planPsc } from './plan-psc.ts';
import { type Plan, plannedPart, type Wait } from './plan.ts';
import {
  type ClusterPort,
  type Clock,
  ConflictError,
  type KafkaPort,
  type NamesPort,
  type PscObjects,
} from './ports.ts';
import { type Steps, UNFOLLOWED } from '../runtime/steps.ts';
import type { Rules } from './rules.ts';
import { statusAfter } from './status-after.ts';
import { type PscCondition, unservedReason } from './unserved-reason.ts';

export interface ReconcilePorts {
  readonly cluster: ClusterPort;
  readonly kafka: KafkaPort;
  readonly names: NamesPort;
  readonly clock: Clock;
  /** Name of this operator among those that may lead. */
  readonly holder: string;
  /** By the local clock: false before anybody else may lead. */
  readonly isLeader: () => boolean;
  /** What the pass is part of. @default - nobody follows it */
  readonly steps?: Steps;
}

export interface ReconcileOptions {
  readonly dataPlane: DataPlane;
  /** Replaced in simulations only. @default - the real ones */
  readonly rules?: Rules;
  /** Replaced in simulations only. @default checkPlan */
  readonly check?: typeof checkPlan;
}

export interface ReconcileResult {
  /** When to look again although nothing has changed. */
  readonly lookAgainMs: number;
  /** `acted`: something was written; `at-rest`: nothing was, and nothing is awaited. */
  readonly outcome: 'gone' | 'acted' | 'waiting' | 'at-rest' | 'conflict' | 'refused';
  readonly waits: readonly Wait[];
}

/** A plan that the independent judge refuses: a mistake of the planner's, which must not be carried out. */
export class PlanRejectedError extends Error {
  override readonly name = 'PlanRejectedError';
}

/**
 * One pass over one PSC: observe, plan, have the plan judged, carry it out, say so in the status.
 *
 * @throws PlanRejectedError, and whatever the API server or Kafka fail with: the pass is to be tried again later
 */
export async function reconcile(
  psc: string,
  ports: ReconcilePorts,
  options: ReconcileOptions,
): Promise<ReconcileResult> {
  const cached = ports.cluster.cached(psc);
  if (cached === undefined) return { lookAgainMs: REST_MS, outcome: 'gone', waits: [] };
  const unserved = unservedPlan(cached.psc);
  if (unserved !== undefined) return await carryOut(unserved, cached.psc, ports);
  try {
    return await pass(psc, cached, ports, options);
  } catch (error) {
    if (!(error instanceof InvalidPscError)) throw error;
    // The running cluster is left as it is.
    return await carryOut(refusedPlan(cached.psc, error.message), cached.psc, ports);
  }
}

const REST_MS = 30_000;

async function pass(
  psc: string,
  cached: PscObjects,
  ports: ReconcilePorts,
  options: ReconcileOptions,
): Promise<ReconcileResult> {
  const { dataPlane, rules, check = checkPlan } = options;
  const planOptions = { dataPlane, holder: ports.holder, ...(rules === undefined ? {} : { rules }) };
  const { steps = UNFOLLOWED } = ports;
  const planned = (from: Observed): Plan => steps.runNow('plan', () => planPsc(from, planOptions));
  let observed = await steps.run('observe', () => observe(cached, 'cached', ports, dataPlane));
  let plan = planned(observed);
  if (cached.psc.status?.fence !== undefined || disrupts(plan)) {
    const again = await steps.run('observe', async () => {
      const fresh = await ports.cluster.fresh(psc);
      return fresh === undefined ? undefined : await observe(fresh, 'fresh', ports, dataPlane);
    });
    if (again === undefined) return { lookAgainMs: REST_MS, outcome: 'gone', waits: [] };
    observed = again;
    plan = planned(observed);
  }
  const judged = { plan, observed };
  const problems = steps.runNow('check', () => check(judged.plan, judged.observed, ports.holder));
  if (problems.length > 0) throw new PlanRejectedError(`${psc}: ${problems.join('; ')}`);
  return await carryOut(plan, observed.psc, ports, observed);
}

async function carryOut(
  plan: Plan,
  psc: StoredPsc,
  ports: ReconcilePorts,
  observed?: Observed,
): Promise<ReconcileResult> {
  const { steps = UNFOLLOWED } = ports;
  const execution = await steps.run('execute', (inner) => execute(plan, psc, { ...ports, steps: inner }, observed));
  if (execution.end === 'conflict' || execution.end === 'not-leader') {
    return { lookAgainMs: RETRY_MS, outcome: 'conflict', waits: plan.waits };
  }
  // The finalizer changed the PSC itself: the status is for the pass that has seen it.
  const isChanged = plan.writes.some(({ kind }) => kind === 'set-finalizer');
  const status = isChanged ? undefined : statusAfter(psc, plan, execution, new Date(ports.clock.nowMs()));
  if (status !== undefined && ports.isLeader()) {
    try {
      await steps.run('write status', () => ports.cluster.writeStatus(psc, status));
    } catch (error) {
      // Something has changed since it was observed: no fault, the next pass sees it.
      if (!(error instanceof ConflictError)) throw error;
      return { lookAgainMs: RETRY_MS, outcome: 'conflict', waits: plan.waits };
    }
  }
  return {
    lookAgainMs: plan.lookAgainMs,
    outcome: outcomeOf(plan, execution, status !== undefined || isChanged),
    waits: plan.waits,
  };
}

const RETRY_MS = 1_000;

function outcomeOf(plan: Plan, { end, done }: Execution, hasWritten: boolean): ReconcileResult['outcome'] {
  if (end === 'refused') return 'refused';
  if (done > 0 || hasWritten) return 'acted';
  return plan.waits.length > 0 ? 'waiting' : 'at-rest';
}

/** All reads of a pass, once. The DNS is asked only for brokers that are still to come. */
async function observe(
  { psc, objects, pods, claims }: PscObjects,
  freshness: Observed['freshness'],
  { cluster, kafka, names, clock }: ReconcilePorts,
  dataPlane: DataPlane,
): Promise<Observed> {
  // Before the reads: what is decided must not be younger than what it is decided from.
  const nowMs = clock.nowMs();
  const isGoing = psc.metadata.deletionTimestamp !== undefined;
  const hosts = isGoing ? [] : awaitedHosts(viewCluster(psc, dataPlane), objects);
  const [credentials, resolvedHosts, view] = await Promise.all([
    // A spec that contradicts itself must not keep its PSC from going.
    isGoing ? ({ state: 'whole' } as const) : cluster.credentials(psc),
    hosts.length === 0 ? new Set<string>() : names.resolved(hosts),
    freshness === 'fresh' ? kafka.fresh(psc) : kafka.cached(psc),
  ]);
  return { nowMs, psc, objects, pods, claims, credentials, resolvedHosts, kafka: view, freshness };
}

function disrupts({ writes }: Plan): boolean {
  return writes.some(({ kind }) => kind === 'evict-pod' || kind === 'delete-pod' || kind === 'touch-pod');
}

/** What is said of a PSC that is left alone. */
function unservedPlan(psc: StoredPsc): Plan | undefined {
  const reason = unservedReason(psc);
  return reason === undefined ? undefined : onlySays(psc, reason);
}

function refusedPlan(psc: StoredPsc, message: string): Plan {
  return onlySays(psc, { type: 'Stalled', status: 'True', reason: 'SpecRejected', message });
}

function onlySays(psc: StoredPsc, update: PscCondition): Plan {
  const { generation } = psc.metadata;
  const status = { ...plannedPart(psc.status), observedGeneration: generation, observedRevision: psc.spec.revision };
  const condition = { ...update, observedGeneration: generation } as ConditionUpdate;
  return { writes: [], waits: [], conditions: [condition], status, lookAgainMs: REST_MS };
}
