import { createPrivateKey, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type ClusterView, viewCluster } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { certificateHosts } from '../../../constructs/kubernetes/kafka/listeners.ts';
import { LOGINS_FILE, loginsOf } from '../../../constructs/kubernetes/kafka/secrets.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import {
  CREDENTIAL_SECRETS,
  credentialSecretRef,
  type ObservedCredentials,
  type SecretData,
} from '../../../operators/psc/credentials/credential-secrets.ts';
import { heldCertificates } from '../../../operators/psc/credentials/held-certificates.ts';
import { issueCredentials } from '../../../operators/psc/credentials/issue-credentials.ts';
import { LostCredentialsError } from '../../../operators/psc/credentials/lost-credentials-error.ts';
import { isWhole, planCredentials } from '../../../operators/psc/credentials/plan-credentials.ts';
import { rotatedAuthority, type RotationStep } from '../../../operators/psc/credentials/rotate-authority.ts';
import {
  AUTHORITY_DAYS,
  CERTIFICATE_DAYS,
  CERTIFICATE_RENEWAL_DAYS,
  DAY_MS,
} from '../../../operators/psc/credentials/validity.ts';
import { newPassword } from '../../../operators/runtime/new-password.ts';
import { exampleDataPlane, examplePsc, type ExampleOverrides } from '../../support/example-psc.ts';

const NOW_MS = Date.UTC(2026, 10, 22);
const NOTHING: ObservedCredentials = { authority: undefined, platformUsers: undefined, tls: undefined, ca: undefined };
const PODS = ['controller-0', 'controller-1', 'controller-2', 'kafka-0', 'kafka-1', 'kafka-2'];

let fresh: ObservedCredentials;

beforeAll(async () => {
  fresh = await reconciled(viewOf(), NOTHING, NOW_MS);
});

describe('a PSC without credentials', () => {
  test('gets its own authority, a certificate for each pod and a password for each platform user', () => {
    const plan = planCredentials(viewOf(), NOTHING, NOW_MS);
    expect(plan).toMatchObject({ authority: 'create', logins: ['flotilla-operator', 'flotilla-balancer'], drop: [] });
    expect(plan.issue.map(({ pod, reason }) => [pod, reason])).toEqual(PODS.map((pod) => [pod, 'absent']));
  });

  test('has the key of its authority with the operator only', () => {
    expect(CREDENTIAL_SECRETS.map((secret) => credentialSecretRef('orders', secret))).toEqual([
      { namespace: 'flotilla-system', name: 'orders-ca-key' },
      { namespace: 'psc-orders', name: 'kafka-platform-users' },
      { namespace: 'psc-orders', name: 'kafka-tls' },
      { namespace: 'psc-orders', name: 'kafka-ca' },
    ]);
    expect(fresh.ca).toEqual({ 'ca.crt': fresh.authority?.['tls.crt'] });
  });

  test.each(PODS)('gets for %s a certificate that holds its hosts and nothing else of the subject', (pod) => {
    const { certificate, key } = held(fresh, pod);
    const role = pod.startsWith('kafka') ? 'broker' : 'controller';
    expect(certificate.subject).toBe(`CN=${pod}.psc-orders`);
    expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(certificate.verify(authorityOf(fresh).publicKey)).toBe(true);
    for (const host of certificateHosts(viewOf(), role, pod)) expect(certificate.checkHost(host)).toBe(host);
    expect(certificate.checkHost('kafka-9.orders.a.local.flotilla.test')).toBeUndefined();
    expect(certificate.validToDate.getTime()).toBe(NOW_MS + CERTIFICATE_DAYS * DAY_MS);
    expect(certificate.validFromDate.getTime()).toBeLessThan(NOW_MS);
  });

  test('gets passwords that the start scripts of the pods take', () => {
    const passwords = loginsOf('a').map((login) => fresh.platformUsers?.[login]);
    expect(Object.keys(fresh.platformUsers ?? {}).sort()).toEqual([...loginsOf('a'), LOGINS_FILE].sort());
    expect(passwords).toHaveLength(2);
    expect(new Set(passwords).size).toBe(2);
    for (const password of passwords) expect(password).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});

describe('whole credentials', () => {
  test('are left alone until the first certificate comes near its end', () => {
    const renewalMs = NOW_MS + (CERTIFICATE_DAYS - CERTIFICATE_RENEWAL_DAYS) * DAY_MS;
    for (const nowMs of [NOW_MS, renewalMs]) expect(isWhole(planCredentials(viewOf(), fresh, nowMs))).toBe(true);
    const late = planCredentials(viewOf(), fresh, renewalMs + 1);
    expect(late.issue.map(({ pod, reason }) => [pod, reason])).toEqual(PODS.map((pod) => [pod, 'ending']));
    expect(late).toMatchObject({ authority: 'keep', logins: [] });
  });

  test('are the same bytes after another pass', async () => {
    expect(await reconciled(viewOf(), fresh, NOW_MS + DAY_MS)).toEqual(fresh);
  });

  test('keep the authority through a renewal, so that clients notice nothing', async () => {
    const nowMs = NOW_MS + CERTIFICATE_DAYS * DAY_MS;
    const renewed = await reconciled(viewOf(), fresh, nowMs);
    expect(renewed.authority).toEqual(fresh.authority);
    expect(renewed.platformUsers).toEqual(fresh.platformUsers);
    for (const pod of PODS) {
      expect(held(renewed, pod).certificate.verify(authorityOf(fresh).publicKey)).toBe(true);
      expect(held(renewed, pod).certificate.validToDate.getTime()).toBe(nowMs + CERTIFICATE_DAYS * DAY_MS);
    }
  });

  test('of which nothing outlives the authority, and what ends with it is not made over and over', async () => {
    const nowMs = NOW_MS + (AUTHORITY_DAYS - 10) * DAY_MS;
    const last = await reconciled(viewOf(), fresh, nowMs);
    expect(held(last, 'kafka-0').certificate.validToDate).toEqual(authorityOf(fresh).validToDate);
    expect(isWhole(planCredentials(viewOf(), last, nowMs + DAY_MS))).toBe(true);
  });
});

describe('a change of the cluster', () => {
  test('by new brokers adds their certificates and touches no other', async () => {
    const grown = viewOf({ brokers: 6 });
    expect(planCredentials(grown, fresh, NOW_MS).issue.map(({ pod }) => pod)).toEqual([
      'kafka-3',
      'kafka-4',
      'kafka-5',
    ]);
    const after = await reconciled(grown, fresh, NOW_MS);
    expect(after.tls).toMatchObject(fresh.tls ?? {});
    expect(Object.keys(after.tls ?? {})).toHaveLength(9 + 1);
  });

  test('by fewer brokers keeps the certificates of those that leave until they come near their end', async () => {
    const grown = await reconciled(viewOf({ brokers: 6 }), fresh, NOW_MS);
    expect(planCredentials(viewOf(), grown, NOW_MS).drop).toEqual([]);
    const nowMs = NOW_MS + CERTIFICATE_DAYS * DAY_MS;
    expect(planCredentials(viewOf(), grown, nowMs).drop).toEqual(['kafka-3.pem', 'kafka-4.pem', 'kafka-5.pem']);
    expect(Object.keys((await reconciled(viewOf(), grown, nowMs)).tls ?? {})).toEqual([
      'ca.crt',
      ...PODS.map((pod) => `${pod}.pem`),
    ]);
  });

  test('of its domain makes the certificates of brokers anew, whose hosts have it, and not those of controllers', () => {
    const view = { ...viewOf(), domain: 'b.local.flotilla.test' };
    expect(planCredentials(view, fresh, NOW_MS).issue.map(({ pod, reason }) => [pod, reason])).toEqual(
      ['kafka-0', 'kafka-1', 'kafka-2'].map((pod) => [pod, 'renamed']),
    );
  });
});

describe('a certificate is made anew', () => {
  test.each([
    ['unreadable', 'when it is no PEM', () => 'rubbish'],
    ['unreadable', 'when its key is that of another pod', () => swapKey(pem('kafka-0'), pem('kafka-1'))],
    ['renamed', "when it is another pod's", () => pem('kafka-1')],
  ])('as %s %s', (reason, _, content) => {
    const observed = { ...fresh, tls: { ...fresh.tls, 'kafka-0.pem': content() } };
    expect(planCredentials(viewOf(), observed, NOW_MS).issue).toMatchObject([{ pod: 'kafka-0', reason }]);
  });

  test('as foreign when another authority has issued it, even one of the same name', async () => {
    const other = await reconciled(viewOf(), NOTHING, NOW_MS);
    const observed = { ...fresh, tls: { ...fresh.tls, 'kafka-0.pem': other.tls?.['kafka-0.pem'] ?? '' } };
    expect(planCredentials(viewOf(), observed, NOW_MS).issue).toMatchObject([{ pod: 'kafka-0', reason: 'foreign' }]);
  });

  test('when a clock that was wrong has made it for the future', () => {
    expect(planCredentials(viewOf(), fresh, NOW_MS - DAY_MS).issue).toHaveLength(PODS.length);
  });
});

describe('other certificates that somebody asks for', () => {
  const askedMs = NOW_MS + 1_500;
  const wishing = (): ClusterView => ({ ...viewOf(), certificatesRequestedAt: new Date(askedMs).toISOString() });

  test('are made once for all pods, by the same authority', async () => {
    const plan = planCredentials(wishing(), fresh, askedMs + 100);
    expect(plan.issue.map(({ pod, reason }) => [pod, reason])).toEqual(PODS.map((pod) => [pod, 'asked']));
    const renewed = await reconciled(wishing(), fresh, askedMs + 100);
    expect(renewed.authority).toEqual(fresh.authority);
    expect(renewed.tls?.['kafka-0.pem']).not.toBe(fresh.tls?.['kafka-0.pem']);
    expect(isWhole(planCredentials(wishing(), renewed, askedMs + DAY_MS))).toBe(true);
  });

  test('wait for the time of a wish from a clock that is ahead', () => {
    expect(isWhole(planCredentials(wishing(), fresh, askedMs - 1))).toBe(true);
  });
});

describe('an authority that is replaced', () => {
  const replacedMs = NOW_MS + DAY_MS;
  let replaced: ObservedCredentials;

  beforeAll(async () => {
    replaced = await rotated(fresh, 'replace', replacedMs);
  });

  test('is followed by one of another name that issues all certificates, and the same passwords hold', () => {
    const { subject } = authorityOf(replaced);
    expect(subject).toMatch(/^CN=orders-ca-[0-9a-f]{8}$/);
    expect(subject).not.toBe(authorityOf(fresh).subject);
    for (const pod of PODS) expect(held(replaced, pod).certificate.verify(authorityOf(replaced).publicKey)).toBe(true);
    expect(replaced.platformUsers).toEqual(fresh.platformUsers);
    expect(isWhole(planCredentials(viewOf(), replaced, replacedMs + DAY_MS))).toBe(true);
  });

  test('vouches for its successor in the chain of every certificate, for as long as it lasts itself', () => {
    for (const pod of PODS) {
      const voucher = new X509Certificate(held(replaced, pod).chain);
      expect(voucher.subject).toBe(authorityOf(replaced).subject);
      expect(voucher.checkIssued(authorityOf(fresh))).toBe(true);
      expect(voucher.verify(authorityOf(fresh).publicKey)).toBe(true);
      expect(voucher.ca).toBe(true);
      expect(held(replaced, pod).certificate.verify(voucher.publicKey)).toBe(true);
      expect(voucher.validToDate).toEqual(authorityOf(fresh).validToDate);
    }
  });

  test('is trusted on by pods and clients, and its key is not kept', () => {
    const both = `${replaced.authority?.['tls.crt'] ?? ''}${fresh.authority?.['tls.crt'] ?? ''}`;
    expect(replaced.ca).toEqual({ 'ca.crt': both });
    expect(replaced.tls?.['ca.crt']).toBe(both);
    expect(Object.values(replaced.authority ?? {}).join('')).not.toContain(fresh.authority?.['tls.key']);
  });

  test('is forgotten once it is retired, by the certificates of all pods too', async () => {
    const retired = await rotated(replaced, 'retire', replacedMs + DAY_MS);
    expect(retired.ca).toEqual({ 'ca.crt': replaced.authority?.['tls.crt'] });
    expect(retired.tls?.['ca.crt']).toBe(replaced.authority?.['tls.crt']);
    for (const pod of PODS) {
      expect(held(retired, pod).chain).toBe('');
      expect(held(retired, pod).certificate.fingerprint).not.toBe(held(replaced, pod).certificate.fingerprint);
    }
    expect(Object.keys(retired.authority ?? {})).toEqual(['tls.crt', 'tls.key']);
  });

  test('is not replaced once more before it is retired', async () => {
    await expect(
      rotatedAuthority('orders', replaced.authority ?? {}, 'replace', { nowMs: replacedMs }),
    ).rejects.toThrow('still about to replace');
  });

  test('takes pods along that leave and are placed no longer', async () => {
    const grown = await reconciled(viewOf({ brokers: 6 }), fresh, NOW_MS);
    const after = await rotated(grown, 'replace', replacedMs);
    expect(held(after, 'kafka-5').certificate.verify(authorityOf(after).publicKey)).toBe(true);
    expect(
      held(after, 'kafka-5').certificate.checkHost(certificateHosts(viewOf(), 'broker', 'kafka-5')[0] ?? ''),
    ).toBeDefined();
  });

  test('shows everybody who may know only when certificates were made, and when they end', () => {
    const certificates = heldCertificates(replaced);
    expect(certificates?.authority.madeAtMs).toBe(replacedMs);
    expect(certificates?.former).toEqual({ endMs: NOW_MS + AUTHORITY_DAYS * DAY_MS });
    expect(certificates?.mark).not.toBe(heldCertificates(fresh)?.mark);
    expect([...(certificates?.pods ?? [])].map(([pod, { fingerprint, endMs }]) => [pod, fingerprint, endMs])).toEqual(
      [...PODS].map((pod) => [
        pod,
        held(replaced, pod).certificate.fingerprint256,
        replacedMs + CERTIFICATE_DAYS * DAY_MS,
      ]),
    );
    expect(JSON.stringify(certificates)).not.toContain('PRIVATE');
  });
});

describe('what was interrupted', () => {
  test.each([1, 2, 3])('after %d of the four Secrets is finished from what is there', async (written) => {
    const present = Object.fromEntries(
      CREDENTIAL_SECRETS.map((name, index) => [name, index < written ? fresh[name] : undefined]),
    );
    const observed = present as ObservedCredentials;
    const finished = await reconciled(viewOf(), observed, NOW_MS);
    for (const name of CREDENTIAL_SECRETS.slice(0, written)) expect(finished[name]).toEqual(fresh[name]);
    expect(finished.ca).toEqual(fresh.ca);
    expect(isWhole(planCredentials(viewOf(), finished, NOW_MS))).toBe(true);
  });

  test('trusts what its authority says, whatever somebody has written in its place', async () => {
    const observed = { ...fresh, ca: { 'ca.crt': 'rubbish' } };
    expect(isWhole(planCredentials(viewOf(), observed, NOW_MS))).toBe(false);
    expect((await reconciled(viewOf(), observed, NOW_MS)).ca).toEqual(fresh.ca);
  });

  test('keeps passwords that are there and makes those that are not', async () => {
    const observed = { ...fresh, platformUsers: { 'flotilla-operator': 'known', 'kept-by-others': 'x' } };
    const { platformUsers } = await reconciled(viewOf(), observed, NOW_MS);
    expect(platformUsers).toMatchObject({ 'flotilla-operator': 'known', 'kept-by-others': 'x' });
    expect(platformUsers?.['flotilla-balancer']).toMatch(/^.{43}$/);
  });
});

describe('a loss that would break a cluster that runs is refused', () => {
  test.each([
    ['the key of the authority', { authority: undefined }, 'flotilla-system/orders-ca-key is gone'],
    ['half of the authority', { authority: { 'tls.crt': 'x' } }, 'holds no certificate with its private key'],
    ['the passwords', { platformUsers: undefined }, 'psc-orders/kafka-platform-users is gone'],
  ])('%s', (_, lost, message) => {
    const look = (): unknown => planCredentials(viewOf(), { ...fresh, ...lost }, NOW_MS);
    expect(look).toThrow(LostCredentialsError);
    expect(look).toThrow(message);
  });

  test('an authority that has expired', () => {
    const nowMs = NOW_MS + AUTHORITY_DAYS * DAY_MS;
    expect(() => planCredentials(viewOf(), fresh, nowMs)).toThrow('has expired');
  });
});

function viewOf(overrides: ExampleOverrides = {}): ClusterView {
  return viewCluster(examplePsc('local', overrides), exampleDataPlane('local'));
}

/** What is there after the operator has looked once. */
async function reconciled(
  view: ClusterView,
  observed: ObservedCredentials,
  nowMs: number,
): Promise<ObservedCredentials> {
  const plan = planCredentials(view, observed, nowMs);
  const objects = await issueCredentials(view, observed, plan, { nowMs, newPassword });
  const found = CREDENTIAL_SECRETS.map((secret) => {
    const { namespace, name } = credentialSecretRef(view.name, secret);
    const object = objects.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
    return [secret, object === undefined ? undefined : decoded(object)];
  });
  return Object.fromEntries(found) as ObservedCredentials;
}

/** What is there after a step, and the issue that follows from it. */
async function rotated(observed: ObservedCredentials, step: RotationStep, nowMs: number): Promise<ObservedCredentials> {
  const authority = await rotatedAuthority('orders', observed.authority ?? {}, step, { nowMs });
  const plan = planCredentials(viewOf(), { ...observed, authority }, nowMs);
  expect(plan.authority).toBe('keep');
  return await reconciled(viewOf(), { ...observed, authority }, nowMs);
}

function decoded(secret: KubernetesObject): SecretData {
  const { data } = secret as { readonly data?: SecretData };
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([file, value]) => [file, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

function authorityOf({ authority }: ObservedCredentials): X509Certificate {
  return new X509Certificate(authority?.['tls.crt'] ?? '');
}

function pem(pod: string): string {
  return fresh.tls?.[`${pod}.pem`] ?? '';
}

/** A pod's private key, its certificate, and what is shown along with that. */
function held(
  { tls }: ObservedCredentials,
  pod: string,
): { readonly certificate: X509Certificate; readonly key: string; readonly chain: string } {
  const [key = '', certificate = '', ...chain] = (tls?.[`${pod}.pem`] ?? '').split(/(?<=-----END [A-Z ]+-----\n)/);
  return { key, certificate: new X509Certificate(certificate), chain: chain.join('') };
}

function swapKey(certificateFrom: string, keyFrom: string): string {
  const cut = (text: string): number => text.indexOf('-----BEGIN CERTIFICATE');
  return keyFrom.slice(0, cut(keyFrom)) + certificateFrom.slice(cut(certificateFrom));
}
