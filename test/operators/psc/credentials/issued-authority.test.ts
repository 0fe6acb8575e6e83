import { createPrivateKey, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type ClusterView, viewCluster } from '../../../../constructs/kubernetes/kafka/cluster-view.ts';
import { certificatesIn } from '../../../../operators/psc/credentials/authorities.ts';
import {
  CREDENTIAL_SECRETS,
  decodedData,
  type ObservedCredentials,
  type SecretData,
} from '../../../../operators/psc/credentials/credential-secrets.ts';
import { heldCertificates } from '../../../../operators/psc/credentials/held-certificates.ts';
import { issueCredentials } from '../../../../operators/psc/credentials/issue-credentials.ts';
import { issuedAuthority } from '../../../../operators/psc/credentials/issued-authority.ts';
import { isWhole, planCredentials } from '../../../../operators/psc/credentials/plan-credentials.ts';
import { rotatedAuthority, takenAuthority } from '../../../../operators/psc/credentials/rotate-authority.ts';
import { DAY_MS } from '../../../../operators/psc/credentials/validity.ts';
import { newPassword } from '../../../../operators/runtime/new-password.ts';
import { type AuthorityOptions, companyPki, type CompanyPki } from '../../../support/company-pki.ts';
import { exampleDataPlane, examplePsc } from '../../../support/example-psc.ts';
import { handshakeFault } from '../../../support/tls-handshake.ts';

/** Node's TLS goes by the real time. */
const NOW_MS = Date.now();
const NOTHING: ObservedCredentials = { authority: undefined, platformUsers: undefined, tls: undefined, ca: undefined };
const VIEW: ClusterView = viewCluster(examplePsc('local', { name: 'orders' }), exampleDataPlane('local'));
const HOST = 'kafka-0.orders.a.local.flotilla.test';
const ISSUER = 'ClusterIssuer.cert-manager.io/company';

let company: CompanyPki;
beforeAll(async () => {
  company = await companyPki(NOW_MS);
});

describe('what an issuer has come up with', () => {
  test('is taken with all that leads to its root, in whatever order it came, and its key in the form of ours', async () => {
    const secret = await company.authority('orders-ca', { below: 'Company Kafka' });
    const [own = '', middle = ''] = certificatesIn(secret['tls.crt']);
    const shuffled = { ...secret, 'ca.crt': `${middle}${company.root}`, 'tls.crt': own };
    for (const data of [secret, shuffled]) {
      const issued = issuedAuthority('orders', data, NOW_MS);
      expect(issued.issuers.map(subjectOf)).toEqual(['CN=Company Kafka', 'CN=Company Root']);
      expect(issued.key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
      expect(new X509Certificate(issued.certificate).checkPrivateKey(createPrivateKey(issued.key))).toBe(true);
    }
  });

  test.each<[string, AuthorityOptions & { readonly name?: string }, (secret: SecretData) => SecretData, RegExp]>([
    ['without a certificate', {}, without('tls.crt'), /has no certificate in tls\.crt\. Have it issued anew/],
    ['without a key', {}, without('tls.key'), /has no private key in tls\.key\. Have it issued anew/],
    ['that is no authority', { isAuthority: false }, same, /is no authority\. Let the issuer sign requests with isCA/],
    ["of another PSC's name", { name: 'invoices-ca' }, same, /is not called orders-ca/],
    ['with a key of another kind', { curve: 'P-384' }, same, /a key that is not ECDSA on P-256/],
    ['that has ended', { days: -0.01 }, same, /an authority that has expired/],
    ['whose root is not said', {}, without('ca.crt'), /lead from tls\.crt to a root\. Give the issuer its own chain/],
  ])('is refused %s, with what to do', async (_, { name = 'orders-ca', ...options }, change, message) => {
    const secret = change(await company.authority(name, options));
    expect(() => issuedAuthority('orders', secret, NOW_MS)).toThrow(message);
  });

  test("is refused with another's key, and not a word of that is said", async () => {
    const other = await company.authority('orders-ca');
    const secret = { ...(await company.authority('orders-ca')), 'tls.key': other['tls.key'] ?? '' };
    expect(() => issuedAuthority('orders', secret, NOW_MS)).toThrow(
      /^Secret flotilla-system\/orders-ca-issued holds a certificate and the private key of another/,
    );
    try {
      issuedAuthority('orders', secret, NOW_MS);
    } catch (error) {
      expect(String(error)).not.toContain(secret['tls.key'].split('\n')[1]);
    }
  });

  test('ends with the first above it, for whoever watches ends', async () => {
    const brief = await companyPki(NOW_MS, 'Brief Root', 400);
    const held = heldCertificates(await begun(await brief.authority('orders-ca')));
    expect(held?.authority).toMatchObject({ endMs: secondsOf(NOW_MS + 400 * DAY_MS), maker: 'issuer' });
    expect(held?.authority.madeAtMs).toBe(NOW_MS);
  });
});

describe('an authority that a company has issued', () => {
  test.each([['by its root', undefined] as const, ['below another', 'Company Kafka'] as const])(
    '%s is verified by who knows the root only, and by who has taken ca.crt',
    async (_, below) => {
      const held = await begun(await company.authority('orders-ca', below === undefined ? {} : { below }));
      expect(await fault(held, company.root, 'roots')).toBeUndefined();
      expect(await fault(held, clientsOf(held), 'roots')).toBeUndefined();
      expect(await fault(held, clientsOf(held), 'any')).toBeUndefined();
      expect(await fault(held, (await companyPki(NOW_MS, 'Elsewhere')).root, 'roots')).toBeDefined();
      expect(linkFaults(held)).toEqual([]);
    },
  );

  test('lets no other certificate of the company in where pods let each other in', async () => {
    const held = await begun(await company.authority('orders-ca'));
    const pods = held.tls?.['ca.crt'] ?? '';
    const stranger = await company.issue('kafka-1.psc-orders', ['kafka-1']);
    const asPod = { server: podOf(held), host: HOST, trusts: pods, ends: 'any' } as const;
    expect(await handshakeFault({ ...asPod, client: { pem: podOf(held, 'kafka-1'), trusted: pods } })).toBeUndefined();
    const pem = `${stranger.key}${stranger.certificate}`;
    expect(await handshakeFault({ ...asPod, client: { pem, trusted: pods } })).toBeDefined();
  });
});

describe('nobody fails while an authority of a company', () => {
  /** An issuer may allow no authority below those that it issues. */
  const LIMITS: readonly AuthorityOptions[] = [{}, { pathLength: 0 }, { pathLength: 0, below: 'Company Kafka' }];

  test.each(LIMITS)('is renewed (%j)', async (options) => {
    const before = await begun(await company.authority('orders-ca', options));
    const during = await replaced(before, await company.authority('orders-ca', options));
    await expectAll(before, during, company.root);
    const after = await retired(during);
    expect(await fault(after, company.root, 'roots')).toBeUndefined();
    await expectAll(during, after, company.root);
  });

  test.each(LIMITS)('takes the place of one that the operator has made (%j)', async (options) => {
    const before = await begun();
    const during = await replaced(before, await company.authority('orders-ca', options));
    await expectAll(before, during);
    // Between two of different names the voucher is an authority below the company's.
    if (options.pathLength === undefined) expect(await fault(during, company.root, 'roots')).toBeUndefined();
    const after = await retired(during);
    await expectAll(during, after, company.root);
  });

  test.each(LIMITS)('gives way to one that the operator makes (%j)', async (options) => {
    const before = await begun(await company.authority('orders-ca', options));
    const during = await replaced(before);
    await expectAll(before, during, company.root);
    const after = await retired(during);
    await expectAll(during, after);
    expect(heldCertificates(after)?.authority.maker).toBe('operator');
    expect(Object.keys(after.authority ?? {}).sort()).toEqual(['tls.crt', 'tls.key']);
  });

  test("gives way to one of another company's", async () => {
    const before = await begun(await company.authority('orders-ca'));
    const other = await companyPki(NOW_MS, 'Other Root');
    const during = await replaced(before, await other.authority('orders-ca'));
    await expectAll(before, during, company.root);
    await expectAll(during, await retired(during), other.root);
  });
});

/** Whoever knows what was there before, and whoever has taken what there is now, gets along with pods of either time. */
async function expectAll(before: ObservedCredentials, now: ObservedCredentials, root?: string): Promise<void> {
  for (const held of [before, now]) {
    for (const trusts of [clientsOf(before), clientsOf(now)]) {
      // What is past nobody has to accept who has heard of its end.
      if (held === before && trusts === clientsOf(now) && now.authority?.['former.crt'] === undefined) continue;
      expect(await fault(held, trusts, 'roots')).toBeUndefined();
      expect(await fault(held, trusts, 'any')).toBeUndefined();
    }
    expect(linkFaults(held)).toEqual([]);
  }
  if (root !== undefined) expect(await fault(now, root, 'roots')).toBeUndefined();
  if (now.authority?.['former.crt'] === undefined) return;
  // Pods take their files one by one.
  for (const [server, client] of [
    [before, now],
    [now, before],
  ] as const) {
    const trusts = client.tls?.['ca.crt'] ?? '';
    const own = { pem: podOf(client, 'kafka-1'), trusted: server.tls?.['ca.crt'] ?? '' };
    const among = { server: podOf(server), host: HOST, trusts, ends: 'any', client: own } as const;
    expect(await handshakeFault(among)).toBeUndefined();
  }
}

async function fault(held: ObservedCredentials, trusts: string, ends: 'roots' | 'any'): Promise<string | undefined> {
  return await handshakeFault({ server: podOf(held), host: HOST, trusts, ends });
}

/** Java takes a key only with a chain in which each certificate names the next one as its issuer, and none is there twice. */
function linkFaults(held: ObservedCredentials): readonly string[] {
  const chain = certificatesIn(podOf(held)).map((pem) => new X509Certificate(pem));
  return chain.flatMap((certificate, index) => {
    const next = chain[index + 1];
    const isTwice = chain.some((other, at) => at > index && other.fingerprint256 === certificate.fingerprint256);
    const isBroken = next !== undefined && !certificate.checkIssued(next);
    return isTwice || isBroken ? [certificate.subject] : [];
  });
}

function podOf({ tls }: ObservedCredentials, pod = 'kafka-0'): string {
  return tls?.[`${pod}.pem`] ?? '';
}

function clientsOf({ ca }: ObservedCredentials): string {
  return ca?.['ca.crt'] ?? '';
}

async function begun(secret?: SecretData): Promise<ObservedCredentials> {
  return await reconciled(NOTHING, secret === undefined ? undefined : taken(secret));
}

async function replaced(observed: ObservedCredentials, secret?: SecretData): Promise<ObservedCredentials> {
  const next = secret === undefined ? {} : { next: taken(secret) };
  const authority = await rotatedAuthority('orders', observed.authority ?? {}, 'replace', { nowMs: NOW_MS, ...next });
  return await reconciled({ ...observed, authority });
}

async function retired(observed: ObservedCredentials): Promise<ObservedCredentials> {
  const authority = await rotatedAuthority('orders', observed.authority ?? {}, 'retire', { nowMs: NOW_MS });
  return await reconciled({ ...observed, authority });
}

function taken(secret: SecretData): SecretData {
  return takenAuthority(issuedAuthority('orders', secret, NOW_MS), ISSUER, NOW_MS);
}

async function reconciled(observed: ObservedCredentials, firstAuthority?: SecretData): Promise<ObservedCredentials> {
  const plan = planCredentials(VIEW, observed, NOW_MS);
  const first = firstAuthority === undefined ? {} : { firstAuthority };
  const objects = await issueCredentials(VIEW, observed, plan, { nowMs: NOW_MS, newPassword, ...first });
  const found = Object.fromEntries(
    CREDENTIAL_SECRETS.map((secret, index) => [secret, decodedData(objects[index])]),
  ) as ObservedCredentials;
  expect(isWhole(planCredentials(VIEW, found, NOW_MS))).toBe(true);
  return found;
}

function same(secret: SecretData): SecretData {
  return secret;
}

function without(file: string): (secret: SecretData) => SecretData {
  return (secret) => Object.fromEntries(Object.entries(secret).filter(([name]) => name !== file));
}

function subjectOf(pem: string): string {
  return new X509Certificate(pem).subject;
}

function secondsOf(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
