import { createHash, X509Certificate } from 'node:crypto';
import { AUTHORITY_FILES, type SecretData } from './credential-secrets.ts';
import { BACKDATED_MS } from './validity.ts';

/** The authorities of a PSC, each as PEM. */
export interface Authorities {
  /** Issues all certificates. */
  readonly current: string;
  /** The one before it, as long as clients may know no other. */
  readonly former?: FormerAuthority;
}

export interface FormerAuthority {
  readonly certificate: string;
  /** The current one's name and key, issued by the former one: shown along with each certificate. */
  readonly voucher: string;
}

/** What the Secret of a PSC's authority says; undefined where it has no certificate of one. */
export function authoritiesOf(secret: SecretData | undefined): Authorities | undefined {
  const current = secret?.[AUTHORITY_FILES.certificate];
  if (current === undefined) return undefined;
  const certificate = secret?.[AUTHORITY_FILES.formerCertificate];
  const voucher = secret?.[AUTHORITY_FILES.voucher];
  return certificate === undefined || voucher === undefined
    ? { current }
    : { current, former: { certificate, voucher } };
}

/** Certificates (PEM) that pods and clients are to trust. */
export function trustBundle({ current, former }: Authorities): string {
  return `${current}${former?.certificate ?? ''}`;
}

/** Names the authorities as they are: what is decided of one mark must not be done to another. */
export function authoritiesMark(authorities: Authorities): string {
  return createHash('sha256').update(trustBundle(authorities)).digest('hex').slice(0, 16);
}

/** When a certificate (PEM) of ours was made. */
export function madeAtMs(pem: string): number {
  return new X509Certificate(pem).validFromDate.getTime() + BACKDATED_MS;
}

export function endMs(pem: string): number {
  return new X509Certificate(pem).validToDate.getTime();
}
