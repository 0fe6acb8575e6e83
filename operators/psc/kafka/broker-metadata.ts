import { type Connection, metadataV12 } from '@platformatic/kafka';
import { evenPartly } from './kafka-error.ts';
import type { BrokerMetadata } from './partition-views.ts';

/** Everything that one broker knows of brokers and topics, in one question. */
export async function readBrokerMetadata(connection: Connection): Promise<BrokerMetadata> {
  // A partition without a leader is a fact about the cluster.
  const { brokers, topics } = await evenPartly(metadataV12.api.async(connection, null, false, false), ({ id }) =>
    PARTITION_ERRORS.has(id),
  );
  return {
    aliveBrokers: brokers.map(({ nodeId }) => nodeId).sort((a, b) => a - b),
    topics: topics.flatMap(({ name, topicId, partitions }) =>
      typeof name !== 'string' ? [] : [{ name, topicId, partitions }],
    ),
  };
}

/** Of partitions: no leader, or a leader whose listener is not known yet. */
const PARTITION_ERRORS: ReadonlySet<string> = new Set(['LEADER_NOT_AVAILABLE', 'LISTENER_NOT_FOUND']);
