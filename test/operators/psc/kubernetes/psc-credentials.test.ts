import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../../contracts/kubernetes-object.ts';
import type { StoredPsc } from '../../../../operators/psc/observed.ts';
import { decodedData, type SecretRef } from '../../../../operators/psc/credentials/credential-secrets.ts';
import { pscCredentials } from '../../../../operators/psc/kubernetes/psc-credentials.ts';
import type { SecretStore, StoredSecret } from '../../../../operators/psc/kubernetes/secret-store.ts';
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
    expect(await another.state(psc)).toEqual({ state: 'whole' });
    expect(await another.login(psc)).toEqual({ password: 'secret', ca: expect.stringContaining('BEGIN CERTIFICATE') });
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
    expect(await credentials.state(psc)).toEqual({ state: 'whole' });
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

function credentialsOn(secrets: SecretStore): ReturnType<typeof pscCredentials> {
  return pscCredentials({
    secrets,
    dataPlane: exampleDataPlane('local'),
    wallMs: () => Date.now(),
    newPassword: () => 'secret',
  });
}

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
