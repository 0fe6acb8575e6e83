import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { kafkaAccess } from '../../../operators/client/kafka-access.ts';
import type { KafkaAccessPort } from '../../../operators/client/ports.ts';
import { decodedData, type SecretRef } from '../../../operators/psc/credentials/credential-secrets.ts';
import type { SecretStore, StoredSecret } from '../../../operators/psc/kubernetes/secret-store.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';
import { ConflictError } from '../../../operators/psc/ports.ts';
import { exampleConnectPsc } from '../../support/example-clients.ts';
import { exampleDataPlane, examplePsc } from '../../support/example-psc.ts';

const psc = stored(exampleConnectPsc('local'), 'uid-1');
const kafka = stored(examplePsc('local'), 'kafka-1');
const CREDENTIALS = 'psc-orders-connect/kafka-credentials';

describe('the user of a Connect cluster on its Kafka', () => {
  test('is not there before its Kafka has an authority', async () => {
    const { access, secrets } = world();
    secrets.delete('psc-orders/kafka-ca');
    await expect(access.state(psc, kafka)).resolves.toMatchObject({ state: 'incomplete' });
  });

  test('is one of its own, with the password and the authority in a Secret that goes with the PSC', async () => {
    const { access, secrets, users, objects } = world();
    await access.grant(psc, kafka);
    await expect(access.state(psc, kafka)).resolves.toMatchObject({ state: 'whole', logins: { current: 'a' } });
    const { username, password, 'ca.crt': ca } = secrets.get(CREDENTIALS)?.data ?? {};
    expect(username).toBe('flotilla-connect-orders-connect');
    expect(ca).toBe('authority');
    expect(users.get('flotilla-connect-orders-connect')).toBe(password);
    expect(objects[0]?.metadata).toMatchObject({ ownerReferences: [{ uid: 'uid-1' }] });
  });

  test('keeps its password, whatever has to be made anew around it', async () => {
    const { access, secrets, users } = world();
    await access.grant(psc, kafka);
    const before = users.get('flotilla-connect-orders-connect');
    users.clear();
    secrets.set('psc-orders/kafka-ca', { resourceVersion: '9', data: { 'ca.crt': 'another' } });
    const another = { ...kafka, metadata: { ...kafka.metadata, uid: 'kafka-2' } };
    await expect(access.state(psc, another)).resolves.toMatchObject({ state: 'incomplete' });
    await access.grant(psc, another);
    await expect(access.state(psc, another)).resolves.toMatchObject({ state: 'whole' });
    expect(users.get('flotilla-connect-orders-connect')).toBe(before);
    expect(secrets.get(CREDENTIALS)?.data['ca.crt']).toBe('another');
  });

  test('has in its Kafka the password of its Secret, also where two operators make both at once', async () => {
    const first = world();
    const second = world(first);
    const results = await Promise.allSettled([first.access.grant(psc, kafka), second.access.grant(psc, kafka)]);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(ConflictError);
    }
    await first.access.grant(psc, kafka);
    expect(first.users.get('flotilla-connect-orders-connect')).toBe(first.secrets.get(CREDENTIALS)?.data['password']);
  });

  test('is not whole until its Kafka knows it', async () => {
    const { access, fail } = world();
    fail('Kafka does not answer');
    await expect(access.grant(psc, kafka)).rejects.toThrow('does not answer');
    await expect(access.state(psc, kafka)).resolves.toEqual({
      state: 'incomplete',
      reason: 'its Kafka does not know its user yet',
    });
  });

  test('has two logins that take turns, of which Kafka knows the former until nobody uses it', async () => {
    const { access, secrets, users } = world();
    await access.grant(psc, kafka);
    const first = users.get(FIRST);
    await access.rotate(psc, kafka, { step: 'prepare', mark: await markOf(access) });
    const next = secrets.get(CREDENTIALS)?.data['password-b'];
    expect([users.get(FIRST), users.has(SECOND)]).toEqual([first, false]);
    await expect(access.state(psc, kafka)).resolves.toMatchObject({ answers: new Map([['kafka-0', 'refuses']]) });
    await access.announce(psc, kafka, await markOf(access));
    await expect(access.state(psc, kafka)).resolves.toMatchObject({ answers: new Map([['kafka-0', 'accepts']]) });
    await access.rotate(psc, kafka, { step: 'switch', mark: await markOf(access) });
    await expect(access.state(psc, kafka)).resolves.toMatchObject({ state: 'whole', logins: { current: 'b' } });
    expect(Object.fromEntries(users)).toEqual({ [FIRST]: first, [SECOND]: next });
    await access.rotate(psc, kafka, { step: 'retire', mark: await markOf(access) });
    expect(Object.fromEntries(users)).toEqual({ [SECOND]: next });
    // An operator from before the second login would find nothing to use, and make it anew.
    expect(Object.keys(secrets.get(CREDENTIALS)?.data ?? {}).sort()).toEqual(
      ['ca.crt', 'kafka-uid', 'logins.json', 'password-b', 'username-b'].sort(),
    );
    expect(secrets.get(CREDENTIALS)?.data['logins.json']).not.toContain('password-');
    await access.revoke(psc, kafka);
    expect([...users.keys()]).toEqual([]);
  });

  test('takes a step once, and only from the state that it was decided on', async () => {
    const { access, secrets } = world();
    await access.grant(psc, kafka);
    const mark = await markOf(access);
    await access.rotate(psc, kafka, { step: 'prepare', mark });
    const made = secrets.get(CREDENTIALS)?.data;
    await access.rotate(psc, kafka, { step: 'prepare', mark });
    expect(secrets.get(CREDENTIALS)?.data).toEqual(made);
    await expect(access.announce(psc, kafka, mark)).rejects.toThrow(ConflictError);
  });

  test('keeps both of its logins where its Kafka is made anew while they are replaced', async () => {
    const { access, secrets, users } = world();
    await access.grant(psc, kafka);
    await access.rotate(psc, kafka, { step: 'prepare', mark: await markOf(access) });
    users.clear();
    await access.grant(psc, { ...kafka, metadata: { ...kafka.metadata, uid: 'kafka-2' } });
    const { password, 'password-b': other } = secrets.get(CREDENTIALS)?.data ?? {};
    expect(Object.fromEntries(users)).toEqual({ [FIRST]: password, [SECOND]: other });
  });

  test('has logins from before this was written down, which are the first', async () => {
    const { access, secrets } = world();
    const data = { username: FIRST, password: 'old', 'ca.crt': 'authority', 'kafka-uid': 'kafka-1' };
    secrets.set(CREDENTIALS, { resourceVersion: '1', data });
    const state = await access.state(psc, kafka);
    expect(state).toEqual({ state: 'whole', logins: { mark: 'unwritten', current: 'a' } });
  });

  test('costs no call at rest', async () => {
    const { access, reads } = world();
    await access.grant(psc, kafka);
    await access.state(psc, kafka);
    const before = reads.length;
    await access.state(psc, kafka);
    expect(reads).toHaveLength(before);
  });
});

const FIRST = 'flotilla-connect-orders-connect';
const SECOND = 'flotilla-connect-orders-connect.b';

async function markOf(access: KafkaAccessPort): Promise<string> {
  const state = await access.state(psc, kafka);
  return state.state === 'whole' ? state.logins.mark : '';
}

interface Shared {
  readonly secrets: Map<string, StoredSecret>;
  readonly users: Map<string, string>;
}

interface AccessWorld extends Shared {
  readonly access: KafkaAccessPort;
  readonly objects: KubernetesObject[];
  readonly reads: string[];
  readonly fail: (message: string) => void;
}

let passwords = 0;

function world(shared?: Shared): AccessWorld {
  const secrets =
    shared?.secrets ??
    new Map<string, StoredSecret>([['psc-orders/kafka-ca', { resourceVersion: '1', data: { 'ca.crt': 'authority' } }]]);
  const users = shared?.users ?? new Map<string, string>();
  const objects: KubernetesObject[] = [];
  const reads: string[] = [];
  let failure: string | undefined;
  const keyOf = ({ namespace, name }: SecretRef): string => `${namespace}/${name}`;
  const store: SecretStore = {
    read: (ref) => {
      reads.push(keyOf(ref));
      return Promise.resolve(secrets.get(keyOf(ref)));
    },
    write: (object, before) => {
      const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
      const now = secrets.get(key);
      if (now?.resourceVersion !== before?.resourceVersion) return Promise.reject(new ConflictError(key));
      objects.push(object);
      const resourceVersion = String(Number(now?.resourceVersion ?? 0) + 1);
      secrets.set(key, { resourceVersion, data: decodedData(object) });
      return Promise.resolve();
    },
  };
  const access = kafkaAccess({
    secrets: store,
    users: {
      grantUser: (_kafka, user, password) => {
        if (failure !== undefined) return Promise.reject(new Error(failure));
        users.set(user, password);
        return Promise.resolve();
      },
      revokeUser: (_kafka, user) => {
        users.delete(user);
        return Promise.resolve();
      },
      userAnswers: (_kafka, { name, password }) =>
        Promise.resolve(new Map([['kafka-0', users.get(name) === password ? 'accepts' : 'refuses']])),
    },
    dataPlane: exampleDataPlane('local'),
    wallMs: () => 0,
    newPassword: () => {
      passwords += 1;
      return `password-${passwords}`;
    },
  });
  return {
    access,
    secrets,
    users,
    objects,
    reads,
    fail: (message) => {
      failure = message;
    },
  };
}

function stored(
  example: Omit<StoredPsc, 'metadata'> & { readonly metadata: { readonly name: string; readonly namespace?: string } },
  uid: string,
): StoredPsc {
  return { ...example, metadata: { ...example.metadata, uid, resourceVersion: '1', generation: 1 } };
}
