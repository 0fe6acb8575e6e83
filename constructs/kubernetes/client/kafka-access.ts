import { pscNamespace } from '../../../contracts/names.ts';
import { CLUSTER_DOMAIN, INTERNAL_BOOTSTRAP_SERVICE, PORTS, SCRAM_MECHANISM } from '../kafka/listeners.ts';
import { CA_FILE, type LoginSet } from '../kafka/secrets.ts';
import type { ClientView } from './client-view.ts';

/**
 * Secret in the namespace of a Connect or ksqlDB PSC by which its pods come to their Kafka: `username`, `password`, and `ca.crt`
 * of the Kafka PSC's authority. The operator makes it, with a user of that Kafka that may use all its data and change nothing
 * of the cluster: what runs in the pods can read the password. While passwords are replaced there is a second login in it, by
 * files of its own ({@link LOGIN_FILES}).
 */
export const KAFKA_CREDENTIALS = 'kafka-credentials';

/** Files of {@link KAFKA_CREDENTIALS}. */
export const KAFKA_CREDENTIALS_FILES = { username: 'username', password: 'password', ca: CA_FILE } as const;

/** Files of {@link KAFKA_CREDENTIALS} with each of the two logins, which take turns (ADR 0020). */
export const LOGIN_FILES = {
  a: { username: KAFKA_CREDENTIALS_FILES.username, password: KAFKA_CREDENTIALS_FILES.password },
  b: { username: 'username-b', password: 'password-b' },
} as const satisfies Record<LoginSet, Readonly<Record<'username' | 'password', string>>>;

/** Where pods find them. */
export const KAFKA_CREDENTIALS_FOLDER = '/etc/flotilla/kafka';

/**
 * Name on its Kafka of a cluster that is a client of it. Names that begin with `flotilla-` are the platform's; no PSC has a dot in
 * its name, so that no second login is the first one of another.
 */
export function kafkaUser({ kind, name }: Pick<ClientView, 'kind' | 'name'>, login: LoginSet = 'a'): string {
  return `flotilla-${kind}-${name}${login === 'a' ? '' : `.${login}`}`;
}

/**
 * Volume of a pod's files of {@link KAFKA_CREDENTIALS}: under the same names for either login, so that only the pod template says
 * which one its pods use, from their first moment to their last.
 */
export function credentialsVolume(login: LoginSet): Readonly<Record<string, unknown>> {
  const secret = { secretName: KAFKA_CREDENTIALS, defaultMode: 0o440 };
  if (login === 'a') return { name: CREDENTIALS_VOLUME, secret };
  const { username, password, ca } = KAFKA_CREDENTIALS_FILES;
  const items = [
    { key: LOGIN_FILES[login].username, path: username },
    { key: LOGIN_FILES[login].password, path: password },
    { key: ca, path: ca },
  ];
  return { name: CREDENTIALS_VOLUME, secret: { ...secret, items } };
}

/** The login of a StatefulSet's pods, whoever has rendered it. */
export function loginOfPods(set: Readonly<Record<string, unknown>>): LoginSet {
  const { spec } = set as {
    readonly spec?: { readonly template?: { readonly spec?: { readonly volumes?: Volumes } } };
  };
  const volume = spec?.template?.spec?.volumes?.find(({ name }) => name === CREDENTIALS_VOLUME);
  return volume?.secret?.items?.some(({ key }) => key === LOGIN_FILES.b.password) === true ? 'b' : 'a';
}

type Volumes = readonly {
  readonly name: string;
  readonly secret?: { readonly items?: readonly { readonly key: string }[] };
}[];

/** Name of the volume in the pod templates. */
export const CREDENTIALS_VOLUME = 'kafka';

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
