import { clientView, clientLabels } from '../../constructs/kubernetes/client/client-view.ts';
import {
  KAFKA_CREDENTIALS,
  KAFKA_CREDENTIALS_FILES,
  kafkaUser,
  LOGIN_FILES,
} from '../../constructs/kubernetes/client/kafka-access.ts';
import { CA_FILE, LOGIN_SETS, type LoginSet } from '../../constructs/kubernetes/kafka/secrets.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import { pscNamespace } from '../../contracts/names.ts';
import {
  credentialSecretRef,
  encodedData,
  type SecretData,
  type SecretRef,
} from '../psc/credentials/credential-secrets.ts';
import { firstLogins, heldLogins, type Login, otherSet, turn } from '../psc/credentials/platform-logins.ts';
import { BELIEF_MS } from '../psc/kubernetes/psc-credentials.ts';
import type { SecretStore } from '../psc/kubernetes/secret-store.ts';
import type { StoredPsc } from '../psc/observed.ts';
import { ConflictError, type KafkaUsersPort } from '../psc/ports.ts';
import { omit } from '../runtime/omit.ts';
import { clientParts } from './client-parts.ts';
import type { AccessRotation, KafkaAccessPort, ObservedAccess } from './ports.ts';

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
  const { users, wallMs } = options;
  const believed = new Map<string, Belief>();
  return {
    state: async (psc, kafka) => {
      const { name } = psc.metadata;
      const version = versionOf(psc, kafka);
      const belief = believed.get(name);
      if (belief?.version === version && wallMs() - belief.sinceMs < BELIEF_MS) return belief.state;
      const sinceMs = wallMs();
      const state = await stateOf(psc, kafka, options);
      // While passwords are replaced it is read anew each time.
      if (state.state === 'whole' && state.logins.other === undefined) believed.set(name, { version, sinceMs, state });
      return state;
    },
    grant: async (psc, kafka) => {
      believed.delete(psc.metadata.name);
      await grant(psc, kafka, options);
    },
    rotate: async (psc, kafka, rotation) => {
      believed.delete(psc.metadata.name);
      await rotate(psc, kafka, rotation, options);
    },
    announce: async (psc, kafka, mark) => {
      await announce(psc, kafka, mark, options);
    },
    revoke: async (psc, kafka) => {
      believed.delete(psc.metadata.name);
      for (const login of LOGIN_SETS) await users.revokeUser(kafka, userOf(psc, login));
    },
  };
}

interface Belief {
  readonly version: string;
  readonly sinceMs: number;
  readonly state: ObservedAccess;
}

function versionOf({ metadata: { uid, generation } }: StoredPsc, { metadata: kafka }: StoredPsc): string {
  return `${uid}/${generation}/${kafka.uid}`;
}

async function stateOf(
  psc: StoredPsc,
  kafka: StoredPsc,
  { secrets, users }: KafkaAccessOptions,
): Promise<ObservedAccess> {
  const [stored, ca] = await Promise.all([secrets.read(secretOf(psc)), authorityOf(kafka, secrets)]);
  const incomplete = (reason: string): ObservedAccess => ({ state: 'incomplete', reason });
  if (ca === undefined) return incomplete(`the Kafka PSC ${kafka.metadata.name} has no authority yet`);
  if (stored === undefined) return incomplete(`Secret ${secretOf(psc).namespace}/${KAFKA_CREDENTIALS} is not there`);
  if (stored.data[GRANTED_BY] !== kafka.metadata.uid) return incomplete('its Kafka does not know its user yet');
  const logins = heldLogins(stored.data);
  if (loginIn(psc, stored.data, logins.current) === undefined || stored.data[KAFKA_CREDENTIALS_FILES.ca] !== ca) {
    return incomplete(`Secret ${secretOf(psc).namespace}/${KAFKA_CREDENTIALS} is not whole`);
  }
  const next = logins.other?.state === 'next' ? loginIn(psc, stored.data, otherSet(logins.current)) : undefined;
  if (next === undefined) return { state: 'whole', logins };
  return { state: 'whole', logins, answers: await users.userAnswers(kafka, next, ca) };
}

/** One of the logins, where the Secret has it. */
function loginIn(psc: StoredPsc, data: SecretData, login: LoginSet): Login | undefined {
  const name = userOf(psc, login);
  const password = data[LOGIN_FILES[login].password] ?? '';
  return data[LOGIN_FILES[login].username] === name && password !== '' ? { name, password } : undefined;
}

function filesOf(psc: StoredPsc, login: LoginSet, password: string): SecretData {
  return { [LOGIN_FILES[login].username]: userOf(psc, login), [LOGIN_FILES[login].password]: password };
}

/**
 * The password is in the Secret before Kafka is told of it: of two who are at it at once, one meets a conflict, and Kafka never
 * has another than the pods.
 */
async function grant(psc: StoredPsc, kafka: StoredPsc, options: KafkaAccessOptions): Promise<void> {
  const { secrets, users, newPassword, wallMs } = options;
  const ca = await authorityOf(kafka, secrets);
  if (ca === undefined) throw new Error(`the Kafka PSC ${kafka.metadata.name} has no authority yet`);
  const before = await secrets.read(secretOf(psc));
  const { current } = heldLogins(before?.data ?? {});
  const kept = before?.data[LOGIN_FILES[current].password] ?? '';
  const data = {
    ...(before === undefined ? firstLogins(wallMs()) : omit(before.data, GRANTED_BY)),
    ...filesOf(psc, current, kept === '' ? newPassword() : kept),
    [KAFKA_CREDENTIALS_FILES.ca]: ca,
  };
  await secrets.write(secretObject(psc, data, options), before);
  const stored = await secrets.read(secretOf(psc));
  if (stored === undefined || loginIn(psc, stored.data, current) === undefined) {
    throw new ConflictError('the Secret was taken away while it was made');
  }
  for (const login of LOGIN_SETS.map((set) => loginIn(psc, stored.data, set))) {
    if (login !== undefined) await users.grantUser(kafka, login.name, login.password);
  }
  await secrets.write(secretObject(psc, { ...stored.data, [GRANTED_BY]: kafka.metadata.uid }, options), stored);
}

async function rotate(
  psc: StoredPsc,
  kafka: StoredPsc,
  { step, mark }: AccessRotation,
  options: KafkaAccessOptions,
): Promise<void> {
  const { secrets, users, newPassword, wallMs } = options;
  const stored = await secrets.read(secretOf(psc));
  const held = heldLogins(stored?.data ?? {});
  if (stored === undefined || held.mark !== mark) return;
  const taken = { ...stored.data, ...turn(held, step, wallMs()) };
  const other = otherSet(held.current);
  const write = async (data: SecretData): Promise<void> => {
    await secrets.write(secretObject(psc, data, options), stored);
  };
  switch (step) {
    case 'prepare':
      await write({ ...taken, ...filesOf(psc, other, newPassword()) });
      return;
    case 'switch':
      await write(taken);
      return;
    case 'retire':
      await users.revokeUser(kafka, userOf(psc, other));
      await write(omit(taken, LOGIN_FILES[other].username, LOGIN_FILES[other].password));
      return;
  }
}

async function announce(
  psc: StoredPsc,
  kafka: StoredPsc,
  mark: string,
  { secrets, users }: KafkaAccessOptions,
): Promise<void> {
  const stored = await secrets.read(secretOf(psc));
  const held = heldLogins(stored?.data ?? {});
  const next = stored === undefined ? undefined : loginIn(psc, stored.data, otherSet(held.current));
  if (held.mark !== mark || next === undefined) throw new ConflictError('the logins are others by now');
  await users.grantUser(kafka, next.name, next.password);
}

async function authorityOf({ metadata: { name } }: StoredPsc, secrets: SecretStore): Promise<string | undefined> {
  return (await secrets.read(credentialSecretRef(name, 'ca')))?.data[CA_FILE];
}

function userOf(psc: StoredPsc, login: LoginSet): string {
  const kind = clientParts(psc)?.kind ?? 'connect';
  return kafkaUser({ kind, name: psc.metadata.name }, login);
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
