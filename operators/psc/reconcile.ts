import { InvalidPscError } from '../../constructs/kubernetes/kafka/invalid-psc-error.ts';
import { viewCluster } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { carryOut, type ReconcileResult, refusedPlan, REST_MS, unservedPlan } from './carry-out.ts';
import { checkPlan } from './check-plan.ts';
import { execute, isDisruption } from './execute.ts';
import { awaitedHosts } from './gates.ts';
import type { Observed, StoredPsc } from './observed.ts';
import { planPsc } from './plan-psc.ts';
import type { Plan } from './plan.ts';
import type { ClusterPort, Clock, KafkaPort, NamesPort, PscObjects } from './ports.ts';
import { type Steps, UNFOLLOWED } from '../runtime/steps.ts';
import type { Rules } from './rules.ts';

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

export type { ReconcileResult } from './carry-out.ts';

export interface ReconcileOptions {
  readonly dataPlane: DataPlane;
  /** Replaced in simulations only. @default - the real ones */
  readonly rules?: Rules;
  /** Replaced in simulations only. @default checkPlan */
  readonly check?: typeof checkPlan;
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
  if (unserved !== undefined) return await carryOutPlan(unserved, cached.psc, ports);
  try {
    return await pass(psc, cached, ports, options);
  } catch (error) {
    if (!(error instanceof InvalidPscError)) throw error;
    // The running cluster is left as it is.
    return await carryOutPlan(refusedPlan(cached.psc, error.message), cached.psc, ports);
  }
}

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
  if (cached.psc.status?.fence !== undefined || disrupts(plan) || plan.asksForFreshRead === true) {
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
  return await carryOutPlan(plan, observed.psc, ports, observed);
}

async function carryOutPlan(
  plan: Plan,
  psc: StoredPsc,
  ports: ReconcilePorts,
  observed?: Observed,
): Promise<ReconcileResult> {
  return await carryOut(plan, psc, ports, async (steps) => await execute(plan, psc, { ...ports, steps }, observed));
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
  const [seen, resolvedHosts, view] = await Promise.all([
    // A spec that contradicts itself must not keep its PSC from going.
    isGoing ? NO_MATTER : observeCredentials(psc, freshness, { cluster, kafka }),
    hosts.length === 0 ? new Set<string>() : names.resolved(hosts),
    freshness === 'fresh' ? kafka.fresh(psc) : kafka.cached(psc),
  ]);
  return { nowMs, psc, objects, pods, claims, ...seen, resolvedHosts, kafka: view, freshness };
}

type SeenCredentials = Pick<Observed, 'credentials' | 'shown' | 'loginAnswers'>;

async function observeCredentials(
  psc: StoredPsc,
  freshness: Observed['freshness'],
  { cluster, kafka }: Pick<ReconcilePorts, 'cluster' | 'kafka'>,
): Promise<SeenCredentials> {
  const credentials = await cluster.credentials(psc);
  const { certificates: held, logins } = credentials.state === 'whole' ? credentials : NOTHING_HELD;
  // Logging in takes time, and only the moment in which everybody is to use them rests on it.
  const isToBeAsked = freshness === 'fresh' && logins?.other?.state === 'next';
  const answers = isToBeAsked ? { loginAnswers: await kafka.loginAnswers(psc) } : {};
  if (held === undefined) return { credentials, shown: new Map(), ...answers };
  // Only the end of a former authority rests on what every pod shows at this moment; rolls need not wait for that.
  const needed = held.former === undefined ? 'cached' : freshness;
  return { credentials, shown: await kafka.shownCertificates(psc, held, needed), ...answers };
}

const NOTHING_HELD: Extract<Observed['credentials'], { readonly state: 'whole' }> = { state: 'whole' };
const NO_MATTER: SeenCredentials = { credentials: { state: 'whole' }, shown: new Map() };

/** Whether it is decided once more, from what is read past all caches. */
function disrupts({ writes }: Plan): boolean {
  return writes.some(
    (write) =>
      isDisruption(write) ||
      write.kind === 'touch-pod' ||
      write.kind === 'rotate-authority' ||
      write.kind === 'rotate-passwords' ||
      // What caches say of the status may be older than what they say of its objects, and a pod may have been made with files
      // that they know of while they do not know of the pod.
      (write.kind === 'remove' && isNeededByOthers(write.object)),
  );
}

/** A broker's service or the files of pods: whether anybody needs them is said by other objects than they are. */
function isNeededByOthers({ kind }: KubernetesObject): boolean {
  return kind === 'Service' || kind === 'ConfigMap';
}
