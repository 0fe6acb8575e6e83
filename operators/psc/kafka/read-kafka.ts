import type { LookupFunction } from 'node:net';
import { type Connection, describeQuorumV2, listPartitionReassignmentsV0 } from '@platformatic/kafka';
import type { QuorumView, ReachableKafka, RegisteredBroker } from '../observed.ts';
import type { BrokerConnections } from './broker-connections.ts';
import { type BrokerHealth, readHealth } from './broker-health.ts';
import { readBrokerMetadata } from './broker-metadata.ts';
import type { BrokerPlace } from './broker-places.ts';
import { readFeatures } from './features.ts';
import { readClusterSettings, readDefaultUserQuota, readDynamicSettings } from './broker-settings.ts';
import type { MinIsrCache } from './min-isr.ts';
import { type BrokerMetadata, mergeTopics, type Move, partitionViews } from './partition-views.ts';
import { type DescribedBroker, describeClusterV2 } from './protocol.ts';
import { bestInformed, type DescribedQuorum, NO_QUORUM, quorumView } from './quorum-view.ts';

export interface ReadContext {
  readonly brokers: readonly BrokerPlace[];
  readonly connections: BrokerConnections;
  readonly minIsr: MinIsrCache;
  /** Oldest min ISR of a topic that is taken as known; 0: all are asked now. */
  readonly minIsrMaxAgeMs: number;
  /** Settings that brokers take while they run, where they are known already. */
  readonly dynamicSettings: ReadonlySet<string> | undefined;
  readonly lookup: LookupFunction | undefined;
  readonly nowMs: () => number;
}

/**
 * Everything that Kafka says of itself, asked now.
 *
 * What the controllers decide is asked of them, by way of a broker: the quorum and running reassignments. What only brokers
 * tell (partitions, registrations) is asked of two, in different zones where there are, and of those that the active
 * controller saw to be up to date; where they disagree, the worse counts.
 *
 * @throws Error when no broker answers
 */
export async function readKafka(context: ReadContext): Promise<ReachableKafka> {
  const { brokers, connections, lookup, nowMs } = context;
  const readAtMs = nowMs();
  const health = readHealth(brokers, connections, lookup);
  const first = await firstAnswering(brokers, connections);
  const ask = async <T>(question: (connection: Connection) => Promise<T>): Promise<T> =>
    await connections.call(first.broker, question);
  const [controllers, features, clusterSettings, defaultUserQuota, dynamicSettings] = await Promise.all([
    readControllers(first.broker, connections),
    ask(readFeatures),
    ask(readClusterSettings),
    ask(readDefaultUserQuota),
    context.dynamicSettings ?? ask((connection) => readDynamicSettings(connection, first.broker.id)),
  ]);
  const witnesses = await readWitnesses(chooseWitnesses(brokers, first.broker, controllers.informed), connections);
  const minIsr = await context.minIsr.read(
    connections,
    witnesses.map(({ broker, topics }) => ({ broker, topics })),
    { nowMs: readAtMs, maxAgeMs: context.minIsrMaxAgeMs },
  );
  const registered = mergeBrokers([first.registered, ...witnesses.map((witness) => witness.registered)]);
  return {
    state: 'reachable',
    readAtMs,
    brokers: withHealth(registered, await health.whenKnown(idsInService(registered))),
    quorum: controllers.quorum,
    ...(features === undefined ? {} : { features }),
    partitions: partitionViews(mergeTopics(witnesses.map(({ topics }) => topics)), minIsr, controllers.moves),
    clusterSettings,
    dynamicSettings,
    defaultUserQuota,
  };
}

interface Answer {
  readonly broker: BrokerPlace;
  readonly registered: readonly DescribedBroker[];
}

/** Brokers that are asked at the same time until one answers. */
const AT_A_TIME = 3;

/**
 * The first broker to answer, and the brokers that it knows.
 *
 * @throws AggregateError of what each of them failed with
 */
export async function firstAnswering(brokers: readonly BrokerPlace[], connections: BrokerConnections): Promise<Answer> {
  if (brokers.length === 0) throw new Error('no brokers are placed');
  const inOrder = [...brokers].sort((a, b) => Number(connections.has(b)) - Number(connections.has(a)));
  const errors: unknown[] = [];
  for (let start = 0; start < inOrder.length; start += AT_A_TIME) {
    try {
      return await Promise.any(
        inOrder.slice(start, start + AT_A_TIME).map(async (broker) => ({
          broker,
          registered: await connections.call(broker, (connection) => describeClusterV2.async(connection)),
        })),
      );
    } catch (error) {
      errors.push(error);
    }
  }
  throw new AggregateError(errors, 'no broker answers');
}

interface ControllersView {
  readonly quorum: QuorumView;
  readonly moves: readonly Move[];
  /** Ids of brokers, those first whose metadata is the newest. */
  readonly informed: readonly number[];
}

/**
 * Without an answer of the active controller there is none, as far as one can know: nothing is disrupted then. On a connection
 * of their own, since a broker answers the questions of one connection one after the other, and waits long for a controller.
 */
async function readControllers(broker: BrokerPlace, connections: BrokerConnections): Promise<ControllersView> {
  const [quorum, moves] = await Promise.allSettled([
    connections.call(broker, describeQuorum, 'controllers'),
    connections.call(broker, listMoves, 'controllers'),
  ]);
  if (quorum.status === 'rejected' || moves.status === 'rejected') {
    return { quorum: NO_QUORUM, moves: [], informed: [] };
  }
  return { quorum: quorumView(quorum.value), moves: moves.value, informed: bestInformed(quorum.value) };
}

async function describeQuorum(connection: Connection): Promise<DescribedQuorum> {
  const { topics } = await describeQuorumV2.api.async(connection, [
    { topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] },
  ]);
  const [partition] = topics.flatMap(({ partitions }) => partitions);
  if (partition === undefined) throw new Error('the controllers say nothing of their quorum');
  return partition;
}

/** Time that the broker gives the controllers; shorter than what the call itself is given. */
const CONTROLLER_MAX_MS = 3_000;

/** Partitions that are being moved, by whom ever. */
export async function listMoves(connection: Connection): Promise<readonly Move[]> {
  const { topics } = await listPartitionReassignmentsV0.api.async(connection, CONTROLLER_MAX_MS, null);
  return topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, replicas, addingReplicas, removingReplicas }) => ({
      topic: name,
      partition: partitionIndex,
      replicas,
      adding: addingReplicas,
      removing: removingReplicas,
    })),
  );
}

/**
 * Whom to ask about partitions, the best first: by what the active controller saw of them; the second from another zone than
 * the first where there is one. Without a controller, the one that answered, and any.
 */
function chooseWitnesses(
  brokers: readonly BrokerPlace[],
  answered: BrokerPlace,
  informed: readonly number[],
): readonly BrokerPlace[] {
  const places = new Map(brokers.map((broker) => [broker.id, broker]));
  const known = informed.flatMap((id) => places.get(id) ?? []);
  const [best = answered] = known;
  const others = [...known, answered, ...brokers].filter(({ id }) => id !== best.id);
  const inOtherZones = others.filter(({ zone }) => zone !== best.zone);
  return [...new Set([best, ...inOtherZones, ...others, answered])];
}

interface Witness extends BrokerMetadata, Answer {}

const WITNESSES = 2;
/** Rounds of questions to others, where those asked before do not answer. */
const MAX_ROUNDS = 3;

async function readWitnesses(
  candidates: readonly BrokerPlace[],
  connections: BrokerConnections,
): Promise<readonly Witness[]> {
  const found: Witness[] = [];
  const errors: unknown[] = [];
  let next = 0;
  for (let round = 0; round < MAX_ROUNDS && found.length < WITNESSES && next < candidates.length; round += 1) {
    const asked = candidates.slice(next, next + WITNESSES - found.length);
    next += asked.length;
    for (const result of await Promise.allSettled(asked.map((broker) => readWitness(broker, connections)))) {
      if (result.status === 'fulfilled') found.push(result.value);
      else errors.push(result.reason);
    }
  }
  if (found.length === 0) throw new AggregateError(errors, 'no broker tells of its partitions');
  return found;
}

async function readWitness(broker: BrokerPlace, connections: BrokerConnections): Promise<Witness> {
  const [metadata, registered] = await Promise.all([
    connections.call(broker, readBrokerMetadata),
    connections.call(broker, (connection) => describeClusterV2.async(connection)),
  ]);
  return { broker, registered, ...metadata };
}

/** All that anyone knows to be registered; fenced where anyone says so. */
function mergeBrokers(answers: readonly (readonly DescribedBroker[])[]): ReadonlyMap<number, RegisteredBroker> {
  const merged = new Map<number, RegisteredBroker>();
  for (const { id, isFenced } of answers.flat()) {
    merged.set(id, { id, isFenced: isFenced || merged.get(id)?.isFenced === true });
  }
  return merged;
}

/** What a fenced broker would say of itself decides nothing: one that is gone for long must not hold up each look at the rest. */
function idsInService(brokers: ReadonlyMap<number, RegisteredBroker>): ReadonlySet<number> {
  return new Set([...brokers.values()].filter(({ isFenced }) => !isFenced).map(({ id }) => id));
}

function withHealth(
  brokers: ReadonlyMap<number, RegisteredBroker>,
  health: ReadonlyMap<number, BrokerHealth>,
): ReadonlyMap<number, RegisteredBroker> {
  return new Map([...brokers].map(([id, broker]) => [id, { ...broker, ...health.get(id) }]));
}
