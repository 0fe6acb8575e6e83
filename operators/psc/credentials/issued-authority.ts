import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { authorityRequest } from '../../../contracts/names.ts';
import { CA_FILE } from '../../../constructs/kubernetes/kafka/secrets.ts';
import { isAuthority } from '../../runtime/pki.ts';
import { certificatesIn } from './authorities.ts';
import { AUTHORITY_FILES, issuedSecretRef, type SecretData } from './credential-secrets.ts';

/** An authority of a PSC that somebody else has issued, and found to be fit to issue the certificates of its pods. */
export interface IssuedAuthority {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  /** Certificates (PEM) of those above it, in order, the last one a root; empty for one that is a root itself. */
  readonly issuers: readonly string[];
}

/** What an issuer has answered with cannot be an authority of the PSC's; the message says what to do. */
export class UnfitAuthorityError extends Error {
  override readonly name = 'UnfitAuthorityError';

  constructor(psc: string, why: string, remedy: string) {
    const { namespace, name } = issuedSecretRef(psc);
    super(`Secret ${namespace}/${name} ${why}. ${remedy}`);
  }
}

/**
 * What the Secret holds that an issuer has answered with. Nothing of its key is in any message.
 *
 * @throws UnfitAuthorityError when no authority of the PSC's can be made of it
 */
export function issuedAuthority(psc: string, secret: SecretData, nowMs: number): IssuedAuthority {
  const renew = `Have it issued anew: delete the Secret, or run cmctl renew ${authorityRequest(psc)}`;
  const refuse = (why: string, remedy = renew): never => {
    throw new UnfitAuthorityError(psc, why, remedy);
  };
  const [own, ...others] = readable(secret[AUTHORITY_FILES.certificate]);
  const key = privateKeyIn(secret[AUTHORITY_FILES.key]);
  if (own === undefined) return refuse(`has no certificate in ${AUTHORITY_FILES.certificate}`);
  if (key === undefined) return refuse(`has no private key in ${AUTHORITY_FILES.key}`);
  if (!own.checkPrivateKey(key)) return refuse('holds a certificate and the private key of another');
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return refuse('holds a key that is not ECDSA on P-256');
  if (!isAuthority(own.toString())) {
    return refuse('holds a certificate that is no authority', 'Let the issuer sign requests with isCA: true');
  }
  if (!own.subject.split('\n').includes(`CN=${authorityRequest(psc)}`)) {
    return refuse(
      `holds an authority that is not called ${authorityRequest(psc)}`,
      'Let the issuer keep the common name',
    );
  }
  if (own.validToDate.getTime() <= nowMs) return refuse('holds an authority that has expired');
  if (own.validFromDate.getTime() > nowMs) return refuse('holds an authority that is not valid yet');
  const issuers = issuersOf(own, [...others, ...readable(secret[CA_FILE])]);
  if (issuers === undefined) {
    return refuse(
      `has no certificates that lead from ${AUTHORITY_FILES.certificate} to a root`,
      `Give the issuer its own chain up to the root: clients of OpenSSL's kind trust roots only`,
    );
  }
  const ended = issuers.find(({ validToDate }) => validToDate.getTime() <= nowMs);
  if (ended !== undefined) {
    return refuse(`holds an authority below one that has expired (${ended.subject})`, 'Replace that one first');
  }
  return { certificate: pemOf(own), key: pkcs8Of(key), issuers: issuers.map(pemOf) };
}

/** From a certificate's issuer to a root, of certificates in any order; undefined where they lead to none. */
function issuersOf(
  certificate: X509Certificate,
  others: readonly X509Certificate[],
): readonly X509Certificate[] | undefined {
  if (isIssuedBy(certificate, certificate)) return [];
  for (const issuer of others.filter((other) => isAuthority(other.toString()) && isIssuedBy(certificate, other))) {
    const rest = others.filter((other) => other.fingerprint256 !== issuer.fingerprint256);
    const above = issuersOf(issuer, rest);
    if (above !== undefined) return [issuer, ...above];
  }
  return undefined;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function readable(text = ''): readonly X509Certificate[] {
  return certificatesIn(text).flatMap((pem) => {
    try {
      return [new X509Certificate(pem)];
    } catch {
      return [];
    }
  });
}

function privateKeyIn(text = ''): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString().trimEnd()}\n`;
}

function pkcs8Of(key: KeyObject): string {
  return `${key.export({ type: 'pkcs8', format: 'pem' }).toString().trimEnd()}\n`;
}
