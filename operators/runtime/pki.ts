import 'reflect-metadata';
import { generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** Certificate and private key (PKCS #8), both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  /** Kubernetes reads them as the groups of a client. */
  readonly organizations?: readonly string[];
  readonly usages: readonly ('client' | 'server')[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  /** @default - as long as the authority itself */
  readonly validity?: Validity;
}

export interface CertificateAuthority extends KeyPair {
  readonly issue: (request: CertificateRequest) => Promise<KeyPair>;
  /**
   * Certificate (PEM) of another authority's name and key, issued by this one: whoever trusts this one takes what the other has
   * issued, where it is shown along with that. Lasts as long as this one does, and no longer than the other, nor than `notAfter`.
   */
  readonly vouchFor: (other: string, notBefore: Date, notAfter?: Date) => Promise<string>;
}

/** Makes a new certificate authority. */
export async function createAuthority(commonName: string, validity: Validity): Promise<CertificateAuthority> {
  const keys = await generateKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    ...common(validity),
    name: [{ CN: [commonName] }],
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authorityOf(root, keys.privateKey, await privatePem(keys.privateKey));
}

/**
 * An authority from what was kept of it: one that {@link createAuthority} made, or any other whose key is of the same kind.
 *
 * @throws Error when either text is no PEM of the kind that it should be
 */
export async function openAuthority({ certificate, key }: KeyPair): Promise<CertificateAuthority> {
  const [pkcs8] = PemConverter.decode(key);
  if (pkcs8 === undefined) throw new TypeError('the private key of an authority is no PEM');
  const privateKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']);
  return authorityOf(new X509Certificate(certificate), privateKey, key);
}

function authorityOf(root: X509Certificate, privateKey: webcrypto.CryptoKey, key: string): CertificateAuthority {
  const own: Validity = { notBefore: root.notBefore, notAfter: root.notAfter };
  const issue = async (request: CertificateRequest): Promise<KeyPair> => {
    const keys = await generateKeys();
    const certificate = await X509CertificateGenerator.create({
      ...common(request.validity ?? own),
      subject: [{ CN: [request.commonName] }, ...(request.organizations ?? []).map((name) => ({ O: [name] }))],
      issuer: root.subjectName,
      publicKey: keys.publicKey,
      signingKey: privateKey,
      extensions: [
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension(request.usages.map((usage) => EXTENDED_USAGES[usage])),
        new AuthorityKeyIdentifierExtension(await keyIdOf(root)),
        ...alternativeNames(request),
      ],
    });
    return { certificate: certificatePem(certificate), key: await privatePem(keys.privateKey) };
  };
  return { certificate: certificatePem(root), key, issue, vouchFor: crossSigner(root, privateKey) };
}

function crossSigner(root: X509Certificate, signingKey: webcrypto.CryptoKey): CertificateAuthority['vouchFor'] {
  return async (pem, notBefore, until = root.notAfter) => {
    const other = new X509Certificate(pem);
    const [notAfter = until] = [until, other.notAfter, root.notAfter].sort((a, b) => a.getTime() - b.getTime());
    const certificate = await X509CertificateGenerator.create({
      ...common({ notBefore, notAfter }),
      // As they are written there: some clients compare names byte by byte.
      subject: other.subjectName,
      issuer: root.subjectName,
      publicKey: other.publicKey,
      signingKey,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        new SubjectKeyIdentifierExtension(await keyIdOf(other)),
        new AuthorityKeyIdentifierExtension(await keyIdOf(root)),
      ],
    });
    return certificatePem(certificate);
  };
}

/** Whether a certificate (PEM) says of itself that it may issue others. */
export function isAuthority(certificate: string): boolean {
  return new X509Certificate(certificate).getExtension(BasicConstraintsExtension)?.ca === true;
}

/** The identifier that a certificate says its key has: others derive it in other ways than we do, and clients go by it. */
async function keyIdOf(certificate: X509Certificate): Promise<string> {
  const said = certificate.getExtension(SubjectKeyIdentifierExtension);
  return said?.keyId ?? (await SubjectKeyIdentifierExtension.create(certificate.publicKey)).keyId;
}

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Key pair (PEM) that service account tokens are signed and checked with. */
export function createSigningKeys(): { readonly publicKey: string; readonly privateKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const EXTENDED_USAGES = { client: ExtendedKeyUsage.clientAuth, server: ExtendedKeyUsage.serverAuth } as const;
const SERIAL_BYTES = 16;

function common(validity: Validity): Validity & { serialNumber: string; signingAlgorithm: typeof ALGORITHM } {
  // Serial numbers are positive: a first digit above 7 would make the number negative.
  const serialNumber = `1${randomBytes(SERIAL_BYTES).toString('hex').slice(1)}`;
  return { ...validity, serialNumber, signingAlgorithm: ALGORITHM };
}

function alternativeNames({ dnsNames = [], ipAddresses = [] }: CertificateRequest): SubjectAlternativeNameExtension[] {
  const names = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  return names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)];
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** Ends with a line break, so that texts of this kind can be put one after the other. */
async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return `${PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY').trimEnd()}\n`;
}

function certificatePem(certificate: X509Certificate): string {
  return `${certificate.toString('pem').trimEnd()}\n`;
}
