import { isDeepStrictEqual } from 'node:util';
import type { ConnectorSpec, ConnectorStatus, ConnectTaskStatus } from '../../contracts/gen/psc-types.ts';
import type { ConnectorConfig, ObservedClient, SeenConnector } from '../client/observed.ts';
import type { ConnectCall } from '../client/plan.ts';
import { omit } from '../runtime/omit.ts';
import { HEALED_AFTER_MS, type RestartDecision, type Restarts } from './restarts.ts';
import type { ConnectRules } from './rules.ts';

export interface ConnectorsPlan {
  readonly rows: readonly ConnectorStatus[];
  readonly calls: readonly ConnectCall[];
  /** When the first thing is due that only time brings; undefined where there is none. */
  readonly nextMs?: number;
}

/** What is to be asked of Connect for its connectors, and what the status says of them. */
export function planConnectors(observed: ObservedClient, rules: ConnectRules): ConnectorsPlan {
  const specs = observed.psc.spec.connect?.connectors ?? [];
  const stored = observed.psc.status?.connect?.connectors ?? [];
  const parts = [
    ...specs.map((spec) => planOne(spec, rowOf(stored, spec.name), observed, rules)),
    ...rules.leaving(stored, specs).flatMap((row) => planLeaving(row, observed)),
  ];
  const due = parts.flatMap(({ nextMs }) => nextMs ?? []);
  return {
    rows: parts.map(({ row }) => row),
    calls: parts.flatMap(({ calls }) => calls),
    ...(due.length === 0 ? {} : { nextMs: Math.min(...due) }),
  };
}

/** A connector as Connect is given it: its config has its name. */
export function wantedConnector({ name, config }: ConnectorSpec): ConnectorConfig {
  return { name, config: { ...config, name } };
}

/** Whether Connect has to be told of a connector's config, so that its verdict is of interest. */
export function needsConfig(spec: ConnectorSpec, seen: SeenConnector | undefined): boolean {
  return seen === undefined || !isDeepStrictEqual({ ...seen.config }, wantedConnector(spec).config);
}

/** Those that this PSC has made and the spec names no longer. What is nobody's here stays. */
export function leaving(
  stored: readonly ConnectorStatus[],
  specs: readonly ConnectorSpec[],
): readonly ConnectorStatus[] {
  return stored.filter(({ name }) => !specs.some((spec) => spec.name === name));
}

interface OnePlan {
  readonly row: ConnectorStatus;
  readonly calls: readonly ConnectCall[];
  readonly nextMs?: number;
}

function planOne(
  spec: ConnectorSpec,
  stored: ConnectorStatus | undefined,
  { connect, verdicts, nowMs }: ObservedClient,
  rules: ConnectRules,
): OnePlan {
  const { name } = spec;
  if (connect.state === 'unreachable') {
    const row: ConnectorStatus =
      stored === undefined
        ? { name, state: 'Pending' }
        : { ...omit(stored, 'restarts', 'restartAfter', 'tasks'), state: 'Unknown' };
    return { row: { ...row, ...kept(restartsOf(stored)) }, calls: [] };
  }
  const seen = connect.connectors.get(name);
  if (needsConfig(spec, seen)) {
    const verdict = verdicts.get(name) ?? { verdict: 'unknown', reason: '' };
    const shown = seen === undefined ? { name } : shownRow(name, seen);
    if (verdict.verdict === 'rejected') {
      return { row: { ...shown, state: 'Rejected', message: verdict.problems }, calls: [] };
    }
    const row: ConnectorStatus = { ...shown, state: seen === undefined ? 'Pending' : (shown.state ?? 'Unknown') };
    if (verdict.verdict === 'unknown') {
      return { row: verdict.reason === '' ? row : { ...row, message: verdict.reason }, calls: [] };
    }
    const connector = wantedConnector(spec);
    return seen === undefined
      ? { row, calls: [{ kind: 'create-connector', connector, state: spec.paused === true ? 'paused' : 'running' }] }
      : { row, calls: [{ kind: 'configure-connector', connector }] };
  }
  return seen === undefined
    ? { row: { name, state: 'Pending' }, calls: [] }
    : planRunning(spec, seen, stored, nowMs, rules);
}

/** A connector that has its config: it runs or pauses as the spec says, and what fails of it is started again. */
function planRunning(
  { name, paused = false }: ConnectorSpec,
  seen: SeenConnector,
  stored: ConnectorStatus | undefined,
  nowMs: number,
  rules: ConnectRules,
): OnePlan {
  const parts = [seen, ...seen.tasks];
  const has = (state: SeenConnector['state']): boolean => parts.some((part) => part.state === state);
  const row = shownRow(name, seen);
  if (paused) {
    // What fails meanwhile is nobody's loss; it is looked at when it is to run again.
    return { row, calls: has('Running') ? [{ kind: 'pause-connector', name }] : [] };
  }
  if (has('Paused')) return { row, calls: [{ kind: 'resume-connector', name }] };
  const isSettling = has('Unassigned') || has('Restarting');
  const how = isSettling ? 'settling' : has('Failed') ? 'failing' : 'well';
  const decision = rules.decideRestart(how, restartsOf(stored), nowMs);
  return {
    row: { ...row, ...kept(decision.next) },
    calls: decision.isDue ? [{ kind: 'restart-connector', name }] : [],
    ...dueOf(how, decision),
  };
}

function dueOf(how: 'failing' | 'settling' | 'well', { next }: RestartDecision): Pick<OnePlan, 'nextMs'> {
  if (next === undefined || how === 'settling') return {};
  return { nextMs: next.restartAfterMs + (how === 'well' ? HEALED_AFTER_MS : 0) };
}

/** How long one that is gone is remembered: longer than any request to make it can be on its way. */
export const REMEMBERED_MS = 120_000;

function planLeaving(row: ConnectorStatus, { connect, freshness, nowMs }: ObservedClient): readonly OnePlan[] {
  const { name, deletedAt = new Date(nowMs).toISOString() } = row;
  const going: ConnectorStatus = { name, state: 'Deleting', deletedAt };
  if (connect.state === 'unreachable') return [{ row: going, calls: [] }];
  // Only what is known past all caches to be nobody's any longer is taken away, and only then forgotten.
  if (connect.connectors.has(name)) return [{ row: going, calls: [{ kind: 'remove-connector', name }] }];
  const forgetAtMs = Date.parse(deletedAt) + REMEMBERED_MS;
  return freshness === 'fresh' && nowMs >= forgetAtMs ? [] : [{ row: going, calls: [], nextMs: forgetAtMs }];
}

function rowOf(rows: readonly ConnectorStatus[], name: string): ConnectorStatus | undefined {
  return rows.find((row) => row.name === name);
}

function shownRow(name: string, { state, worker, trace, tasks }: SeenConnector): ConnectorStatus {
  return {
    name,
    state,
    ...(worker === '' ? {} : { worker }),
    ...(tasks.length === 0 ? {} : { tasks: shownTasks(tasks) }),
    ...(trace === '' ? {} : { message: trace }),
  };
}

function shownTasks(tasks: SeenConnector['tasks']): readonly ConnectTaskStatus[] {
  return tasks
    .toSorted((a, b) => rank(a.state) - rank(b.state) || a.id - b.id)
    .slice(0, MAX_TASKS)
    .map(({ id, state, worker, trace }) => ({
      id,
      state,
      ...(worker === '' ? {} : { worker }),
      ...(trace === '' ? {} : { trace }),
    }));
}

function rank(state: string): number {
  return state === 'Failed' ? 0 : state === 'Running' ? 2 : 1;
}

/** As many as the contract has room for. */
const MAX_TASKS = 64;

function restartsOf(row: ConnectorStatus | undefined): Restarts | undefined {
  if (row?.restarts === undefined || row.restartAfter === undefined) return undefined;
  return { restarts: row.restarts, restartAfterMs: Date.parse(row.restartAfter) };
}

function kept(restarts: Restarts | undefined): Pick<ConnectorStatus, 'restarts' | 'restartAfter'> {
  if (restarts === undefined) return {};
  return { restarts: restarts.restarts, restartAfter: new Date(restarts.restartAfterMs).toISOString() };
}
