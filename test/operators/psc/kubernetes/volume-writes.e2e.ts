import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { StoredPsc } from '../../../../operators/psc/observed.ts';
import { ConflictError } from '../../../../operators/psc/ports.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS } from '../../../local/test-control-plane.ts';
import { eventually } from '../../../support/kafka-wait.ts';
import { operatorOn, pscPath, realWorld, type RealWorld, WAIT_MAX_MS } from './real-world.ts';

jest.setTimeout(4 * WAIT_MAX_MS);

const PSC = 'volumes';
const CLAIM_UID = '6f0e6f5c-0a3f-4f3e-9c51-3f1f1f0c0001';
let real: RealWorld;
let port: ReturnType<typeof operatorOn>['port'];
const ended = new AbortController();

beforeAll(async () => {
  real = await realWorld();
  await real.createPsc(PSC);
  port = operatorOn(real.api, ended.signal).port;
}, CONTROL_PLANE_START_TIMEOUT_MS);

afterAll(async () => {
  ended.abort();
  await real.stop();
}, 2 * WAIT_MAX_MS);

describe('a volume', () => {
  test('whose claim is gone is let go of by the uid of that claim only', async () => {
    await create('former', { namespace: `psc-${PSC}`, name: 'data-kafka-9', uid: CLAIM_UID });
    await eventually({ what: 'a released volume', withinMs: WAIT_MAX_MS }, async () =>
      (await read('former')).status?.phase === 'Released' ? true : undefined,
    );
    const psc = await stored();
    await expect(port.releaseVolume(psc, 'former', 'another')).rejects.toThrow(ConflictError);
    expect((await read('former')).spec.persistentVolumeReclaimPolicy).toBe('Retain');
    await port.releaseVolume(psc, 'former', CLAIM_UID);
    expect((await read('former')).spec.persistentVolumeReclaimPolicy).toBe('Delete');
  });

  test('that is not released, or has no claim at all, is left alone', async () => {
    await create('free', undefined);
    await expect(port.releaseVolume(await stored(), 'free', CLAIM_UID)).rejects.toThrow(ConflictError);
    expect((await read('free')).spec.persistentVolumeReclaimPolicy).toBe('Retain');
  });

  test('that is gone is done', async () => {
    await expect(port.releaseVolume(await stored(), 'absent', CLAIM_UID)).resolves.toBeUndefined();
  });
});

interface Volume {
  readonly spec: { readonly persistentVolumeReclaimPolicy: string };
  readonly status?: { readonly phase?: string };
}

const path = (name: string): string => `/api/v1/persistentvolumes/${name}`;

async function create(name: string, claimRef: Readonly<Record<string, string>> | undefined): Promise<void> {
  const spec = {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    storageClassName: 'nobody-s',
    hostPath: { path: `/nowhere/${name}` },
    ...(claimRef === undefined ? {} : { claimRef }),
  };
  await real.apply({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec }, path(name));
}

async function read(name: string): Promise<Volume> {
  return (await real.api.get({ path: path(name), query: {}, signal: AbortSignal.timeout(WAIT_MAX_MS) })) as Volume;
}

async function stored(): Promise<StoredPsc> {
  const signal = AbortSignal.timeout(WAIT_MAX_MS);
  return (await real.api.get({ path: pscPath(PSC), query: {}, signal })) as StoredPsc;
}
