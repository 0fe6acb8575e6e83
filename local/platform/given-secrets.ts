import { databaseSecret } from '../../constructs/kubernetes/control-plane/database-access.ts';
import { SUPERUSER_SECRET } from '../../constructs/kubernetes/local/database.ts';
import { OBJECT_STORE_SECRET } from '../../constructs/kubernetes/local/object-store.ts';
import { CA_FILE } from '../../constructs/kubernetes/kafka/secrets.ts';
import { MOTHERSHIP_SECRET } from '../../constructs/kubernetes/shared/mothership.ts';
import type { PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { LABELS, PART_OF } from '../../contracts/labels.ts';
import { NAMESPACES } from '../../contracts/names.ts';
import { encodedData, type SecretData, type SecretRef } from '../../operators/psc/credentials/credential-secrets.ts';
import { mothershipUserName } from './mothership-users.ts';
import { mountedSecrets, pscSecrets } from './mounted-secrets.ts';

/** A Secret that pods of the platform mount, and that in a cloud its services or a person would give. */
export interface GivenSecret extends SecretRef {
  /** Fixed content, by file. */
  readonly fixed: SecretData;
  /** Files that get a random password once. */
  readonly passwords: readonly string[];
}

/**
 * Secrets that the pods of `objects` mount in the platform's own namespaces, and those that PSCs are given, and what must be in
 * each.
 *
 * @param mothershipCa PEM of the mothership's authority; undefined where this region does not host it.
 * @throws RangeError for a Secret whose content a local region cannot know
 */
export function givenSecrets(
  objects: readonly KubernetesObject[],
  pscs: readonly PhysicalStatefulCluster[],
  mothershipCa: string | undefined,
): readonly GivenSecret[] {
  const mounted = objects.flatMap(mountedSecrets).filter(({ namespace }) => PLATFORM_NAMESPACES.has(namespace));
  const refs = new Map([...mounted, ...pscs.flatMap(pscSecrets)].map((ref) => [`${ref.namespace}/${ref.name}`, ref]));
  return [...refs.values()].map((ref) => ({ ...ref, ...contentOf(ref, mothershipCa) }));
}

/**
 * Objects of Secrets, each given with what is there of it. A role of the database is known to it by one password, in however
 * many namespaces its Secret is.
 */
export function givenSecretObjects(
  observed: ReadonlyMap<GivenSecret, SecretData | undefined>,
  newPassword: () => string,
): readonly KubernetesObject[] {
  const ofRoles = new Map<string, string>();
  for (const [{ name }, data] of observed) {
    const password = data?.['password'] ?? '';
    if (isRole(name) && password !== '') ofRoles.set(name, password);
  }
  return [...observed].map(([secret, data]) => {
    const { name } = secret;
    if (!isRole(name)) return givenSecretObject(secret, data, newPassword);
    const password = ofRoles.get(name) ?? newPassword();
    ofRoles.set(name, password);
    return givenSecretObject(secret, { password }, newPassword);
  });
}

/** The Secret's object: passwords that are there already are kept, for a database or a broker knows them. */
export function givenSecretObject(
  secret: GivenSecret,
  observed: SecretData | undefined,
  newPassword: () => string,
): KubernetesObject {
  const { namespace, name, fixed, passwords } = secret;
  const data = {
    ...fixed,
    ...Object.fromEntries(passwords.map((file) => [file, keptOrNew(observed?.[file], newPassword)])),
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { [LABELS.partOf]: PART_OF, [LABELS.managedBy]: 'flotilla-up' } },
    type: 'Opaque',
    data: encodedData(data),
  };
}

function contentOf(
  { namespace, name }: SecretRef,
  mothershipCa: string | undefined,
): Omit<GivenSecret, keyof SecretRef> {
  switch (name) {
    case SUPERUSER_SECRET:
      return { fixed: {}, passwords: ['password'] };
    case OBJECT_STORE_SECRET:
      return { fixed: { identity: OBJECT_STORE_IDENTITY }, passwords: ['credential'] };
    case MOTHERSHIP_SECRET:
      if (mothershipCa === undefined) {
        throw new RangeError(`${namespace}/${name}: only the region that hosts the mothership can make its users`);
      }
      return { fixed: { username: mothershipUserName(namespace), [CA_FILE]: mothershipCa }, passwords: ['password'] };
    default:
      if (!isRole(name)) {
        throw new RangeError(
          `${namespace}/${name} is mounted by a pod, and a local region does not know what is in it`,
        );
      }
      return { fixed: { username: databaseRole(name.slice(DATABASE_PREFIX.length)) }, passwords: ['password'] };
  }
}

function isRole(secret: string): boolean {
  return secret.startsWith(DATABASE_PREFIX);
}

/** PostgreSQL takes names without a dash as they are. */
function databaseRole(service: string): string {
  return service.replaceAll('-', '_');
}

const OBJECT_STORE_IDENTITY = 'flotilla';
const DATABASE_PREFIX = databaseSecret('');
const PLATFORM_NAMESPACES: ReadonlySet<string> = new Set(Object.values(NAMESPACES));

function keptOrNew(password: string | undefined, newPassword: () => string): string {
  return password === undefined || password === '' ? newPassword() : password;
}
