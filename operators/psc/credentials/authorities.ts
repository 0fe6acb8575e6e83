import { createHash, X509Certificate } from 'node:crypto';
import { AUTHORITY_FILES, type SecretData } from './credential-secrets.ts';
import { BACKDATED_MS } from './validity.ts';

/** The authorities of a PSC, each as PEM. */
export interface Authorities {
  /** Issues all certificates. */
  readonly current: string;
  /** Those above it, a root the last; none of one that the operator has made. */
  readonly issuers: readonly string[];
  /** Of one that somebody else has issued. */
  readonly origin?: AuthorityOrigin;
  /** The one before it, as long as clients may know no other. */
  readonly former?: FormerAuthority;
}

/** Where an authority came from that the operator has not made, and when it was taken over. */
export interface AuthorityOrigin {
  /** As in `ClusterIssuer.cert-manager.io/company`. */
  readonly issuer: string;
  readonly takenAtMs: number;
}

export interface FormerAuthority {
  readonly certificate: string;
  readonly issuers: readonly string[];
  /** The current one's name and key, issued by the former one: shown along with each certificate. */
  readonly voucher: string;
  /** The other way round, where only the current one leads to somebody else's root: for who knows nothing but that root. */
  readonly counterVoucher?: string;
}

/** What the Secret of a PSC's authority says; undefined where it has no certificate of one. */
export function authoritiesOf(secret: SecretData | undefined): Authorities | undefined {
  const current = secret?.[AUTHORITY_FILES.certificate];
  if (current === undefined) return undefined;
  const {
    [AUTHORITY_FILES.formerCertificate]: certificate,
    [AUTHORITY_FILES.voucher]: voucher,
    [AUTHORITY_FILES.counterVoucher]: counterVoucher,
    [AUTHORITY_FILES.origin]: origin,
  } = secret ?? {};
  const own = {
    current,
    issuers: certificatesIn(secret?.[AUTHORITY_FILES.issuers]),
    ...(origin === undefined ? {} : { origin: originOf(origin) }),
  };
  if (certificate === undefined || voucher === undefined) return own;
  const issuers = certificatesIn(secret?.[AUTHORITY_FILES.formerIssuers]);
  const former = { certificate, issuers, voucher, ...(counterVoucher === undefined ? {} : { counterVoucher }) };
  return { ...own, former };
}

/** As the Secret has it. */
export function originText({ issuer, takenAtMs }: AuthorityOrigin): string {
  return JSON.stringify({ issuer, takenAt: new Date(takenAtMs).toISOString() });
}

function originOf(text: string): AuthorityOrigin {
  const { issuer, takenAt } = JSON.parse(text) as { readonly issuer: string; readonly takenAt: string };
  return { issuer, takenAtMs: Date.parse(takenAt) };
}

/**
 * Certificates (PEM) that pods are to trust: the PSC's own authorities and nobody above them. Pods let each other in by their
 * certificates, so that whoever else has one of the same root must not be let in by it.
 */
export function podTrust({ current, former }: Authorities): string {
  return `${current}${former?.certificate ?? ''}`;
}

/**
 * Certificates (PEM) that clients are to trust. Those above the PSC's own as well: OpenSSL takes only a root for the end of a chain,
 * and what it has found among those that it trusts once, it goes on from there only.
 */
export function clientTrust({ current, issuers, former }: Authorities): string {
  const formerOnes = former === undefined ? [] : [former.certificate, ...former.issuers];
  return [...new Set([current, ...issuers, ...formerOnes])].join('');
}

/**
 * Certificates (PEM) that are shown along with each of a pod, each issued by the next one: Java takes no others. They lead to the
 * former authority, and from there on to its root; where it has none, on to that of the current one.
 */
export function shownChain({ current, issuers, former }: Authorities): string {
  const below = (authority: string, above: readonly string[]): readonly string[] =>
    above.length === 0 ? [] : [authority, ...above.slice(0, -1)];
  if (former === undefined) return below(current, issuers).join('');
  const { voucher, counterVoucher } = former;
  const onwards =
    counterVoucher === undefined
      ? below(former.certificate, former.issuers)
      : [counterVoucher, ...below(current, issuers)];
  return [voucher, ...onwards].join('');
}

/** Names the authorities as they are: what is decided of one mark must not be done to another. */
export function authoritiesMark(authorities: Authorities): string {
  return createHash('sha256').update(podTrust(authorities)).digest('hex').slice(0, 16);
}

/** Each certificate (PEM) of a text. */
export function certificatesIn(text = ''): readonly string[] {
  return (text.match(CERTIFICATE) ?? []).map((pem) => `${pem}\n`);
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** When an authority came into use. What somebody else has issued may be dated back by more or less than ours. */
export function madeAtMs({ current, origin }: Authorities): number {
  return origin?.takenAtMs ?? new X509Certificate(current).validFromDate.getTime() + BACKDATED_MS;
}

/** When an authority ends: it, or the first of those above it. */
export function authorityEndMs({ current, issuers }: Pick<Authorities, 'current' | 'issuers'>): number {
  return Math.min(...[current, ...issuers].map(endMs));
}

export function endMs(pem: string): number {
  return new X509Certificate(pem).validToDate.getTime();
}
