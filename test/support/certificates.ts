import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate authority for one test. */
export interface TestAuthority {
  /** Certificate, PEM. */
  readonly certificate: string;
  /** PEM with an unencrypted PKCS #8 key and then the certificate of `commonName`, valid for the names and addresses. */
  issue(commonName: string, hosts: readonly string[], addresses?: readonly string[]): Promise<string>;
}

/** An authority whose certificates are valid from an hour ago to a day ahead: enough for any test, useless after it. */
export async function createAuthority(name: string): Promise<TestAuthority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${name}`,
    ...validity(),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    certificate: `${certificate.toString('pem')}\n`,
    issue: (commonName, hosts, addresses = []) => issue(certificate, keys, commonName, hosts, addresses),
  };
}

/** Parts of a PEM file made by {@link TestAuthority.issue}, as Node's TLS takes them. */
export function splitPem(pem: string): { readonly key: string; readonly cert: string } {
  const start = pem.indexOf('-----BEGIN CERTIFICATE-----');
  return { key: pem.slice(0, start), cert: pem.slice(start) };
}

async function issue(
  authority: x509.X509Certificate,
  authorityKeys: webcrypto.CryptoKeyPair,
  commonName: string,
  hosts: readonly string[],
  addresses: readonly string[],
): Promise<string> {
  const keys = await generateKeys();
  const names = [
    ...hosts.map((value) => ({ type: 'dns' as const, value })),
    ...addresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${commonName}`,
    issuer: authority.subject,
    ...validity(),
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return `${key}\n${certificate.toString('pem')}\n`;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function serialNumber(): string {
  // A leading zero bit keeps the number positive.
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  return `0${Buffer.from(bytes).toString('hex').slice(1)}`;
}

function validity(): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - HOUR_MS), notAfter: new Date(now + 24 * HOUR_MS) };
}

const HOUR_MS = 3_600_000;
