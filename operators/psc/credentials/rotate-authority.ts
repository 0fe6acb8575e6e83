import { randomBytes } from 'node:crypto';
import { createAuthority, openAuthority } from '../../runtime/pki.ts';
import { authoritiesOf } from './authorities.ts';
import { AUTHORITY_FILES, type SecretData } from './credential-secrets.ts';
import { AUTHORITY_DAYS, BACKDATED_MS, DAY_MS } from './validity.ts';

/**
 * How a PSC comes to another authority. `replace`: a new one issues from now on; the former one stays trusted and vouches for
 * it, so that whoever knows either takes what the new one has issued. `retire`: the former one is trusted no longer.
 */
export type RotationStep = 'replace' | 'retire';

/** A new authority of a PSC, as its Secret has it. No two have the same name: a chain from one to the other must not look like a circle. */
export async function newAuthority(psc: string, nowMs: number): Promise<SecretData> {
  const validity = { notBefore: new Date(nowMs - BACKDATED_MS), notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS) };
  const { certificate, key } = await createAuthority(`${psc}-ca-${randomBytes(4).toString('hex')}`, validity);
  return { [AUTHORITY_FILES.certificate]: certificate, [AUTHORITY_FILES.key]: key };
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
  nowMs: number,
): Promise<SecretData> {
  const { [AUTHORITY_FILES.certificate]: certificate, [AUTHORITY_FILES.key]: key } = secret;
  if (certificate === undefined || key === undefined) throw new Error(`${psc} has no authority to rotate`);
  if (step === 'retire') return { [AUTHORITY_FILES.certificate]: certificate, [AUTHORITY_FILES.key]: key };
  if (authoritiesOf(secret)?.former !== undefined) throw new Error(`${psc} is still about to replace its authority`);
  const next = await newAuthority(psc, nowMs);
  const former = await openAuthority({ certificate, key });
  const voucher = await former.vouchFor(next[AUTHORITY_FILES.certificate] ?? '', new Date(nowMs - BACKDATED_MS));
  return { ...next, [AUTHORITY_FILES.formerCertificate]: certificate, [AUTHORITY_FILES.voucher]: voucher };
}
