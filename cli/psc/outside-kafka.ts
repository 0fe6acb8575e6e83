import { PORTS } from '../../constructs/kubernetes/kafka/listeners.ts';
import { PLATFORM_USERS, type PlatformUser } from '../../constructs/kubernetes/kafka/secrets.ts';
import { externalHost } from '../../contracts/names.ts';
import { BrokerConnections } from '../../operators/psc/kafka/broker-connections.ts';
import type { BrokerPlace } from '../../operators/psc/kafka/broker-places.ts';
import { readPlatformCredentials, secretStore } from '../../operators/psc/kubernetes/secret-store.ts';
import type { StoredPsc } from '../../operators/psc/observed.ts';
import type { PscCluster } from './psc-cluster.ts';

/** A PSC's Kafka as a client from outside of the Kubernetes cluster reaches it, as one of the platform's own users. */
export interface OutsideKafka {
  readonly brokers: readonly BrokerPlace[];
  readonly connections: BrokerConnections;
}

/** Whoever asks closes the connections. @param brokers by their names inside */
export function outsideKafka(
  { api, lookup }: PscCluster,
  { metadata: { name }, spec: { domain } }: StoredPsc,
  brokers: readonly BrokerPlace[],
  user: PlatformUser = PLATFORM_USERS.operator,
): OutsideKafka {
  const connections = new BrokerConnections({
    credentials: async () => await readPlatformCredentials(secretStore(api), name, user),
    user,
    ...(lookup === undefined ? {} : { lookup }),
    port: PORTS.external,
  });
  return { connections, brokers: brokers.map((place) => ({ ...place, host: externalHost(place.pod, name, domain) })) };
}
