import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { createAuthority } from '../../operators/runtime/pki.ts';

/** The PKI of a company that issues authorities of PSCs, as cert-manager's issuers do. */
export interface CompanyPki {
  /** PEM. */
  readonly root: string;
  /** A certificate (PEM) and key of the root's own for whoever asks, as every service of the company has one. */
  readonly issue: (commonName: string, hosts: readonly string[]) => Promise<{ certificate: string; key: string }>;
  /** Content of the Secret that an issuer answers with. */
  readonly authority: (commonName: string, options?: AuthorityOptions) => Promise<Readonly<Record<string, string>>>;
}

export interface AuthorityOptions {
  /** @default - any number of authorities below it */
  readonly pathLength?: number;
  /** Of another authority between the root and this one. @default - none */
  readonly below?: string;
  /** @default P-256 */
  readonly curve?: 'P-256' | 'P-384';
  /** @default - ten years */
  readonly days?: number;
  readonly isAuthority?: boolean;
}

const DAY_MS = 24 * 60 * 60_000;

/** @param nowMs everything is valid from an hour before it */
export async function companyPki(nowMs: number, name = 'Company Root', rootDays = 7300): Promise<CompanyPki> {
  const validity = (days: number) => ({
    notBefore: new Date(nowMs - 60 * 60_000),
    notAfter: new Date(nowMs + days * DAY_MS),
  });
  const root = await createAuthority(name, validity(rootDays));
  const rootKey = await signingKey(root.key);
  return {
    root: root.certificate,
    issue: async (commonName, hosts) =>
      await root.issue({ commonName, usages: ['client', 'server'], dnsNames: hosts, validity: validity(90) }),
    authority: async (commonName, options = {}) => {
      const middle =
        options.below === undefined
          ? undefined
          : await issued(options.below, { issuer: root.certificate, issuerKey: rootKey, ...validity(5000) });
      const own = await issued(commonName, {
        issuer: middle?.certificate ?? root.certificate,
        issuerKey: middle?.signingKey ?? rootKey,
        ...validity(options.days ?? 3650),
        ...options,
      });
      return {
        'tls.crt': `${own.certificate}${middle?.certificate ?? ''}`,
        'tls.key': own.key,
        'ca.crt': root.certificate,
      };
    },
  };
}

interface IssueOptions extends AuthorityOptions {
  readonly issuer: string;
  readonly issuerKey: webcrypto.CryptoKey;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

async function issued(
  commonName: string,
  { issuer, issuerKey, notBefore, notAfter, pathLength, curve = 'P-256', isAuthority = true }: IssueOptions,
): Promise<{ readonly certificate: string; readonly key: string; readonly signingKey: webcrypto.CryptoKey }> {
  const above = new x509.X509Certificate(issuer);
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: curve }, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `1${randomBytes(12).toString('hex')}`,
    notBefore,
    notAfter,
    subject: [{ CN: [commonName] }],
    issuer: above.subjectName,
    publicKey: keys.publicKey,
    signingKey: issuerKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, pathLength, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      // Go derives it otherwise than we do (RFC 7093): nobody may take it for anything but what the certificate says.
      new x509.SubjectKeyIdentifierExtension(randomBytes(20).toString('hex')),
      new x509.AuthorityKeyIdentifierExtension(above.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ?? ''),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  // As Go's libraries write keys where nobody says otherwise.
  const text = key.export({ type: 'sec1', format: 'pem' }).toString();
  return { certificate: `${certificate.toString('pem')}\n`, key: text, signingKey: keys.privateKey };
}

async function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return await webcrypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
}
