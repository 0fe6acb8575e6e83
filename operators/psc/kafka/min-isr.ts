import { ConfigResourceTypes, describeConfigsV4 } from '@platformatic/kafka';
import type { BrokerConnections } from './broker-connections.ts';
import type { BrokerPlace } from './broker-places.ts';
import { evenPartly, type KafkaRefusal } from './kafka-error.ts';
import type { KnownTopic } from './partition-views.ts';

/** How long a background poll takes a topic's min ISR as known. A decision never does. */
export const MIN_ISR_MAX_AGE_MS = 180_000;

/** Topics in one question: the answer has one line of text for each. */
const BATCH_SIZE = 500;
const SETTING = 'min.insync.replicas';

/** A broker, and topics that it knows. */
export interface TopicWitness {
  readonly broker: BrokerPlace;
  readonly topics: readonly Pick<KnownTopic, 'name' | 'topicId'>[];
}

/**
 * `min.insync.replicas` of topics by their id, as it is in force: their own, or the cluster's default, which Kafka puts in its
 * place. A topic that is made anew under its name is another one.
 */
export class MinIsrCache {
  #known = new Map<string, { readonly minIsr: number; readonly readAtMs: number }>();

  /**
   * Each topic is asked of a broker that has just named it. What a broker knows never goes backwards, so a topic that it no
   * longer has was deleted since: such topics are left out of the answer.
   *
   * @param maxAgeMs 0: everything is asked now
   */
  async read(
    connections: BrokerConnections,
    witnesses: readonly TopicWitness[],
    { nowMs, maxAgeMs }: { readonly nowMs: number; readonly maxAgeMs: number },
  ): Promise<ReadonlyMap<string, number>> {
    const next = new Map<string, { readonly minIsr: number; readonly readAtMs: number }>();
    const seen = new Set<string>();
    for (const { broker, topics } of witnesses) {
      const unseen = topics.filter(({ topicId }) => !seen.has(topicId));
      for (const { topicId } of unseen) {
        seen.add(topicId);
        const known = this.#known.get(topicId);
        if (known !== undefined && nowMs - known.readAtMs < maxAgeMs) next.set(topicId, known);
      }
      const asked = unseen.filter(({ topicId }) => !next.has(topicId));
      for (let start = 0; start < asked.length; start += BATCH_SIZE) {
        const batch = asked.slice(start, start + BATCH_SIZE);
        const values = await minIsrOf(
          connections,
          broker,
          batch.map(({ name }) => name),
        );
        for (const { name, topicId } of batch) {
          const minIsr = values.get(name);
          if (minIsr !== undefined) next.set(topicId, { minIsr, readAtMs: nowMs });
        }
      }
    }
    this.#known = next;
    return new Map([...next].map(([topicId, { minIsr }]) => [topicId, minIsr]));
  }
}

async function minIsrOf(
  connections: BrokerConnections,
  broker: BrokerPlace,
  topics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const resources = topics.map((resourceName) => ({
    resourceType: ConfigResourceTypes.TOPIC,
    resourceName,
    configurationKeys: [SETTING],
  }));
  const { results } = await connections.call(broker, (connection) =>
    evenPartly(describeConfigsV4.api.async(connection, resources, false, false), isDeletion),
  );
  const values = new Map<string, number>();
  for (const { errorCode, resourceName, configs } of results) {
    if (errorCode !== 0) continue;
    const value = Number(configs.find(({ name }) => name === SETTING)?.value ?? NaN);
    if (!Number.isInteger(value)) throw new Error(`${broker.pod} does not say ${SETTING} of topic ${resourceName}`);
    values.set(resourceName, value);
  }
  return values;
}

function isDeletion({ id }: KafkaRefusal): boolean {
  return id === 'UNKNOWN_TOPIC_OR_PARTITION';
}
