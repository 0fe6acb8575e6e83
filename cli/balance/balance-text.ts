import { CONDITION_TYPES, findCondition } from '../../contracts/conditions.ts';
import type { BalanceStatus, PhysicalStatefulCluster, StalledBroker } from '../../contracts/gen/psc-types.ts';
import { nameOf } from '../../operators/balancer/execute/choose-batch.ts';
import { isMoving } from '../../operators/balancer/execute/observed.ts';
import { leftBehind, type Move, type Plan } from '../../operators/balancer/plan/plan.ts';
import { describeStep } from '../../operators/balancer/service/describe-step.ts';
import { conditionLines } from '../psc/explanation-text.ts';
import { table } from '../table.ts';
import type { LoadChange } from './broker-loads.ts';
import type { BalanceLook } from './look.ts';

const MIB = 2 ** 20;

/** What the balancer says of a PSC: state, progress, what is asked of it. */
export function statusText({ metadata, spec, status }: PhysicalStatefulCluster, nowMs: number): string {
  const balance = status?.balance;
  if (balance === undefined) return `${metadata.name}: the balancer has not seen it yet\n`;
  const condition = findCondition(status?.conditions, CONDITION_TYPES.balancing);
  const { drain = [], excludedTopics = [], paused = false, balancing = 'On' } = spec.maintenance ?? {};
  const drained = balance.drained ?? [];
  const leaving = (status?.leaving ?? []).flatMap(({ pod, goneAt }) => (goneAt === undefined ? [pod] : []));
  return [
    `${metadata.name}: ${balance.state ?? 'unknown'}${balance.reason === undefined ? '' : ` (${balance.reason}: ${balance.message ?? ''})`}`,
    ...progressLines(balance, nowMs),
    ...(paused ? ['  paused with everything else of this cluster (spec.maintenance.paused)'] : []),
    ...(balancing === 'On' ? [] : [`  asked for: ${balancing}; go on with ./flotilla balance resume ${metadata.name}`]),
    ...[...new Set([...drain, ...leaving])].map((pod) => {
      const why = leaving.includes(pod) ? ' (it leaves)' : '';
      return `  ${pod}${why}: ${drained.includes(pod) ? 'proven to be empty' : drainProgress(balance)}`;
    }),
    ...(excludedTopics.length === 0 ? [] : [`  excluded topics: ${excludedTopics.join(', ')}`]),
    ...(balance.stalledBrokers ?? []).map(stallLine),
    ...(condition === undefined ? [] : ['', ...conditionLines([condition], nowMs)]),
    '',
  ].join('\n');
}

function stallLine({ pod, since, last }: StalledBroker): string {
  const seen = since === last ? `at ${since}` : `at ${since}, last at ${last}`;
  return `  ${pod}: its storage was seen to stall ${seen}; it is restarted for that once, then its volume or its node needs a person`;
}

/** Which of the brokers excluded topics are on, the balancer's own words say. */
function drainProgress({ reason }: BalanceStatus): string {
  return reason === 'TopicsExcluded' ? 'not proven to be empty' : 'is being emptied';
}

function progressLines(balance: BalanceStatus, nowMs: number): readonly string[] {
  const { bytesMoved = '0', bytesToMove = '0', partitionsMoved = 0, partitionsToMove = 0 } = balance;
  const { bytesPerSecond, estimatedEnd } = balance;
  if (partitionsMoved + partitionsToMove === 0) return [];
  const rate = bytesPerSecond === undefined ? '' : `, ${mib(bytesPerSecond)} MiB/s`;
  const end =
    estimatedEnd === undefined ? '' : `, ${duration(Math.max(0, Date.parse(estimatedEnd) - nowMs))} more at this rate`;
  return [
    `  moved ${partitionsMoved} partitions with ${mib(bytesMoved)} MiB`,
    ...(partitionsToMove === 0
      ? []
      : [`  left  ${partitionsToMove} partitions with ${mib(bytesToMove)} MiB${rate}${end}`]),
  ];
}

/** The plan from here to balance: brokers before and after, what it costs, and the moves with their reasons. */
export function planText({ psc, decision }: BalanceLook, { before, after }: LoadChange, mostMoves: number): string {
  const { plan } = decision;
  const moves = plan?.moves ?? [];
  const rows = after.map((load, index) => {
    const was = before[index] ?? load;
    const change = (from: number, to: number): string =>
      round(from) === round(to) ? String(round(to)) : `${round(from)} ▶ ${round(to)}`;
    return [
      `kafka-${load.id}`,
      load.rack,
      change(was.replicas, load.replicas),
      change(was.leaders, load.leaders),
      change(was.diskMb, load.diskMb),
      change(was.kbIn, load.kbIn),
      change(was.kbOut, load.kbOut),
    ];
  });
  return [
    `${psc.metadata.name}: ${headline(plan)}`,
    '',
    table(['broker', 'zone', 'replicas', 'leaders', 'MB of disk', 'KB/s in', 'KB/s out'], rows),
    '',
    ...moves.slice(0, mostMoves).map((move) => `  ${moveText(move)}`),
    ...(moves.length > mostMoves ? [`  and ${moves.length - mostMoves} more: --all lists them`] : []),
    ...(plan?.unmet ?? []).map(({ goal, message }) => `  not met: ${goal}: ${message}`),
    '',
  ].join('\n');
}

/** What the balancer's next pass does, what it waits for, and why. */
export function explanationText(look: BalanceLook): string {
  const { psc, decision, cluster } = look;
  const { steps, wait, state, plan, memory } = decision;
  const moving = cluster.partitions.filter(isMoving);
  const stored = psc.status?.balance;
  return [
    `${psc.metadata.name}: ${state}${stored?.state === undefined || stored.state === state ? '' : `, where the balancer last said ${stored.state}`}`,
    ...(wait === undefined ? [] : [`  waits: ${wait.reason}: ${wait.message}`]),
    `  ${memory.isUnderWay ? 'a plan is under way' : 'no plan is under way'}${memory.newBrokers.length === 0 ? '' : `, for the new brokers ${memory.newBrokers.join(', ')}`}`,
    `  ${moving.length} partitions are moving, ${plan?.moves.length ?? 0} moves are planned beside them`,
    '',
    ...(steps.length === 0 ? ['the next pass changes nothing'] : ['the next pass']),
    ...steps.map((step, index) => `  ${index + 1}. ${describeStep(step)}`),
    ...(plan?.unmet ?? []).map(({ goal, message }) => `not met: ${goal}: ${message}`),
    '',
    'taken for granted: clients are not slow, for brokers show their metrics inside of the Kubernetes cluster only',
    '',
  ].join('\n');
}

function headline(plan: Plan | undefined): string {
  if (plan === undefined) return 'nothing can be planned';
  const { moves, summary } = plan;
  if (moves.length === 0) {
    return leftBehind(plan) === undefined ? 'balanced: nothing is to be moved' : 'nothing can be moved';
  }
  const replicas = moves.filter(({ kind }) => kind === 'replica-move').length;
  return `${replicas} replicas to move with ${Math.ceil(summary.movedMb)} MB, ${moves.length - replicas} leaders to change`;
}

function moveText(move: Move): string {
  const { kind, from, to, goal, reason } = move;
  const what = kind === 'replica-move' ? 'replica' : 'leader';
  return `${what} of ${nameOf(move)}: ${from} ▶ ${to}  (${goal}: ${reason})`;
}

function round(value: number): number {
  return value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
}

function mib(bytes: string): string {
  const value = Number(bytes) / MIB;
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}

function duration(timeMs: number): string {
  const seconds = Math.ceil(timeMs / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}
