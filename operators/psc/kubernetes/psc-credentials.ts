import { isDeepStrictEqual } from 'node:util';
import { viewCluster } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { CA_FILE, PLATFORM_USERS } from '../../../constructs/kubernetes/kafka/secrets.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import type { DataPlane } from '../../../contracts/data-plane.ts';
import {
  CREDENTIAL_SECRETS,
  type CredentialSecret,
  credentialSecretRef,
  decodedData,
  encodedData,
  type ObservedCredentials,
  type SecretData,
} from '../credentials/credential-secrets.ts';
import { issuerName, issuerWait } from '../credentials/authority-issuer.ts';
import { authoritiesMark, authoritiesOf } from '../credentials/authorities.ts';
import { heldCertificates } from '../credentials/held-certificates.ts';
import { issueCredentials, secretObject } from '../credentials/issue-credentials.ts';
import { LostCredentialsError } from '../credentials/lost-credentials-error.ts';
import { type CredentialsPlan, isWhole, planCredentials } from '../credentials/plan-credentials.ts';
import { heldLogins, otherLogins, rotatedLogins } from '../credentials/platform-logins.ts';
import { rotatedAuthority, takenAuthority } from '../credentials/rotate-authority.ts';
import type { ObservedCredentialsState, StoredPsc } from '../observed.ts';
import type { PasswordRotation, Rotation } from '../plan.ts';
import type { PlatformLogins } from '../ports.ts';
import type { AuthorityRequests } from './authority-requests.ts';
import {
  type PlatformCredentials,
  readPlatformCredentials,
  type SecretStore,
  type StoredSecret,
} from './secret-store.ts';

export interface PscCredentialsOptions {
  readonly secrets: SecretStore;
  readonly requests: AuthorityRequests;
  readonly dataPlane: DataPlane;
  readonly wallMs: () => number;
  /** A new password each time: letters, digits, dashes and underscores. */
  readonly newPassword: () => string;
}

/** Credentials of PSCs as the operator sees and makes them. */
export interface PscCredentials {
  /**
   * Whole ones are believed for {@link BELIEF_MS} or until the PSC changes, since nobody watches Secrets; what waits for an issuer,
   * for {@link ISSUER_BELIEF_MS}.
   */
  readonly state: (psc: StoredPsc) => Promise<ObservedCredentialsState>;
  /** The next look reads the Secrets. */
  readonly doubt: (psc: string) => void;
  /** @throws ConflictError, RefusedError */
  readonly issue: (psc: StoredPsc) => Promise<void>;
  /**
   * Takes a step of replacing the authority; nothing where it was taken already. What pods and clients are given is for the next
   * issue.
   *
   * @throws ConflictError, RefusedError
   */
  readonly rotate: (psc: StoredPsc, rotation: Rotation) => Promise<void>;
  /** Asks the issuer that the spec names for the authority. @throws ConflictError, RefusedError */
  readonly request: (psc: StoredPsc, request: KubernetesObject) => Promise<void>;
  /** Asks it for another one. @throws ConflictError, RefusedError */
  readonly renew: (psc: StoredPsc) => Promise<void>;
  /**
   * Takes a step towards other passwords of the platform's users; nothing where it was taken already.
   *
   * @throws ConflictError, RefusedError
   */
  readonly rotatePasswords: (psc: StoredPsc, rotation: PasswordRotation) => Promise<void>;
  /** The logins that are not in use, as they are at the moment. @throws Error when there is nothing yet */
  readonly otherLogins: (psc: StoredPsc) => Promise<PlatformLogins>;
  /**
   * What the operator itself comes to the PSC's Kafka with.
   *
   * @throws Error when there is nothing yet; without a call as long as no look has found it, since Kafka is tried every second
   */
  readonly login: (psc: StoredPsc) => Promise<PlatformCredentials>;
}

export const BELIEF_MS = 30 * 60_000;
export const ISSUER_BELIEF_MS = 15_000;

export function pscCredentials(options: PscCredentialsOptions): PscCredentials {
  const believed = new Map<string, Belief>();
  const versionOf = ({ metadata: { uid, generation } }: StoredPsc): string => `${uid}/${generation}`;
  /** PSC ▶ uid of the one that the operator was seen to have a login for. */
  const withLogin = new Map<string, string>();
  const { wallMs, secrets } = options;
  const look = async (psc: StoredPsc): Promise<ObservedCredentialsState> => {
    const { name, uid } = psc.metadata;
    const sinceMs = wallMs();
    const stored = await readAll(name, secrets);
    if (stored.platformUsers !== undefined && stored.ca !== undefined) withLogin.set(name, uid);
    const state = await stateOf(psc, stored, options);
    const forMs = beliefMs(name, state);
    if (forMs > 0) believed.set(name, { version: versionOf(psc), untilMs: sinceMs + forMs, state });
    return state;
  };
  return {
    state: async (psc) => {
      const belief = believed.get(psc.metadata.name);
      const isFresh = belief?.version === versionOf(psc) && wallMs() < belief.untilMs;
      return isFresh ? belief.state : await look(psc);
    },
    doubt: (psc) => {
      believed.delete(psc);
    },
    issue: async (psc) => {
      const { name, uid } = psc.metadata;
      believed.delete(name);
      const sinceMs = wallMs();
      const written = await issue(psc, options);
      withLogin.set(name, uid);
      // What its issuer says was not read.
      if (psc.spec.kafka?.authorityIssuer !== undefined) return;
      // They are what was read, or has been written on top of exactly that: no call is needed to know it.
      believed.set(name, { version: versionOf(psc), untilMs: sinceMs + BELIEF_MS, state: wholeState(written) });
    },
    rotate: async (psc, rotation) => {
      believed.delete(psc.metadata.name);
      await rotate(psc, rotation, options);
    },
    request: async ({ metadata: { name } }, request) => {
      believed.delete(name);
      await options.requests.ask(name, request);
    },
    renew: async ({ metadata: { name } }) => {
      believed.delete(name);
      await options.requests.renew(name, wallMs());
    },
    rotatePasswords: async (psc, rotation) => {
      believed.delete(psc.metadata.name);
      await rotatePasswords(psc, rotation, options);
    },
    otherLogins: async ({ metadata: { name } }) => {
      const logins = await readOtherLogins(name, secrets);
      const belief = believed.get(name)?.state;
      // Somebody else has gone on.
      if (belief?.state === 'whole' && belief.logins?.mark !== logins.mark) believed.delete(name);
      return logins;
    },
    login: async ({ metadata: { name, uid } }) => {
      if (withLogin.get(name) !== uid) throw new Error(`PSC ${name} has no credentials yet`);
      return await readPlatformCredentials(secrets, name, PLATFORM_USERS.operator);
    },
  };
}

interface Belief {
  readonly version: string;
  readonly untilMs: number;
  readonly state: ObservedCredentialsState;
}

/** How long a state is believed, in milliseconds. */
function beliefMs(psc: string, state: ObservedCredentialsState): number {
  if (state.state === 'awaited') return ISSUER_BELIEF_MS;
  if (state.state !== 'whole') return 0;
  const { issuer, certificates } = state;
  if (issuer === undefined || certificates === undefined) return BELIEF_MS;
  // What comes next waits for the end of the former authority, which may be months away.
  const isTaken = issuer.offer.state === 'current' || certificates.former !== undefined;
  return isTaken && issuerWait(psc, issuer) === undefined ? BELIEF_MS : ISSUER_BELIEF_MS;
}

type StoredCredentials = Readonly<Record<CredentialSecret, StoredSecret | undefined>>;

async function stateOf(
  psc: StoredPsc,
  stored: StoredCredentials,
  { dataPlane, wallMs, requests }: PscCredentialsOptions,
): Promise<ObservedCredentialsState> {
  const view = viewCluster(psc, dataPlane);
  try {
    const found = contents(stored);
    const plan = planCredentials(view, found, wallMs());
    const isIssued = view.kafka.authorityIssuer !== undefined && (plan.authority === 'create' || isWhole(plan));
    const current = authoritiesOf(found.authority)?.current;
    const issuer = isIssued ? await requests.observe(view, current, wallMs()) : undefined;
    if (plan.authority === 'create' && issuer !== undefined && issuer.offer.state !== 'other') {
      return { state: 'awaited', reason: issuerWait(view.name, issuer) ?? missing(plan), issuer };
    }
    if (!isWhole(plan)) return { state: 'incomplete', reason: missing(plan) };
    return { ...wholeState(found), ...(issuer === undefined ? {} : { issuer }) };
  } catch (error) {
    if (error instanceof LostCredentialsError) return { state: 'lost', reason: error.message };
    throw error;
  }
}

function wholeState(found: ObservedCredentials): Extract<ObservedCredentialsState, { readonly state: 'whole' }> {
  const certificates = heldCertificates(found);
  const logins = heldLogins(found.platformUsers ?? {});
  return { state: 'whole', ...(certificates === undefined ? {} : { certificates }), logins };
}

/** Resolves with what is there afterwards. */
async function issue(psc: StoredPsc, options: PscCredentialsOptions): Promise<ObservedCredentials> {
  const { secrets, dataPlane, wallMs, newPassword } = options;
  const { name } = psc.metadata;
  const view = viewCluster(psc, dataPlane);
  const stored = await readAll(name, secrets);
  const observed = contents(stored);
  const nowMs = wallMs();
  const plan = planCredentials(view, observed, nowMs);
  if (isWhole(plan)) return observed;
  const firstAuthority = plan.authority === 'create' ? await takenFrom(psc, undefined, options) : undefined;
  const taken = firstAuthority === undefined ? {} : { firstAuthority };
  const objects = await issueCredentials(view, observed, plan, { nowMs, newPassword, ...taken });
  for (const [index, secret] of CREDENTIAL_SECRETS.entries()) {
    const object = objects[index];
    const { name: wanted } = credentialSecretRef(name, secret);
    if (object?.metadata.name !== wanted)
      throw new Error(`${wanted} was to be made, not ${object?.metadata.name ?? ''}`);
    if (!isSame(object['data'], stored[secret])) await secrets.write(object, stored[secret]);
  }
  const written = CREDENTIAL_SECRETS.map((secret, index) => [secret, decodedData(objects[index])] as const);
  return Object.fromEntries(written) as ObservedCredentials;
}

/** What the issuer has come up with, as the Secret of the authority has it; undefined where the spec names none. */
async function takenFrom(
  { metadata: { name }, spec: { kafka } }: StoredPsc,
  offer: string | undefined,
  { requests, wallMs }: PscCredentialsOptions,
): Promise<SecretData | undefined> {
  if (kafka?.authorityIssuer === undefined) return undefined;
  const nowMs = wallMs();
  return takenAuthority(await requests.take(name, offer, nowMs), issuerName(kafka.authorityIssuer), nowMs);
}

async function rotate(psc: StoredPsc, { step, mark, offer }: Rotation, options: PscCredentialsOptions): Promise<void> {
  const { secrets, dataPlane, wallMs } = options;
  const { name } = psc.metadata;
  const stored = await secrets.read(credentialSecretRef(name, 'authority'));
  const authorities = authoritiesOf(stored?.data);
  if (stored === undefined || authorities === undefined || authoritiesMark(authorities) !== mark) return;
  const next = step === 'replace' && offer !== undefined ? await takenFrom(psc, offer, options) : undefined;
  const chosen = next === undefined ? {} : { next };
  const data = await rotatedAuthority(name, stored.data, step, { nowMs: wallMs(), ...chosen });
  await secrets.write(secretObject(viewCluster(psc, dataPlane), 'authority', data), stored);
}

async function rotatePasswords(
  psc: StoredPsc,
  { step, mark }: PasswordRotation,
  { secrets, dataPlane, wallMs, newPassword }: PscCredentialsOptions,
): Promise<void> {
  const { name } = psc.metadata;
  const stored = await secrets.read(credentialSecretRef(name, 'platformUsers'));
  if (stored === undefined || heldLogins(stored.data).mark !== mark) return;
  const data = rotatedLogins(stored.data, step, { nowMs: wallMs(), newPassword });
  await secrets.write(secretObject(viewCluster(psc, dataPlane), 'platformUsers', data), stored);
}

async function readOtherLogins(psc: string, secrets: SecretStore): Promise<PlatformLogins> {
  const [users, ca] = await Promise.all([
    secrets.read(credentialSecretRef(psc, 'platformUsers')),
    secrets.read(credentialSecretRef(psc, 'ca')),
  ]);
  if (users === undefined || ca === undefined) throw new Error(`PSC ${psc} has no credentials yet`);
  return { mark: heldLogins(users.data).mark, other: otherLogins(users.data), ca: ca.data[CA_FILE] ?? '' };
}

async function readAll(psc: string, secrets: SecretStore): Promise<StoredCredentials> {
  const read = async (secret: CredentialSecret) => await secrets.read(credentialSecretRef(psc, secret));
  const [authority, platformUsers, tls, ca] = await Promise.all([
    read('authority'),
    read('platformUsers'),
    read('tls'),
    read('ca'),
  ]);
  return { authority, platformUsers, tls, ca };
}

function contents({ authority, platformUsers, tls, ca }: StoredCredentials): ObservedCredentials {
  return { authority: authority?.data, platformUsers: platformUsers?.data, tls: tls?.data, ca: ca?.data };
}

/** Encoded texts against those that were read. */
function isSame(encoded: unknown, stored: StoredSecret | undefined): boolean {
  return stored !== undefined && isDeepStrictEqual(encoded, encodedData(stored.data));
}

function missing({ authority, issue: orders, drop, logins, ca }: CredentialsPlan): string {
  const parts = [
    ...(authority === 'create' ? ['no authority is there yet'] : []),
    ...(orders.length > 0
      ? [`${orders.length} certificates are to be issued, as that of ${orders[0]?.pod ?? ''}`]
      : []),
    ...(drop.length > 0 ? [`${drop.length} certificates have ended`] : []),
    ...(logins.length > 0 ? [`${logins.join(' and ')} have no password`] : []),
    ...(ca === 'write' ? ["the authority's certificate is not published"] : []),
  ];
  return parts.join('; ');
}
