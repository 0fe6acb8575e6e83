import {
  type BalanceSettings,
  COLUMN,
  DEFAULT_SETTINGS,
  type Dimension,
  DIMENSION_COUNT,
  DIMENSIONS,
} from '../goals.ts';
import { type ClusterModel, LOAD, LOAD_COLUMNS, PARTS_PER_UNIT } from '../model/cluster-model.ts';
import { f64, i32, u8 } from '../model/typed-arrays.ts';
import { improve } from './improve.ts';
import { stepsOf } from './moves-of.ts';
import { orderSteps, type PurposefulStep } from './order-steps.ts';
import type { Evenness, Move, Plan, PlanSummary } from './plan.ts';
import { Placement } from './placement.ts';
import { idOf, Purposes } from './purpose.ts';
import { unmetAfter } from './unmet.ts';

/**
 * What to move so that a cluster keeps the hard goals and its brokers carry their fair shares, for as few bytes as that takes. The same cluster always gives
 * the same plan; where it has been carried out there is nothing left to do.
 */
export function planBalance(model: ClusterModel, options: Partial<BalanceSettings> = {}): Plan {
  const settings = { ...DEFAULT_SETTINGS, ...options };
  const wanted = new Placement(model, settings);
  improve(wanted, settings);
  const chains = [];
  for (let partition = 0; partition < model.topicOf.length; partition += 1) {
    const chain = stepsOf(model, partition, wanted.brokerOf, wanted.leaderOf);
    if (chain.length > 0) chains.push(chain);
  }
  const before = new Placement(model, settings);
  const running = new Placement(model, settings);
  const { steps, stuck } = orderSteps(chains, running, new Purposes(before, settings.usableShare));
  return {
    moves: steps.map((step) => moveOf(before, step)),
    unmet: unmetAfter(running, stuck, settings),
    summary: summaryOf(before, running, steps),
  };
}

function moveOf(placement: Placement, step: PurposefulStep): Move {
  const { model } = placement;
  const { partition, goal, reason } = step;
  const named = {
    topic: model.topics[i32(model.topicOf, partition)] ?? '',
    partition: i32(model.numberOf, partition),
    from: idOf(placement, step.from),
    to: idOf(placement, step.to),
    goal,
    reason,
  };
  if (step.kind === 'leader-change') return { kind: step.kind, ...named };
  return { kind: step.kind, ...named, role: step.role, sizeMb: sizeOf(model, partition) / PARTS_PER_UNIT.disk };
}

function summaryOf(before: Placement, after: Placement, steps: readonly PurposefulStep[]): PlanSummary {
  let data = 0;
  for (let broker = 0; broker < before.brokerCount; broker += 1) {
    data += f64(before.carried, broker * DIMENSION_COUNT + COLUMN.disk);
  }
  let moved = 0;
  let replicaMoves = 0;
  for (const step of steps) {
    if (step.kind !== 'replica-move') continue;
    replicaMoves += 1;
    moved += sizeOf(before.model, step.partition);
  }
  return {
    replicaMoves,
    leaderChanges: steps.length - replicaMoves,
    movedMb: moved / PARTS_PER_UNIT.disk,
    movedShare: data > 0 ? moved / data : 0,
    before: evennessOf(before),
    after: evennessOf(after),
  };
}

function sizeOf({ loads }: ClusterModel, partition: number): number {
  return f64(loads, partition * LOAD_COLUMNS + LOAD.disk);
}

function evennessOf(placement: Placement): Readonly<Record<Dimension, Evenness>> {
  return Object.fromEntries(
    DIMENSIONS.map((dimension) => [dimension, evenness(placement, COLUMN[dimension])]),
  ) as Record<Dimension, Evenness>;
}

/** Over the brokers that may hold replicas for good. */
function evenness(placement: Placement, column: number): Evenness {
  const shares: number[] = [];
  for (let broker = 0; broker < placement.brokerCount; broker += 1) {
    if (u8(placement.mustEmpty, broker) === 0) shares.push(1 + placement.deviation(broker, column));
  }
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  if (mean === 0) return { cv: 0, max: 0, min: 0 };
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
  return { cv: Math.sqrt(variance) / mean, max: Math.max(...shares) / mean, min: Math.min(...shares) / mean };
}
