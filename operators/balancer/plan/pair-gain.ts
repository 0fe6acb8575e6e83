import { COLUMN, DIMENSION_COUNT, DIMENSIONS, type Weights } from '../goals.ts';
import { LOAD, LOAD_COLUMNS } from '../model/cluster-model.ts';
import { f64 } from '../model/typed-arrays.ts';
import type { Placement } from './placement.ts';

/** What relief for a broker beyond its capacity counts against a deviation of its whole fair share. */
const OVERLOAD_BOOST = 4;

/** Bytes and moves as a price for balance, in the measure of squared deviations. */
export interface MovePrice {
  readonly perDiskPart: number;
  readonly perMove: number;
}

/**
 * Fall of the weighted squared deviations when a replica goes from one broker to another. For a pair of brokers it is a polynomial of the replica's loads,
 * `Σ load × (linear - square × load)`, whose coefficients are made once for many replicas.
 */
export class PairGain {
  private readonly placement: Placement;
  private readonly weights: Float64Array;
  private readonly price: MovePrice;
  private readonly linear = new Float64Array(DIMENSION_COUNT);
  private readonly square = new Float64Array(DIMENSION_COUNT);

  constructor(placement: Placement, weights: Weights, price: MovePrice) {
    this.placement = placement;
    this.weights = Float64Array.from(DIMENSIONS, (dimension) => weights[dimension]);
    this.price = price;
  }

  /** How much there is to gain between two brokers, over the dimensions in which the giver has more. */
  pull(from: number, to: number): number {
    let pull = 0;
    for (let dimension = 0; dimension < DIMENSION_COUNT; dimension += 1) {
      const gap =
        this.placement.deviation(from, dimension) -
        this.placement.deviation(to, dimension) +
        this.overload(from, dimension);
      if (gap > 0) pull += f64(this.weights, dimension) * gap * gap;
    }
    return pull;
  }

  choosePair(from: number, to: number): void {
    const { perShare } = this.placement;
    for (let dimension = 0; dimension < DIMENSION_COUNT; dimension += 1) {
      const gives = f64(perShare, from * DIMENSION_COUNT + dimension);
      const takes = f64(perShare, to * DIMENSION_COUNT + dimension);
      const weight = f64(this.weights, dimension);
      const excess = this.placement.deviation(from, dimension) + this.overload(from, dimension);
      this.linear[dimension] = 2 * weight * (excess * gives - this.placement.deviation(to, dimension) * takes);
      this.square[dimension] = weight * (gives * gives + takes * takes);
    }
  }

  /**
   * How well a replica of a partition suits the pair; 0 when it is not worth its price. Not the largest gain wins but the one that is largest for the length
   * of the replica's loads, which is the one that fills all dimensions alike: the largest replicas would fill the disks and leave the counts behind.
   */
  fitness(partition: number, role: 'leader' | 'follower'): number {
    const { loads } = this.placement.model;
    const at = partition * LOAD_COLUMNS;
    const isLeader = role === 'leader';
    const disk = f64(loads, at + LOAD.disk);
    const nwIn = f64(loads, at + LOAD.nwIn);
    const nwOut = f64(loads, at + LOAD.nwOut);
    const cpu = f64(loads, at + (isLeader ? LOAD.cpu : LOAD.followerCpu));
    const { linear, square } = this;
    let gain =
      disk * (f64(linear, COLUMN.disk) - this.price.perDiskPart) +
      nwIn * f64(linear, COLUMN.nwIn) +
      nwOut * f64(linear, COLUMN.potOut) +
      cpu * f64(linear, COLUMN.cpu) +
      f64(linear, COLUMN.replicas) -
      this.price.perMove;
    let length =
      disk * disk * f64(square, COLUMN.disk) +
      nwIn * nwIn * f64(square, COLUMN.nwIn) +
      nwOut * nwOut * f64(square, COLUMN.potOut) +
      cpu * cpu * f64(square, COLUMN.cpu) +
      f64(square, COLUMN.replicas);
    if (isLeader) {
      gain += nwOut * f64(linear, COLUMN.nwOut) + nwIn * f64(linear, COLUMN.leaderIn) + f64(linear, COLUMN.leaders);
      length +=
        nwOut * nwOut * f64(square, COLUMN.nwOut) +
        nwIn * nwIn * f64(square, COLUMN.leaderIn) +
        f64(square, COLUMN.leaders);
    }
    gain -= length;
    return gain > 0 ? (gain * gain) / length : 0;
  }

  private overload(broker: number, dimension: number): number {
    const at = broker * DIMENSION_COUNT + dimension;
    return f64(this.placement.carried, at) > f64(this.placement.limits, at) ? OVERLOAD_BOOST : 0;
  }
}
