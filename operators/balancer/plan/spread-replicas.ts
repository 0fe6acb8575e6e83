import { type BalanceSettings, COLUMN, DIMENSION_COUNT, type Weights } from '../goals.ts';
import { f64, i32, u8 } from '../model/typed-arrays.ts';
import { PairGain } from './pair-gain.ts';
import type { Placement } from './placement.ts';
import { ReplicaLists } from './replica-lists.ts';

/** Replicas of a giver that are looked at for one move. */
const SAMPLE = 32;
/** Moves from one giver to one taker before the next taker has its turn. */
const MOVES_PER_TURN = 4;
/** Givers that a taker tries in one round. */
const GIVERS_PER_TURN = 4;
/** A taker that found nothing rests for 1, 2, 4 … rounds; one that has rested for the longest is done. */
const LONGEST_REST = 8;
/** Rounds in all: far beyond what any cluster needs, since each round either moves something or makes takers rest. */
const MAX_ROUNDS = 100_000;
/** How much the spread of a topic decides between replicas that are equally good otherwise. */
const TOPIC_WEIGHT = 0.6;
/** The grain was chosen where brokers hold hundreds of replicas; where they hold few it is no wider than this, or two replicas. */
const MOST_GRAIN = 0.03;
const LEAST_GRAIN_REPLICAS = 2;

/** Moves replicas from fuller to emptier brokers as long as the balance won is worth the bytes. */
export function spreadReplicas(placement: Placement, weights: Weights, settings: BalanceSettings): void {
  new ReplicaSpreader(placement, weights, settings).run();
}

/** Gap below which no more data moves. */
export function targetGap({ holderCount, brokerOf }: Placement, { targetGap: gap, gapGrain }: BalanceSettings): number {
  const replica = holderCount / Math.max(1, brokerOf.length);
  return gap + Math.min(gapGrain * replica, Math.max(MOST_GRAIN, LEAST_GRAIN_REPLICAS * replica));
}

class ReplicaSpreader {
  private readonly placement: Placement;
  private readonly gain: PairGain;
  private readonly lists: ReplicaLists;
  /** True where each partition has a replica in every rack, so that replicas can only move inside of theirs. */
  private readonly staysInRack: boolean;
  private random = 0x9e3779b9;

  constructor(placement: Placement, weights: Weights, settings: BalanceSettings) {
    this.placement = placement;
    const perReplica = placement.holderCount / Math.max(1, placement.brokerOf.length);
    let disk = 0;
    for (let broker = 0; broker < placement.brokerCount; broker += 1) {
      disk += f64(placement.carried, broker * DIMENSION_COUNT + COLUMN.disk);
    }
    this.gain = new PairGain(placement, weights, {
      perDiskPart: disk > 0 ? (2 * targetGap(placement, settings) * placement.holderCount) / disk : 0,
      perMove: 2 * settings.leastGap * perReplica,
    });
    this.lists = new ReplicaLists(placement);
    this.staysInRack = fewestReplicas(placement) >= placement.rackCount;
  }

  run(): void {
    const { takes, brokerCount } = this.placement;
    const takers = Array.from({ length: brokerCount }, (_, broker) => broker).filter(
      (broker) => u8(takes, broker) === 1,
    );
    const rest = new Int32Array(brokerCount);
    const wakes = new Int32Array(brokerCount);
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      let awake = 0;
      for (const taker of takers) {
        if (i32(rest, taker) > LONGEST_REST) continue;
        awake += 1;
        if (i32(wakes, taker) > round) continue;
        rest[taker] = this.fill(taker) ? 0 : Math.max(1, 2 * i32(rest, taker));
        wakes[taker] = round + i32(rest, taker);
      }
      if (awake === 0) return;
    }
  }

  /** One turn of a taker: whether it got anything. */
  private fill(taker: number): boolean {
    for (const giver of this.giversOf(taker)) {
      let moved = 0;
      while (moved < MOVES_PER_TURN && this.moveBest(giver, taker)) moved += 1;
      if (moved > 0) return true;
    }
    return false;
  }

  private giversOf(taker: number): readonly number[] {
    const { brokerCount, mustEmpty, model } = this.placement;
    const rack = i32(model.rackOf, taker);
    const givers: { readonly giver: number; readonly pull: number }[] = [];
    for (let giver = 0; giver < brokerCount; giver += 1) {
      if (giver === taker || u8(mustEmpty, giver) === 1) continue;
      if (this.staysInRack && i32(model.rackOf, giver) !== rack) continue;
      const pull = this.gain.pull(giver, taker);
      if (pull <= (givers[GIVERS_PER_TURN - 1]?.pull ?? 0)) continue;
      const place = givers.findIndex((other) => other.pull < pull);
      givers.splice(place < 0 ? givers.length : place, 0, { giver, pull });
      if (givers.length > GIVERS_PER_TURN) givers.pop();
    }
    return givers.map(({ giver }) => giver);
  }

  /** Moves the best of a sample of the giver's replicas; false where none is worth it. */
  private moveBest(giver: number, taker: number): boolean {
    const { partitionOf, leaderOf } = this.placement;
    const list = this.lists.of(giver);
    const tries = Math.min(SAMPLE, list.length);
    this.gain.choosePair(giver, taker);
    let best = -1;
    let bestGain = 0;
    for (let turn = 0; turn < tries; turn += 1) {
      const replica = i32(list, list.length <= SAMPLE ? turn : this.drawBelow(list.length));
      const partition = i32(partitionOf, replica);
      const role = i32(leaderOf, partition) === giver ? 'leader' : 'follower';
      const fitness = this.gain.fitness(partition, role);
      if (fitness <= 0) continue;
      const rated = fitness * this.topicFactor(partition, giver, taker);
      if (rated <= bestGain || !this.isAllowed(replica, partition, taker, role)) continue;
      best = replica;
      bestGain = rated;
    }
    if (best < 0) return false;
    this.lists.move(best, taker);
    return true;
  }

  private isAllowed(replica: number, partition: number, taker: number, role: 'leader' | 'follower'): boolean {
    const { placement } = this;
    return (
      !placement.holds(partition, taker) &&
      placement.keepsRacks(replica, taker) &&
      placement.fits(partition, taker, role)
    );
  }

  /** Above 1 for a topic that the giver has more of than the taker, and the more the fewer they have. */
  private topicFactor(partition: number, giver: number, taker: number): number {
    const { ofTopic, model, brokerCount } = this.placement;
    if (ofTopic === undefined) return 1;
    const base = i32(model.topicOf, partition) * brokerCount;
    const gives = ofTopic[base + giver] ?? 0;
    const takes = (ofTopic[base + taker] ?? 0) + 1;
    return 1 + (TOPIC_WEIGHT * (gives - takes)) / (gives + takes);
  }

  /** xorshift32: a fixed sequence, so that the same placement always leads to the same moves. */
  private drawBelow(count: number): number {
    let next = this.random;
    next ^= next << 13;
    next ^= next >>> 17;
    next ^= next << 5;
    this.random = next;
    return (next >>> 0) % count;
  }
}

function fewestReplicas({ model: { firstReplica } }: Placement): number {
  let fewest = Infinity;
  for (let partition = 0; partition + 1 < firstReplica.length; partition += 1) {
    fewest = Math.min(fewest, i32(firstReplica, partition + 1) - i32(firstReplica, partition));
  }
  return fewest;
}
