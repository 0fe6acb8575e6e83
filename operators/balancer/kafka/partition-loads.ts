import type { PartitionLoads } from '../model/cluster-model.ts';
import type { BrokerRates } from './broker-meter.ts';

/** What is known of one partition before brokers' own metrics are looked at. */
export interface MeasuredPartition {
  readonly topic: string;
  /** -1: nobody leads it. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly diskMb: number;
  /** KB/s by its offsets and the mean size of its records. */
  readonly kbIn: number;
}

/**
 * Loads of partitions in the order of what is given. What all brokers together tell of a topic is spread over its partitions by
 * their offsets' rates, and their CPU over all partitions by their bytes: what one broker counts belongs to whatever it led in
 * that time, and a leader that has just changed would seem to have no load, or twice as much. Where a leader does not tell,
 * offsets are all there is, consumers are taken to read each record once, and CPU goes by a rule of thumb.
 */
export function partitionLoads(
  partitions: readonly MeasuredPartition[],
  ratesOf: ReadonlyMap<number, BrokerRates>,
): readonly PartitionLoads[] {
  const topics = new Map(
    [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, all]) => [topic, topicRates(topic, all, ratesOf)]),
  );
  const clients = partitions.map(({ topic, kbIn }): Clients => {
    const rates = topics.get(topic);
    if (rates === undefined) return { in: kbIn, out: kbIn };
    // Where nothing comes in, reads are of what is stored, wherever that is.
    const share = rates.byOffsets > 0 ? kbIn / rates.byOffsets : 1 / rates.partitions;
    return { in: rates.in * share, out: rates.out * share };
  });
  const percentPerWork = cpuOfWork(partitions, clients, ratesOf);
  return partitions.map(({ replicas, diskMb }, index) => {
    const { in: nwIn, out } = clients[index] ?? NO_CLIENTS;
    const nwOut = out + nwIn * Math.max(0, replicas.length - 1);
    const cpu = percentPerWork === undefined ? nwIn * CPU_PERCENT_PER_KB : percentPerWork * leaderWork(nwIn, nwOut);
    return { disk: diskMb, nwIn, nwOut, cpu };
  });
}

interface TopicRates {
  /** KB/s by brokers' own counters, and by offsets. */
  readonly in: number;
  readonly out: number;
  readonly byOffsets: number;
  readonly partitions: number;
}

/** Undefined where the leader of a partition does not tell. */
function topicRates(
  topic: string,
  partitions: readonly MeasuredPartition[],
  ratesOf: ReadonlyMap<number, BrokerRates>,
): TopicRates | undefined {
  if (!partitions.every(({ leader }) => ratesOf.has(leader))) return undefined;
  const brokers = [...ratesOf.values()];
  return {
    in: sumOf(brokers.map(({ kbIn }) => kbIn.get(topic) ?? 0)),
    out: sumOf(brokers.map(({ kbOut }) => kbOut.get(topic) ?? 0)),
    byOffsets: sumOf(partitions.map(({ kbIn }) => kbIn)),
    partitions: partitions.length,
  };
}

interface Clients {
  readonly in: number;
  readonly out: number;
}

const NO_CLIENTS: Clients = { in: 0, out: 0 };

/** Weights of bytes in what a broker's CPU does, as in `followerCpu`, where their source is. */
const LEADER_IN = 0.7;
const LEADER_OUT = 0.15;
const FOLLOWER_IN = 0.15;
/** A core for 50 MB/s: by it busy leaders are told from idle ones where a broker's own metrics are not there. */
const CPU_PERCENT_PER_KB = 0.002;

/** Percent of CPU for each weighted KB/s, over all brokers that tell; undefined where none does, or nothing is done. */
function cpuOfWork(
  partitions: readonly MeasuredPartition[],
  clients: readonly Clients[],
  ratesOf: ReadonlyMap<number, BrokerRates>,
): number | undefined {
  const cpu = sumOf([...ratesOf.values()].map((rates) => rates.cpu));
  const work = sumOf(
    partitions.map(({ leader, replicas }, index) => {
      const { in: kbIn, out } = clients[index] ?? NO_CLIENTS;
      const followers = replicas.filter((id) => id !== leader && ratesOf.has(id)).length;
      const led = ratesOf.has(leader) ? leaderWork(kbIn, out + kbIn * (replicas.length - 1)) : 0;
      return led + FOLLOWER_IN * kbIn * followers;
    }),
  );
  return work > 0 && cpu > 0 ? cpu / work : undefined;
}

function leaderWork(kbIn: number, kbOut: number): number {
  return LEADER_IN * kbIn + LEADER_OUT * kbOut;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
