import {
  type BalanceSettings,
  DIMENSION_COUNT,
  DIMENSIONS,
  LEADER_WEIGHTS,
  LIMITED,
  COLUMN,
  REPLICA_WEIGHTS,
  type Dimension,
} from '../goals.ts';
import { f64, u8 } from '../model/typed-arrays.ts';
import type { Placement } from './placement.ts';
import { evacuate, repairLeaders, repairRacks } from './repair.ts';
import { spreadLeaders } from './spread-leaders.ts';
import { spreadReplicas, targetGap } from './spread-replicas.ts';

/** Passes over a cluster; each one starts from nothing but the placement that the one before left. */
const MAX_PASSES = 8;
/** Part of the remaining deviations that a further pass has to take away. */
const LEAST_PROGRESS = 0.02;

/**
 * Improves a placement until a further pass would not: planning again from where this ends therefore finds nothing to do.
 */
export function improve(placement: Placement, settings: BalanceSettings): void {
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const brokerOf = placement.brokerOf.slice();
    const leaderOf = placement.leaderOf.slice();
    repairLeaders(placement);
    repairRacks(placement);
    evacuate(placement);
    const repaired = differs(placement.brokerOf, brokerOf) || differs(placement.leaderOf, leaderOf);
    const before = imbalance(placement);
    spread(placement, settings, repaired ? 'leaders-moved' : 'at-rest');
    const gained = before - imbalance(placement);
    if (repaired) continue;
    if (gained > LEAST_PROGRESS * before) continue;
    if (gained !== 0) placement.restore(brokerOf, leaderOf);
    return;
  }
}

/** Leaders first: where they suffice, no byte moves. */
function spread(placement: Placement, settings: BalanceSettings, after: 'leaders-moved' | 'at-rest'): void {
  if (!isUneven(placement, settings, DIMENSIONS)) return;
  // Where data has to move in any case, it takes leaders along; those that a repair has crowded together shall not drag data after them, though.
  if (after === 'leaders-moved' || !isUneven(placement, settings, DATA_DIMENSIONS)) spreadLeaders(placement, settings);
  if (isUneven(placement, settings, DIMENSIONS)) {
    spreadReplicas(placement, REPLICA_WEIGHTS, settings);
    spreadLeaders(placement, settings);
  }
  if (isUneven(placement, settings, DIMENSIONS)) {
    spreadReplicas(placement, LEADER_WEIGHTS, settings);
    spreadLeaders(placement, settings);
  }
}

const DATA_DIMENSIONS: readonly Dimension[] = ['disk', 'nwIn', 'replicas', 'potOut'];

/** Whether a broker is beyond its capacity, or so far from its fair share that a plan should begin. */
export function isUneven(placement: Placement, settings: BalanceSettings, dimensions: readonly Dimension[]): boolean {
  const trigger = triggerDeviation(placement, settings);
  const { carried, limits, mustEmpty } = placement;
  for (let broker = 0; broker < placement.brokerCount; broker += 1) {
    if (u8(mustEmpty, broker) === 1) continue;
    for (const dimension of dimensions) {
      if (Math.abs(placement.deviation(broker, COLUMN[dimension])) > trigger) return true;
    }
    for (const dimension of LIMITED) {
      if (!dimensions.includes(dimension)) continue;
      const at = broker * DIMENSION_COUNT + COLUMN[dimension];
      if (f64(carried, at) > f64(limits, at)) return true;
    }
  }
  return false;
}

/** A broker that carries next to nothing is reason enough, however few replicas there are. */
const MOST_TRIGGER = 0.8;

export function triggerDeviation(placement: Placement, settings: BalanceSettings): number {
  return Math.min(MOST_TRIGGER, settings.triggerGaps * targetGap(placement, settings));
}

/** Sum of the weighted squared deviations of all brokers. */
function imbalance(placement: Placement): number {
  let sum = 0;
  for (let broker = 0; broker < placement.brokerCount; broker += 1) {
    if (u8(placement.mustEmpty, broker) === 1) continue;
    for (const dimension of DIMENSIONS) {
      sum += LEADER_WEIGHTS[dimension] * placement.deviation(broker, COLUMN[dimension]) ** 2;
    }
  }
  return sum;
}

function differs(a: Int32Array, b: Int32Array): boolean {
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return true;
  return false;
}
