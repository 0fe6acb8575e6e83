import { SECRETS } from '../../../constructs/kubernetes/kafka/secrets.ts';
import { authorityRequest, ISSUED_SUFFIX, NAMESPACES, pscNamespace } from '../../../contracts/names.ts';

/** Content of a Secret as texts; every value of ours is PEM or a password. */
export type SecretData = Readonly<Record<string, string>>;

export interface SecretRef {
  readonly namespace: string;
  readonly name: string;
}

/** Secrets that hold a PSC's credentials, in the order in which they are written: what others are made from first. */
export const CREDENTIAL_SECRETS = ['authority', 'platformUsers', 'tls', 'ca'] as const;
export type CredentialSecret = (typeof CREDENTIAL_SECRETS)[number];

/** What of a PSC's credentials is in the cluster; undefined where a Secret is not there. */
export type ObservedCredentials = Readonly<Record<CredentialSecret, SecretData | undefined>>;

/** Files of the Secret with a PSC's authority, the first two as in every Secret of type `kubernetes.io/tls`. */
export const AUTHORITY_FILES = {
  certificate: 'tls.crt',
  key: 'tls.key',
  /** While an authority is being replaced: the one before it, and its voucher for the current one. */
  formerCertificate: 'former.crt',
  voucher: 'voucher.crt',
  /** Of one that somebody else has issued: the certificates above it, a root the last; and where it came from, and when. */
  issuers: 'issuers.crt',
  origin: 'origin.json',
  /** Of a former one that somebody else had issued: the certificates above it. */
  formerIssuers: 'former-issuers.crt',
  /** Of a former one that nobody else had issued: its name and key, issued by the current one. */
  counterVoucher: 'counter-voucher.crt',
} as const;

/** Where an issuer answers with the authority that it was asked for. */
export function issuedSecretRef(psc: string): SecretRef {
  return { namespace: NAMESPACES.system, name: `${authorityRequest(psc)}${ISSUED_SUFFIX}` };
}

/**
 * Where each Secret of a PSC is. The authority's key is with the operator, never in the PSC's namespace: whoever reads it
 * can be any broker and any client of the cluster.
 */
export function credentialSecretRef(psc: string, secret: CredentialSecret): SecretRef {
  if (secret === 'authority') return { namespace: NAMESPACES.system, name: `${psc}-ca-key` };
  return { namespace: pscNamespace(psc), name: SECRETS[secret] };
}

/** File of a pod's key and certificate in the Secret of all pods. */
export function podCertificateFile(pod: string): string {
  return `${pod}${CERTIFICATE_SUFFIX}`;
}

/** The pod whose certificate is in a file; undefined for a file of another kind. */
export function podOfCertificateFile(file: string): string | undefined {
  return file.endsWith(CERTIFICATE_SUFFIX) ? file.slice(0, -CERTIFICATE_SUFFIX.length) : undefined;
}

const CERTIFICATE_SUFFIX = '.pem';

/** Content of a Secret as the API has it. */
export function encodedData(data: SecretData): SecretData {
  return Object.fromEntries(
    Object.entries(data).map(([file, text]) => [file, Buffer.from(text, 'utf8').toString('base64')]),
  );
}

/** Content of a Secret that the API has told of. */
export function decodedData(secret: unknown): SecretData {
  const { data = {} } = secret as { readonly data?: SecretData };
  return Object.fromEntries(
    Object.entries(data).map(([file, text]) => [file, Buffer.from(text, 'base64').toString('utf8')]),
  );
}
