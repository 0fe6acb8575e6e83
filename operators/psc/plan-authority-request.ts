import { authorityCertificate, issuerWait } from './credentials/authority-issuer.ts';
import { isAsked } from './credentials/certificate-fault.ts';
import type { HeldCertificates } from './credentials/held-certificates.ts';
import type { Context } from './context.ts';
import type { Observed } from './observed.ts';
import type { Wait, Write } from './plan.ts';

/** Asks the issuer that the spec names for the authority, and for another one when a person wants it. What works goes on. */
export function planAuthorityRequest({ view, observed }: Pick<Context, 'view' | 'observed'>): {
  readonly writes: readonly Write[];
  readonly waits: readonly Wait[];
} {
  const { credentials } = observed;
  const spec = view.kafka.authorityIssuer;
  const issuer = credentials.state === 'whole' || credentials.state === 'awaited' ? credentials.issuer : undefined;
  if (spec === undefined || issuer === undefined) return { writes: [], waits: [] };
  const { state } = issuer.request;
  const isToBeMade = state === 'absent' || state === 'different';
  const writes: readonly Write[] = [
    ...(isToBeMade ? [{ kind: 'request-authority', request: authorityCertificate(view, spec) } as const] : []),
    ...(isRenewalDue(observed) ? [{ kind: 'renew-authority' } as const] : []),
  ];
  // New pods wait for it elsewhere.
  const message = credentials.state === 'whole' ? issuerWait(view.name, issuer) : undefined;
  return { writes, waits: message === undefined ? [] : [{ ...FOR_ISSUER, message }] };
}

/** Whether nothing but an issuer is waited for, in a cluster that has an authority. */
export function isForIssuer({ task, reason }: Wait): boolean {
  return task === FOR_ISSUER.task && reason === FOR_ISSUER.reason;
}

const FOR_ISSUER = { task: 'certificates', reason: 'WaitingForCredentials' } as const;

/** Whether a person has asked for another authority since this one came into use. */
export function isAnotherWanted({ authority }: HeldCertificates, { psc, nowMs }: Observed): boolean {
  return isAsked(askedAtMs(psc), authority.madeAtMs, nowMs);
}

/** The issuer is asked once for each wish: it tries again by itself, ever less often. */
function isRenewalDue(observed: Observed): boolean {
  const { credentials, psc } = observed;
  if (credentials.state !== 'whole' || credentials.certificates === undefined) return false;
  const { issuer, certificates } = credentials;
  if (certificates.former !== undefined || !isAnotherWanted(certificates, observed)) return false;
  if (issuer?.request.state !== 'there' || issuer.request.isIssuing || issuer.offer.state !== 'current') return false;
  return isAsked(askedAtMs(psc), issuer.request.askedAtMs ?? -Infinity, observed.nowMs);
}

function askedAtMs({ spec }: Observed['psc']): number | undefined {
  const { authorityRequestedAt } = spec.maintenance ?? {};
  return authorityRequestedAt === undefined ? undefined : Date.parse(authorityRequestedAt);
}
