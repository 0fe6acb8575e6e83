import { internalHost, PORTS } from '../../../constructs/kubernetes/kafka/listeners.ts';
import type { QuorumVoter } from '../plan.ts';
import { refusedForGood } from './alter-kafka.ts';
import type { BrokerConnections } from './broker-connections.ts';
import type { BrokerPlace } from './broker-places.ts';
import { refusalsIn } from './kafka-error.ts';
import { addRaftVoterV0, removeRaftVoterV0 } from './protocol.ts';

/** Time that the controllers have until the new one has all of their log; shorter than what the call itself is given. */
const CATCH_UP_MAX_MS = 3_000;

/**
 * Gives a controller that follows the quorum a vote in it. One that has it is done.
 *
 * @param through a broker that passes it on
 * @throws RefusedError with Kafka's words
 */
export async function addVoter(
  through: BrokerPlace,
  connections: BrokerConnections,
  psc: string,
  { pod, ...voter }: QuorumVoter,
): Promise<void> {
  const listener = { name: 'CONTROLLER', host: internalHost('controller', pod, psc), port: PORTS.controller };
  await unless(
    'DUPLICATE_VOTER',
    connections.call(
      through,
      (connection) => addRaftVoterV0.async(connection, voter, [listener], CATCH_UP_MAX_MS),
      'controllers',
    ),
  );
}

/**
 * Takes a controller's vote away. One that has none is done.
 *
 * @param through a broker that passes it on
 * @throws RefusedError with Kafka's words
 */
export async function removeVoter(
  through: BrokerPlace,
  connections: BrokerConnections,
  { id, directory }: QuorumVoter,
): Promise<void> {
  await unless(
    'VOTER_NOT_FOUND',
    connections.call(through, (connection) => removeRaftVoterV0.async(connection, { id, directory }), 'controllers'),
  );
}

async function unless(done: string, sent: Promise<unknown>): Promise<void> {
  try {
    await refusedForGood(sent);
  } catch (error) {
    if (!refusalsIn(error).some(({ id }) => id === done)) throw error;
  }
}
