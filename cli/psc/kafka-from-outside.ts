import { servedPlaces } from '../../operators/psc/kafka/broker-places.ts';
import { within } from '../../operators/psc/kafka/deadline.ts';
import { unreachableReason } from '../../operators/psc/kafka/kafka-error.ts';
import { MinIsrCache } from '../../operators/psc/kafka/min-isr.ts';
import { readKafka } from '../../operators/psc/kafka/read-kafka.ts';
import type { KafkaView, ReachableKafka, RegisteredBroker, StoredPsc } from '../../operators/psc/observed.ts';
import { outsideKafka } from './outside-kafka.ts';
import type { PscCluster } from './psc-cluster.ts';

/**
 * What a PSC's Kafka says of itself to a client from outside, as the operator would ask it. Brokers' own metrics are not
 * served outside: each counts as well by them. Never rejects: what cannot be reached is a view too.
 */
export async function kafkaFromOutside(cluster: PscCluster, psc: StoredPsc): Promise<KafkaView> {
  const { brokers, connections } = outsideKafka(cluster, psc, servedPlaces(psc));
  try {
    const view = await within(
      READ_MAX_MS,
      `Kafka of PSC ${psc.metadata.name}`,
      readKafka({
        brokers,
        connections,
        minIsr: new MinIsrCache(),
        minIsrMaxAgeMs: 0,
        dynamicSettings: undefined,
        lookup: cluster.lookup,
        nowMs: () => Date.now(),
      }),
    );
    return withQuietMetrics(view);
  } catch (error) {
    return { state: 'unreachable', reason: unreachableReason(error) };
  } finally {
    connections.close();
  }
}

const READ_MAX_MS = 15_000;
/** BrokerState of one that serves. */
const RUNNING = 3;

function withQuietMetrics(view: ReachableKafka): ReachableKafka {
  const quiet = (broker: RegisteredBroker): RegisteredBroker => ({
    ...broker,
    metrics: broker.metrics ?? {
      underReplicatedPartitions: 0,
      underMinIsrPartitions: 0,
      offlineLogDirectories: 0,
      brokerState: RUNNING,
    },
  });
  return { ...view, brokers: new Map([...view.brokers].map(([id, broker]) => [id, quiet(broker)])) };
}
