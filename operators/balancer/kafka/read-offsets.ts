import { type Connection, listOffsetsV9 } from '@platformatic/kafka';
import type { BrokerConnections } from '../../psc/kafka/broker-connections.ts';
import type { BrokerPlace } from '../../psc/kafka/broker-places.ts';
import { evenPartly } from '../../psc/kafka/kafka-error.ts';
import { partitionKey } from '../../psc/kafka/partition-views.ts';
import type { OffsetRange } from './rate-meter.ts';

interface Led {
  readonly topic: string;
  readonly partition: number;
  readonly leader: number;
}

/** What partitions hold, by `topic/partition`, asked of whoever leads them. What nobody leads or tells is absent. */
export async function readOffsets(
  brokers: readonly BrokerPlace[],
  connections: BrokerConnections,
  partitions: readonly Led[],
): Promise<ReadonlyMap<string, OffsetRange>> {
  const byLeader = Map.groupBy(partitions, ({ leader }) => leader);
  const ranges = new Map<string, OffsetRange>();
  await Promise.all(
    brokers.map(async (broker) => {
      const led = byLeader.get(broker.id) ?? [];
      if (led.length === 0) return;
      const ask = async (timestamp: bigint): Promise<ReadonlyMap<string, number>> =>
        await connections.call(broker, (connection) => listOffsets(connection, led, timestamp));
      const [starts, ends] = await Promise.all([ask(EARLIEST), ask(LATEST)]);
      for (const [key, end] of ends) ranges.set(key, { start: starts.get(key) ?? 0, end });
    }),
  );
  return ranges;
}

const EARLIEST = -2n;
const LATEST = -1n;
const READ_UNCOMMITTED = 0;
/** Of a client, which is no replica. */
const NO_REPLICA = -1;

async function listOffsets(
  connection: Connection,
  led: readonly Led[],
  timestamp: bigint,
): Promise<ReadonlyMap<string, number>> {
  const topics = [...Map.groupBy(led, ({ topic }) => topic)].map(([name, partitions]) => ({
    name,
    partitions: partitions.map(({ partition }) => ({ partitionIndex: partition, currentLeaderEpoch: -1, timestamp })),
  }));
  const answer = await evenPartly(listOffsetsV9.api.async(connection, NO_REPLICA, READ_UNCOMMITTED, topics));
  return new Map(
    answer.topics.flatMap(({ name, partitions }) =>
      partitions
        .filter(({ errorCode }) => errorCode === 0)
        .map(({ partitionIndex, offset }) => [partitionKey(name, partitionIndex), Number(offset)] as const),
    ),
  );
}
