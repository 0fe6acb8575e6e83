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
 * Loads of partitions in the order of what is given: what a broker's metrics tell of a topic is spread over the topic's partitions
 * that it leads by their offsets' rates, and its CPU by their bytes. Where a broker does not tell, offsets are all there is, consumers
 * are taken to read each record once, and CPU goes by a rule of thumb.
 */
export function partitionLoads(
  partitions: readonly MeasuredPartition[],
  ratesOf: ReadonlyMap<number, BrokerRates>,
): readonly PartitionLoads[] {
  const led = Map.groupBy(partitions, ({ topic, leader }) => `${leader}/${topic}`);
  const sums = new Map([...led].map(([key, all]) => [key, sumOf(all.map(({ kbIn }) => kbIn))]));
  const clients = partitions.map((partition): Clients => {
    const { topic, leader, kbIn } = partition;
    const key = `${leader}/${topic}`;
    const rates = ratesOf.get(leader);
    if (rates === undefined) return { in: kbIn, out: kbIn };
    const sum = sums.get(key) ?? 0;
    // Where nothing comes in, reads are of what is stored, wherever that is.
    const share = sum > 0 ? kbIn / sum : 1 / (led.get(key)?.length ?? 1);
    return { in: (rates.kbIn.get(topic) ?? 0) * share, out: (rates.kbOut.get(topic) ?? 0) * share };
  });
  const work = workOf(partitions, clients);
  return partitions.map(({ leader, replicas, diskMb }, index) => {
    const { in: nwIn, out } = clients[index] ?? NO_CLIENTS;
    const nwOut = out + nwIn * Math.max(0, replicas.length - 1);
    const rates = ratesOf.get(leader);
    const all = work.get(leader) ?? 0;
    const own = LEADER_IN * nwIn + LEADER_OUT * nwOut;
    const cpu = rates === undefined || all === 0 ? nwIn * CPU_PERCENT_PER_KB : (rates.cpu * own) / all;
    return { disk: diskMb, nwIn, nwOut, cpu };
  });
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

/** Weighted bytes of everything that each broker leads and follows. */
function workOf(partitions: readonly MeasuredPartition[], clients: readonly Clients[]): ReadonlyMap<number, number> {
  const work = new Map<number, number>();
  const add = (id: number, value: number): void => {
    work.set(id, (work.get(id) ?? 0) + value);
  };
  for (const [index, { leader, replicas }] of partitions.entries()) {
    const { in: kbIn, out } = clients[index] ?? NO_CLIENTS;
    for (const id of replicas) {
      if (id === leader) add(id, LEADER_IN * kbIn + LEADER_OUT * (out + kbIn * (replicas.length - 1)));
      else add(id, FOLLOWER_IN * kbIn);
    }
  }
  return work;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
