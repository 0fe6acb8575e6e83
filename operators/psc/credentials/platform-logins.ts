import { createHash } from 'node:crypto';
import {
  LOGIN_SETS,
  loginOf,
  LOGINS_FILE,
  type LoginSet,
  loginsOf,
  type PlatformUser,
} from '../../../constructs/kubernetes/kafka/secrets.ts';
import { omit } from '../../runtime/omit.ts';
import type { SecretData } from './credential-secrets.ts';

/**
 * How the platform's users come to other passwords (ADR 0016). `prepare`: the Secret holds those of the other logins, which nobody
 * uses yet. `switch`: whoever reads the Secret uses them. `retire`: those before them are gone.
 */
export type PasswordStep = 'prepare' | 'switch' | 'retire';

/** What of the platform's logins everybody may know. */
export interface HeldLogins {
  /** Of this state of them: a step is taken only from the state that it was decided on. */
  readonly mark: string;
  /** The set that is in use. */
  readonly current: LoginSet;
  /** When the passwords in use were made, milliseconds since 1970; absent of those from before this was written down. */
  readonly madeAtMs?: number;
  /** The other set, as long as it has passwords. */
  readonly other?: OtherLogins;
  /** When the other set was given up last, milliseconds since 1970. */
  readonly retiredAtMs?: number;
}

/** `next`: nobody uses them yet; `former`: nobody new uses them since. */
export interface OtherLogins {
  readonly state: 'next' | 'former';
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
}

/** A login with its password. */
export interface Login {
  readonly name: string;
  readonly password: string;
}

/** What a Secret says of its logins: of the platform's users, or of a cluster that is a client. @throws Error when nobody can read it: somebody else has written it */
export function heldLogins(secret: SecretData): HeldLogins {
  const text = secret[LOGINS_FILE];
  if (text === undefined) return { mark: 'unwritten', current: 'a' };
  const mark = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { mark, ...parsed(text) };
}

/** The login and the password that a platform user comes to Kafka with now; undefined while it has none. */
export function currentLogin(secret: SecretData, user: PlatformUser): Login | undefined {
  const name = loginOf(user, heldLogins(secret).current);
  const password = secret[name] ?? '';
  return password === '' ? undefined : { name, password };
}

/** Logins of the set in use that have no password. */
export function missingLogins(secret: SecretData): readonly string[] {
  return loginsOf(heldLogins(secret).current).filter((login) => (secret[login] ?? '') === '');
}

/** Those of the other set with their passwords; none where there is no other set. */
export function otherLogins(secret: SecretData): readonly Login[] {
  const { current, other } = heldLogins(secret);
  if (other === undefined) return [];
  return loginsOf(otherSet(current)).map((name) => ({ name, password: secret[name] ?? '' }));
}

/** Of passwords that are the first. */
export function firstLogins(nowMs: number): SecretData {
  return { [LOGINS_FILE]: textOf({ current: 'a', madeAtMs: nowMs }) };
}

export interface PasswordOptions {
  readonly nowMs: number;
  /** A new password each time: letters, digits, dashes and underscores. */
  readonly newPassword: () => string;
}

/**
 * The Secret of the platform's users after a step.
 *
 * @throws Error for a step that there is nothing to do for: our own mistake
 */
export function rotatedLogins(
  secret: SecretData,
  step: PasswordStep,
  { nowMs, newPassword }: PasswordOptions,
): SecretData {
  const held = heldLogins(secret);
  const others = loginsOf(otherSet(held.current));
  const taken = { ...secret, ...turn(held, step, nowMs) };
  switch (step) {
    case 'prepare':
      return { ...taken, ...Object.fromEntries(others.map((login) => [login, newPassword()])) };
    case 'switch':
      return taken;
    case 'retire':
      return omit(taken, ...others);
  }
}

/**
 * What is written down of logins once a step is taken.
 *
 * @throws Error for a step that there is nothing to do for: our own mistake
 */
export function turn(held: HeldLogins, step: PasswordStep, nowMs: number): SecretData {
  if ((held.other?.state ?? 'none') !== BEFORE[step]) {
    throw new Error(`there is nothing to ${step}: the other logins are ${held.other?.state ?? 'not there'}`);
  }
  const written = (change: Parameters<typeof textOf>[0]): SecretData => ({ [LOGINS_FILE]: textOf(change) });
  switch (step) {
    case 'prepare':
      return written({ ...held, other: { state: 'next', sinceMs: nowMs } });
    case 'switch':
      return written({
        ...held,
        current: otherSet(held.current),
        madeAtMs: held.other?.sinceMs ?? nowMs,
        other: { state: 'former', sinceMs: nowMs },
      });
    case 'retire':
      return written({ ...held, other: undefined, retiredAtMs: nowMs });
  }
}

/** What the other logins are before a step. */
const BEFORE: Readonly<Record<PasswordStep, OtherLogins['state'] | 'none'>> = {
  prepare: 'none',
  switch: 'next',
  retire: 'former',
};

/** The one that takes the next turn. */
export function otherSet(set: LoginSet): LoginSet {
  return set === 'a' ? 'b' : 'a';
}

type Written = Omit<HeldLogins, 'mark'>;

function textOf({
  current,
  madeAtMs,
  other,
  retiredAtMs,
}: Omit<Written, 'other'> & { readonly other?: OtherLogins | undefined }): string {
  return JSON.stringify({ current, madeAtMs, other, retiredAtMs });
}

function parsed(text: string): Written {
  const { current, madeAtMs, other, retiredAtMs } = JSON.parse(text) as Partial<Written>;
  const set = LOGIN_SETS.find((each) => each === current);
  const isWhole = other === undefined || ['next', 'former'].includes(other.state);
  if (set === undefined || !isWhole) throw new Error(`${LOGINS_FILE} names no logins that are known`);
  return {
    current: set,
    ...(madeAtMs === undefined ? {} : { madeAtMs }),
    ...(other === undefined ? {} : { other: { state: other.state, sinceMs: other.sinceMs } }),
    ...(retiredAtMs === undefined ? {} : { retiredAtMs }),
  };
}
