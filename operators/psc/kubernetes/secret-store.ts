import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { FIELD_OWNERS } from '../../../contracts/field-owners.ts';
import { CA_FILE, type PlatformUser } from '../../../constructs/kubernetes/kafka/secrets.ts';
import type { ApiServer } from '../../runtime/api-server.ts';
import {
  type CredentialSecret,
  credentialSecretRef,
  decodedData,
  type SecretData,
  type SecretRef,
} from '../credentials/credential-secrets.ts';
import { currentLogin } from '../credentials/platform-logins.ts';
import { ConflictError } from '../ports.ts';
import { isNotFound, portError } from './api-errors.ts';

/** A Secret as it was read. */
export interface StoredSecret {
  readonly resourceVersion: string;
  readonly data: SecretData;
}

/** Secrets by name, one call each: they are never listed, watched or kept. */
export interface SecretStore {
  readonly read: (ref: SecretRef) => Promise<StoredSecret | undefined>;
  /**
   * Makes the Secret hold exactly this, if it is still as `stored` says. Two who both found none must not both make an
   * authority.
   *
   * @throws ConflictError when it is not
   */
  readonly write: (secret: KubernetesObject, stored: StoredSecret | undefined) => Promise<void>;
}

export function secretStore(api: ApiServer): SecretStore {
  return {
    read: async (ref) => {
      try {
        const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
        return storedSecret(await api.get({ path: secretPath(ref), query: {}, signal }));
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    write: async (secret, stored) => {
      const { namespace = '', name } = secret.metadata;
      const query = { fieldManager: FIELD_OWNERS.operator };
      const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
      try {
        if (stored === undefined) {
          await api.write({ method: 'POST', path: secretsPath(namespace), query, body: secret, signal });
          return;
        }
        const { data } = secret as { readonly data?: Readonly<Record<string, string>> };
        // In a merge patch null takes a key away.
        const dropped = Object.fromEntries(Object.keys(stored.data).map((file) => [file, null]));
        const metadata = { resourceVersion: stored.resourceVersion, labels: secret.metadata.labels };
        const body = { metadata, data: { ...dropped, ...data } };
        const contentType = 'application/merge-patch+json';
        await api.write({ method: 'PATCH', path: secretPath({ namespace, name }), query, contentType, body, signal });
      } catch (error) {
        if (isNotFound(error)) throw new ConflictError(`Secret ${namespace}/${name} is gone`, { cause: error });
        throw portError(error);
      }
    },
  };
}

/** What a platform user comes to a PSC's Kafka with. */
export interface PlatformCredentials {
  /** Name of the SCRAM user: the one of the platform user's logins that is in use. */
  readonly login: string;
  readonly password: string;
  /** PEM of the authority of the brokers' certificates. */
  readonly ca: string;
}

/** @throws Error when the PSC has no credentials yet */
export async function readPlatformCredentials(
  store: Pick<SecretStore, 'read'>,
  psc: string,
  user: PlatformUser,
): Promise<PlatformCredentials> {
  const found = async <T>(
    secret: CredentialSecret,
    file: string,
    from: (data: SecretData) => T | undefined,
  ): Promise<T> => {
    const ref = credentialSecretRef(psc, secret);
    const stored = await store.read(ref);
    const value = stored === undefined ? undefined : from(stored.data);
    if (value === undefined) throw new Error(`Secret ${ref.namespace}/${ref.name} with ${file} is not there`);
    return value;
  };
  const [{ name: login, password }, ca] = await Promise.all([
    found('platformUsers', user, (data) => currentLogin(data, user)),
    found('ca', CA_FILE, (data) => data[CA_FILE]),
  ]);
  return { login, password, ca };
}

const CALL_TIMEOUT_MS = 20_000;

function secretsPath(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
}

function secretPath({ namespace, name }: SecretRef): string {
  return `${secretsPath(namespace)}/${encodeURIComponent(name)}`;
}

function storedSecret(body: unknown): StoredSecret {
  const { metadata } = body as { readonly metadata: { readonly resourceVersion: string } };
  return { resourceVersion: metadata.resourceVersion, data: decodedData(body) };
}
