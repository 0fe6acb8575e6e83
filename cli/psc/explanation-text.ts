import { CONDITION_TYPES } from '../../contracts/conditions.ts';
import type { Condition } from '../../contracts/gen/psc-types.ts';
import { BALANCING_CALLS, runbookOf } from '../../contracts/runbooks.ts';
import { table } from '../table.ts';
import { age } from './age.ts';
import type { ExplainedWait, Explanation } from './explain-plan.ts';

/** An {@link Explanation} for people. `notes`: what was taken for granted. */
export function explanationText(explanation: Explanation, notes: readonly string[], nowMs: number): string {
  const { conditions, pods, waits, steps, ahead, rolls, fence, refusal } = explanation;
  return [
    headline(explanation),
    ...section('conditions', conditionLines(conditions, nowMs)),
    ...section('pods', pods.length === 0 ? [] : [podTable(explanation)]),
    ...section(
      'stopped rolls',
      rolls.map(({ role, message = '', since }) => `  ${role}s since ${since ?? 'now'}: ${message}`),
    ),
    ...section(
      'under way',
      fence === undefined
        ? []
        : [
            `  ${fence.role ?? ''}s of zone ${fence.zone ?? ''}, since ${fence.since ?? ''}: ${(fence.members ?? [])
              .map(({ name }) => name)
              .join(', ')}`,
          ],
    ),
    ...section(
      'waits for',
      waits.map((wait) => waitLine(wait, nowMs)),
    ),
    ...section(
      'runbooks',
      runbooksFor(conditions, waits).map((page) => `  ${page}`),
    ),
    ...(refusal === undefined ? passLines(steps, ahead, waits) : ['', `nothing is planned: ${refusal}`]),
    ...section(
      'taken for granted',
      notes.map((note) => `  ${note}`),
    ),
    '',
  ].join('\n');
}

/** Pages for what is not well, and for what is waited for. */
function runbooksFor(conditions: readonly Condition[], waits: readonly ExplainedWait[]): readonly string[] {
  const reasons = [...conditions.filter(isTrouble), ...waits].map(({ reason }) => reason);
  return [...new Set(reasons.flatMap((reason) => runbookOf(reason) ?? []))];
}

/** Whether somebody may be called for it; a reason alone does not say so: `Rolling` is one and a condition too. */
function isTrouble({ type, status, reason }: Condition): boolean {
  switch (type) {
    case CONDITION_TYPES.stalled:
      return status === 'True';
    case CONDITION_TYPES.ready:
    case CONDITION_TYPES.storageTiered:
      return status !== 'True';
    case CONDITION_TYPES.balancing:
      return Object.hasOwn(BALANCING_CALLS, reason);
    default:
      return false;
  }
}

/** Conditions as lines, aligned. */
export function conditionLines(conditions: readonly Condition[], nowMs: number): readonly string[] {
  if (conditions.length === 0) return ['  none yet: the operator has not seen it'];
  const width = (of: (condition: Condition) => string): number =>
    Math.max(...conditions.map((each) => of(each).length));
  const types = width(({ type }) => type);
  const reasons = width(({ reason }) => reason);
  return conditions.map(({ type, status, reason, lastTransitionTime, message = '' }) =>
    `  ${type.padEnd(types)}  ${status.padEnd(7)}  ${reason.padEnd(reasons)}  ${age(lastTransitionTime, nowMs).padStart(4)}  ${message}`.trimEnd(),
  );
}

function headline({ name, ckus, revision, generation, observedGeneration }: Explanation): string {
  const seen =
    observedGeneration === generation
      ? ''
      : observedGeneration === undefined
        ? ', which the operator has not seen'
        : `, of which the operator has seen ${observedGeneration}`;
  const size = ckus === undefined ? '' : ` ${ckus} CKU,`;
  return `${name}:${size} revision ${revision}, generation ${generation}${seen}`;
}

function podTable({ pods }: Explanation): string {
  return table(
    ['pod', 'id', 'zone', 'state', 'to be replaced', 'why'],
    pods.map(({ pod, id, zone, state, roll, why }) => [pod, String(id), zone, state, ROLL[roll], why]),
  );
}

const ROLL = { yes: 'yes', no: '', 'after-settings': 'no, settings only' } as const;

function waitLine({ task, reason, message, since }: ExplainedWait, nowMs: number): string {
  const when = since === undefined ? '' : `, since ${since} (${age(since, nowMs)})`;
  return `  ${task}: ${reason}${when}\n    ${message}`;
}

function passLines(
  steps: readonly string[],
  ahead: readonly string[],
  waits: readonly ExplainedWait[],
): readonly string[] {
  if (steps.length + ahead.length === 0) {
    return ['', waits.length === 0 ? 'nothing is to be done' : 'the next pass only waits'];
  }
  return [
    ...section(
      'the next pass',
      steps.map((step, index) => `  ${index + 1}. ${step}`),
    ),
    ...section(
      'after it',
      ahead.map((line) => `  ${line}`),
    ),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}
