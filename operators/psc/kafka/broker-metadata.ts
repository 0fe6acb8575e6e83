import { type Connection, metadataV12, ResponseError } from '@platformatic/kafka';
import { refusalsIn } from './kafka-error.ts';
import type { BrokerMetadata } from './partition-views.ts';

/** Everything that one broker knows of brokers and topics, in one question. */
export async function readBrokerMetadata(connection: Connection): Promise<BrokerMetadata> {
  const { brokers, topics } = await askMetadata(connection);
  return {
    aliveBrokers: brokers.map(({ nodeId }) => nodeId).sort((a, b) => a - b),
    topics: topics.flatMap(({ name, topicId, partitions }) =>
      typeof name !== 'string' ? [] : [{ name, topicId, partitions }],
    ),
  };
}

type MetadataResponse = Awaited<ReturnType<typeof metadataV12.api.async>>;

async function askMetadata(connection: Connection): Promise<MetadataResponse> {
  try {
    return await metadataV12.api.async(connection, null, false, false);
  } catch (error) {
    // A partition without a leader is a fact about the cluster; the client library rejects the whole answer for it.
    const isAnswer = refusalsIn(error).every(({ id }) => PARTITION_ERRORS.has(id));
    if (!(error instanceof ResponseError) || !isAnswer) throw error;
    return error['response'] as MetadataResponse;
  }
}

/** Of partitions: no leader, or a leader whose listener is not known yet. */
const PARTITION_ERRORS: ReadonlySet<string> = new Set(['LEADER_NOT_AVAILABLE', 'LISTENER_NOT_FOUND']);
