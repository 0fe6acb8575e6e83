import { X509Certificate } from 'node:crypto';
import { authoritiesMark, authoritiesOf, endMs, madeAtMs } from './authorities.ts';
import { type ObservedCredentials, podOfCertificateFile } from './credential-secrets.ts';
import { BACKDATED_MS } from './validity.ts';

/** What of a PSC's certificates everybody may know. */
export interface HeldCertificates {
  /** Of its authorities: a rotation goes on only from those that it was decided on. */
  readonly mark: string;
  readonly authority: Dated;
  /** While an authority is being replaced: until when the former one lasts. */
  readonly former?: { readonly endMs: number };
  /** By pod. */
  readonly pods: ReadonlyMap<string, HeldCertificate>;
}

/** Milliseconds since 1970. */
export interface Dated {
  readonly madeAtMs: number;
  readonly endMs: number;
}

export interface HeldCertificate extends Dated {
  /** SHA-256, as Node writes it. */
  readonly fingerprint: string;
}

/** What a pod shows to whoever connects. */
export type ShownCertificate = Pick<HeldCertificate, 'fingerprint' | 'endMs'>;

/** Of credentials that are whole; undefined of others. */
export function heldCertificates({ authority, tls }: ObservedCredentials): HeldCertificates | undefined {
  const authorities = authoritiesOf(authority);
  if (authorities === undefined || tls === undefined) return undefined;
  const { current, former } = authorities;
  const pods = Object.entries(tls).flatMap(([file, pem]): [string, HeldCertificate][] => {
    const pod = podOfCertificateFile(file);
    return pod === undefined ? [] : [[pod, heldCertificate(pem)]];
  });
  return {
    mark: authoritiesMark(authorities),
    authority: { madeAtMs: madeAtMs(current), endMs: endMs(current) },
    ...(former === undefined ? {} : { former: { endMs: endMs(former.certificate) } }),
    pods: new Map(pods),
  };
}

function heldCertificate(pem: string): HeldCertificate {
  const certificate = new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE-----')));
  return {
    fingerprint: certificate.fingerprint256,
    madeAtMs: certificate.validFromDate.getTime() + BACKDATED_MS,
    endMs: certificate.validToDate.getTime(),
  };
}
