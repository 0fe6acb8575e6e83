import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { internalHost } from '../../../../constructs/kubernetes/kafka/listeners.ts';
import { CA_FILE } from '../../../../constructs/kubernetes/kafka/secrets.ts';
import { certificatesIn } from '../../../../operators/psc/credentials/authorities.ts';
import {
  AUTHORITY_FILES,
  decodedData,
  podCertificateFile,
  type SecretData,
} from '../../../../operators/psc/credentials/credential-secrets.ts';
import { DAY_MS } from '../../../../operators/psc/credentials/validity.ts';
import { CERT_MANAGER_NAMESPACE, testCertManagerBinary } from '../../../cert-manager/controller.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS } from '../../../local/test-control-plane.ts';
import { eventually } from '../../../support/kafka-wait.ts';
import { handshakeFault } from '../../../support/tls-handshake.ts';
import { isWellCluster } from '../kafka/kafka-hands.ts';
import { OrdersCluster, psc as ordersPsc, reachable } from '../kafka/orders-cluster.ts';
import { clusterIssuer, companyAuthority, IssuingWorld, WAIT_MAX_MS } from './issuing-world.ts';

jest.setTimeout(4 * WAIT_MAX_MS);

const PODS = ['kafka-0', 'kafka-1', 'kafka-2', 'controller-0', 'controller-1', 'controller-2'];
const TWENTY_YEARS = '175200h';
const NEW_ROOT_DAYS = 40;
const ISSUER = { name: 'company', kind: 'ClusterIssuer' } as const;

let world: IssuingWorld;
let folder: string;
/** The PSC's Kafka: processes of this machine, which have its Secret's files as pods have them. */
let orders: OrdersCluster | undefined;
/** PEM of the company's own root. */
let root: string;

beforeAll(async () => {
  await testCertManagerBinary();
  world = await IssuingWorld.start();
  folder = await mkdtemp(join(tmpdir(), 'flotilla-chains-'));
}, 2 * CONTROL_PLANE_START_TIMEOUT_MS);

afterAll(async () => {
  await orders?.stop();
  await world.stop();
  await rm(folder, { recursive: true, force: true });
}, WAIT_MAX_MS);

describe('a PSC whose authority is to come from cert-manager', () => {
  test('says what to do where the operator may not ask', async () => {
    await world.putPsc('orders', ISSUER);
    await world.says('orders', 'write certManager: true at the Kubernetes cluster of the stack config');
  });

  test('says so where cert-manager is not installed', async () => {
    await world.grant({ authoritiesFrom: 'cert-manager' });
    await world.says('orders', 'cert-manager is not installed in this cluster');
  });

  test('says in the words of cert-manager that its issuer is not there', async () => {
    await world.installCertManager();
    await world.says(
      'orders',
      'Certificate flotilla-system/orders-ca: CertificateRequest orders-ca-1: Referenced "ClusterIssuer" not found',
    );
    expect(await world.secret('orders', 'tls')).toBeUndefined();
  });

  test('has it as soon as the issuer is there, two below the root of the company', async () => {
    await world.apply(
      clusterIssuer('self-signed', { selfSigned: {} }),
      companyAuthority('company-root', 'self-signed', TWENTY_YEARS),
      clusterIssuer('company-root', { ca: { secretName: 'company-root' } }),
      companyAuthority('company-issuing', 'company-root', TWENTY_YEARS),
      clusterIssuer('company', { ca: { secretName: 'company-issuing' } }),
    );
    await eventually({ what: 'certificates of the pods', withinMs: WAIT_MAX_MS }, async () => certificates());
    root = (await secretOfCompany('company-root'))[AUTHORITY_FILES.certificate] ?? '';
    const shown = certificatesIn(await pemOf('kafka-0')).map((pem) => new X509Certificate(pem).subject);
    expect(shown).toEqual([expect.stringMatching(/^CN=/), 'CN=orders-ca', 'CN=company-issuing']);
    await everyPodLeadsTo(root);
  });

  test('serves with it on a real Kafka, and lets in who knows the root of the company only', async () => {
    orders = await OrdersCluster.start({ tls: (await certificates()) ?? {} });
    await isWell(orders);
    await orders.newcomerWith(root);
  });

  test('says nothing of it any longer, and asks for nothing more', async () => {
    const { metadata, spec, status } = (await certificate()) as unknown as StoredCertificate;
    expect(metadata.generation).toBe(1);
    expect(spec).toMatchObject({ isCA: true, issuerRef: { ...ISSUER, group: 'cert-manager.io' } });
    expect(status).toMatchObject({ revision: 1, conditions: [{ type: 'Ready', status: 'True' }] });
    await eventually({ what: 'no wait for credentials', withinMs: WAIT_MAX_MS }, async () => {
      const { conditions = [] } = (await world.psc('orders')).status ?? {};
      return conditions.every(({ reason }) => reason !== 'WaitingForCredentials') ? true : undefined;
    });
  });
});

describe('another authority', () => {
  let before: SecretData;

  test('comes from cert-manager when a person asks for it, and the one before vouches for it', async () => {
    before = await authority();
    await world.flotilla('psc', 'rotate', 'orders', 'authority');
    const now = await authorityOtherThan(before);
    expect(now[AUTHORITY_FILES.formerCertificate]).toBe(before[AUTHORITY_FILES.certificate]);
    expect(((await certificate()) as unknown as StoredCertificate).status.revision).toBe(2);
    await issuedBy(now);
    const shown = certificatesIn(await pemOf('kafka-0')).map((pem) => new X509Certificate(pem));
    const former = new X509Certificate(before[AUTHORITY_FILES.certificate] ?? '');
    expect(shown[1]?.publicKey.equals(new X509Certificate(now[AUTHORITY_FILES.certificate] ?? '').publicKey)).toBe(
      true,
    );
    expect(shown[1]?.verify(former.publicKey)).toBe(true);
  });

  test('is taken by who knows the root only, the former one only, or the new one only', async () => {
    const now = await authority();
    await everyPodLeadsTo(root);
    for (const trusts of [before[AUTHORITY_FILES.certificate], now[AUTHORITY_FILES.certificate]]) {
      expect(await fault('kafka-0', trusts ?? '', 'any')).toBeUndefined();
    }
    expect(await fault('kafka-0', (await world.secret('orders', 'ca'))?.[CA_FILE] ?? '', 'roots')).toBeUndefined();
  });

  test('is followed by a real Kafka pod by pod, and the root of the company is enough all the while', async () => {
    if (orders === undefined) throw new Error('Kafka does not run');
    // Half of them have the new one by now: brokers and controllers of both sides must come to terms.
    await hand(orders, ['kafka-0', 'controller-0']);
    for (const pod of ['kafka-1', 'controller-1']) {
      await orders.kafka.endPod(pod);
      await orders.kafka.startPod(pod);
    }
    await isWell(orders);
    await orders.newcomerWith(root);
    await hand(orders, PODS);
    await isWell(orders);
    await orders.newcomerWith(root);
  });

  test('that is waited for is told of while the one before goes on, whoever keeps it from being issued', async () => {
    before = await authority();
    await world.delete('cert-manager.io/v1', 'ClusterIssuer', 'company');
    await world.flotilla('psc', 'rotate', 'orders', 'authority', '--again');
    await world.says('orders', 'CertificateRequest orders-ca-3: Referenced "ClusterIssuer" not found');
    expect((await authority())[AUTHORITY_FILES.certificate]).toBe(before[AUTHORITY_FILES.certificate]);
    await everyPodLeadsTo(root);
    await world.apply(clusterIssuer('company', { ca: { secretName: 'company-issuing' } }));
    await issuedBy(await authorityOtherThan(before));
    await everyPodLeadsTo(root);
  });

  test('that an approver of the company has to see first waits for it, and its refusal is told of in its own words', async () => {
    before = await authority();
    await world.runCertManager('others');
    await world.flotilla('psc', 'rotate', 'orders', 'authority', '--again');
    await world.says('orders', 'CertificateRequest orders-ca-4 is not approved yet');
    await decide('orders-ca-4', 'Denied', 'no policy allows it');
    await world.says(
      'orders',
      'The certificate request has failed to complete and will be retried: no policy allows it',
    );
    expect((await authority())[AUTHORITY_FILES.certificate]).toBe(before[AUTHORITY_FILES.certificate]);
    await everyPodLeadsTo(root);
  });

  test('comes from another issuer, and another root, when the spec names that', async () => {
    await world.runCertManager('itself');
    await world.apply(
      companyAuthority('new-root', 'self-signed', `${NEW_ROOT_DAYS * 24}h`),
      clusterIssuer('new-company', { ca: { secretName: 'new-root' } }),
    );
    await world.putPsc('orders', { ...ISSUER, name: 'new-company' });
    await issuedBy(await authorityOtherThan(before));
    // Who knows the former root stays served until the former authority goes.
    await everyPodLeadsTo(root);
    const newRoot = (await secretOfCompany('new-root'))[AUTHORITY_FILES.certificate] ?? '';
    const trusted = (await world.secret('orders', 'ca'))?.[CA_FILE] ?? '';
    expect(trusted).toContain(root);
    expect(trusted).toContain(newRoot);
    // cert-manager signs for ten years all the same.
    const ends = await eventually({ what: 'the end of the new one', withinMs: WAIT_MAX_MS }, async () => {
      const { authorityEnds = '' } = (await world.psc('orders')).status?.certificates ?? {};
      return Date.parse(authorityEnds) < Date.now() + 2 * NEW_ROOT_DAYS * DAY_MS ? authorityEnds : undefined;
    });
    expect(ends).toBe(new X509Certificate(newRoot).validToDate.toISOString());
    await world.flotilla('psc', 'rotate', 'orders', 'authority', '--again');
    await eventually({ what: 'pods that lead to the new root', withinMs: 2 * WAIT_MAX_MS }, async () =>
      (await fault('kafka-0', newRoot, 'roots')) === undefined ? true : undefined,
    );
    await everyPodLeadsTo(newRoot);
  });
});

describe('the operator', () => {
  test('was never refused for want of a right that it should have', () => {
    expect(world.lines).not.toEqual([]);
    expect(world.lines.filter((line) => /forbidden|denied|internal error/i.test(line))).toEqual([]);
  });
});

interface StoredCertificate {
  readonly metadata: { readonly generation: number };
  readonly spec: unknown;
  readonly status: { readonly revision?: number; readonly conditions: readonly unknown[] };
}

async function certificate() {
  return await world.certManagerObject('Certificate', 'orders-ca');
}

async function authority(): Promise<SecretData> {
  return (await world.secret('orders', 'authority')) ?? {};
}

/** The one that has taken its place. */
async function authorityOtherThan(before: SecretData): Promise<SecretData> {
  return await eventually({ what: 'another authority', withinMs: 2 * WAIT_MAX_MS }, async () => {
    const now = await authority();
    const { certificate: file } = AUTHORITY_FILES;
    return now[file] !== undefined && now[file] !== before[file] ? now : undefined;
  });
}

/** Resolves when every pod has a certificate of it. */
async function issuedBy(by: SecretData): Promise<void> {
  const issuer = new X509Certificate(by[AUTHORITY_FILES.certificate] ?? '');
  await eventually({ what: 'certificates of the new authority', withinMs: WAIT_MAX_MS }, async () => {
    const all = await certificates();
    const leaves = PODS.map((pod) => new X509Certificate(certificatesIn(all?.[podCertificateFile(pod)])[0] ?? ''));
    return leaves.every((leaf) => leaf.verify(issuer.publicKey)) ? true : undefined;
  });
}

/** Content of kafka-tls, once it is there. */
async function certificates(): Promise<SecretData | undefined> {
  return await world.secret('orders', 'tls');
}

/** Key, certificate and chain. */
async function pemOf(pod: string): Promise<string> {
  return (await certificates())?.[podCertificateFile(pod)] ?? '';
}

async function secretOfCompany(name: string): Promise<SecretData> {
  const ref = { apiVersion: 'v1', kind: 'Secret', namespace: CERT_MANAGER_NAMESPACE, name };
  return decodedData((await world.cluster.read(ref)) ?? {});
}

/** Says in the place of an approver what becomes of a request. */
async function decide(name: string, type: 'Approved' | 'Denied', message: string): Promise<void> {
  const request = await world.certManagerObject('CertificateRequest', name);
  if (request === undefined) throw new Error(`CertificateRequest ${name} is not there`);
  await world.patchStatus(request, {
    conditions: [
      { type, status: 'True', reason: 'policy.example.com', message, lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  });
}

/** Gives pods what the Secret says by now. */
async function hand({ kafka }: OrdersCluster, pods: readonly string[]): Promise<void> {
  const { [CA_FILE]: ca = '', ...own } = (await certificates()) ?? {};
  for (const pod of pods) {
    const file = podCertificateFile(pod);
    await kafka.handCertificates(pod, { [CA_FILE]: ca, [file]: own[file] ?? '' });
  }
}

/** By the port that the operator comes to Kafka with, and what it trusts. */
async function isWell(kafka: OrdersCluster): Promise<void> {
  const port = kafka.newPort({ ca: (await world.secret('orders', 'ca'))?.[CA_FILE] ?? '' });
  await eventually({ what: 'a cluster that is well', withinMs: WAIT_MAX_MS }, async () => {
    const view = reachable(await port.fresh(ordersPsc));
    const isSo =
      isWellCluster(view) && view.quorum.leaderId > 0 && view.partitions.every(({ isr }) => isr.length === 3);
    return isSo ? true : undefined;
  });
  kafka.closePorts();
}

/** Every pod's certificate is taken by Node and by OpenSSL's own tool where nothing but that root is trusted. */
async function everyPodLeadsTo(trusts: string): Promise<void> {
  for (const pod of PODS) {
    expect(await fault(pod, trusts, 'roots')).toBeUndefined();
    await verifiedByOpenssl(await pemOf(pod), trusts);
  }
}

async function fault(pod: string, trusts: string, ends: 'roots' | 'any'): Promise<string | undefined> {
  const host = internalHost(pod.startsWith('kafka') ? 'broker' : 'controller', pod, 'orders');
  return await handshakeFault({ server: await pemOf(pod), host, trusts, ends });
}

/** @throws Error with the tool's words where it does not take the chain */
async function verifiedByOpenssl(pem: string, trusts: string): Promise<void> {
  const [leaf = '', ...chain] = certificatesIn(pem);
  const files = { leaf, chain: chain.join(''), trusts };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const path = (name: keyof typeof files): string => join(folder, name);
  // Not what the machine trusts besides.
  const only = ['-no-CApath', '-no-CAstore', '-CAfile', path('trusts')];
  const args = ['verify', '-x509_strict', '-purpose', 'sslserver', ...only, '-untrusted', path('chain'), path('leaf')];
  await promisify(execFile)('openssl', args);
}
