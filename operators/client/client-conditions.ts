import { CONDITION_REASONS, CONDITION_TYPES, type ConditionUpdate } from '../../contracts/conditions.ts';
import type { ConnectorStatus } from '../../contracts/gen/psc-types.ts';
import { HOPELESS_AFTER } from '../connect/restarts.ts';
import type { Wait } from '../psc/plan.ts';
import { fewOf } from '../runtime/few-of.ts';
import type { ClientParts } from './client-parts.ts';
import type { KafkaStanding } from './kafka-standing.ts';
import type { ObservedClient } from './observed.ts';

type Said = Pick<ConditionUpdate, 'status' | 'reason' | 'message'>;

/** What a pass found, for the conditions that it writes. */
export interface ClientFindings {
  readonly parts: ClientParts;
  readonly kafka: KafkaStanding;
  readonly waits: readonly Wait[];
  readonly pods: PodsSummary;
  readonly rows: readonly ConnectorStatus[];
  /** Whether anything is written or asked in this pass. */
  readonly isActing: boolean;
}

/** The pods of a client cluster, in few words. */
export interface PodsSummary {
  readonly ready: number;
  /** Names of those that are to be replaced. */
  readonly outdated: readonly string[];
  /** Why one of them is not ready; undefined while all are. */
  readonly late?: string;
}

export function clientConditions(observed: ObservedClient, findings: ClientFindings): readonly ConditionUpdate[] {
  const observedGeneration = observed.psc.metadata.generation;
  const ready = readyOf(observed, findings);
  const stalled = stalledOf(findings);
  const said: Readonly<Record<string, Said>> = {
    [CONDITION_TYPES.ready]: ready,
    [CONDITION_TYPES.rolling]: rollingOf(findings),
    [CONDITION_TYPES.stalled]: stalled,
    [CONDITION_TYPES.reconciling]: reconcilingOf(observed, findings, ready, stalled),
  };
  return Object.entries(said).map(([type, update]) => ({ type, ...update, observedGeneration }) as ConditionUpdate);
}

function readyOf({ connect }: ObservedClient, { parts, kafka, pods, rows }: ClientFindings): Said {
  const no = (reason: Said['reason'], message: string): Said => ({ status: 'False', reason, message });
  if (kafka.standing === 'away') return no('KafkaNotReady', kafka.reason);
  if (pods.ready < parts.replicas) {
    const message = `${pods.ready} of ${parts.replicas} are ready${pods.late === undefined ? '' : `: ${pods.late}`}`;
    return no(parts.kind === 'connect' ? 'WaitingForWorkers' : 'WaitingForPods', message);
  }
  if (parts.kind === 'ksqldb') return { status: 'True', reason: 'AllNodesReady', message: '' };
  if (connect.state === 'unreachable') {
    return { status: 'Unknown', reason: 'ConnectUnreachable', message: connect.reason };
  }
  const worst = worstOf(rows);
  if (worst !== undefined) return no(worst.reason, worst.message);
  const late = rows.filter((row) => !isSettled(row));
  if (late.length > 0) {
    return no(
      'ConnectorsStarting',
      fewOf(
        late.map(({ name, state = '' }) => `${name} is ${state}`),
        MAX_NAMED,
      ),
    );
  }
  return { status: 'True', reason: 'AllConnectorsRunning', message: '' };
}

type Trouble = 'ConnectorRejected' | 'ConnectorFailed' | 'TasksFailed';

/** The gravest trouble that connectors have, and who has it. */
function worstOf(
  rows: readonly ConnectorStatus[],
): { readonly reason: Trouble; readonly message: string; readonly rows: readonly ConnectorStatus[] } | undefined {
  for (const reason of ['ConnectorRejected', 'ConnectorFailed', 'TasksFailed'] as const) {
    const own = rows.filter((row) => troubleOf(row) === reason);
    if (own.length > 0) return { reason, message: fewOf(own.map(sentence), MAX_NAMED, '; '), rows: own };
  }
  return undefined;
}

export function troubleOf({ state, tasks = [] }: ConnectorStatus): Trouble | undefined {
  if (state === 'Rejected') return 'ConnectorRejected';
  if (state === 'Failed') return 'ConnectorFailed';
  return tasks.some((task) => task.state === 'Failed') ? 'TasksFailed' : undefined;
}

function sentence({ name, message, tasks = [] }: ConnectorStatus): string {
  const [first, ...more] = tasks.filter(({ state }) => state === 'Failed');
  const others = more.length === 0 ? '' : ` and ${more.length} more tasks`;
  const why = message ?? (first === undefined ? '' : `task ${first.id ?? 0}${others}: ${first.trace ?? ''}`);
  return why === '' ? name : `${name}: ${why}`;
}

/** Whether nothing of a connector is on its way. */
export function isSettled({ state, tasks = [] }: ConnectorStatus): boolean {
  if (state === 'Deleting') return true;
  const settled: readonly (string | undefined)[] = ['Running', 'Paused'];
  return settled.includes(state) && tasks.every((task) => settled.includes(task.state));
}

function rollingOf({ waits, pods: { outdated } }: ClientFindings): Said {
  const wait = waits.find(({ task }) => task === 'roll');
  if (wait !== undefined) return { status: 'True', reason: reasonOf(wait), message: wait.message };
  if (outdated.length === 0) return { status: 'False', reason: 'ClusterNotRolling', message: '' };
  return { status: 'True', reason: 'RollingPods', message: `${outdated.length} pods are still to be replaced` };
}

function reasonOf({ reason }: Wait): Said['reason'] {
  const known: readonly string[] = CONDITION_REASONS[CONDITION_TYPES.rolling];
  return known.includes(reason) ? (reason as Said['reason']) : 'RollingPods';
}

/** Restarts that have not helped so often need a person, and so does a config that Connect refuses. */
function stalledOf({ rows }: ClientFindings): Said {
  const hopeless = rows.filter((row) => row.state === 'Rejected' || (row.restarts ?? 0) >= HOPELESS_AFTER);
  const worst = worstOf(hopeless);
  if (worst === undefined) return { status: 'False', reason: 'NotStalled', message: '' };
  return { status: 'True', reason: worst.reason, message: worst.message };
}

function reconcilingOf(
  { psc }: ObservedClient,
  { waits, isActing, pods }: ClientFindings,
  ready: Said,
  stalled: Said,
): Said {
  if (psc.spec.maintenance?.paused === true) {
    return { status: 'True', reason: 'Paused', message: 'spec.maintenance.paused is set' };
  }
  if (stalled.status === 'True') return { status: 'False', reason: 'Stalled', message: stalled.message ?? '' };
  if (isActing || waits.length > 0 || pods.outdated.length > 0 || ready.status !== 'True') {
    return { status: 'True', reason: 'Reconciling', message: waits[0]?.message ?? ready.message ?? '' };
  }
  return { status: 'False', reason: 'UpToDate', message: '' };
}

/** A condition is for reading: the status has them all. */
const MAX_NAMED = 3;
