import { X509Certificate } from 'node:crypto';
import { authoritiesMark, authoritiesOf, authorityEndMs, madeAtMs } from './authorities.ts';
import { type ObservedCredentials, podOfCertificateFile } from './credential-secrets.ts';
import { BACKDATED_MS } from './validity.ts';

/** What of a PSC's certificates everybody may know. */
export interface HeldCertificates {
  /** Of its authorities: a rotation goes on only from those that it was decided on. */
  readonly mark: string;
  readonly authority: Dated & { readonly maker: AuthorityMaker };
  /** While an authority is being replaced: until when the former one lasts. */
  readonly former?: { readonly endMs: number };
  /** By pod. */
  readonly pods: ReadonlyMap<string, HeldCertificate>;
}

/** Who has made an authority: the operator itself, or an issuer that it was asked of. */
export type AuthorityMaker = 'operator' | 'issuer';

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
  const { former, origin } = authorities;
  const pods = Object.entries(tls).flatMap(([file, pem]): [string, HeldCertificate][] => {
    const pod = podOfCertificateFile(file);
    return pod === undefined ? [] : [[pod, heldCertificate(pem)]];
  });
  return {
    mark: authoritiesMark(authorities),
    authority: {
      madeAtMs: madeAtMs(authorities),
      endMs: authorityEndMs(authorities),
      maker: origin === undefined ? 'operator' : 'issuer',
    },
    ...(former === undefined
      ? {}
      : { former: { endMs: authorityEndMs({ current: former.certificate, issuers: former.issuers }) } }),
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
