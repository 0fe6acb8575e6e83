import {
  CAPACITY_GOALS,
  COLUMN,
  type Dimension,
  DIMENSION_COUNT,
  DIMENSIONS,
  type Goal,
  HARD_GOALS,
  LEADER_WEIGHTS,
  REPLICA_WEIGHTS,
  LIMITED,
  type LimitedDimension,
  SOFT_GOALS,
} from '../goals.ts';
import { LOAD, LOAD_COLUMNS } from '../model/cluster-model.ts';
import { f64, i32, u8 } from '../model/typed-arrays.ts';
import type { Step } from './moves-of.ts';
import type { Placement } from './placement.ts';

/** What a move is for, judged by how things are before the plan. */
export interface Purpose {
  readonly goal: Goal;
  readonly reason: string;
}

/** Dimensions that a step changes, by its kind. */
const FOLLOWER: readonly Dimension[] = ['disk', 'nwIn', 'cpu', 'replicas', 'potOut'];
const LEADER_CHANGE: readonly Dimension[] = ['nwOut', 'cpu', 'leaders', 'leaderIn'];
const LEADER: readonly Dimension[] = DIMENSIONS;
const GOALS: readonly Goal[] = [...HARD_GOALS, ...Object.values(SOFT_GOALS)];

/** Names what steps are for. The texts are made once for each pair of brokers: a plan may have a quarter of a million moves. */
export class Purposes {
  private readonly before: Placement;
  private readonly usableShare: number;
  private readonly known = new Map<number, Purpose>();

  constructor(before: Placement, usableShare: number) {
    this.before = before;
    this.usableShare = usableShare;
  }

  of(step: Step): Purpose {
    const goal = this.goalOf(step);
    const key = (GOALS.indexOf(goal) * this.before.brokerCount + step.from) * this.before.brokerCount + step.to;
    let purpose = this.known.get(key);
    if (purpose === undefined) this.known.set(key, (purpose = { goal, reason: this.reason(goal, step) }));
    return purpose;
  }

  private goalOf(step: Step): Goal {
    const { before } = this;
    const { partition, from, to } = step;
    const { rackOf } = before.model;
    if (step.kind === 'leader-change' && u8(before.leads, from) === 0) return 'leadership';
    if (u8(before.dead, from) === 1) return 'dead-brokers';
    if (u8(before.mustEmpty, from) === 1) return 'drain';
    const changesRack = step.kind === 'replica-move' && i32(rackOf, from) !== i32(rackOf, to);
    if (changesRack && before.racksOf(partition, -1, -1) < before.racksWanted(partition)) return 'rack-awareness';
    const dimensions = step.kind === 'leader-change' ? LEADER_CHANGE : step.role === 'leader' ? LEADER : FOLLOWER;
    const beyond = LIMITED.find((each) => dimensions.includes(each) && isBeyond(before, from, each));
    return beyond === undefined ? this.softGoalOf(step, dimensions) : CAPACITY_GOALS[beyond];
  }

  /** The goal that gains most by the step. */
  private softGoalOf(step: Step, dimensions: readonly Dimension[]): Goal {
    const { before } = this;
    const weights = step.kind === 'leader-change' ? LEADER_WEIGHTS : REPLICA_WEIGHTS;
    let best: Dimension = dimensions[0] ?? 'disk';
    let most = -Infinity;
    for (const dimension of dimensions) {
      const column = COLUMN[dimension];
      const gap = before.deviation(step.from, column) - before.deviation(step.to, column);
      const share = loadOf(before, step, dimension) * f64(before.perShare, step.to * DIMENSION_COUNT + column);
      const gain = weights[dimension] * gap * share;
      if (gain > most) [best, most] = [dimension, gain];
    }
    return SOFT_GOALS[best];
  }

  private reason(goal: Goal, { from, to }: Step): string {
    const { before } = this;
    const giver = `broker ${idOf(before, from)}`;
    switch (goal) {
      case 'leadership':
        return `${giver} is ${stateOf(before, from)} and shall lead nothing`;
      case 'dead-brokers':
        return `${giver} is dead`;
      case 'drain':
        return `${giver} is being drained`;
      case 'rack-awareness':
        return `two replicas share the rack of ${giver}, and that of broker ${idOf(before, to)} has none`;
      case 'replica-capacity':
        return `${giver} holds more replicas than a broker may`;
      case 'disk-capacity':
      case 'network-in-capacity':
      case 'network-out-capacity':
      case 'cpu-capacity':
        return `${giver} uses more than ${percent(this.usableShare)} of its capacity (${goal.replace('-capacity', '')})`;
      case 'disk-distribution':
      case 'network-in-distribution':
      case 'network-out-distribution':
      case 'cpu-distribution':
      case 'replica-distribution':
      case 'leader-distribution':
      case 'leader-inbound-distribution':
      case 'potential-outbound-distribution':
        return this.softReason(goal, from, to);
    }
  }

  private softReason(goal: Goal, from: number, to: number): string {
    const { before } = this;
    const dimension = DIMENSIONS.find((each) => SOFT_GOALS[each] === goal) ?? 'disk';
    const share = (broker: number): string => percent(1 + before.deviation(broker, COLUMN[dimension]));
    const what = goal.replace('-distribution', '');
    return `broker ${idOf(before, from)} carries ${share(from)} of its fair share (${what}), broker ${idOf(before, to)} ${share(to)}`;
  }
}

export function isBeyond({ carried, limits }: Placement, broker: number, dimension: LimitedDimension): boolean {
  const at = broker * DIMENSION_COUNT + COLUMN[dimension];
  return f64(carried, at) > f64(limits, at);
}

export function idOf({ model }: Placement, broker: number): number {
  return model.brokers[broker]?.id ?? -1;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function stateOf({ model }: Placement, broker: number): string {
  return model.brokers[broker]?.state ?? 'unknown';
}

/** What a step takes along. */
function loadOf({ model: { loads } }: Placement, step: Step, dimension: Dimension): number {
  const at = step.partition * LOAD_COLUMNS;
  switch (dimension) {
    case 'disk':
      return f64(loads, at + LOAD.disk);
    case 'nwIn':
    case 'leaderIn':
      return f64(loads, at + LOAD.nwIn);
    case 'nwOut':
    case 'potOut':
      return f64(loads, at + LOAD.nwOut);
    case 'cpu':
      if (step.kind === 'leader-change') return f64(loads, at + LOAD.cpu) - f64(loads, at + LOAD.followerCpu);
      return f64(loads, at + (step.role === 'leader' ? LOAD.cpu : LOAD.followerCpu));
    case 'replicas':
    case 'leaders':
      return 1;
  }
}
