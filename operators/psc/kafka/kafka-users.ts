import { pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import {
  type Acl,
  AclOperations,
  AclPermissionTypes,
  alterUserScramCredentialsV0,
  createAclsV3,
  deleteAclsV3,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import type { Login } from '../credentials/platform-logins.ts';
import type { BrokerConnections } from './broker-connections.ts';
import type { BrokerPlace } from './broker-places.ts';
import { evenPartly } from './kafka-error.ts';

/** Makes a user by SCRAM, or gives it this password, and lets it use all data: {@link dataAcls}. */
export async function grantUser(
  broker: BrokerPlace,
  connections: BrokerConnections,
  user: string,
  password: string,
): Promise<void> {
  const upsertion = await scramUpsertion(user, password);
  await connections.call(broker, (connection) => alterUserScramCredentialsV0.api.async(connection, [], [upsertion]));
  await connections.call(broker, (connection) => createAclsV3.api.async(connection, dataAcls(user)));
}

/** Gives logins their passwords; who has one that is right keeps what it has open. */
export async function grantLogins(
  broker: BrokerPlace,
  connections: BrokerConnections,
  logins: readonly Login[],
): Promise<void> {
  const upsertions = await Promise.all(logins.map(({ name, password }) => scramUpsertion(name, password)));
  await connections.call(broker, (connection) => alterUserScramCredentialsV0.api.async(connection, [], upsertions));
}

/** Takes logins away, and leaves open what they have opened; one that is not there is no error. */
export async function revokeLogins(
  broker: BrokerPlace,
  connections: BrokerConnections,
  names: readonly string[],
): Promise<void> {
  const deletions = names.map((name) => ({ name, mechanism: SCRAM_SHA_512 }));
  await connections.call(broker, (connection) =>
    evenPartly(
      alterUserScramCredentialsV0.api.async(connection, deletions, []),
      ({ id }) => id === 'RESOURCE_NOT_FOUND',
    ),
  );
}

/** Takes a user and its ACLs away; one that is not there is no error. */
export async function revokeUser(broker: BrokerPlace, connections: BrokerConnections, user: string): Promise<void> {
  const { ANY } = ResourceTypes;
  const filter = {
    resourceType: ANY,
    resourceName: null,
    resourcePatternType: ResourcePatternTypes.ANY,
    principal: `User:${user}`,
    host: null,
    operation: AclOperations.ANY,
    permissionType: AclPermissionTypes.ANY,
  };
  await connections.call(broker, (connection) => deleteAclsV3.api.async(connection, [filter]));
  await revokeLogins(broker, connections, [user]);
}

/**
 * ACLs of a user of the data: every topic, group and transactional id. It may describe the cluster, and change nothing of the
 * cluster itself.
 */
export function dataAcls(user: string): Acl[] {
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

/** Kafka's number of its SCRAM-SHA-512 in the protocol (KIP-554). */
const SCRAM_SHA_512 = 2;
const ITERATIONS = 4096;
const KEY_BYTES = 64;
const SALT_BYTES = 32;

export interface ScramUpsertion {
  readonly name: string;
  readonly mechanism: number;
  readonly iterations: number;
  readonly salt: Buffer;
  readonly saltedPassword: Buffer;
}

/** A password as Kafka is given it: salted, which is as good as the password itself. */
export async function scramUpsertion(name: string, password: string): Promise<ScramUpsertion> {
  const salt = randomBytes(SALT_BYTES);
  const saltedPassword = await promisify(pbkdf2)(password, salt, ITERATIONS, KEY_BYTES, 'sha512');
  return { name, mechanism: SCRAM_SHA_512, iterations: ITERATIONS, salt, saltedPassword };
}
