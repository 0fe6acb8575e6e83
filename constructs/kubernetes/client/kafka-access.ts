import { pscNamespace } from '../../../contracts/names.ts';
import { CLUSTER_DOMAIN, INTERNAL_BOOTSTRAP_SERVICE, PORTS, SCRAM_MECHANISM } from '../kafka/listeners.ts';
import { CA_FILE } from '../kafka/secrets.ts';
import type { ClientView } from './client-view.ts';

/**
 * Secret in the namespace of a Connect or ksqlDB PSC by which its pods come to their Kafka: `username`, `password`, and `ca.crt`
 * of the Kafka PSC's authority. The operator makes it, with a user of that Kafka that may use all its data and change nothing
 * of the cluster: what runs in the pods can read the password.
 */
export const KAFKA_CREDENTIALS = 'kafka-credentials';

/** Files of {@link KAFKA_CREDENTIALS}. */
export const KAFKA_CREDENTIALS_FILES = { username: 'username', password: 'password', ca: CA_FILE } as const;

/** Where pods find them. */
export const KAFKA_CREDENTIALS_FOLDER = '/etc/flotilla/kafka';

/** Name on its Kafka of a cluster that is a client of it. Names that begin with `flotilla-` are the platform's. */
export function kafkaUser({ kind, name }: Pick<ClientView, 'kind' | 'name'>): string {
  return `flotilla-${kind}-${name}`;
}

/** Address of any broker of the Kafka PSC, inside of the Kubernetes cluster. */
export function kafkaBootstrap({ kafka }: Pick<ClientView, 'kafka'>): string {
  return `${INTERNAL_BOOTSTRAP_SERVICE}.${pscNamespace(kafka)}.${CLUSTER_DOMAIN}:${PORTS.internal}`;
}

/**
 * Settings of a Kafka client that comes with {@link KAFKA_CREDENTIALS}.
 *
 * @param value how a settings file refers to one of the Secret's files
 */
export function kafkaClientSecurity(
  value: (file: (typeof KAFKA_CREDENTIALS_FILES)['username' | 'password']) => string,
): Readonly<Record<string, string>> {
  const { username, password, ca } = KAFKA_CREDENTIALS_FILES;
  return {
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': SCRAM_MECHANISM,
    'sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required ' +
      `username="${value(username)}" password="${value(password)}";`,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': `${KAFKA_CREDENTIALS_FOLDER}/${ca}`,
  };
}
