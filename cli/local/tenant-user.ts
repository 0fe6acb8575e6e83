import { pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import {
  type Acl,
  AclOperations,
  AclPermissionTypes,
  Admin,
  alterUserScramCredentialsV0,
  type Callback,
  type Connection,
  kGetBootstrapConnection,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import { clientOptions, type KafkaAccess } from './kafka-access.ts';

/** User that `connect` makes: not the platform's own, so that a client on this machine may do no more than a tenant. */
export const LOCAL_USER = 'local-client';

export interface UserRequest {
  readonly user: string;
  readonly password: string;
  /** @default - those of a tenant's user: {@link aclsOf} */
  readonly acls?: readonly Acl[];
}

/** Makes a user of a cluster, or gives it this password, and lets it do what its ACLs say. */
export async function ensureUser(operator: KafkaAccess, { user, password, acls }: UserRequest): Promise<void> {
  const admin = new Admin({ ...clientOptions(operator, 'flotilla-connect'), retries: FEW_RETRIES });
  try {
    const upsertion = await scramUpsertion(user, password);
    const { promise, resolve, reject } = Promise.withResolvers<Connection>();
    const onConnection: Callback<Connection> = (error, connection) => {
      if (connection !== undefined) resolve(connection);
      else reject(error ?? new Error('the client gave neither a connection nor an error'));
    };
    admin[kGetBootstrapConnection](onConnection);
    await alterUserScramCredentialsV0.api.async(await promise, [], [upsertion]);
    await admin.createAcls({ creations: [...(acls ?? aclsOf(user))] });
  } finally {
    await admin.close();
  }
}

/**
 * ACLs of a tenant's user: every topic, group and transactional id. It may describe the cluster, and change nothing of the
 * cluster itself.
 */
export function aclsOf(user: string): Acl[] {
  const { TOPIC, GROUP, TRANSACTIONAL_ID, CLUSTER } = ResourceTypes;
  const allow = (resourceType: Acl['resourceType'], resourceName: string, operation: Acl['operation']): Acl => ({
    resourceType,
    resourceName,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${user}`,
    host: '*',
    operation,
    permissionType: AclPermissionTypes.ALLOW,
  });
  return [
    allow(TOPIC, '*', AclOperations.ALL),
    allow(GROUP, '*', AclOperations.ALL),
    allow(TRANSACTIONAL_ID, '*', AclOperations.ALL),
    allow(CLUSTER, 'kafka-cluster', AclOperations.DESCRIBE),
  ];
}

const FEW_RETRIES = 3;
/** Kafka's number of its SCRAM-SHA-512 in the protocol (KIP-554). */
const SCRAM_SHA_512 = 2;
const ITERATIONS = 4096;
const KEY_BYTES = 64;
const SALT_BYTES = 32;

async function scramUpsertion(
  name: string,
  password: string,
): Promise<{ name: string; mechanism: number; iterations: number; salt: Buffer; saltedPassword: Buffer }> {
  const salt = randomBytes(SALT_BYTES);
  const saltedPassword = await promisify(pbkdf2)(password, salt, ITERATIONS, KEY_BYTES, 'sha512');
  return { name, mechanism: SCRAM_SHA_512, iterations: ITERATIONS, salt, saltedPassword };
}
