import type { ClusterView } from './cluster-view.ts';

/**
 * Limits that Kafka takes at run time and that depend on the number of brokers, as data for the operator. In the static
 * files they would roll every broker whenever one is added.
 */
export interface DynamicLimits {
  /** Cluster-wide dynamic broker settings (resource BROKER with an empty name). */
  readonly brokerDefaults: Readonly<Record<string, string>>;
  readonly clientQuotas: readonly ClientQuota[];
}

/** One client quota (KIP-546); `null` stands for the default entity. */
export interface ClientQuota {
  readonly entity: Readonly<Record<'user', string | null>>;
  /** Bytes per second that one broker grants to one such user. */
  readonly values: { readonly producer_byte_rate: number; readonly consumer_byte_rate: number };
}

/**
 * The cluster's limits spread evenly over its brokers, or over the `carrying` ones: a broker that was just added carries
 * nothing, and its share would be nobody's.
 *
 * Kafka applies a client quota to each user for itself: several users together can exceed the cluster's limit until a
 * quota callback counts them as one. It has no quota on requests per second, only on time.
 */
export function dynamicLimits(view: ClusterView, carrying: number = view.brokers.length): DynamicLimits {
  const { limits } = view.kafka;
  const perBroker = (total: number): number => Math.ceil(total / carrying);
  return {
    brokerDefaults: {
      'listener.name.external.max.connections': String(perBroker(limits.connections)),
      'listener.name.external.max.connection.creation.rate': String(perBroker(limits.connectionAttemptsPerSecond)),
    },
    clientQuotas: [
      {
        entity: { user: null },
        values: {
          producer_byte_rate: perBroker(Number(limits.ingressBytesPerSecond)),
          consumer_byte_rate: perBroker(Number(limits.egressBytesPerSecond)),
        },
      },
    ],
  };
}
