import { beforeEach, describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../../contracts/kubernetes-object.ts';
import { decodedData, type SecretData } from '../../../../operators/psc/credentials/credential-secrets.ts';
import type { StoredPsc } from '../../../../operators/psc/observed.ts';
import { authorityRequests } from '../../../../operators/psc/kubernetes/authority-requests.ts';
import { ISSUER_BELIEF_MS, pscCredentials } from '../../../../operators/psc/kubernetes/psc-credentials.ts';
import type { SecretStore, StoredSecret } from '../../../../operators/psc/kubernetes/secret-store.ts';
import { ConflictError } from '../../../../operators/psc/ports.ts';
import { type ApiServer, ApiServerError } from '../../../../operators/runtime/api-server.ts';
import { companyPki } from '../../../support/company-pki.ts';
import { exampleDataPlane, examplePsc } from '../../../support/example-psc.ts';
import { authorityCertificate } from '../../../../operators/psc/credentials/authority-issuer.ts';
import { viewCluster } from '../../../../constructs/kubernetes/kafka/cluster-view.ts';

const ISSUER = { name: 'company', kind: 'ClusterIssuer' } as const;
const ISSUED = 'flotilla-system/orders-ca-issued';
const psc = pscWith({ authorityIssuer: ISSUER });
const request = authorityCertificate(viewCluster(psc, exampleDataPlane('local')), ISSUER);

let nowMs: number;
let cluster: Cluster;
beforeEach(() => {
  nowMs = Date.now();
  cluster = memoryCluster();
});

describe('a PSC whose authority comes from an issuer', () => {
  test('is given nothing before it is there, and is told what it waits for', async () => {
    const credentials = operatorOf(cluster);
    expect(await credentials.state(psc)).toMatchObject({ state: 'awaited', issuer: { request: { state: 'absent' } } });
    await credentials.request(psc, request);
    cluster.say({ type: 'Ready', status: 'False', message: 'Referenced "ClusterIssuer" not found' });
    expect(await credentials.state(psc)).toMatchObject({
      state: 'awaited',
      reason: 'Certificate flotilla-system/orders-ca: Referenced "ClusterIssuer" not found',
    });
    await expect(credentials.issue(psc)).rejects.toThrow(ConflictError);
    expect([...cluster.secrets.keys()]).toEqual([]);
  });

  test('is told what keeps cert-manager from answering, where the request to the issuer says it', async () => {
    const credentials = operatorOf(cluster);
    await credentials.request(psc, request);
    cluster.say({ type: 'Issuing', status: 'True', reason: 'DoesNotExist', message: 'the Secret does not exist' });
    const told = async (): Promise<unknown> => {
      nowMs += ISSUER_BELIEF_MS;
      return ((await credentials.state(psc)) as { readonly reason: string }).reason;
    };
    const certificate = 'Certificate flotilla-system/orders-ca';
    expect(await told()).toBe(`${certificate} is being issued`);
    cluster.send({ conditions: [] });
    expect(await told()).toBe(`${certificate}: CertificateRequest orders-ca-1 is not approved yet`);
    cluster.send({ conditions: [{ type: 'Approved', status: 'True' }] });
    expect(await told()).toBe(`${certificate} is being issued`);
    cluster.send({ conditions: [{ type: 'Ready', status: 'False', reason: 'Pending', message: 'no issuer' }] });
    expect(await told()).toBe(`${certificate}: CertificateRequest orders-ca-1: no issuer`);
  });

  test.each(['Failed', 'Denied by a policy', 'InvalidCertificate'])(
    'is told of a refusal for the reason %s as well as of any other',
    async (reason) => {
      const credentials = operatorOf(cluster);
      await credentials.request(psc, request);
      cluster.say({ type: 'Ready', status: 'False', reason: 'DoesNotExist', message: 'the Secret does not exist' });
      cluster.say({ type: 'Issuing', status: 'False', reason, message: 'not signed' });
      expect(await credentials.state(psc)).toMatchObject({
        reason: 'Certificate flotilla-system/orders-ca: not signed',
      });
    },
  );

  test('takes the end of what was issued for no refusal', async () => {
    const credentials = operatorOf(cluster);
    await credentials.request(psc, request);
    cluster.say({ type: 'Ready', status: 'True', reason: 'Ready', message: 'it is up to date' });
    cluster.say({ type: 'Issuing', status: 'False', reason: 'Issued', message: 'it was issued' });
    expect(await credentials.state(psc)).toMatchObject({
      reason: 'Certificate flotilla-system/orders-ca is not issued yet',
    });
  });

  test.each<[string, ApiServerError, string]>([
    ['where cert-manager is not installed', notFound(), 'cert-manager is not installed in this cluster'],
    ['where the operator may not ask', new ApiServerError('forbidden', { status: 403 }), 'certManager: true'],
  ])('says so %s', async (_, error, words) => {
    cluster.fail(error);
    expect(await operatorOf(cluster).state(psc)).toMatchObject({
      state: 'awaited',
      reason: expect.stringContaining(words) as unknown,
    });
  });

  test('has it from there, and is whole as long as that is the one', async () => {
    const credentials = operatorOf(cluster);
    await credentials.request(psc, request);
    const { authority } = await companyPki(nowMs);
    expect(await credentials.state(psc)).toMatchObject({ state: 'awaited' });
    cluster.issue(await authority('orders-ca'));
    expect(await credentials.state(psc)).toMatchObject({ state: 'awaited' });
    nowMs += ISSUER_BELIEF_MS;
    expect(await credentials.state(psc)).toMatchObject({ state: 'incomplete' });
    await credentials.issue(psc);
    expect(await credentials.state(psc)).toMatchObject({
      state: 'whole',
      certificates: { authority: { maker: 'issuer', madeAtMs: nowMs } },
      issuer: { request: { state: 'there', isIssuing: false }, offer: { state: 'current' } },
    });
    const before = cluster.reads;
    nowMs += ISSUER_BELIEF_MS;
    await credentials.state(psc);
    expect(cluster.reads).toBe(before);
  });

  test('takes over exactly the one that was decided on, once, and keeps the one before it', async () => {
    const credentials = operatorOf(cluster);
    await credentials.request(psc, request);
    const { authority } = await companyPki(nowMs);
    cluster.issue(await authority('orders-ca'));
    await credentials.issue(psc);
    cluster.issue(await authority('orders-ca'));
    credentials.doubt('orders');
    const seen = await credentials.state(psc);
    if (seen.state !== 'whole' || seen.issuer?.offer.state !== 'other') throw new Error('another one is there');
    const decided = { step: 'replace', mark: seen.certificates?.mark ?? '', offer: seen.issuer.offer.mark } as const;
    cluster.issue(await authority('orders-ca'));
    await expect(credentials.rotate(psc, decided)).rejects.toThrow('is another now');
    credentials.doubt('orders');
    const again = await credentials.state(psc);
    if (again.state !== 'whole' || again.issuer?.offer.state !== 'other') throw new Error('another one is there');
    for (let time = 0; time < 2; time += 1)
      await credentials.rotate(psc, { ...decided, offer: again.issuer.offer.mark });
    await credentials.issue(psc);
    expect(await credentials.state(psc)).toMatchObject({
      state: 'whole',
      certificates: { former: {} },
      issuer: { offer: { state: 'current' } },
    });
  });

  test('goes on with what it has when what is issued is unfit', async () => {
    const credentials = operatorOf(cluster);
    await credentials.request(psc, request);
    const { authority } = await companyPki(nowMs);
    cluster.issue(await authority('orders-ca'));
    await credentials.issue(psc);
    cluster.issue({ ...(await authority('orders-ca')), 'tls.key': '' });
    credentials.doubt('orders');
    expect(await credentials.state(psc)).toMatchObject({
      state: 'whole',
      issuer: { offer: { state: 'unfit', reason: expect.stringContaining('has no private key') as unknown } },
    });
  });

  test('asks for another one as cmctl renew does, and keeps what others say of the Certificate', async () => {
    const credentials = operatorOf(cluster);
    await credentials.request(psc, request);
    cluster.say({ type: 'Ready', status: 'True', message: 'up to date' });
    await credentials.renew(psc);
    expect(cluster.conditions()).toMatchObject([
      { type: 'Ready', status: 'True' },
      { type: 'Issuing', status: 'True', reason: 'ManuallyTriggered' },
    ]);
    expect(await credentials.state(psc)).toMatchObject({ issuer: { request: { isIssuing: true } } });
  });

  test('has it asked for anew when somebody has changed what is asked for', async () => {
    const credentials = operatorOf(cluster);
    await credentials.request(psc, { ...request, spec: { ...(request['spec'] as object), isCA: false } });
    expect(await credentials.state(psc)).toMatchObject({ issuer: { request: { state: 'different' } } });
  });
});

interface Cluster {
  readonly api: ApiServer;
  readonly store: SecretStore;
  readonly secrets: ReadonlyMap<string, StoredSecret>;
  readonly reads: number;
  readonly issue: (data: SecretData) => void;
  readonly say: (condition: object) => void;
  /** Has the first request to the issuer be there, with this status. */
  readonly send: (status: object) => void;
  readonly conditions: () => readonly unknown[];
  readonly fail: (error: ApiServerError) => void;
}

/** Secrets and one Certificate. */
function memoryCluster(): Cluster {
  const secrets = new Map<string, StoredSecret>();
  let certificate: KubernetesObject | undefined;
  let conditions: readonly unknown[] = [];
  let sent: KubernetesObject | undefined;
  let failure: ApiServerError | undefined;
  let reads = 0;
  const unused = (): never => {
    throw new Error('nothing is watched');
  };
  return {
    secrets,
    get reads() {
      return reads;
    },
    issue: (data) => {
      secrets.set(ISSUED, { resourceVersion: '1', data });
    },
    say: (condition) => {
      conditions = [...conditions, condition];
    },
    send: (status) => {
      const { apiVersion } = request;
      sent = { apiVersion, kind: 'CertificateRequest', metadata: { name: 'orders-ca-1' }, status };
    },
    conditions: () => conditions,
    fail: (error) => {
      failure = error;
    },
    api: {
      lines: unused,
      get: ({ path }) => {
        reads += 1;
        if (failure !== undefined) return Promise.reject(failure);
        const isSent = sent !== undefined && path.endsWith(`/certificaterequests/${sent.metadata.name}`);
        if (isSent) return Promise.resolve(sent);
        if (certificate === undefined || path.includes('/certificaterequests/')) {
          return Promise.reject(notFound({ kind: 'Status', reason: 'NotFound' }));
        }
        const metadata = { ...certificate.metadata, resourceVersion: '7' };
        return Promise.resolve({ ...certificate, metadata, status: { conditions } });
      },
      write: ({ path, body }) => {
        if (path.endsWith('/status')) {
          ({ conditions } = (body as { readonly status: { readonly conditions: readonly unknown[] } }).status);
        } else {
          certificate = body as KubernetesObject;
        }
        return Promise.resolve(certificate);
      },
    },
    store: {
      read: ({ namespace, name }) => {
        reads += 1;
        return Promise.resolve(secrets.get(`${namespace}/${name}`));
      },
      write: (secret) => {
        const { namespace = '', name } = secret.metadata;
        secrets.set(`${namespace}/${name}`, { resourceVersion: '1', data: decodedData(secret) });
        return Promise.resolve();
      },
    },
  };
}

function operatorOf({ api, store }: Cluster): ReturnType<typeof pscCredentials> {
  return pscCredentials({
    secrets: store,
    requests: authorityRequests(api, store),
    dataPlane: exampleDataPlane('local'),
    wallMs: () => nowMs,
    newPassword: () => 'secret',
  });
}

function pscWith(kafka: object): StoredPsc {
  const example = examplePsc('local', { name: 'orders' });
  return {
    ...example,
    spec: { ...example.spec, kafka: { ...example.spec.kafka, ...kafka } },
    metadata: { ...example.metadata, uid: 'uid-1', resourceVersion: '1', generation: 1 },
  } as StoredPsc;
}

function notFound(answer?: ApiServerError['answer']): ApiServerError {
  return new ApiServerError('404 page not found', { status: 404, ...(answer === undefined ? {} : { answer }) });
}
