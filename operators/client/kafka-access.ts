import { clientView, clientLabels } from '../../constructs/kubernetes/client/client-view.ts';
import {
  KAFKA_CREDENTIALS,
  KAFKA_CREDENTIALS_FILES,
  kafkaUser,
} from '../../constructs/kubernetes/client/kafka-access.ts';
import { CA_FILE } from '../../constructs/kubernetes/kafka/secrets.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import { pscNamespace } from '../../contracts/names.ts';
import { credentialSecretRef, encodedData, type SecretRef } from '../psc/credentials/credential-secrets.ts';
import { BELIEF_MS } from '../psc/kubernetes/psc-credentials.ts';
import type { SecretStore } from '../psc/kubernetes/secret-store.ts';
import type { StoredPsc } from '../psc/observed.ts';
import { ConflictError, type KafkaUsersPort } from '../psc/ports.ts';
import { clientParts } from './client-parts.ts';
import type { KafkaAccessPort, ObservedAccess } from './ports.ts';

export interface KafkaAccessOptions {
  readonly secrets: SecretStore;
  readonly users: KafkaUsersPort;
  readonly dataPlane: DataPlane;
  readonly wallMs: () => number;
  /** A new password each time: letters, digits, dashes and underscores. */
  readonly newPassword: () => string;
}

/** File of the Secret that says which Kafka PSC knows the user: one that is made anew under its name does not. */
const GRANTED_BY = 'kafka-uid';

/** Users of client clusters on their Kafka, and the Secrets that hold them. Whole ones are believed for a while, as nobody watches Secrets. */
export function kafkaAccess(options: KafkaAccessOptions): KafkaAccessPort {
  const { secrets, users, wallMs } = options;
  const believed = new Map<string, { readonly version: string; readonly sinceMs: number }>();
  return {
    state: async (psc, kafka) => {
      const { name } = psc.metadata;
      const version = versionOf(psc, kafka);
      const belief = believed.get(name);
      if (belief?.version === version && wallMs() - belief.sinceMs < BELIEF_MS) return { state: 'whole' };
      const sinceMs = wallMs();
      const state = await stateOf(psc, kafka, secrets);
      if (state.state === 'whole') believed.set(name, { version, sinceMs });
      return state;
    },
    grant: async (psc, kafka) => {
      believed.delete(psc.metadata.name);
      await grant(psc, kafka, options);
    },
    revoke: async (psc, kafka) => {
      believed.delete(psc.metadata.name);
      await users.revokeUser(kafka, userOf(psc));
    },
  };
}

function versionOf({ metadata: { uid, generation } }: StoredPsc, { metadata: kafka }: StoredPsc): string {
  return `${uid}/${generation}/${kafka.uid}`;
}

async function stateOf(psc: StoredPsc, kafka: StoredPsc, secrets: SecretStore): Promise<ObservedAccess> {
  const [stored, ca] = await Promise.all([secrets.read(secretOf(psc)), authorityOf(kafka, secrets)]);
  const incomplete = (reason: string): ObservedAccess => ({ state: 'incomplete', reason });
  if (ca === undefined) return incomplete(`the Kafka PSC ${kafka.metadata.name} has no authority yet`);
  if (stored === undefined) return incomplete(`Secret ${secretOf(psc).namespace}/${KAFKA_CREDENTIALS} is not there`);
  if (stored.data[GRANTED_BY] !== kafka.metadata.uid) return incomplete('its Kafka does not know its user yet');
  const { username, password, ca: caFile } = KAFKA_CREDENTIALS_FILES;
  const isWhole =
    stored.data[username] === userOf(psc) && (stored.data[password] ?? '') !== '' && stored.data[caFile] === ca;
  return isWhole
    ? { state: 'whole' }
    : incomplete(`Secret ${secretOf(psc).namespace}/${KAFKA_CREDENTIALS} is not whole`);
}

/**
 * The password is in the Secret before Kafka is told of it: of two who are at it at once, one meets a conflict, and Kafka never
 * has another than the pods.
 */
async function grant(psc: StoredPsc, kafka: StoredPsc, options: KafkaAccessOptions): Promise<void> {
  const { secrets, users, newPassword } = options;
  const ca = await authorityOf(kafka, secrets);
  if (ca === undefined) throw new Error(`the Kafka PSC ${kafka.metadata.name} has no authority yet`);
  const { username, password, ca: caFile } = KAFKA_CREDENTIALS_FILES;
  const before = await secrets.read(secretOf(psc));
  const kept = before?.data[password] ?? '';
  const data = { [username]: userOf(psc), [password]: kept === '' ? newPassword() : kept, [caFile]: ca };
  await secrets.write(secretObject(psc, data, options), before);
  const stored = await secrets.read(secretOf(psc));
  const secret = stored?.data[password] ?? '';
  if (stored === undefined || secret === '') throw new ConflictError('the Secret was taken away while it was made');
  await users.grantUser(kafka, userOf(psc), secret);
  await secrets.write(secretObject(psc, { ...stored.data, [GRANTED_BY]: kafka.metadata.uid }, options), stored);
}

async function authorityOf({ metadata: { name } }: StoredPsc, secrets: SecretStore): Promise<string | undefined> {
  return (await secrets.read(credentialSecretRef(name, 'ca')))?.data[CA_FILE];
}

function userOf(psc: StoredPsc): string {
  const kind = clientParts(psc)?.kind ?? 'connect';
  return kafkaUser({ kind, name: psc.metadata.name });
}

function secretOf({ metadata: { name } }: StoredPsc): SecretRef {
  return { namespace: pscNamespace(name), name: KAFKA_CREDENTIALS };
}

function secretObject(
  psc: StoredPsc,
  data: Readonly<Record<string, string>>,
  { dataPlane }: KafkaAccessOptions,
): Parameters<SecretStore['write']>[0] {
  const parts = clientParts(psc);
  const view = clientView(parts?.kind ?? 'connect', parts?.kafka ?? '', psc, dataPlane);
  const { apiVersion, kind, metadata } = psc;
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    // It goes with the PSC.
    metadata: { ...secretOf(psc), labels: clientLabels(view), ownerReferences: [owner] },
    type: 'Opaque',
    data: encodedData(data),
  };
}
