import {
  ConfigResourceTypes,
  IncrementalAlterConfigOperationTypes,
  incrementalAlterConfigsV1,
  unregisterBrokerV0,
} from '@platformatic/kafka';
import { refusedForGood } from './alter-kafka.ts';
import type { BrokerConnections } from './broker-connections.ts';
import type { BrokerPlace } from './broker-places.ts';
import { refusalsIn } from './kafka-error.ts';

/** Folders of a broker on which nothing new is put (KIP-1066). */
const CORDONED = 'cordoned.log.dirs';
const ALL_FOLDERS = '*';

/**
 * Whether new replicas may be put on a broker. It is told so itself: nobody else takes its settings.
 *
 * @throws RefusedError with Kafka's words where the cluster's metadata cannot say it yet
 */
export async function setCordon(
  broker: BrokerPlace,
  connections: BrokerConnections,
  cordon: 'present' | 'absent',
): Promise<void> {
  const change =
    cordon === 'present'
      ? { name: CORDONED, value: ALL_FOLDERS, configOperation: IncrementalAlterConfigOperationTypes.SET }
      : { name: CORDONED, configOperation: IncrementalAlterConfigOperationTypes.DELETE };
  const resource = { resourceType: ConfigResourceTypes.BROKER, resourceName: String(broker.id), configs: [change] };
  await refusedForGood(
    connections.call(broker, (connection) => incrementalAlterConfigsV1.api.async(connection, [resource], false)),
  );
}

/**
 * Has the controllers forget a broker that has stopped; what its partitions name stays as it is. One that they do not know is done.
 *
 * @param through a broker that passes it on
 */
export async function unregisterBroker(
  through: BrokerPlace,
  connections: BrokerConnections,
  id: number,
): Promise<void> {
  try {
    await connections.call(through, (connection) => unregisterBrokerV0.api.async(connection, id), 'controllers');
  } catch (error) {
    if (!refusalsIn(error).some((refusal) => refusal.id === 'BROKER_ID_NOT_REGISTERED')) throw error;
  }
}
