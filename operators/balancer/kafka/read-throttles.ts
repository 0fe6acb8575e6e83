import { ConfigResourceTypes, type Connection, describeConfigsV4 } from '@platformatic/kafka';
import type { BrokerConnections } from '../../psc/kafka/broker-connections.ts';
import type { BrokerPlace } from '../../psc/kafka/broker-places.ts';
import { evenPartly } from '../../psc/kafka/kafka-error.ts';
import type { ReplicaThrottle } from '../execute/observed.ts';

/** Settings of brokers and topics that slow moves down (KIP-73). */
export const THROTTLE_SETTINGS = {
  rates: ['leader.replication.throttled.rate', 'follower.replication.throttled.rate'],
  leaders: 'leader.replication.throttled.replicas',
  followers: 'follower.replication.throttled.replicas',
} as const;

/** Rate of a broker, which only it tells of itself; the lower one where they differ. */
export async function readBrokerRate(connection: Connection, id: number): Promise<number | undefined> {
  const { results } = await describeConfigsV4.api.async(
    connection,
    [
      {
        resourceType: ConfigResourceTypes.BROKER,
        resourceName: String(id),
        configurationKeys: [...THROTTLE_SETTINGS.rates],
      },
    ],
    false,
    false,
  );
  const values = results.flatMap(({ configs }) => configs.map(({ value }) => Number(value ?? NaN)));
  const rates = values.filter((value) => Number.isFinite(value) && value < Number.MAX_SAFE_INTEGER);
  return rates.length === 0 ? undefined : Math.min(...rates);
}

/** Topics in one question. */
const BATCH = 500;

/** Throttled replicas of topics that have any. A topic that was deleted meanwhile has none. */
export async function readThrottledReplicas(
  broker: BrokerPlace,
  connections: BrokerConnections,
  topics: readonly string[],
): Promise<ReadonlyMap<string, ReplicaThrottle>> {
  const found = new Map<string, ReplicaThrottle>();
  const { leaders, followers } = THROTTLE_SETTINGS;
  for (let start = 0; start < topics.length; start += BATCH) {
    const resources = topics.slice(start, start + BATCH).map((resourceName) => ({
      resourceType: ConfigResourceTypes.TOPIC,
      resourceName,
      configurationKeys: [leaders, followers],
    }));
    const { results } = await connections.call(broker, (connection) =>
      evenPartly(describeConfigsV4.api.async(connection, resources, false, false)),
    );
    for (const { errorCode, resourceName, configs } of results) {
      if (errorCode !== 0) continue;
      const listOf = (name: string): readonly string[] =>
        (configs.find((config) => config.name === name)?.value ?? '').split(',').filter((entry) => entry !== '');
      const throttle = { leaders: listOf(leaders), followers: listOf(followers) };
      if (throttle.leaders.length + throttle.followers.length > 0) found.set(resourceName, throttle);
    }
  }
  return found;
}
