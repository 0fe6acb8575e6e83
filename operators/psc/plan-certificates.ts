import type { CertificatesStatus } from '../../contracts/gen/psc-types.ts';
import { fewOf } from '../runtime/few-of.ts';
import type { HeldCertificates } from './credentials/held-certificates.ts';
import type { RotationStep } from './credentials/rotate-authority.ts';
import { AUTHORITY_RENEWAL_DAYS, DAY_MS, FORMER_AUTHORITY_DAYS } from './credentials/validity.ts';
import type { Context } from './context.ts';
import { isAnotherWanted, planAuthorityRequest } from './plan-authority-request.ts';
import type { Observed, ObservedPod } from './observed.ts';
import type { Wait, Write } from './plan.ts';
import { timeOf } from './time-of.ts';

/** What of a plan is about certificates that are there. */
export interface CertificatesPlan {
  readonly writes: readonly Write[];
  readonly waits: readonly Wait[];
}

/** Waits until pods show what they were given, and replaces the authority when it is time to. */
export function planCertificates(context: Context): CertificatesPlan {
  const { observed, rules } = context;
  const { credentials } = observed;
  const asked = planAuthorityRequest(context);
  if (credentials.state !== 'whole' || credentials.certificates === undefined) return asked;
  const held = credentials.certificates;
  const waits = [...lateWaits(held, observed), ...asked.waits];
  const step = rules.rotationStep(held, observed);
  if (step === undefined) return { writes: asked.writes, waits };
  const { offer } = credentials.issuer ?? {};
  const next = step === 'replace' && offer?.state === 'other' ? { offer: offer.mark } : {};
  const rotation = { step, mark: held.mark, ...next } as const;
  return { writes: [...asked.writes, { kind: 'rotate-authority', rotation }, EVENTS[step]], waits };
}

const EVENTS: Readonly<Record<RotationStep, Write>> = {
  replace: {
    kind: 'event',
    type: 'Normal',
    reason: 'AuthorityReplaced',
    message:
      'another authority issues all certificates; the former one is still trusted, and clients are to take the new one',
  },
  retire: {
    kind: 'event',
    type: 'Normal',
    reason: 'AuthorityRetired',
    message: 'the former authority is trusted no longer',
  },
};

/**
 * What is to be done about the authority now, if anything. The former one goes when its time is over, or when somebody asks for
 * yet another, and not before every pod shows a certificate that was written along with its successor: nobody who runs knows the
 * former one only then, or is known by it only.
 */
export function rotationStep(held: HeldCertificates, observed: Observed): RotationStep | undefined {
  const { nowMs, psc, credentials } = observed;
  const { authority, former } = held;
  const isWanted = isAnotherWanted(held, observed);
  if (former !== undefined) {
    const isOver = isWanted || nowMs >= formerUntilMs(held);
    return isOver && observed.pods.every(({ name }) => showsItsOwn(name, held, observed)) ? 'retire' : undefined;
  }
  if (psc.spec.kafka?.authorityIssuer !== undefined) {
    // When it is time for another one, its issuer knows.
    return credentials.state === 'whole' && credentials.issuer?.offer.state === 'other' ? 'replace' : undefined;
  }
  const isOld = authority.endMs - nowMs < AUTHORITY_RENEWAL_DAYS * DAY_MS;
  return isWanted || isOld || authority.maker === 'issuer' ? 'replace' : undefined;
}

/** How long a pod has to show what it was given, before it is replaced for it. */
export const CERTIFICATE_PATIENCE_MS = 60 * 60_000;

/**
 * Whether a pod is older than the certificate that it was given, and has not taken it in its time: it reads its files at its start
 * only, as images do that know no better. It is replaced for one certificate once.
 */
export function isBehindItsFiles(
  { name, createdAtMs }: ObservedPod,
  { credentials, shown, nowMs }: Pick<Observed, 'credentials' | 'shown' | 'nowMs'>,
): boolean {
  const given = credentials.state === 'whole' ? credentials.certificates?.pods.get(name) : undefined;
  const seen = shown.get(name);
  if (given === undefined || seen === undefined || seen.fingerprint === given.fingerprint) return false;
  return createdAtMs < given.madeAtMs && nowMs - given.madeAtMs > CERTIFICATE_PATIENCE_MS;
}

/** What the status says of certificates; nothing where nobody has looked at them. */
export function certificatesStatus({ credentials, shown, psc }: Observed): CertificatesStatus | undefined {
  if (credentials.state !== 'whole') return psc.status?.certificates;
  const held = credentials.certificates;
  if (held === undefined) return psc.status?.certificates;
  const firstMs = Math.min(...[...held.pods.values(), ...shown.values()].map(({ endMs }) => endMs));
  return {
    authorityEnds: timeOf(held.authority.endMs),
    ...(Number.isFinite(firstMs) ? { firstPodEnds: timeOf(firstMs) } : {}),
    ...(held.former === undefined ? {} : { formerAuthorityUntil: timeOf(formerUntilMs(held)) }),
  };
}

function formerUntilMs({ authority, former }: HeldCertificates): number {
  return Math.min(authority.madeAtMs + FORMER_AUTHORITY_DAYS * DAY_MS, former?.endMs ?? Infinity);
}

function showsItsOwn(pod: string, { pods }: HeldCertificates, { shown }: Observed): boolean {
  const fingerprint = shown.get(pod)?.fingerprint;
  return fingerprint !== undefined && fingerprint === pods.get(pod)?.fingerprint;
}

/** Kubelets hand on what has changed within a minute or two. Who does not answer is waited for elsewhere. */
function lateWaits(held: HeldCertificates, observed: Observed): readonly Wait[] {
  const late = [...observed.shown.keys()].filter((pod) => !showsItsOwn(pod, held, observed)).sort();
  if (late.length === 0) return [];
  const message = `${fewOf(late, MAX_NAMED)}: shown to clients is still the certificate before the one in the Secret kafka-tls`;
  return [{ task: 'certificates', reason: 'WaitingForCertificates', message }];
}

const MAX_NAMED = 5;
