import { randomBytes, X509Certificate } from 'node:crypto';
import { createAuthority, openAuthority } from '../../runtime/pki.ts';
import { authoritiesOf, originText } from './authorities.ts';
import { AUTHORITY_FILES, type SecretData } from './credential-secrets.ts';
import type { IssuedAuthority } from './issued-authority.ts';
import { AUTHORITY_DAYS, BACKDATED_MS, DAY_MS, FORMER_AUTHORITY_DAYS } from './validity.ts';

/**
 * How a PSC comes to another authority. `replace`: a new one issues from now on; the former one stays trusted and vouches for
 * it, so that whoever knows either takes what the new one has issued. `retire`: the former one is trusted no longer.
 */
export type RotationStep = 'replace' | 'retire';

/**
 * A new authority of a PSC, as its Secret has it. No two have the same name: a chain from one to the other must not look like a
 * circle.
 *
 * @param name of the one before it, where somebody else had issued that: a voucher between two of one name is no further
 *   authority below the issuer's own (RFC 5280, self-issued), of which some issuers allow none
 */
export async function newAuthority(psc: string, nowMs: number, name?: string): Promise<SecretData> {
  const validity = { notBefore: new Date(nowMs - BACKDATED_MS), notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS) };
  const { certificate, key } = await createAuthority(name ?? `${psc}-ca-${randomBytes(4).toString('hex')}`, validity);
  return { [AUTHORITY_FILES.certificate]: certificate, [AUTHORITY_FILES.key]: key };
}

/** An authority that an issuer has made, as the Secret of the PSC's authority has it. */
export function takenAuthority(
  { certificate, key, issuers }: IssuedAuthority,
  issuer: string,
  nowMs: number,
): SecretData {
  return {
    [AUTHORITY_FILES.certificate]: certificate,
    [AUTHORITY_FILES.key]: key,
    [AUTHORITY_FILES.origin]: originText({ issuer, takenAtMs: nowMs }),
    ...(issuers.length === 0 ? {} : { [AUTHORITY_FILES.issuers]: issuers.join('') }),
  };
}

export interface RotationOptions {
  readonly nowMs: number;
  /** What comes instead, as its Secret has it; of `replace` only. @default - one that is made here */
  readonly next?: SecretData;
}

/**
 * The Secret of a PSC's authority after a step. The former authority's key is not kept.
 *
 * @throws Error when there is no whole authority, or for a step that there is nothing to do for: our own mistake
 */
export async function rotatedAuthority(
  psc: string,
  secret: SecretData,
  step: RotationStep,
  options: RotationOptions,
): Promise<SecretData> {
  const { [AUTHORITY_FILES.certificate]: certificate, [AUTHORITY_FILES.key]: key } = secret;
  const authorities = authoritiesOf(secret);
  if (certificate === undefined || key === undefined || authorities === undefined) {
    throw new Error(`${psc} has no authority to rotate`);
  }
  if (step === 'retire') return withoutFormer(secret);
  if (authorities.former !== undefined) throw new Error(`${psc} is still about to replace its authority`);
  const { nowMs } = options;
  const isIssued = authorities.issuers.length > 0;
  const next = options.next ?? (await newAuthority(psc, nowMs, isIssued ? onlyCommonNameOf(certificate) : undefined));
  const nextCertificate = next[AUTHORITY_FILES.certificate] ?? '';
  const former = await openAuthority({ certificate, key });
  const notBefore = new Date(nowMs - BACKDATED_MS);
  const formerIssuers = secret[AUTHORITY_FILES.issuers];
  return {
    ...next,
    [AUTHORITY_FILES.formerCertificate]: certificate,
    ...(formerIssuers === undefined ? {} : { [AUTHORITY_FILES.formerIssuers]: formerIssuers }),
    [AUTHORITY_FILES.voucher]: await former.vouchFor(nextCertificate, notBefore),
    ...(isIssued || next[AUTHORITY_FILES.issuers] === undefined ? {} : await counterVoucher(certificate, next, nowMs)),
  };
}

/** Others trust what leads to their root: they shall take the former one's word no longer than it is needed. */
async function counterVoucher(former: string, next: SecretData, nowMs: number): Promise<SecretData> {
  const { [AUTHORITY_FILES.certificate]: certificate = '', [AUTHORITY_FILES.key]: key = '' } = next;
  const authority = await openAuthority({ certificate, key });
  const until = new Date(nowMs + FORMER_AUTHORITY_DAYS * DAY_MS);
  const voucher = await authority.vouchFor(former, new Date(nowMs - BACKDATED_MS), until);
  return { [AUTHORITY_FILES.counterVoucher]: voucher };
}

function withoutFormer(secret: SecretData): SecretData {
  return Object.fromEntries(Object.entries(secret).filter(([file]) => !FORMER_FILES.has(file)));
}

const FORMER_FILES: ReadonlySet<string> = new Set([
  AUTHORITY_FILES.formerCertificate,
  AUTHORITY_FILES.formerIssuers,
  AUTHORITY_FILES.voucher,
  AUTHORITY_FILES.counterVoucher,
]);

/** Of a certificate whose subject is nothing else. */
function onlyCommonNameOf(certificate: string): string | undefined {
  return /^CN=([^\n]+)$/.exec(new X509Certificate(certificate).subject)?.[1];
}
