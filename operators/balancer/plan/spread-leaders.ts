import { type BalanceSettings, COLUMN, DIMENSION_COUNT, LEADER_WEIGHTS } from '../goals.ts';
import { LOAD, LOAD_COLUMNS } from '../model/cluster-model.ts';
import { f64, i32, u8 } from '../model/typed-arrays.ts';
import type { Placement } from './placement.ts';
import { isExcluded } from './repair.ts';

/** Gaps that a change has to bridge at least, from sweep to sweep: the few large changes come first and leave little for the many small ones. */
const GAPS = [0.4, 0.1, 0.03];
/** Coprime to any count of partitions in practice, so that neighbours in a topic are not looked at in one go. */
const STRIDE = 7_368_787;

/** Lets other replicas lead where that evens out the leaders and what depends on them. No data moves. */
export function spreadLeaders(placement: Placement, settings: BalanceSettings): void {
  const spreader = new LeaderSpreader(placement);
  for (const gap of [...GAPS.filter((each) => each > settings.leastGap), settings.leastGap]) spreader.sweep(gap);
}

class LeaderSpreader {
  private readonly placement: Placement;
  /** Weighted deviations that leaders cause, four for each broker: kept up to date, for every partition asks for three of them. */
  private readonly pressure: Float64Array;
  private readonly step: Float64Array;
  private readonly isOver: Uint8Array;
  /** 1 for brokers that may find one to give to in this sweep: most cannot, and their partitions need not be looked at. */
  private readonly isHot: Uint8Array;
  private readonly coolest = new Float64Array(COLUMNS.length);
  private readonly stride: number;

  constructor(placement: Placement) {
    this.placement = placement;
    this.pressure = new Float64Array(placement.brokerCount * COLUMNS.length);
    this.step = new Float64Array(placement.brokerCount * COLUMNS.length);
    this.isOver = new Uint8Array(placement.brokerCount);
    this.isHot = new Uint8Array(placement.brokerCount);
    this.stride = placement.leaderOf.length % STRIDE === 0 ? 1 : STRIDE;
  }

  sweep(leastGap: number): void {
    const { leaderOf } = this.placement;
    const count = leaderOf.length;
    this.measureAll(leastGap);
    for (let turn = 0, partition = 0; turn < count; turn += 1, partition = (partition + this.stride) % count) {
      const from = i32(leaderOf, partition);
      if (u8(this.isHot, from) === 0) continue;
      const to = this.better(partition, leastGap);
      if (to < 0) continue;
      this.placement.lead(partition, to);
      this.measure(from, leastGap);
      this.measure(to, leastGap);
    }
  }

  /** The replica that should lead instead, or -1. */
  private better(partition: number, leastGap: number): number {
    const { leaderOf, brokerOf, leads, model } = this.placement;
    const from = i32(leaderOf, partition);
    let best = -1;
    let bestGain = 0;
    const end = i32(model.firstReplica, partition + 1);
    for (let replica = i32(model.firstReplica, partition); replica < end; replica += 1) {
      const to = i32(brokerOf, replica);
      if (to === from || u8(leads, to) === 0) continue;
      const gain = this.gain(partition, from, to, leastGap);
      if (gain < bestGain || (gain === bestGain && !(best >= 0 && to < best))) continue;
      if (isExcluded(this.placement, partition) || !this.placement.fitsLeader(partition, to)) continue;
      [best, bestGain] = [to, gain];
    }
    return best;
  }

  /** Fall of the weighted squares, less the price: what a gap of `leastGap` in each dimension would bring. */
  private gain(partition: number, from: number, to: number, leastGap: number): number {
    const { loads } = this.placement.model;
    const of = partition * LOAD_COLUMNS;
    const nwOut = f64(loads, of + LOAD.nwOut);
    const cpu = f64(loads, of + LOAD.cpu) - f64(loads, of + LOAD.followerCpu);
    const nwIn = f64(loads, of + LOAD.nwIn);
    const price = u8(this.isOver, from) === 1 ? -1 : leastGap;
    return (
      this.gainIn(0, from, to, nwOut, price) +
      this.gainIn(1, from, to, cpu, price) +
      this.gainIn(2, from, to, 1, price) +
      this.gainIn(3, from, to, nwIn, price)
    );
  }

  private gainIn(column: number, from: number, to: number, load: number, price: number): number {
    const giver = from * COLUMNS.length + column;
    const taker = to * COLUMNS.length + column;
    const gives = load * f64(this.step, giver);
    const takes = load * f64(this.step, taker);
    const weight = WEIGHTS[column] ?? 0;
    return (
      weight *
      (gives * (2 * f64(this.pressure, giver) - gives) -
        takes * (2 * f64(this.pressure, taker) + takes) -
        2 * price * takes)
    );
  }

  private measureAll(leastGap: number): void {
    const { brokerCount, leads } = this.placement;
    this.coolest.fill(Infinity);
    for (let broker = 0; broker < brokerCount; broker += 1) {
      for (const [column, dimension] of COLUMNS.entries()) {
        if (u8(leads, broker) === 0) continue;
        this.coolest[column] = Math.min(f64(this.coolest, column), this.placement.deviation(broker, dimension));
      }
    }
    for (let broker = 0; broker < brokerCount; broker += 1) this.measure(broker, leastGap);
  }

  private measure(broker: number, leastGap: number): void {
    const { perShare, carried, limits } = this.placement;
    let isHot = false;
    for (const [column, dimension] of COLUMNS.entries()) {
      const at = broker * COLUMNS.length + column;
      const deviation = this.placement.deviation(broker, dimension);
      isHot ||= deviation - f64(this.coolest, column) > leastGap;
      this.pressure[at] = deviation;
      this.step[at] = f64(perShare, broker * DIMENSION_COUNT + dimension);
    }
    const isOver = (dimension: number): boolean =>
      f64(carried, broker * DIMENSION_COUNT + dimension) > f64(limits, broker * DIMENSION_COUNT + dimension);
    this.isOver[broker] = isOver(COLUMN.nwOut) || isOver(COLUMN.cpu) ? 1 : 0;
    this.isHot[broker] = isHot || u8(this.isOver, broker) === 1 ? 1 : 0;
  }
}

/** Dimensions that follow the leaders. */
const COLUMNS = [COLUMN.nwOut, COLUMN.cpu, COLUMN.leaders, COLUMN.leaderIn] as const;
const WEIGHTS = Float64Array.of(
  LEADER_WEIGHTS.nwOut,
  LEADER_WEIGHTS.cpu,
  LEADER_WEIGHTS.leaders,
  LEADER_WEIGHTS.leaderIn,
);
