import {
  alterClientQuotasV1,
  type ClientQuotaKeyValue,
  ClientQuotaEntityTypes,
  ClientQuotaKeys,
  ConfigResourceTypes,
  IncrementalAlterConfigOperationTypes,
  incrementalAlterConfigsV1,
} from '@platformatic/kafka';
import { RefusedError } from '../ports.ts';
import type { BrokerConnections } from './broker-connections.ts';
import type { BrokerPlace } from './broker-places.ts';
import { refusalsIn } from './kafka-error.ts';
import { electPreferredV2, type ElectionTopic } from './protocol.ts';

/**
 * Sets and removes dynamic settings that hold for all brokers.
 *
 * @throws RefusedError with Kafka's words when it takes one of them at no time
 */
export async function alterClusterSettings(
  broker: BrokerPlace,
  connections: BrokerConnections,
  set: Readonly<Record<string, string>>,
  remove: readonly string[],
): Promise<void> {
  const resource = {
    resourceType: ConfigResourceTypes.BROKER,
    resourceName: '',
    configs: [
      ...Object.entries(set).map(([name, value]) => ({
        name,
        value,
        configOperation: IncrementalAlterConfigOperationTypes.SET,
      })),
      ...remove.map((name) => ({ name, configOperation: IncrementalAlterConfigOperationTypes.DELETE })),
    ],
  };
  if (resource.configs.length === 0) return;
  await refusedForGood(
    connections.call(broker, (connection) => incrementalAlterConfigsV1.api.async(connection, [resource], false)),
  );
}

/**
 * Sets quotas of users that have none of their own, bytes per second of one broker.
 *
 * @throws RefusedError
 */
export async function alterDefaultUserQuota(
  broker: BrokerPlace,
  connections: BrokerConnections,
  values: Readonly<Record<string, number>>,
): Promise<void> {
  const ops = Object.entries(values).map(([key, value]) => ({ key: quotaKey(key), value, remove: false as const }));
  if (ops.length === 0) return;
  const entry = { entities: [{ entityType: ClientQuotaEntityTypes.USER, entityName: null }], ops };
  await refusedForGood(
    connections.call(broker, (connection) => alterClientQuotasV1.api.async(connection, [entry], false)),
  );
}

/** Partitions in one election: the controller makes them one batch of its log. */
const ELECTION_BATCH = 1_000;
const ELECTION_MAX_MS = 3_000;

/**
 * Gives partitions back to their preferred leaders. Those that are led so already, or are gone, are done.
 *
 * @param tolerated numbers of other errors that leave a partition as it is, and are no failure
 * @throws Error naming the first partition that could not be given back; the others may have been
 */
export async function electPreferred(
  broker: BrokerPlace,
  connections: BrokerConnections,
  partitions: readonly { readonly topic: string; readonly partition: number }[],
  tolerated: ReadonlySet<number> = new Set(),
): Promise<void> {
  const failed: string[] = [];
  for (let start = 0; start < partitions.length; start += ELECTION_BATCH) {
    const topics = byTopic(partitions.slice(start, start + ELECTION_BATCH));
    const results = await connections.call(broker, (connection) =>
      electPreferredV2.async(connection, topics, ELECTION_MAX_MS),
    );
    for (const { topic, partition, errorCode, errorMessage } of results) {
      if (DONE.has(errorCode) || tolerated.has(errorCode)) continue;
      failed.push(`${topic}-${partition}: ${errorMessage ?? `error ${errorCode}`}`);
    }
  }
  const [first] = failed;
  if (first !== undefined) throw new Error(`${failed.length} preferred leaders were not elected, as ${first}`);
}

/** Numbers of Kafka's errors: none, UNKNOWN_TOPIC_OR_PARTITION, ELECTION_NOT_NEEDED. */
const DONE: ReadonlySet<number> = new Set([0, 3, 84]);

function byTopic(
  partitions: readonly { readonly topic: string; readonly partition: number }[],
): readonly ElectionTopic[] {
  const topics = Map.groupBy(partitions, ({ topic }) => topic);
  return [...topics].map(([topic, each]) => ({ topic, partitions: each.map(({ partition }) => partition) }));
}

/** Errors of a request that is wrong in itself, by their names in Kafka's protocol. */
const FINAL: ReadonlySet<string> = new Set([
  'INVALID_CONFIG',
  'INVALID_REQUEST',
  'POLICY_VIOLATION',
  'UNSUPPORTED_VERSION',
  'INVALID_UPDATE_VERSION',
  'CLUSTER_AUTHORIZATION_FAILED',
]);

/** @throws RefusedError where Kafka takes it at no time */
export async function refusedForGood(sent: Promise<unknown>): Promise<void> {
  try {
    await sent;
  } catch (error) {
    const refusal = refusalsIn(error).find(({ id }) => FINAL.has(id));
    if (refusal === undefined) throw error;
    throw new RefusedError(refusal.message, { cause: error });
  }
}

function quotaKey(key: string): ClientQuotaKeyValue {
  const known = Object.values(ClientQuotaKeys).find((each) => each === key);
  if (known === undefined)
    throw new RefusedError(`Kafka has no quota ${key}; it has ${Object.values(ClientQuotaKeys).join(', ')}`);
  return known;
}
