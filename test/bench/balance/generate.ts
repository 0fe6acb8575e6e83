import { RESOURCES } from '../../../operators/balancer/model/cluster-model.ts';
import type { CommonInput, CommonPartition } from './common-format.ts';
import { uniformNumbers } from './xorshift.ts';

/** What a generated cluster is like. */
export interface ClusterShape {
  /** Brokers with data, then all brokers. */
  readonly old: number;
  readonly brokers: number;
  readonly partitions: number;
  /** @default 20260101 */
  readonly seed?: number;
  /** @default 3 */
  readonly racks?: number;
  /** @default 3 */
  readonly replicas?: number;
  /** @default one for 50 partitions, at least 10 */
  readonly topics?: number;
  /** State of the brokers without data. @default 'new' */
  readonly newState?: 'new' | 'alive';
  /** How many of the last old brokers are dead. @default 0 */
  readonly dead?: number;
  /** Broker b of `old` is `1 + skew × b / old` times as likely as broker 0 to get a replica. @default 0 */
  readonly skew?: number;
}

const CAPACITY = { disk: 1_000_000, nwIn: 200_000, nwOut: 200_000, cpu: 100 } as const;
/** Of disk, over the brokers that live; the other resources follow it. */
const UTILISATION = 0.45;
const DEFAULT_SEED = 20260101;

/** A cluster of exponentially popular topics, the same one for the same shape. */
export function generateCluster(shape: ClusterShape): CommonInput {
  const uniform = uniformNumbers(shape.seed ?? DEFAULT_SEED);
  const exponential = (): number => -Math.log(1 - uniform());
  const counts = partitionCounts(shape, exponential);
  const popularity = counts.map(() => exponential() + 0.05);
  const pick = replicaPicker(shape, uniform);
  const factor = shape.replicas ?? 3;
  const partitions = counts.flatMap((count, topic) =>
    Array.from({ length: count }, (_, partition): CommonPartition => {
      const replicas = pick();
      const nwIn = (popularity[topic] ?? 0) * exponential();
      const size = (popularity[topic] ?? 0) * exponential();
      const nwOut = nwIn * (factor - 1) + nwIn * (1 + 2 * uniform());
      const cpu = 0.7 * nwIn + 0.15 * nwOut;
      return { topic: `t${topic}`, partition, replicas, leader: replicas[0] ?? 0, size, nwIn, nwOut, cpu };
    }),
  );
  return { brokers: brokersOf(shape), partitions: scaled(partitions, factor, shape.brokers - (shape.dead ?? 0)) };
}

function partitionCounts({ partitions, topics }: ClusterShape, exponential: () => number): readonly number[] {
  const weights = Array.from(
    { length: topics ?? Math.max(10, Math.floor(partitions / 50)) },
    () => exponential() + 0.05,
  );
  const total = sum(weights);
  const counts = weights.map((weight) => Math.max(1, Math.floor((partitions * weight) / total)));
  let missing = partitions - sum(counts);
  for (let turn = 0; missing !== 0; turn += 1) {
    const topic = turn % counts.length;
    const count = counts[topic] ?? 0;
    if (missing < 0 && count <= 1) continue;
    counts[topic] = count + Math.sign(missing);
    missing -= Math.sign(missing);
  }
  return counts;
}

/** Each call places the replicas of one partition, over the racks in a shuffled order. */
function replicaPicker(shape: ClusterShape, uniform: () => number): () => readonly number[] {
  const { old, racks: rackCount = 3, replicas: factor = 3, skew = 0 } = shape;
  const ids = Array.from({ length: old }, (_, id) => id);
  const ofRack = Array.from({ length: rackCount }, (_, rack) => ids.filter((id) => id % rackCount === rack));
  const weight = (id: number): number => 1 + (skew * id) / old;
  const pickFrom = (rack: readonly number[]): number => {
    if (skew === 0) return rack[Math.floor(uniform() * rack.length)] ?? 0;
    let left = uniform() * sum(rack.map(weight));
    return rack.find((id) => (left -= weight(id)) <= 0) ?? rack.at(-1) ?? 0;
  };
  return () => {
    const racks = Array.from({ length: rackCount }, (_, rack) => rack);
    for (let last = rackCount - 1; last > 0; last -= 1) {
      const other = Math.floor(uniform() * (last + 1));
      [racks[last], racks[other]] = [racks[other] ?? 0, racks[last] ?? 0];
    }
    const replicas: number[] = [];
    for (let index = 0; index < factor; index += 1) {
      const rack = ofRack[racks[index % rackCount] ?? 0] ?? [];
      let id = pickFrom(rack);
      while (replicas.includes(id)) id = pickFrom(rack);
      replicas.push(id);
    }
    return replicas;
  };
}

/** Loads such that the live brokers use what they are meant to on average. */
function scaled(partitions: readonly CommonPartition[], factor: number, live: number): readonly CommonPartition[] {
  const followers = sum(
    partitions.map((each) => (0.15 * each.nwIn * each.cpu) / (0.7 * each.nwIn + 0.15 * each.nwOut)),
  );
  const totals = {
    disk: sum(partitions.map(({ size }) => size)) * factor,
    nwIn: sum(partitions.map(({ nwIn }) => nwIn)) * factor,
    cpu: sum(partitions.map(({ cpu }) => cpu)) + (factor - 1) * followers,
  };
  const disk = (UTILISATION * CAPACITY.disk * live) / totals.disk;
  const network = (UTILISATION * 0.35 * CAPACITY.nwIn * live) / totals.nwIn;
  const cpu = (UTILISATION * 0.8 * CAPACITY.cpu * live) / totals.cpu;
  return partitions.map((each) => ({
    ...each,
    size: rounded(each.size * disk, 3),
    nwIn: rounded(each.nwIn * network, 3),
    nwOut: rounded(each.nwOut * network, 3),
    cpu: rounded(each.cpu * cpu, 6),
  }));
}

function brokersOf({ old, brokers, racks = 3, newState = 'new', dead = 0 }: ClusterShape): CommonInput['brokers'] {
  return Array.from({ length: brokers }, (_, id) => ({
    id,
    rack: `r${id % racks}`,
    capacity: Object.fromEntries(RESOURCES.map((each) => [each, CAPACITY[each]])) as typeof CAPACITY,
    state: id >= old ? newState : id >= old - dead ? 'dead' : 'alive',
  }));
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
