import { type Connection, describeLogDirsV4 } from '@platformatic/kafka';
import type { BrokerConnections } from '../../psc/kafka/broker-connections.ts';
import { readBrokerMetadata } from '../../psc/kafka/broker-metadata.ts';
import type { BrokerPlace } from '../../psc/kafka/broker-places.ts';
import { within } from '../../psc/kafka/deadline.ts';
import { type KnownTopic, type Move, partitionKey } from '../../psc/kafka/partition-views.ts';
import { firstAnswering, listMoves } from '../../psc/kafka/read-kafka.ts';
import type { ObservedBroker, ObservedCluster, ObservedPartition } from '../execute/observed.ts';
import type { Resource } from '../model/cluster-model.ts';
import type { BrokerCounters } from './broker-counters.ts';
import { BrokerMeter, type BrokerRates } from './broker-meter.ts';
import { partitionLoads } from './partition-loads.ts';
import { type OffsetRange, RateMeter } from './rate-meter.ts';
import { readOffsets } from './read-offsets.ts';
import { readBrokerRate, readThrottledReplicas } from './read-throttles.ts';

export interface ObserveContext {
  readonly brokers: readonly BrokerPlace[];
  readonly connections: BrokerConnections;
  /** Of each broker: MB of disk, KB/s in and out, percent of CPU. A disk that tells its own size has that. */
  readonly capacity: Readonly<Record<Resource, number>>;
  readonly meters: Meters;
  /** Asks a broker's exporter. @default - nobody's: they are served inside of the Kubernetes cluster only */
  readonly readCounters?: (broker: BrokerPlace, signal: AbortSignal) => Promise<BrokerCounters>;
  readonly nowMs: () => number;
}

/** What is remembered from look to look: records that have come, what brokers have counted, since when they are fenced. */
export interface Meters {
  readonly rates: RateMeter;
  readonly brokers: BrokerMeter;
}

export function newMeters(): Meters {
  return { rates: new RateMeter(), brokers: new BrokerMeter() };
}

/**
 * The cluster, asked now: brokers and partitions of one that answers, sizes and throttles of each for itself. A broker that is
 * in service and does not answer is silent: what it holds is known by its replicas elsewhere. Metrics may be missing: what they
 * would tell is unknown then.
 *
 * @throws Error when no broker answers, or more than a third of those in service do not: then it is not them
 */
export async function observeCluster(context: ObserveContext): Promise<ObservedCluster> {
  const { brokers, connections, meters, capacity, nowMs } = context;
  const atMs = nowMs();
  const { broker: first, registered } = await firstAnswering(brokers, connections);
  const fenced = new Set(registered.filter(({ isFenced }) => isFenced).map(({ id }) => id));
  const known = brokers.filter(({ id }) => registered.some((each) => each.id === id));
  const inService = known.filter(({ id }) => !fenced.has(id));
  const [{ topics }, moves, own, counters] = await Promise.all([
    connections.call(first, readBrokerMetadata),
    connections.call(first, listMoves, 'controllers'),
    askBrokers(inService, connections),
    readAllCounters(inService, context.readCounters),
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
    readOffsets(
      inService.filter(({ id }) => own.has(id)),
      connections,
      leaders,
    ),
  ]);
  const rates = new Map(
    inService.flatMap(({ id }) => {
      const rate = meters.brokers.rates(id, counters.get(id), atMs);
      return rate === undefined ? [] : [[id, rate] as const];
    }),
  );
  return {
    atMs,
    brokers: known.map((broker) => {
      const { id } = broker;
      const pressure = rates.get(id)?.pressure ?? 'unknown';
      const fencedSinceMs = meters.rates.fencedSince(id, fenced.has(id), atMs);
      const silentSinceMs = meters.rates.silentSince(id, !fenced.has(id) && !own.has(id), atMs);
      const slowSinceMs = meters.brokers.slowSince(id, pressure, atMs);
      const stuckSinceMs = meters.brokers.stuckSince(id, counters.get(id), atMs);
      return {
        id,
        rack: broker.zone,
        pressure,
        ...ownOf(own.get(id), capacity),
        ...(fencedSinceMs === undefined ? {} : { fencedSinceMs }),
        ...(silentSinceMs === undefined ? {} : { silentSinceMs }),
        ...(slowSinceMs === undefined ? {} : { slowSinceMs }),
        ...(stuckSinceMs === undefined ? {} : { stuckSinceMs }),
      };
    }),
    partitions: observedPartitions({ topics, moves, own, offsets, rates, meter: meters.rates, atMs }),
    throttledReplicas,
  };
}

const MB = 2 ** 20;

interface SeenPartitions {
  readonly topics: readonly KnownTopic[];
  readonly moves: readonly Move[];
  readonly own: ReadonlyMap<number, BrokerAnswer>;
  readonly offsets: ReadonlyMap<string, OffsetRange>;
  readonly rates: ReadonlyMap<number, BrokerRates>;
  readonly meter: RateMeter;
  readonly atMs: number;
}

function observedPartitions(seen: SeenPartitions): readonly ObservedPartition[] {
  const { topics, moves, own, offsets, rates, meter, atMs } = seen;
  const sizes = largestSizes([...own.values()].map((answer) => answer.sizes));
  const moveOf = new Map(moves.map((move) => [partitionKey(move.topic, move.partition), move]));
  const all = topics.flatMap(({ name, partitions }) => partitions.map((partition) => ({ name, partition })));
  const loads = partitionLoads(
    all.map(({ name, partition }) => {
      const key = partitionKey(name, partition.partitionIndex);
      const bytes = sizes.get(key) ?? 0;
      return {
        topic: name,
        leader: partition.leaderId,
        replicas: partition.replicaNodes,
        diskMb: bytes / MB,
        kbIn: meter.kilobytesIn(key, offsets.get(key), bytes, atMs),
      };
    }),
    rates,
  );
  return all.map(({ name, partition }, index) => {
    const key = partitionKey(name, partition.partitionIndex);
    const move: Pick<Move, 'adding' | 'removing'> & Partial<Move> = moveOf.get(key) ?? { adding: [], removing: [] };
    const size = sizes.get(key) ?? 0;
    const left = move.adding.reduce((sum, id) => sum + size - (own.get(id)?.sizes.get(key) ?? 0), 0);
    return {
      topic: name,
      partition: partition.partitionIndex,
      replicas: move.replicas ?? partition.replicaNodes,
      adding: move.adding,
      removing: move.removing,
      isr: partition.isrNodes,
      leader: partition.leaderId,
      ...(loads[index] ?? NO_LOAD),
      ...(move.adding.length === 0 ? {} : { copyingMb: left / MB }),
    };
  });
}

const NO_LOAD = { disk: 0, nwIn: 0, nwOut: 0, cpu: 0 };

/** Of brokers whose exporter answers in time. Never rejects. */
async function readAllCounters(
  brokers: readonly BrokerPlace[],
  read: ObserveContext['readCounters'],
): Promise<ReadonlyMap<number, BrokerCounters>> {
  const found = new Map<number, BrokerCounters>();
  if (read === undefined) return found;
  const signal = AbortSignal.timeout(COUNTERS_MAX_MS);
  await Promise.allSettled(brokers.map(async (broker) => found.set(broker.id, await read(broker, signal))));
  return found;
}

const COUNTERS_MAX_MS = 4_000;

interface BrokerAnswer extends LogDirectories {
  readonly rate: number | undefined;
}

/** Answers of brokers by their ids; of those that do not answer there is none. @throws Error when more than a third do not */
async function askBrokers(
  brokers: readonly BrokerPlace[],
  connections: BrokerConnections,
): Promise<ReadonlyMap<number, BrokerAnswer>> {
  const answers = new Map<number, BrokerAnswer>();
  const asked = await Promise.allSettled(
    brokers.map(async (broker) => {
      answers.set(broker.id, await within(ANSWER_MAX_MS, broker.pod, askBroker(broker, connections)));
    }),
  );
  const reasons = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  if (reasons.length * 3 > brokers.length) throw new AggregateError(reasons, 'brokers in service do not answer');
  return answers;
}

/** What comes after it has to fit into the time of a look too. */
const ANSWER_MAX_MS = 5_000;

async function askBroker(broker: BrokerPlace, connections: BrokerConnections): Promise<BrokerAnswer> {
  const [directories, rate] = await Promise.all([
    connections.call(broker, readLogDirectories),
    connections.call(broker, (connection) => readBrokerRate(connection, broker.id)),
  ]);
  return { ...directories, rate };
}

function ownOf(
  answer: BrokerAnswer | undefined,
  capacity: ObservedBroker['capacity'],
): Pick<ObservedBroker, 'capacity' | 'throttle' | 'logs'> {
  if (answer === undefined) return { capacity };
  const { rate, sizes, totalBytes } = answer;
  return {
    capacity: totalBytes > 0 ? { ...capacity, disk: totalBytes / MB } : capacity,
    logs: sizes.size,
    ...(rate === undefined ? {} : { throttle: rate }),
  };
}

/** What a broker says of its disk. */
export interface LogDirectories {
  /** Bytes of each log, by `topic/partition`; of tiered topics what is local. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Of the volumes; 0 where it does not tell. */
  readonly totalBytes: number;
}

export async function readLogDirectories(connection: Connection): Promise<LogDirectories> {
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
  const totals = results.map(({ totalBytes }) => Number(totalBytes));
  return { sizes, totalBytes: totals.every((total) => total > 0) ? totals.reduce((sum, each) => sum + each, 0) : 0 };
}

/** Of each partition its largest log: those of replicas that are on their way are shorter. */
function largestSizes(all: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const largest = new Map<string, number>();
  for (const sizes of all) {
    for (const [key, size] of sizes) largest.set(key, Math.max(size, largest.get(key) ?? 0));
  }
  return largest;
}
