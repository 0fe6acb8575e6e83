import { alterPartitionReassignmentsV0 } from '@platformatic/kafka';
import { brokerPlaces } from '../../../../operators/psc/kafka/broker-places.ts';
import { BrokerConnections } from '../../../../operators/psc/kafka/broker-connections.ts';
import { eventually } from '../../../support/kafka-wait.ts';
import type { KafkaConformanceWorld } from './kafka-conformance-world.ts';
import { CHANGE_MAX_MS, OrdersCluster, psc } from './orders-cluster.ts';

const BROKERS = ['kafka-0', 'kafka-1', 'kafka-2'];
const REQUEST_MAX_MS = 10_000;

/** A real Kafka under the hands of the conformance tests: processes of this machine, rendered as the operator renders them. */
export async function realKafkaWorld(): Promise<KafkaConformanceWorld> {
  const orders = await OrdersCluster.start();
  const { kafka, admin, port } = orders;
  await orders.freshWhere('three brokers that serve', ({ brokers, quorum }) => {
    return brokers.size === 3 && [...brokers.values()].every(({ isFenced }) => !isFenced) && quorum.leaderId > 0;
  });
  const kill = async (pod: string): Promise<void> => {
    kafka.signalPod(pod, 'SIGKILL');
    await kafka.endPod(pod);
  };
  return {
    port,
    psc,
    createTopic: async (name, replicas, options) => {
      const assignments = replicas.map((brokers, partition) => ({ partition, brokers: [...brokers] }));
      const configs = options === undefined ? [] : [{ name: 'min.insync.replicas', value: String(options.minIsr) }];
      await admin.createTopics({ topics: [name], partitions: -1, replicas: -1, assignments, configs });
    },
    placeTopic: async (name, partitions, factor) => {
      // No topic may need all of its replicas.
      const configs = [{ name: 'min.insync.replicas', value: '1' }];
      await admin.createTopics({ topics: [name], partitions, replicas: factor, configs });
    },
    reassign: async (topic, partition, replicas) => {
      await reassign(orders, topic, partition, replicas);
    },
    stopBroker: (id) => kafka.endPod(`kafka-${id}`),
    killBroker: (id) => kill(`kafka-${id}`),
    startBroker: (id) => kafka.startPod(`kafka-${id}`),
    killController: (id) => kill(`controller-${id - 1000}`),
    startController: (id) => kafka.startPod(`controller-${id - 1000}`),
    silence: () => {
      for (const name of BROKERS) kafka.signalPod(name, 'SIGSTOP');
      return Promise.resolve(() => {
        for (const name of BROKERS) kafka.signalPod(name, 'SIGCONT');
        return Promise.resolve();
      });
    },
    nowMs: () => performance.now(),
    eventually: (what, look) => eventually({ what, withinMs: CHANGE_MAX_MS }, look),
    stop: () => orders.stop(),
  };
}

async function reassign(
  orders: OrdersCluster,
  name: string,
  partitionIndex: number,
  replicas: readonly number[],
): Promise<void> {
  const [broker] = brokerPlaces(psc);
  if (broker === undefined) throw new Error('the example has no brokers');
  const connections = new BrokerConnections({
    credentials: () => Promise.resolve({ password: orders.password, ca: orders.kafka.ca }),
    lookup: orders.lookup,
  });
  try {
    await connections.call(broker, (connection) =>
      alterPartitionReassignmentsV0.api.async(connection, REQUEST_MAX_MS, true, [
        { name, partitions: [{ partitionIndex, replicas: [...replicas] }] },
      ]),
    );
  } finally {
    connections.close();
  }
}
