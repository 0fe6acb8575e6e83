import { type Connection, describeLogDirsV4 } from '@platformatic/kafka';
import type { BrokerConnections } from '../../psc/kafka/broker-connections.ts';
import { readBrokerMetadata } from '../../psc/kafka/broker-metadata.ts';
import type { BrokerPlace } from '../../psc/kafka/broker-places.ts';
import { type Move, partitionKey } from '../../psc/kafka/partition-views.ts';
import { firstAnswering, listMoves } from '../../psc/kafka/read-kafka.ts';
import type { ObservedBroker, ObservedCluster, ObservedPartition, Pressure } from '../execute/observed.ts';
import type { Resource } from '../model/cluster-model.ts';
import { readOffsets } from './read-offsets.ts';
import type { RateMeter } from './rate-meter.ts';
import { readBrokerRate, readThrottledReplicas } from './read-throttles.ts';

export interface ObserveContext {
  readonly brokers: readonly BrokerPlace[];
  readonly connections: BrokerConnections;
  /** Of each broker: MB of disk, KB/s in and out, percent of CPU. */
  readonly capacity: Readonly<Record<Resource, number>>;
  /** Remembers from look to look what records have come, and since when brokers are fenced. */
  readonly meter: RateMeter;
  readonly nowMs: () => number;
}

/**
 * The cluster, asked now: brokers and partitions of one that answers, sizes and throttles of each for itself. What a broker in
 * service does not tell fails the look: guessing its disk would fill it.
 *
 * @throws Error when no broker answers, or one that is in service does not
 */
export async function observeCluster(context: ObserveContext): Promise<ObservedCluster> {
  const { brokers, connections, meter, capacity, nowMs } = context;
  const atMs = nowMs();
  const { broker: first, registered } = await firstAnswering(brokers, connections);
  const fenced = new Set(registered.filter(({ isFenced }) => isFenced).map(({ id }) => id));
  const known = brokers.filter(({ id }) => registered.some((each) => each.id === id));
  const inService = known.filter(({ id }) => !fenced.has(id));
  const [{ topics }, moves, answers] = await Promise.all([
    connections.call(first, readBrokerMetadata),
    connections.call(first, listMoves, 'controllers'),
    Promise.all(inService.map(async (broker) => [broker.id, await askBroker(broker, connections)] as const)),
  ]);
  const leaders = topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, leaderId }) => ({ topic: name, partition: partitionIndex, leader: leaderId })),
  );
  const [throttledReplicas, offsets] = await Promise.all([
    readThrottledReplicas(
      first,
      connections,
      topics.map(({ name }) => name),
    ),
    readOffsets(inService, connections, leaders),
  ]);
  const own = new Map(answers);
  const sizes = largestSizes(answers.map(([, answer]) => answer.sizes));
  const moveOf = new Map(moves.map((move) => [partitionKey(move.topic, move.partition), move]));
  return {
    atMs,
    brokers: known.map((broker) =>
      observedBroker(broker, own.get(broker.id), capacity, meter.fencedSince(broker.id, fenced.has(broker.id), atMs)),
    ),
    partitions: topics.flatMap(({ name, partitions }) =>
      partitions.map((partition): ObservedPartition => {
        const key = partitionKey(name, partition.partitionIndex);
        const bytes = sizes.get(key) ?? 0;
        const kbIn = meter.kilobytesIn(key, offsets.get(key), bytes, atMs);
        const move: Pick<Move, 'adding' | 'removing'> & Partial<Move> = moveOf.get(key) ?? { adding: [], removing: [] };
        return {
          topic: name,
          partition: partition.partitionIndex,
          replicas: move.replicas ?? partition.replicaNodes,
          adding: move.adding,
          removing: move.removing,
          isr: partition.isrNodes,
          leader: partition.leaderId,
          disk: bytes / MB,
          nwIn: kbIn,
          // One consumer group that keeps up, and the followers.
          nwOut: kbIn * partition.replicaNodes.length,
          cpu: kbIn * CPU_PERCENT_PER_KB,
        };
      }),
    ),
    throttledReplicas,
  };
}

const MB = 2 ** 20;
/** A rule of thumb, by which leaders are told from idle ones until brokers' own metrics are read: a core for 50 MB/s. */
const CPU_PERCENT_PER_KB = 0.002;

interface BrokerAnswer {
  readonly sizes: ReadonlyMap<string, number>;
  readonly rate: number | undefined;
}

async function askBroker(broker: BrokerPlace, connections: BrokerConnections): Promise<BrokerAnswer> {
  const [sizes, rate] = await Promise.all([
    connections.call(broker, readLogSizes),
    connections.call(broker, (connection) => readBrokerRate(connection, broker.id)),
  ]);
  return { sizes, rate };
}

/** Bytes of each log on a broker's disk, by `topic/partition`; of tiered topics what is local. */
export async function readLogSizes(connection: Connection): Promise<ReadonlyMap<string, number>> {
  const { results } = await describeLogDirsV4.api.async(connection, null);
  const sizes = new Map<string, number>();
  for (const { topics } of results) {
    for (const { name, partitions } of topics) {
      // A future log is a copy between two directories of one broker.
      for (const { partitionIndex, partitionSize, isFutureKey } of partitions) {
        if (!isFutureKey) sizes.set(partitionKey(name, partitionIndex), Number(partitionSize));
      }
    }
  }
  return sizes;
}

/** Of each partition its largest log: those of replicas that are on their way are shorter. */
function largestSizes(all: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const largest = new Map<string, number>();
  for (const sizes of all) {
    for (const [key, size] of sizes) largest.set(key, Math.max(size, largest.get(key) ?? 0));
  }
  return largest;
}

function observedBroker(
  { id, zone }: BrokerPlace,
  answer: BrokerAnswer | undefined,
  capacity: ObservedBroker['capacity'],
  fencedSinceMs: number | undefined,
): ObservedBroker {
  const pressure: Pressure = 'unknown';
  return {
    id,
    rack: zone,
    capacity,
    pressure,
    ...(fencedSinceMs === undefined ? {} : { fencedSinceMs }),
    ...(answer?.rate === undefined ? {} : { throttle: answer.rate }),
  };
}
