import type { BrokerState, ClusterModel } from '../model/cluster-model.ts';
import { i32 } from '../model/typed-arrays.ts';

/** Broker that takes the place of another, by their indexes. */
export interface Pair {
  readonly from: number;
  readonly to: number;
}

/** Whose leader leaves, and who leads after that; either may stay. */
export interface LeaderPlaces {
  readonly oldLeader: number;
  readonly newLeader: number;
}

const MUST_GO: ReadonlySet<BrokerState> = new Set(['dead', 'draining']);
/** Of more moves of one partition the orders are too many to be tried, and a partition has three replicas as a rule. */
const MOST_PAIRS = 4;

/**
 * The moves of one partition, paired and ordered so that each may be made when its turn comes, where some lead onto new brokers
 * and some do not: a move onto an old broker needs a reason (its replica must leave, or the partition gets one more rack by it) at
 * that very moment. `usual` where it will do; where no order does, without moves that have no reason.
 */
export function legalOrder(
  model: ClusterModel,
  before: readonly number[],
  usual: readonly Pair[],
  leaders: LeaderPlaces,
): readonly Pair[] {
  const isNew = ({ to }: Pair): boolean => model.brokers[to]?.state === 'new';
  if (usual.length < 2 || usual.length > MOST_PAIRS || usual.every(isNew) || !usual.some(isNew)) return usual;
  if (isLegal(model, before, usual, leaders)) return usual;
  const takers = [...permutations(usual.map(({ to }) => to))];
  for (const froms of permutations(usual.map(({ from }) => from))) {
    for (const tos of takers) {
      const pairs = froms.map((from, index) => ({ from, to: tos[index] ?? -1 }));
      if (isLegal(model, before, pairs, leaders)) return pairs;
    }
  }
  return withoutIllegal(model, before, usual, leaders);
}

/** Moves that the leader does not depend on are left out when they may not be made. */
function withoutIllegal(
  model: ClusterModel,
  before: readonly number[],
  usual: readonly Pair[],
  { oldLeader, newLeader }: LeaderPlaces,
): readonly Pair[] {
  let held = before;
  return usual.filter((pair) => {
    const isBound = pair.from === oldLeader || pair.to === newLeader;
    if (!isBound && !isAllowed(model, held, pair)) return false;
    held = moved(held, pair);
    return true;
  });
}

function isLegal(
  model: ClusterModel,
  before: readonly number[],
  pairs: readonly Pair[],
  { oldLeader, newLeader }: LeaderPlaces,
): boolean {
  const arrival = pairs.findIndex(({ to }) => to === newLeader);
  const leaving = pairs.findIndex(({ from }) => from === oldLeader);
  // The new leader has to arrive before it can lead, and the old one must not go before that.
  if (arrival >= 0 && leaving >= 0 && leaving < arrival) return false;
  let held = before;
  return pairs.every((pair) => {
    const isFine = isAllowed(model, held, pair);
    held = moved(held, pair);
    return isFine;
  });
}

function isAllowed(model: ClusterModel, held: readonly number[], pair: Pair): boolean {
  const gained = racksOf(model, moved(held, pair)) - racksOf(model, held);
  const mustGo = MUST_GO.has(model.brokers[pair.from]?.state ?? 'alive');
  return gained >= 0 && (model.brokers[pair.to]?.state === 'new' || mustGo || gained > 0);
}

function moved(held: readonly number[], { from, to }: Pair): readonly number[] {
  return held.map((broker) => (broker === from ? to : broker));
}

function racksOf({ rackOf }: ClusterModel, brokers: readonly number[]): number {
  return new Set(brokers.map((broker) => i32(rackOf, broker))).size;
}

function* permutations(values: readonly number[]): Generator<readonly number[]> {
  if (values.length < 2) yield values;
  else {
    for (const [index, value] of values.entries()) {
      for (const rest of permutations(values.toSpliced(index, 1))) yield [value, ...rest];
    }
  }
}
