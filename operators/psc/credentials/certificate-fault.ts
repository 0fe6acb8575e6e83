import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { BACKDATED_MS, CERTIFICATE_RENEWAL_DAYS, DAY_MS } from './validity.ts';

/** Why a pod's certificate is made anew. */
export type CertificateFault = 'unreadable' | 'foreign' | 'renamed' | 'ending' | 'asked';

export interface CertificateWish {
  /** PEM of the authority that must have issued it. */
  readonly authority: string;
  readonly nowMs: number;
  /** @default - any */
  readonly commonName?: string;
  /** Exactly these. @default - any */
  readonly hosts?: readonly string[];
  /** Since when a person wants another. @default - nobody does */
  readonly askedAtMs?: number;
}

/** What is wrong with a PEM text of a private key and its certificate; undefined when it is good. */
export function certificateFault(pem: string, wish: CertificateWish): CertificateFault | undefined {
  const start = pem.indexOf(BEGIN_CERTIFICATE);
  const certificate = start === -1 ? undefined : certificateOf(pem.slice(start));
  if (certificate === undefined || !isKeyPair(pem.slice(start), pem.slice(0, start))) return 'unreadable';
  const authority = new X509Certificate(wish.authority);
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) return 'foreign';
  if (wish.commonName !== undefined && certificate.subject !== `CN=${wish.commonName}`) return 'renamed';
  if (wish.hosts !== undefined && !isSameSet(hostsOf(certificate), wish.hosts)) return 'renamed';
  // A certificate from the future comes from a clock that was wrong, and no broker takes it.
  if (certificate.validFromDate.getTime() > wish.nowMs) return 'ending';
  const madeAtMs = certificate.validFromDate.getTime() + BACKDATED_MS;
  if (isAsked(wish.askedAtMs, madeAtMs, wish.nowMs)) return 'asked';
  const endMs = certificate.validToDate.getTime();
  // One that lasts as long as its authority cannot be made to last longer.
  if (endMs >= authority.validToDate.getTime()) return undefined;
  return endMs - wish.nowMs < CERTIFICATE_RENEWAL_DAYS * DAY_MS ? 'ending' : undefined;
}

/**
 * Whether a person has asked for another after this one was made. Certificates know seconds only. A wish from the future comes
 * from a clock that is ahead, and waits until then: it would be one for ever another.
 */
export function isAsked(askedAtMs: number | undefined, madeAtMs: number, nowMs: number): boolean {
  return askedAtMs !== undefined && askedAtMs <= nowMs && madeAtMs < Math.floor(askedAtMs / 1000) * 1000;
}

/** Whether two PEM texts are a certificate and its own private key. */
export function isKeyPair(certificate: string, key: string): boolean {
  const privateKey = privateKeyOf(key);
  return privateKey !== undefined && certificateOf(certificate)?.checkPrivateKey(privateKey) === true;
}

const BEGIN_CERTIFICATE = '-----BEGIN CERTIFICATE-----';

function certificateOf(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function hostsOf(certificate: X509Certificate): readonly string[] {
  const names = certificate.subjectAltName?.split(', ') ?? [];
  return names.map((name) => name.replace(/^DNS:/, ''));
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  const set = new Set(others);
  return some.length === set.size && some.every((each) => set.has(each));
}
