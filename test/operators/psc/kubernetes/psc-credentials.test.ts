import { describe, expect, test } from '@jest/globals';
import { LOGINS_FILE } from '../../../../constructs/kubernetes/kafka/secrets.ts';
import type { KubernetesObject } from '../../../../contracts/kubernetes-object.ts';
import type { StoredPsc } from '../../../../operators/psc/observed.ts';
import { decodedData, type SecretRef } from '../../../../operators/psc/credentials/credential-secrets.ts';
import type { HeldCertificates } from '../../../../operators/psc/credentials/held-certificates.ts';
import type { HeldLogins } from '../../../../operators/psc/credentials/platform-logins.ts';
import { authorityRequests } from '../../../../operators/psc/kubernetes/authority-requests.ts';
import { pscCredentials } from '../../../../operators/psc/kubernetes/psc-credentials.ts';
import type { SecretStore, StoredSecret } from '../../../../operators/psc/kubernetes/secret-store.ts';
import type { ApiServer } from '../../../../operators/runtime/api-server.ts';
import { exampleDataPlane, examplePsc } from '../../../support/example-psc.ts';

const psc = storedPsc('uid-1');

describe("the operator's login to a PSC's Kafka", () => {
  test('costs no call as long as no look has found it: Kafka is tried every second, by hundreds of PSCs', async () => {
    const { store, reads } = memoryStore();
    const credentials = credentialsOn(store);
    await expect(credentials.login(psc)).rejects.toThrow('orders has no credentials yet');
    expect(await credentials.state(psc)).toMatchObject({ state: 'incomplete' });
    const before = reads.length;
    await expect(credentials.login(psc)).rejects.toThrow('orders has no credentials yet');
    expect(reads).toHaveLength(before);
  });

  test('is read once a look has found it, also by an operator that has not made it', async () => {
    const { store } = memoryStore();
    await credentialsOn(store).issue(psc);
    const another = credentialsOn(store);
    expect(await another.state(psc)).toMatchObject({ state: 'whole' });
    expect(await another.login(psc)).toEqual({
      login: 'flotilla-operator',
      password: 'secret',
      ca: expect.stringContaining('BEGIN CERTIFICATE'),
    });
  });

  test('stays while the credentials of new brokers are still to come', async () => {
    const { store } = memoryStore();
    await credentialsOn(store).issue(psc);
    const another = credentialsOn(store);
    expect(await another.state(storedPsc('uid-1', 6))).toMatchObject({ state: 'incomplete' });
    expect(await another.login(psc)).toMatchObject({ password: 'secret' });
  });

  test('is that of the PSC as it is now, not of one of the same name before', async () => {
    const { store } = memoryStore();
    const credentials = credentialsOn(store);
    await credentials.issue(psc);
    await credentials.state(psc);
    await expect(credentials.login(storedPsc('uid-2'))).rejects.toThrow('orders has no credentials yet');
  });
});

describe('credentials that were just issued', () => {
  test('are whole without another call, for the PSC that they were issued for', async () => {
    const { store, reads } = memoryStore();
    const credentials = credentialsOn(store);
    await credentials.issue(psc);
    const before = reads.length;
    expect(await credentials.state(psc)).toMatchObject({ state: 'whole' });
    expect(reads).toHaveLength(before);
    expect(await credentials.state(storedPsc('uid-1', 6))).toMatchObject({ state: 'incomplete' });
  });

  test('are looked at anew when the issue failed half-way', async () => {
    const { store } = memoryStore();
    const failing: SecretStore = { ...store, write: () => Promise.reject(new Error('no answer')) };
    const credentials = credentialsOn(failing);
    await expect(credentials.issue(psc)).rejects.toThrow('no answer');
    expect(await credentials.state(psc)).toMatchObject({ state: 'incomplete' });
  });
});

describe('the authority', () => {
  test('is replaced once for one decision, however often it is sent, and what follows from it is issued next', async () => {
    const { store } = memoryStore();
    const credentials = credentialsOn(store);
    await credentials.issue(psc);
    const before = await certificatesOf(credentials);
    for (let time = 0; time < 2; time += 1) await credentials.rotate(psc, { step: 'replace', mark: before.mark });
    expect(await credentials.state(psc)).toMatchObject({ state: 'incomplete' });
    await credentials.issue(psc);
    const after = await certificatesOf(credentials);
    expect(after.former).toEqual({ endMs: before.authority.endMs });
    expect(after.mark).not.toBe(before.mark);
    expect(await certificatesOf(credentialsOn(store))).toEqual(after);
    await credentials.rotate(psc, { step: 'retire', mark: before.mark });
    expect(await certificatesOf(credentials)).toEqual(after);
    await credentials.rotate(psc, { step: 'retire', mark: after.mark });
    await credentials.issue(psc);
    expect((await certificatesOf(credentials)).former).toBeUndefined();
  });
});

describe('passwords of the platform', () => {
  test('take each step once for one decision, and whoever logs in is told of what is in use', async () => {
    const { store } = memoryStore();
    const credentials = credentialsOn(store);
    await credentials.issue(psc);
    const first = await loginsOf(credentials);
    expect(await credentials.login(psc)).toMatchObject({ login: 'flotilla-operator' });
    for (let time = 0; time < 2; time += 1)
      await credentials.rotatePasswords(psc, { step: 'prepare', mark: first.mark });
    const prepared = await loginsOf(credentials);
    expect(prepared).toMatchObject({ current: 'a', other: { state: 'next' } });
    expect(await credentials.otherLogins(psc)).toMatchObject({
      mark: prepared.mark,
      other: [{ name: 'flotilla-operator-b' }, { name: 'flotilla-balancer-b' }],
    });
    await credentials.rotatePasswords(psc, { step: 'switch', mark: prepared.mark });
    expect(await credentials.login(psc)).toMatchObject({ login: 'flotilla-operator-b' });
    // What an earlier leader has decided.
    await credentials.rotatePasswords(psc, { step: 'switch', mark: prepared.mark });
    expect(await loginsOf(credentials)).toMatchObject({ current: 'b', other: { state: 'former' } });
  });

  test('are not believed any longer once another has gone on', async () => {
    const { store } = memoryStore();
    const [one, another] = [credentialsOn(store), credentialsOn(store)];
    await one.issue(psc);
    const { mark } = await loginsOf(one);
    await another.rotatePasswords(psc, { step: 'prepare', mark });
    expect((await loginsOf(one)).other).toBeUndefined();
    await one.otherLogins(psc);
    expect((await loginsOf(one)).other?.state).toBe('next');
  });

  test('of which nobody can read which are in use are lost', async () => {
    const { store } = memoryStore();
    await credentialsOn(store).issue(psc);
    const garbled: SecretStore = {
      ...store,
      read: async (ref) => {
        const stored = await store.read(ref);
        const isUsers = ref.name === 'kafka-platform-users' && stored !== undefined;
        return isUsers ? { ...stored, data: { ...stored.data, [LOGINS_FILE]: 'rubbish' } } : stored;
      },
    };
    expect(await credentialsOn(garbled).state(psc)).toMatchObject({
      state: 'lost',
      reason: expect.stringContaining('kafka-platform-users says nothing in logins.json') as unknown,
    });
  });
});

async function loginsOf(credentials: ReturnType<typeof pscCredentials>): Promise<HeldLogins> {
  const state = await credentials.state(psc);
  if (state.state !== 'whole' || state.logins === undefined) throw new Error(`they are ${state.state}`);
  return state.logins;
}

async function certificatesOf(credentials: ReturnType<typeof pscCredentials>): Promise<HeldCertificates> {
  const state = await credentials.state(psc);
  if (state.state !== 'whole' || state.certificates === undefined) throw new Error(`they are ${state.state}`);
  return state.certificates;
}

function credentialsOn(secrets: SecretStore): ReturnType<typeof pscCredentials> {
  return pscCredentials({
    secrets,
    requests: authorityRequests(NO_API, secrets),
    dataPlane: exampleDataPlane('local'),
    wallMs: () => Date.now(),
    newPassword: () => 'secret',
  });
}

const unasked = (): never => {
  throw new Error('no issuer is to be asked');
};
const NO_API: ApiServer = { get: unasked, lines: unasked, write: unasked };

function storedPsc(uid: string, brokers = 3): StoredPsc {
  const example = examplePsc('local', { name: 'orders', brokers });
  return { ...example, metadata: { ...example.metadata, uid, resourceVersion: '1', generation: brokers } };
}

function memoryStore(): { readonly store: SecretStore; readonly reads: readonly SecretRef[] } {
  const secrets = new Map<string, StoredSecret>();
  const reads: SecretRef[] = [];
  const keyOf = ({ namespace, name }: SecretRef): string => `${namespace}/${name}`;
  return {
    reads,
    store: {
      read: (ref) => {
        reads.push(ref);
        return Promise.resolve(secrets.get(keyOf(ref)));
      },
      write: (secret: KubernetesObject) => {
        const { namespace = '', name } = secret.metadata;
        secrets.set(keyOf({ namespace, name }), { resourceVersion: '1', data: decodedData(secret) });
        return Promise.resolve();
      },
    },
  };
}
