import { CONDITION_TYPES, type ConditionReason, type ConditionUpdate } from '../../../contracts/conditions.ts';
import type {
  BalanceStatus,
  BalanceMemory as StoredMemory,
  StalledBroker as StoredStall,
} from '../../../contracts/gen/psc-types.ts';
import { nameOf } from '../execute/choose-batch.ts';
import type { Decision } from '../execute/decide.ts';
import { type BalanceMemory, isMoving, type ObservedCluster, type StalledBroker } from '../execute/observed.ts';

const MB = 2 ** 20;

/** What is left to be moved: what runs, and what the plan has not begun. */
export interface Remaining {
  readonly bytes: number;
  readonly partitions: number;
}

export function remainingOf({ partitions }: ObservedCluster, { plan }: Decision): Remaining {
  const moving = partitions.filter(isMoving);
  const names = new Set([...moving, ...(plan?.moves ?? [])].map(nameOf));
  const copyingMb = moving.reduce((sum, { copyingMb: left = 0 }) => sum + left, 0);
  return { bytes: Math.round((copyingMb + (plan?.summary.movedMb ?? 0)) * MB), partitions: names.size };
}

export interface ReportInput {
  readonly decision: Decision;
  readonly remaining: Remaining;
  /** As it is stored. */
  readonly before: BalanceStatus | undefined;
  /** Bytes a second that moves have made of late; undefined where that is not known yet. */
  readonly bytesPerSecond: number | undefined;
  /** Pods of brokers that were proven to be empty. */
  readonly drained: readonly string[];
  readonly nowMs: number;
}

/** The balancer's part of a PSC's status after a pass. */
export function balanceReport(input: ReportInput): BalanceStatus {
  const { decision, remaining, before = {}, bytesPerSecond, drained, nowMs } = input;
  const { state, wait, memory } = decision;
  const isNew = memory.isUnderWay && before.memory?.underWay !== true;
  const movedBefore = isNew ? ZERO : { bytes: Number(before.bytesMoved ?? 0), partitions: before.partitionsMoved ?? 0 };
  const leftBefore = isNew
    ? ZERO
    : { bytes: Number(before.bytesToMove ?? 0), partitions: before.partitionsToMove ?? 0 };
  // What has come to the plan meanwhile takes nothing away from what is done.
  const bytesMoved = movedBefore.bytes + Math.max(0, leftBefore.bytes - remaining.bytes);
  const partitionsMoved = movedBefore.partitions + Math.max(0, leftBefore.partitions - remaining.partitions);
  const secondsLeft =
    bytesPerSecond === undefined || bytesPerSecond <= 0 ? undefined : remaining.bytes / bytesPerSecond;
  return {
    state,
    bytesToMove: String(remaining.bytes),
    bytesMoved: String(bytesMoved),
    partitionsToMove: remaining.partitions,
    partitionsMoved,
    ...(state === 'Moving' && bytesPerSecond !== undefined
      ? { bytesPerSecond: String(Math.round(bytesPerSecond)) }
      : {}),
    ...(state === 'Moving' && secondsLeft !== undefined
      ? { estimatedEnd: new Date(nowMs + secondsLeft * 1000).toISOString() }
      : {}),
    ...(wait === undefined ? {} : { reason: wait.reason, message: wait.message.slice(0, MAX_MESSAGE) }),
    ...(drained.length === 0 ? {} : { drained: [...drained] }),
    ...(memory.stalled === undefined ? {} : { stalledBrokers: memory.stalled.map(toStoredStall) }),
    memory: toStored(memory),
  };
}

const ZERO = { bytes: 0, partitions: 0 };
const MAX_MESSAGE = 1024;

function toStored({ isUnderWay, newBrokers, rateChangedAtMs }: BalanceMemory): StoredMemory {
  return {
    underWay: isUnderWay,
    ...(newBrokers.length === 0 ? {} : { newBrokers: [...newBrokers] }),
    ...(rateChangedAtMs === undefined ? {} : { rateChangedAt: new Date(rateChangedAtMs).toISOString() }),
  };
}

function toStoredStall({ broker, sinceMs, lastMs }: StalledBroker): StoredStall {
  return { pod: `kafka-${broker}`, since: new Date(sinceMs).toISOString(), last: new Date(lastMs).toISOString() };
}

/** The condition that goes with a report. `True`: something is on its way, or should be. */
export function balancingCondition(
  { state, reason, message = '', bytesToMove = '0', partitionsToMove = 0 }: BalanceStatus,
  observedGeneration: number,
): ConditionUpdate {
  const type = CONDITION_TYPES.balancing;
  const left = `${partitionsToMove} partitions with ${Math.ceil(Number(bytesToMove) / MB)} MiB are left`;
  const blocked = partitionsToMove === 0 ? message : `${message}; ${left}`;
  const waits = reason as ConditionReason<typeof type> | undefined;
  switch (state) {
    case 'Balanced':
      return { type, status: 'False', reason: 'Balanced', observedGeneration };
    case 'Moving':
      return { type, status: 'True', reason: 'MovingReplicas', message: left, observedGeneration };
    case 'Paused':
      return { type, status: 'False', reason: waits ?? 'Paused', message, observedGeneration };
    case 'Blocked':
    case undefined:
    default:
      return { type, status: 'True', reason: waits ?? 'NoRoom', message: blocked, observedGeneration };
  }
}

/** What is said of a cluster that cannot be asked; what was done and is remembered stays. */
export function unreachableReport(before: BalanceStatus | undefined, message: string): BalanceStatus {
  const { bytesToMove, bytesMoved, partitionsToMove, partitionsMoved, stalledBrokers, memory } = before ?? {};
  const kept = { bytesToMove, bytesMoved, partitionsToMove, partitionsMoved, stalledBrokers, memory };
  const known = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
  return { ...known, state: 'Blocked', reason: 'KafkaUnreachable', message: message.slice(0, MAX_MESSAGE) };
}

/** Whether a report must be stored now, and not only with the next one: figures and words that change in each pass can wait. */
export function isNews(before: BalanceStatus | undefined, after: BalanceStatus): boolean {
  return JSON.stringify(keyPart(before)) !== JSON.stringify(keyPart(after));
}

function keyPart(status: BalanceStatus = {}): unknown {
  const { state, reason, message, drained = [], stalledBrokers = [], memory = {} } = status;
  const { underWay = false, newBrokers = [], rateChangedAt } = memory;
  // What excluded topics hold changes with what people ask for; at rest there is no next report that would say so.
  const held = reason === 'TopicsExcluded' ? message : undefined;
  return [state, reason, held, drained, stalledBrokers, underWay, newBrokers, rateChangedAt];
}
