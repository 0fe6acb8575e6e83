import { type Connection, listGroupsV5, listOffsetsV9, offsetFetchV9 } from '@platformatic/kafka';
import type { PartitionView } from '../observed.ts';
import type { BrokerConnections } from './broker-connections.ts';
import type { BrokerPlace } from './broker-places.ts';
import { evenPartly } from './kafka-error.ts';

/** Records that a group has still to read of a topic. */
export interface GroupLag {
  readonly group: string;
  readonly topic: string;
  readonly records: number;
}

export interface ConsumerLag {
  /** By group and topic, in their order; at most {@link MAX_LAGS}. */
  readonly lags: readonly GroupLag[];
  /** Groups, or topics of groups, beyond the limits. */
  readonly leftOut: number;
}

/** Groups of one cluster that are looked at, the first by name: every one costs series in whoever keeps the metrics. */
export const MAX_GROUPS = 200;
/** Groups times their topics. */
export const MAX_LAGS = 1_000;

export interface LagSources {
  readonly brokers: readonly BrokerPlace[];
  readonly connections: BrokerConnections;
  /** As they were last seen: who leads what. */
  readonly partitions: readonly PartitionView[];
  /** @default {@link MAX_GROUPS} */
  readonly maxGroups?: number;
}

/**
 * How far behind consumer groups are: what partitions hold up to their high watermark, less what the group has committed.
 * Groups are asked of the brokers that coordinate them, ends of the brokers that lead. What somebody does not answer for is
 * left out: half a lag is one that is too low, and shows as such in the next round.
 */
export async function readConsumerLag(sources: LagSources): Promise<ConsumerLag> {
  const { connections, maxGroups = MAX_GROUPS } = sources;
  const coordinators = await groupsByCoordinator(sources);
  const all = coordinators.flatMap(({ groups }) => groups).sort();
  const chosen = new Set(all.slice(0, maxGroups));
  const committed = await answers(coordinators, async ({ broker, groups }) =>
    committedOf(
      broker,
      connections,
      groups.filter((group) => chosen.has(group)),
    ),
  );
  const offsets = committed.flat();
  const ends = await readEnds(sources, offsets);
  const lags = sumByTopic(offsets, ends);
  return { lags: lags.slice(0, MAX_LAGS), leftOut: all.length - chosen.size + Math.max(0, lags.length - MAX_LAGS) };
}

interface Coordinator {
  readonly broker: BrokerPlace;
  readonly groups: readonly string[];
}

/** Topic whose leaders coordinate groups: one partition each. */
const OFFSETS_TOPIC = '__consumer_offsets';

async function groupsByCoordinator({ brokers, connections, partitions }: LagSources): Promise<readonly Coordinator[]> {
  const leaders = new Set(partitions.filter(({ topic }) => topic === OFFSETS_TOPIC).map(({ leader }) => leader));
  const asked = brokers.filter(({ id }) => leaders.has(id));
  return await answers(asked, async (broker) => {
    const { groups } = await connections.call(broker, (connection) => listGroupsV5.api.async(connection, [], []));
    return { broker, groups: groups.map(({ groupId }) => groupId) };
  });
}

interface Committed {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** Groups in one question. */
const BATCH = 50;

async function committedOf(
  broker: BrokerPlace,
  connections: BrokerConnections,
  groups: readonly string[],
): Promise<readonly Committed[]> {
  const found: Committed[] = [];
  for (let start = 0; start < groups.length; start += BATCH) {
    const asked = groups
      .slice(start, start + BATCH)
      .map((groupId) => ({ groupId, memberId: null, memberEpoch: -1, topics: null }));
    const answer = await connections.call(broker, (connection) =>
      evenPartly(offsetFetchV9.api.async(connection, asked, false)),
    );
    for (const { groupId, topics } of answer.groups) {
      for (const { name, partitions } of topics) {
        for (const { partitionIndex, committedOffset, errorCode } of partitions) {
          // -1: the group has committed nothing there.
          if (errorCode !== 0 || committedOffset < 0n) continue;
          found.push({ group: groupId, topic: name, partition: partitionIndex, offset: committedOffset });
        }
      }
    }
  }
  return found;
}

/** Of a partition: what comes after the last record that consumers get. */
const LATEST = -1n;
const CONSUMER = -1;
const READ_UNCOMMITTED = 0;

async function readEnds(
  { brokers, connections, partitions }: LagSources,
  offsets: readonly Committed[],
): Promise<ReadonlyMap<string, bigint>> {
  const wanted = new Set(offsets.map(keyOf));
  const led = Map.groupBy(
    partitions.filter((each) => wanted.has(keyOf(each))),
    ({ leader }) => leader,
  );
  const ends = await answers(
    brokers.filter(({ id }) => led.has(id)),
    (broker) => connections.call(broker, (connection) => endsOf(connection, led.get(broker.id) ?? [])),
  );
  return new Map(ends.flat());
}

async function endsOf(
  connection: Connection,
  partitions: readonly PartitionView[],
): Promise<readonly (readonly [string, bigint])[]> {
  const asked = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, each]) => ({
    name,
    partitions: each.map(({ partition }) => ({
      partitionIndex: partition,
      currentLeaderEpoch: -1,
      timestamp: LATEST,
    })),
  }));
  const { topics } = await evenPartly(listOffsetsV9.api.async(connection, CONSUMER, READ_UNCOMMITTED, asked));
  return topics.flatMap(({ name, partitions: answered }) =>
    answered
      .filter(({ errorCode, offset }) => errorCode === 0 && offset >= 0n)
      .map(({ partitionIndex, offset }) => [keyOf({ topic: name, partition: partitionIndex }), offset] as const),
  );
}

function sumByTopic(offsets: readonly Committed[], ends: ReadonlyMap<string, bigint>): readonly GroupLag[] {
  const sums = new Map<string, GroupLag>();
  for (const each of offsets) {
    const end = ends.get(keyOf(each));
    if (end === undefined) continue;
    const { group, topic } = each;
    const key = `${topic}/${group}`;
    // The end may have been read before the commit.
    const behind = end > each.offset ? Number(end - each.offset) : 0;
    sums.set(key, { group, topic, records: (sums.get(key)?.records ?? 0) + behind });
  }
  return [...sums.values()].sort((a, b) => compare(a.group, b.group) || compare(a.topic, b.topic));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A topic's name has no slash. */
function keyOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}

const AT_A_TIME = 8;

/** Answers of those that answer. @throws Error of the first when none of them does */
async function answers<Q, A>(asked: readonly Q[], ask: (of: Q) => Promise<A>): Promise<readonly A[]> {
  const found: A[] = [];
  const errors: unknown[] = [];
  for (let start = 0; start < asked.length; start += AT_A_TIME) {
    for (const result of await Promise.allSettled(asked.slice(start, start + AT_A_TIME).map(ask))) {
      if (result.status === 'fulfilled') found.push(result.value);
      else errors.push(result.reason);
    }
  }
  if (found.length === 0 && errors.length > 0) throw new AggregateError(errors, 'no broker tells of its groups');
  return found;
}
