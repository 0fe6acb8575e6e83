import {
  type Acl,
  Admin,
  alterUserScramCredentialsV0,
  type Callback,
  type Connection,
  kGetBootstrapConnection,
} from '@platformatic/kafka';
import { dataAcls, scramUpsertion } from '../../operators/psc/kafka/kafka-users.ts';
import { clientOptions, type KafkaAccess } from './kafka-access.ts';

/** User that `connect` makes: not the platform's own, so that a client on this machine may do no more than a tenant. */
export const LOCAL_USER = 'local-client';

export interface UserRequest {
  readonly user: string;
  readonly password: string;
  /** @default - those of a tenant's user: {@link dataAcls} */
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
    await admin.createAcls({ creations: [...(acls ?? dataAcls(user))] });
  } finally {
    await admin.close();
  }
}

const FEW_RETRIES = 3;
