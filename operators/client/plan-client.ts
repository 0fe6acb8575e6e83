import { loginOfPods } from '../../constructs/kubernetes/client/kafka-access.ts';
import type { LoginSet } from '../../constructs/kubernetes/kafka/secrets.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import { objectKey, type ObservedPod } from '../psc/observed.ts';
import { FINALIZER } from '../psc/plan-deletion.ts';
import type { PlannedStatus, Wait } from '../psc/plan.ts';
import { loginsStatus } from '../psc/plan-passwords.ts';
import { OUTSIDE_WINDOW } from '../psc/hold-up.ts';
import { planConnectors } from '../connect/plan-connectors.ts';
import { CONNECT_RULES, type ConnectRules } from '../connect/rules.ts';
import { omit } from '../runtime/omit.ts';
import { clientConditions, type ClientFindings, isSettled, type PodsSummary, troubleOf } from './client-conditions.ts';
import { type ClientParts, clientParts, renderClient } from './client-parts.ts';
import { kafkaStanding } from './kafka-standing.ts';
import type { ObservedClient } from './observed.ts';
import { planClientDeletion } from './plan-client-deletion.ts';
import { isSameTemplate, planClientObjects, statefulSetOf, templateOf } from './plan-client-objects.ts';
import { planClientPasswords } from './plan-client-passwords.ts';
import type { ClientPlan } from './plan.ts';

export interface PlanClientOptions {
  readonly dataPlane: DataPlane;
  /** @default - the real ones */
  readonly rules?: ConnectRules;
}

/** How soon to look again while something is under way, and at rest. */
const BUSY_LOOK_MS = 2_000;
const REST_LOOK_MS = 30_000;

/**
 * What to do next for one Connect or ksqlDB cluster, from what was observed: pure and total.
 *
 * @throws InvalidPscError when the PSC contradicts the data plane or itself
 */
export function planClient(
  observed: ObservedClient,
  { dataPlane, rules = CONNECT_RULES }: PlanClientOptions,
): ClientPlan {
  const { psc } = observed;
  const parts = clientParts(psc);
  if (parts === undefined) throw new Error(`PSC ${psc.metadata.name} is no client of a Kafka cluster`);
  if (psc.metadata.deletionTimestamp !== undefined) return planClientDeletion(observed, parts);
  const stages = renderClient(psc, parts, dataPlane, loginOf(observed));
  const kafka = kafkaStanding(psc, parts.kafka, observed.kafka);
  const isPaused = psc.spec.maintenance?.paused === true;
  const objects = isPaused ? NOTHING : planClientObjects(observed, stages, kafka, rules);
  const passwords = isPaused ? NOTHING : planClientPasswords(observed, { parts, stages, kafka, rules });
  const connectors = planConnectors(observed, rules);
  const calls = isPaused ? [] : connectors.calls;
  const pods = podsOf(
    observed.pods,
    parts,
    templateOf(observed.objects.get(objectKey(statefulSetOf(stages))) ?? statefulSetOf(stages)),
  );
  const hasFinalizer = psc.metadata.finalizers?.includes(FINALIZER) === true;
  const writes = hasFinalizer
    ? [...objects.writes, ...passwords.writes]
    : [{ kind: 'set-finalizer', finalizer: 'present' } as const];
  const isActing = writes.length + calls.length > 0;
  const rows = isPaused ? unhurried(observed, connectors.rows) : connectors.rows;
  const found: ClientFindings = { parts, kafka, waits: objects.waits, pods, rows, isActing };
  const waits = [...objects.waits, ...stateWaits(observed, found), ...passwords.waits];
  const findings = { ...found, waits };
  return {
    writes,
    // Connectors are for pods that are as they shall be.
    calls: hasFinalizer ? calls : [],
    waits,
    conditions: clientConditions(observed, findings),
    status: statusOf(observed, findings),
    lookAgainMs: lookAgainMs(observed, findings, connectors.nextMs),
  };
}

const NOTHING = { writes: [], waits: [] } as const;

/** The login in use; where nobody can say, the one that pods were made with. */
function loginOf({ access, objects }: ObservedClient): LoginSet {
  if (access.state === 'whole') return access.logins.current;
  const made = [...objects.values()].find(({ kind }) => kind === 'StatefulSet');
  return made === undefined ? 'a' : loginOfPods(made);
}

/** In a pause nothing is started again, so that nothing is counted either. */
function unhurried(
  { psc }: ObservedClient,
  rows: ReturnType<typeof planConnectors>['rows'],
): ReturnType<typeof planConnectors>['rows'] {
  const stored = psc.status?.connect?.connectors ?? [];
  return rows.map((row) => {
    const before = stored.find(({ name }) => name === row.name);
    return {
      ...omit(row, 'restarts', 'restartAfter'),
      ...(before?.restarts === undefined ? {} : { restarts: before.restarts }),
      ...(before?.restartAfter === undefined ? {} : { restartAfter: before.restartAfter }),
    };
  });
}

function podsOf(
  pods: readonly ObservedPod[],
  { replicas }: ClientParts,
  template: ReturnType<typeof templateOf>,
): PodsSummary {
  const placed = pods.filter(({ ordinal }) => ordinal < replicas);
  const isReady = ({ ready, isTerminating }: ObservedPod): boolean => ready === 'True' && !isTerminating;
  const late = placed.find((pod) => !isReady(pod));
  const why = late === undefined ? missing(placed, replicas) : `${late.name} ${whyLate(late)}`;
  return {
    ready: placed.filter(isReady).length,
    outdated: placed.filter((pod) => !isSameTemplate(pod, template)).map(({ name }) => name),
    ...(why === undefined ? {} : { late: why }),
  };
}

function missing(placed: readonly ObservedPod[], replicas: number): string | undefined {
  return placed.length < replicas ? `${replicas - placed.length} have no pod` : undefined;
}

function whyLate({ isTerminating, container, ready, unschedulableSinceMs }: ObservedPod): string {
  if (isTerminating) return 'is being replaced';
  if (unschedulableSinceMs !== undefined) return 'finds no node';
  if (ready === 'Unknown') return 'is on a node that does not report';
  if (container.state === 'waiting') {
    return [container.reason, container.message].filter((text) => text !== undefined && text !== '').join(': ');
  }
  return container.state === 'running' ? 'has not joined yet' : 'starts';
}

/** What only time, a repair or a person brings. */
function stateWaits({ connect }: ObservedClient, { parts, kafka, pods, rows, waits }: ClientFindings): readonly Wait[] {
  if (waits.some(({ task }) => task === 'pods' || task === 'credentials')) return [];
  if (kafka.standing === 'away') return [{ task: 'pods', reason: 'KafkaNotReady', message: kafka.reason }];
  if (pods.ready < parts.replicas) {
    const reason = parts.kind === 'connect' ? 'WaitingForWorkers' : 'WaitingForPods';
    return [{ task: 'pods', reason, message: pods.late ?? '' }];
  }
  if (parts.kind === 'ksqldb') return [];
  if (connect.state === 'unreachable') {
    return [{ task: 'connectors', reason: 'ConnectUnreachable', message: connect.reason }];
  }
  const troubled = rows.find((row) => troubleOf(row) !== undefined);
  const trouble = troubled === undefined ? undefined : troubleOf(troubled);
  if (troubled !== undefined && trouble !== undefined) {
    return [{ task: 'connectors', reason: trouble, message: troubled.name }];
  }
  const late = rows.find((row) => !isSettled(row));
  return late === undefined ? [] : [{ task: 'connectors', reason: 'ConnectorsStarting', message: late.name }];
}

function statusOf({ psc, claims, access }: ObservedClient, { parts, pods, rows }: ClientFindings): PlannedStatus {
  const passwords = access.state === 'whole' ? loginsStatus(access.logins) : psc.status?.passwords;
  const disksGib = claims.reduce((sum, { capacityGib = 0 }) => sum + capacityGib, 0);
  return {
    observedGeneration: psc.metadata.generation,
    observedRevision: psc.spec.revision,
    podsReady: `${pods.ready}/${parts.replicas}`,
    ...(passwords === undefined ? {} : { passwords }),
    ...(parts.kind === 'connect'
      ? { connect: { workersReady: pods.ready, ...(rows.length === 0 ? {} : { connectors: rows }) } }
      : { ksqldb: { nodesReady: pods.ready }, disksGib }),
  };
}

function lookAgainMs(
  { nowMs }: ObservedClient,
  { isActing, waits }: ClientFindings,
  nextMs: number | undefined,
): number {
  if (isActing) return BUSY_LOOK_MS;
  const untilNextMs = nextMs === undefined ? REST_LOOK_MS : Math.max(nextMs - nowMs, BUSY_LOOK_MS);
  const isHeldForLong = waits.every(({ reason }) => reason === OUTSIDE_WINDOW || LASTING.has(reason));
  return Math.min(isHeldForLong ? REST_LOOK_MS : BUSY_LOOK_MS, untilNextMs);
}

/** What is not over within seconds. */
const LASTING: ReadonlySet<string> = new Set([
  'ConnectorRejected',
  'ConnectorFailed',
  'TasksFailed',
  'WaitingForPasswords',
]);
