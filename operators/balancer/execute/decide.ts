import { checkPlan } from '../check-plan.ts';
import { type BalanceSettings, DEFAULT_SETTINGS } from '../goals.ts';
import { leftBehind, type Plan } from '../plan/plan.ts';
import { planBalance } from '../plan/plan-balance.ts';
import { chooseBatch } from './choose-batch.ts';
import { excludedAmong, heldByExcluded } from './excluded-topics.ts';
import { type BrokerStates, brokerStates, emptyBrokers, modelOf } from './model-of.ts';
import {
  type BalanceIntent,
  type BalanceMemory,
  isMoving,
  type ObservedCluster,
  type ObservedPartition,
  targetOf,
} from './observed.ts';
import { EXECUTE_SETTINGS, type ExecuteSettings } from './settings.ts';
import type { BalanceStep, PartitionName, Wait } from './steps.ts';
import { stalledAfter } from './stalled-brokers.ts';
import { nextRate, streamsOf, throttleSteps } from './throttles.ts';
import { leftAfter, NOWHERE, withoutWaysBack } from './ways-back.ts';

export type BalanceState = 'Balanced' | 'Moving' | 'Paused' | 'Blocked';

/** One pass: what to do, in this order, and what to say of it. */
export interface Decision {
  readonly steps: readonly BalanceStep[];
  readonly state: BalanceState;
  readonly wait: Wait | undefined;
  /** To be stored before the first step is made. */
  readonly memory: BalanceMemory;
  /** What is left to do; absent where nothing can be planned. */
  readonly plan: Plan | undefined;
}

export interface DecideOptions {
  readonly execute?: Partial<ExecuteSettings>;
  readonly balance?: Partial<BalanceSettings>;
}

/**
 * What the balancer does next. It decides from what it sees alone and never from what it once meant to do: moves that run are
 * taken as made, whoever began them, and the rest is planned anew. So a balancer that was stopped anywhere is gone on with by
 * the next one, and a plan that somebody's own reassignment made stale is none any more.
 */
export function decide(
  cluster: ObservedCluster,
  intent: BalanceIntent,
  memory: BalanceMemory,
  options: DecideOptions = {},
): Decision {
  const execute = { ...EXECUTE_SETTINGS, ...options.execute };
  const newBrokers = newBrokersOf(cluster, intent, memory);
  const states = brokerStates(cluster, intent, { newBrokers }, execute);
  const excluded = excludedAmong(cluster.partitions, intent.excludedTopics);
  const planned = planOf(cluster, states, excluded, memory, options.balance ?? {});
  const cancelled = cancellations(cluster, states, intent);
  const wait = waitOf(cluster, states, intent) ?? planned.wait;
  const moves = withoutWaysBack(planned.plan?.moves ?? [], memory.left ?? NOWHERE);
  const batch = chooseBatch(wait === undefined || wait.isUrgentAllowed ? moves : [], cluster, states, execute, {
    usableShare: options.balance?.usableShare ?? DEFAULT_SETTINGS.usableShare,
    isUrgentOnly: wait !== undefined,
    excluded,
  });
  const streams = streamsOf(cluster, batch);
  const rate = nextRate(cluster, streams, memory.rateChangedAtMs, execute.rate);
  const elected = electionsOf(cluster, states, wait).slice(0, execute.maxLeaderChanges);
  const throttles = throttleSteps(cluster, streams, rate.bytesPerSecond);
  const steps: BalanceStep[] = [
    ...(cancelled.length > 0 ? [{ kind: 'cancel', partitions: cancelled } as const] : []),
    ...throttles,
    ...(batch.length > 0 ? [{ kind: 'reassign', partitions: batch } as const] : []),
    ...(elected.length > 0 ? [{ kind: 'elect', partitions: elected } as const] : []),
  ];
  const isBusy = steps.length > 0 || cluster.partitions.some(isMoving);
  const left = moves.length;
  // Brokers that are being replaced look like anything.
  const stalled = intent.isRolling ? (memory.stalled ?? []) : stalledAfter(cluster, memory.stalled ?? [], execute);
  const held = heldByExcluded(cluster, states, excluded) ?? heldByRoom(planned.plan);
  const isUnderWay = left > 0 || (memory.isUnderWay && streams.length > 0);
  return {
    steps,
    state: stateOf(intent, isBusy, left > 0 || (planned.wait ?? held) !== undefined),
    wait: wait ?? (isBusy ? undefined : left > 0 ? NO_ROOM : held),
    memory: {
      isUnderWay,
      newBrokers: isUnderWay ? newBrokers : [],
      left: leftAfter(memory.left ?? NOWHERE, batch, cluster),
      ...(stalled.length > 0 ? { stalled } : {}),
      ...(streams.length > 0 && rate.changedAtMs !== undefined ? { rateChangedAtMs: rate.changedAtMs } : {}),
    },
    plan: planned.plan,
  };
}

const NO_ROOM: Wait = { reason: 'NoRoom', message: 'no move that is left has room, or its partition is not whole' };

/** What stays on brokers that are dead or to be emptied although nothing excludes it: the cluster is not as it shall be. */
function heldByRoom(plan: Plan | undefined): Wait | undefined {
  const unmet = plan === undefined ? undefined : leftBehind(plan);
  return unmet === undefined ? undefined : { reason: 'NoRoom', message: unmet.message };
}

interface Planned {
  readonly plan: Plan | undefined;
  readonly wait: (Wait & Urgency) | undefined;
}

interface Urgency {
  /** Replicas on dead brokers are made anew all the same. */
  readonly isUrgentAllowed: boolean;
}

/** A plan that has begun is carried on to its target; a new one needs a reason that noise is not. */
function planOf(
  cluster: ObservedCluster,
  states: BrokerStates,
  excluded: ReadonlySet<string>,
  { isUnderWay }: BalanceMemory,
  balance: Partial<BalanceSettings>,
): Planned {
  const model = modelOf(cluster, states, excluded);
  if (model === undefined) {
    const message = 'every broker is dead or to be emptied';
    return { plan: undefined, wait: { reason: 'NoRoom', message, isUrgentAllowed: false } };
  }
  const settings = isUnderWay ? { ...balance, triggerGaps: UNDER_WAY_GAPS } : balance;
  const plan = planBalance(model, settings);
  const [fault] = checkPlan(model, plan, settings);
  if (fault === undefined) return { plan, wait: undefined };
  const message = `the plan breaks ${fault.rule}: ${fault.message}`;
  return { plan: undefined, wait: { reason: 'WrongPlan', message, isUrgentAllowed: false } };
}

const UNDER_WAY_GAPS = 1;

/** Moves that can never end, and all of them where that is asked for. */
function cancellations(
  { partitions }: ObservedCluster,
  states: BrokerStates,
  { mode }: BalanceIntent,
): readonly PartitionName[] {
  return partitions
    .filter((partition) => isMoving(partition) && (mode === 'cancelled' || isHopeless(partition, states)))
    .map(({ topic, partition }) => ({ topic, partition }));
}

/** Whoever is to take a replica is gone; one that was there before and is dead now does not keep a move from its end. */
function isHopeless({ adding }: ObservedPartition, states: BrokerStates): boolean {
  return adding.some((id) => (states.get(id) ?? 'dead') === 'dead');
}

function waitOf(
  { brokers, partitions }: ObservedCluster,
  states: BrokerStates,
  { mode, isRolling }: BalanceIntent,
): (Wait & Urgency) | undefined {
  if (mode === 'cancelled') return { reason: 'Cancelled', message: 'a person took it back', isUrgentAllowed: false };
  if (mode === 'paused') return { reason: 'Paused', message: 'a person paused it', isUrgentAllowed: false };
  if (isRolling) return { reason: 'Rolling', message: 'brokers are being replaced', isUrgentAllowed: false };
  const behind = partitions.filter((partition) => isRecovering(partition, states)).length;
  if (behind > 0) {
    const message = `${behind} partitions have replicas out of sync on brokers that are not given up`;
    return { reason: 'UnderReplicatedPartitions', message, isUrgentAllowed: true };
  }
  const silent = brokers.filter(({ silentSinceMs }) => silentSinceMs !== undefined);
  if (silent.length > 0) {
    const message = `brokers ${silent.map(({ id }) => id).join(', ')} do not answer, though the controllers hear them`;
    return { reason: 'BrokersSilent', message, isUrgentAllowed: true };
  }
  const slow = brokers.filter(({ pressure, fencedSinceMs }) => pressure === 'some' && fencedSinceMs === undefined);
  if (slow.length === 0) return undefined;
  const message = `clients wait at brokers ${slow.map(({ id }) => id).join(', ')}`;
  return { reason: 'ClientsSlow', message, isUrgentAllowed: true };
}

function isRecovering({ replicas, adding, isr }: ObservedPartition, states: BrokerStates): boolean {
  return replicas.some((id) => !isr.includes(id) && !adding.includes(id) && states.get(id) !== 'dead');
}

/**
 * Partitions that a preferred leader in sync could lead and does not. While something urgent is waited for, only those that a
 * broker leads which must not: it is what clients wait for.
 */
function electionsOf(
  { partitions }: ObservedCluster,
  states: BrokerStates,
  wait: (Wait & Urgency) | undefined,
): readonly PartitionName[] {
  if (wait?.isUrgentAllowed === false) return [];
  return partitions
    .filter((partition) => {
      const [preferred = -1] = targetOf(partition);
      const state = states.get(preferred);
      if (isMoving(partition) || partition.leader === preferred || !partition.isr.includes(preferred)) return false;
      if (wait !== undefined && states.get(partition.leader) !== 'demoted') return false;
      return state === 'alive' || state === 'new';
    })
    .map(({ topic, partition }) => ({ topic, partition }));
}

/** Brokers that come while a plan is under way are as new as those that it began for. */
function newBrokersOf(cluster: ObservedCluster, intent: BalanceIntent, memory: BalanceMemory): readonly number[] {
  const empty = emptyBrokers(cluster, intent);
  return memory.isUnderWay ? [...new Set([...memory.newBrokers, ...empty])].sort((a, b) => a - b) : empty;
}

function stateOf({ mode }: BalanceIntent, isBusy: boolean, isLeft: boolean): BalanceState {
  if (mode !== 'on') return 'Paused';
  if (isBusy) return 'Moving';
  return isLeft ? 'Blocked' : 'Balanced';
}
