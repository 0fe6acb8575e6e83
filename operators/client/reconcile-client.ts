import { InvalidPscError } from '../../constructs/kubernetes/kafka/invalid-psc-error.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import { needsConfig, wantedConnector } from '../connect/plan-connectors.ts';
import type { ConnectRules } from '../connect/rules.ts';
import { carryOut, REST_MS, type ReconcileResult, refusedPlan, RETRY_MS, unservedPlan } from '../psc/carry-out.ts';
import { executeWrites } from '../psc/execute-writes.ts';
import { objectKey, type StoredPsc } from '../psc/observed.ts';
import type { PscObjects } from '../psc/ports.ts';
import { PlanRejectedError } from '../psc/reconcile.ts';
import { type Steps, UNFOLLOWED } from '../runtime/steps.ts';
import { checkClientPlan } from './check-client-plan.ts';
import { clientParts } from './client-parts.ts';
import type { ConnectorVerdict, ConnectView, ObservedClient } from './observed.ts';
import { planClient } from './plan-client.ts';
import { type ClientPlan, type ClientWrite, type ConnectCall, subjectOf } from './plan.ts';
import type { ClientPorts } from './ports.ts';

export interface ReconcileClientOptions {
  readonly dataPlane: DataPlane;
  /** Replaced in simulations only. @default - the real ones */
  readonly rules?: ConnectRules;
  /** Replaced in simulations only. @default checkClientPlan */
  readonly check?: typeof checkClientPlan;
}

/**
 * One pass over one Connect or ksqlDB cluster: observe, plan, have the plan judged, write to Kubernetes, say so in the status, and
 * only then ask Connect for what the status now knows of.
 *
 * @throws PlanRejectedError, and whatever the API server, Kafka or Connect fail with: the pass is to be tried again later
 */
export async function reconcileClient(
  psc: string,
  ports: ClientPorts,
  options: ReconcileClientOptions,
): Promise<ReconcileResult> {
  const cached = ports.cluster.cached(psc);
  if (cached === undefined) return { lookAgainMs: REST_MS, outcome: 'gone', waits: [] };
  const said = unservedPlan(cached.psc);
  if (said !== undefined) return await carryOutPlan({ ...said, calls: [] }, cached.psc, ports);
  try {
    return await pass(psc, cached, ports, options);
  } catch (error) {
    if (!(error instanceof InvalidPscError)) throw error;
    // The running cluster is left as it is.
    return await carryOutPlan({ ...refusedPlan(cached.psc, error.message), calls: [] }, cached.psc, ports);
  }
}

async function pass(
  psc: string,
  cached: PscObjects,
  ports: ClientPorts,
  { dataPlane, rules, check = checkClientPlan }: ReconcileClientOptions,
): Promise<ReconcileResult> {
  const { steps = UNFOLLOWED } = ports;
  const options = { dataPlane, ...(rules === undefined ? {} : { rules }) };
  let observed = await steps.run('observe', () => observe(cached, 'cached', ports));
  let plan = steps.runNow('plan', () => planClient(observed, options));
  if (needsFreshLook(observed, plan)) {
    const again = await steps.run('observe', async () => {
      const fresh = await ports.cluster.fresh(psc);
      return fresh === undefined ? undefined : await observe(fresh, 'fresh', ports);
    });
    if (again === undefined) return { lookAgainMs: REST_MS, outcome: 'gone', waits: [] };
    observed = again;
    plan = planClient(again, options);
  }
  const problems = steps.runNow('check', () => check(plan, observed));
  if (problems.length > 0) throw new PlanRejectedError(`${psc}: ${problems.join('; ')}`);
  return await carryOutPlan(plan, observed.psc, ports, observed.kafka);
}

/** A connector that is about to be taken away, or forgotten, may have come back into the spec; a login may be used again. */
function needsFreshLook({ psc, connect }: ObservedClient, { status, writes }: ClientPlan): boolean {
  if (psc.metadata.deletionTimestamp !== undefined) return false;
  if (writes.some((write) => write.kind === 'rotate-access' && write.rotation.step === 'retire')) return true;
  if (connect.state === 'unreachable') return false;
  return status.connect?.connectors?.some(({ state }) => state === 'Deleting') === true;
}

async function carryOutPlan(
  plan: ClientPlan,
  psc: StoredPsc,
  ports: ClientPorts,
  kafka?: StoredPsc,
): Promise<ReconcileResult> {
  const result = await carryOut(plan, psc, ports, (steps) =>
    executeWrites(plan.writes, {
      isLeader: ports.isLeader,
      steps,
      subjectOf: (write): Readonly<Record<string, string>> =>
        'object' in write ? { 'flotilla.object': objectKey(write.object) } : {},
      send: (write) => send(write, psc, kafka, ports),
    }),
  );
  if (result.outcome === 'conflict' || result.outcome === 'refused' || plan.calls.length === 0) return result;
  const { end, done } = await executeWrites(plan.calls, {
    isLeader: ports.isLeader,
    ...stepsOf(ports),
    subjectOf: (call) => ({ 'flotilla.connector': subjectOf(call) }),
    send: (call) => ask(call, psc, ports),
  });
  // What Connect refuses although it found nothing wrong with it is refused again when it is asked again.
  if (end !== 'done') return { ...result, lookAgainMs: RETRY_MS, outcome: end === 'refused' ? 'refused' : 'conflict' };
  return done > 0 ? { ...result, outcome: 'acted' } : result;
}

function stepsOf({ steps }: ClientPorts): { readonly steps?: Steps } {
  return steps === undefined ? {} : { steps };
}

async function send(
  write: ClientWrite,
  psc: StoredPsc,
  kafka: StoredPsc | undefined,
  { cluster, access }: ClientPorts,
): Promise<void> {
  switch (write.kind) {
    case 'apply':
      await cluster.apply(write.object);
      return;
    case 'remove':
      await cluster.remove(write.object, write.uid);
      return;
    case 'set-finalizer':
      await cluster.setFinalizer(psc, write.finalizer);
      return;
    case 'grant-access':
      if (kafka !== undefined) await access.grant(psc, kafka);
      return;
    case 'rotate-access':
      if (kafka !== undefined) await access.rotate(psc, kafka, write.rotation);
      return;
    case 'announce-access':
      if (kafka !== undefined) await access.announce(psc, kafka, write.mark);
      return;
    case 'revoke-access':
      if (kafka !== undefined) await access.revoke(psc, kafka);
      return;
    case 'event':
      await cluster.event(psc, write);
      return;
  }
}

async function ask(call: ConnectCall, psc: StoredPsc, { connect }: ClientPorts): Promise<void> {
  switch (call.kind) {
    case 'create-connector':
      await connect.create(psc, call.connector, call.state);
      return;
    case 'configure-connector':
      await connect.configure(psc, call.connector);
      return;
    case 'pause-connector':
      await connect.pause(psc, call.name);
      return;
    case 'resume-connector':
      await connect.resume(psc, call.name);
      return;
    case 'restart-connector':
      await connect.restartFailed(psc, call.name);
      return;
    case 'remove-connector':
      await connect.remove(psc, call.name);
      return;
  }
}

/** All reads of a pass, once. Connect is asked only where a worker could answer, and judges only configs that it has not. */
async function observe(
  { psc, objects, pods, claims }: PscObjects,
  freshness: ObservedClient['freshness'],
  { cluster, access, connect, clock }: ClientPorts,
): Promise<ObservedClient> {
  // Before the reads: what is decided must not be younger than what it is decided from.
  const nowMs = clock.nowMs();
  const name = clientParts(psc)?.kafka;
  const found = name === undefined ? undefined : cluster.cached(name);
  const kafka = found?.psc;
  const isGoing = psc.metadata.deletionTimestamp !== undefined;
  const isServing = pods.some(({ ready, isTerminating }) => ready === 'True' && !isTerminating);
  const mayAsk = psc.spec.connect !== undefined && !isGoing && isServing;
  const [held, view] = await Promise.all([
    isGoing || kafka?.spec.kafka === undefined
      ? ({ state: 'incomplete', reason: 'its Kafka is not there' } as const)
      : access.state(psc, kafka),
    mayAsk ? connect.view(psc) : ({ state: 'unreachable', reason: 'no worker is ready' } as const),
  ]);
  const verdicts = await verdictsOf(psc, view, connect);
  return {
    nowMs,
    psc,
    objects,
    pods,
    claims,
    ...(kafka === undefined ? {} : { kafka }),
    kafkaBrokers: (found?.pods ?? []).filter(({ role }) => role === 'broker').map((pod) => pod.name),
    access: held,
    connect: view,
    verdicts,
    freshness,
  };
}

async function verdictsOf(
  psc: StoredPsc,
  view: ConnectView,
  connect: ClientPorts['connect'],
): Promise<ReadonlyMap<string, ConnectorVerdict>> {
  if (view.state === 'unreachable' || psc.spec.maintenance?.paused === true) return new Map();
  const open = (psc.spec.connect?.connectors ?? []).filter((spec) => needsConfig(spec, view.connectors.get(spec.name)));
  const verdicts = new Map<string, ConnectorVerdict>();
  // One after the other: some look at the database that they are for.
  for (const spec of open) verdicts.set(spec.name, await connect.verdict(psc, wantedConnector(spec)));
  return verdicts;
}
