import type { PasswordsStatus } from '../../contracts/gen/psc-types.ts';
import { fewOf } from '../runtime/few-of.ts';
import { isServing, isWell } from './classify.ts';
import type { Context } from './context.ts';
import { isAsked } from './credentials/certificate-fault.ts';
import type { HeldLogins, PasswordStep } from './credentials/platform-logins.ts';
import { DAY_MS, FORMER_LOGIN_MS, LOGIN_REST_MS, PASSWORD_DAYS } from './credentials/validity.ts';
import type { Observed } from './observed.ts';
import type { Wait, Write } from './plan.ts';
import { needsRoll } from './plan-roll.ts';
import { timeOf } from './time-of.ts';

/** What of a plan is about passwords of the platform's users. */
export interface PasswordsPlan {
  readonly writes: readonly Write[];
  readonly waits: readonly Wait[];
  /** Whether brokers are to be asked which logins they take. */
  readonly asksForFreshRead: boolean;
}

const NOTHING: PasswordsPlan = { writes: [], waits: [], asksForFreshRead: false };

/**
 * Replaces the passwords by way of the logins that are not in use: made, known to every broker, used by everybody, and only when
 * nobody can be left who uses those before them, these are taken away (ADR 0016).
 */
export function planPasswords(context: Context): PasswordsPlan {
  const { observed, rules } = context;
  const { credentials } = observed;
  if (credentials.state !== 'whole' || credentials.logins === undefined) return NOTHING;
  const held = credentials.logins;
  const step = rules.passwordStep(held, context);
  if (step !== undefined) return { ...NOTHING, writes: writesOf(step, held) };
  return held.other?.state === 'next' ? untilTheyAreTaken(held, context) : NOTHING;
}

/** In Kafka first: what is in no Secret any more nobody could take away there. */
function writesOf(step: PasswordStep, { mark }: HeldLogins): readonly Write[] {
  const rotate = { kind: 'rotate-passwords', rotation: { step, mark } } as const;
  switch (step) {
    case 'prepare':
      return [rotate];
    case 'switch':
      return [
        rotate,
        {
          kind: 'event',
          type: 'Normal',
          reason: 'PasswordsReplaced',
          message: "the platform's users have other passwords; those before them let in for some minutes more",
        },
      ];
    case 'retire':
      return [
        { kind: 'alter-logins', change: 'revoke', mark },
        rotate,
        {
          kind: 'event',
          type: 'Normal',
          reason: 'FormerPasswordsRevoked',
          message: "the former passwords of the platform's users let nobody in any more",
        },
      ];
  }
}

/** The step that is to be taken now, if any. */
export function passwordStep(held: HeldLogins, context: Context): PasswordStep | undefined {
  const { observed } = context;
  const { nowMs } = observed;
  if (held.other?.state === 'former') return nowMs - held.other.sinceMs >= FORMER_LOGIN_MS ? 'retire' : undefined;
  if (held.other?.state === 'next') {
    const isEvident = observed.freshness === 'fresh' && lateBrokers(observed).length === 0;
    return isEvident ? 'switch' : undefined;
  }
  const hasRested = held.retiredAtMs === undefined || nowMs - held.retiredAtMs >= LOGIN_REST_MS;
  return hasRested && arePasswordsDue(held, observed) && isSettled(context) ? 'prepare' : undefined;
}

/** Whether they are old, or somebody wants others. */
export function arePasswordsDue({ madeAtMs }: HeldLogins, { nowMs, psc }: Pick<Observed, 'nowMs' | 'psc'>): boolean {
  if (madeAtMs === undefined || nowMs - madeAtMs >= PASSWORD_DAYS * DAY_MS) return true;
  const { passwordsRequestedAt } = psc.spec.maintenance ?? {};
  return isAsked(passwordsRequestedAt === undefined ? undefined : Date.parse(passwordsRequestedAt), madeAtMs, nowMs);
}

/**
 * Whether every pod runs with the files that the spec asks for. Those from before the second logins make no super users of them,
 * and a controller would not start beside them.
 */
function isSettled(context: Context): boolean {
  const { members, roles } = context;
  // A stopped roll leaves pods as they are, and so does a broker's way out.
  if (roles.broker.refused !== undefined || roles.controller.refused !== undefined) return false;
  return members.every((each) => isWell(each) && !each.isLeaving && needsRoll(context, each) === 'no');
}

/** Brokers that are there and were not seen to take the next logins. One that comes later reads the metadata before it serves. */
function lateBrokers({ pods, loginAnswers }: Observed): readonly string[] {
  return pods
    .filter(({ name, role }) => role === 'broker' && loginAnswers?.get(name) !== 'accepts')
    .map(({ name }) => name)
    .sort();
}

function untilTheyAreTaken({ mark }: HeldLogins, { observed, members }: Context): PasswordsPlan {
  const late = lateBrokers(observed);
  const message = `${fewOf(late, MAX_NAMED)}: the next passwords of the platform's users are not taken there yet`;
  const waits: readonly Wait[] = [{ task: 'passwords', reason: 'WaitingForPasswords', message }];
  if (observed.freshness === 'cached') {
    // One that does not serve answers nobody: it need not be asked each second.
    const areServing = members.every((each) => each.role === 'controller' || isServing(each));
    return { writes: [], waits, asksForFreshRead: areServing };
  }
  const answers = [...(observed.loginAnswers?.values() ?? [])];
  const grant: Write = { kind: 'alter-logins', change: 'grant', mark };
  // Told once more only where somebody says that he does not know them.
  return { writes: answers.includes('refuses') ? [grant] : [], waits, asksForFreshRead: false };
}

const MAX_NAMED = 5;

/** What the status says of passwords; what it said before where nobody has looked at them. */
export function passwordsStatus({ credentials, psc }: Observed): PasswordsStatus | undefined {
  const held = credentials.state === 'whole' ? credentials.logins : undefined;
  return held === undefined ? psc.status?.passwords : loginsStatus(held);
}

export function loginsStatus({ madeAtMs, other }: HeldLogins): PasswordsStatus | undefined {
  const status = {
    ...(madeAtMs === undefined ? {} : { madeAt: timeOf(madeAtMs) }),
    ...(other?.state === 'former' ? { formerUntil: timeOf(other.sinceMs + FORMER_LOGIN_MS) } : {}),
  };
  return Object.keys(status).length === 0 ? undefined : status;
}
