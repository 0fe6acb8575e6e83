import { PLATFORM_USERS, type PlatformUser } from '../../../constructs/kubernetes/kafka/secrets.ts';
import { isAsked } from '../../../operators/psc/credentials/certificate-fault.ts';
import type { SecretData } from '../../../operators/psc/credentials/credential-secrets.ts';
import {
  currentLogin,
  firstLogins,
  heldLogins,
  type HeldLogins,
  type Login,
  missingLogins,
  otherLogins,
  rotatedLogins,
} from '../../../operators/psc/credentials/platform-logins.ts';
import { LOGIN_BELIEF_MS } from '../../../operators/psc/credentials/validity.ts';
import type { LoginAnswer } from '../../../operators/psc/observed.ts';
import type { PasswordRotation } from '../../../operators/psc/plan.ts';
import { ConflictError } from '../../../operators/psc/ports.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import { EPOCH_MS } from './wall-clock.ts';

export interface PasswordsParts {
  readonly scheduler: Scheduler;
  readonly random: Prng;
  /** Ids of brokers that take connections. */
  readonly brokers: () => readonly number[];
  /** A platform user is not let in from now on, with what it may still believe. */
  readonly onShutOut: (message: string) => void;
}

/** What Kafka was told of a login; without a password it is gone. */
interface Alteration {
  readonly atMs: number;
  readonly name: string;
  readonly password?: string;
}

/** Longest from the record of an alteration to the last broker that has read it. */
const METADATA_LAG_MS = 20_000;
/** Longest from the read of a Secret to the first use of what it said. */
const LATE_USE_MS = 20_000;

/**
 * The Secret of the platform's users, what each broker knows of their logins, and those who log in: with what they have read
 * of the Secret, and read again only when that is old.
 */
export class PasswordsModel {
  readonly #parts: PasswordsParts;
  #secret: SecretData | undefined;
  readonly #alterations: Alteration[] = [];
  /** Broker ▶ when each alteration reaches it. */
  readonly #reaches = new Map<number, number[]>();
  #count = 0;

  constructor(parts: PasswordsParts) {
    this.#parts = parts;
    for (const user of Object.values(PLATFORM_USERS)) this.#comeAgain(user, undefined);
  }

  get held(): HeldLogins {
    return heldLogins(this.#secret ?? {});
  }

  /** Passwords that are there before the first controller starts, which hands them to Kafka. */
  issue(): void {
    if (this.#secret !== undefined) return;
    const first = firstLogins(this.#wallMs());
    const logins = missingLogins(first).map((name): Login => ({ name, password: this.#newPassword() }));
    this.#secret = { ...first, ...Object.fromEntries(logins.map(({ name, password }) => [name, password])) };
    for (const login of logins) this.#alterations.push({ atMs: -Infinity, ...login });
  }

  /** Nothing where the logins are in another state than that on which it was decided. */
  rotate({ step, mark }: PasswordRotation): void {
    if (this.#secret === undefined || this.held.mark !== mark) return;
    const newPassword = (): string => this.#newPassword();
    this.#secret = rotatedLogins(this.#secret, step, { nowMs: this.#wallMs(), newPassword });
  }

  /** What is to be sent to Kafka, as the Secret says now. @throws ConflictError when it is in another state */
  other(mark: string): readonly Login[] {
    if (this.held.mark !== mark) throw new ConflictError('the logins are others by now');
    return otherLogins(this.#secret ?? {});
  }

  alter(change: 'grant' | 'revoke', logins: readonly Login[]): void {
    const { nowMs } = this.#parts.scheduler;
    for (const { name, password } of logins) {
      this.#alterations.push({ atMs: nowMs, name, ...(change === 'grant' ? { password } : {}) });
    }
  }

  answers(): ReadonlyMap<string, LoginAnswer> {
    const next = this.held.other?.state === 'next' ? otherLogins(this.#secret ?? {}) : [];
    if (next.length === 0) return new Map();
    return new Map(
      this.#parts
        .brokers()
        .map((id) => [`kafka-${id}`, next.every((login) => this.#letsIn(id, login)) ? 'accepts' : 'refuses']),
    );
  }

  /** What is still to happen until passwords are as young as was asked for, and the former ones gone. */
  unfinished(passwordsRequestedAt: string | undefined): string | undefined {
    const { madeAtMs = -Infinity, other } = this.held;
    if (other?.state === 'former') return 'former passwords still let in';
    const askedAtMs = passwordsRequestedAt === undefined ? undefined : Date.parse(passwordsRequestedAt);
    return isAsked(askedAtMs, madeAtMs, this.#wallMs()) ? 'passwords are too old' : undefined;
  }

  #letsIn(broker: number, { name, password }: Login): boolean {
    const reaches = this.#reachesOf(broker);
    const known = this.#alterations.findLast(
      (each, index) => each.name === name && (reaches[index] ?? Infinity) <= this.#parts.scheduler.nowMs,
    );
    return known?.password === password;
  }

  /** In the order of the metadata log, each after a while of its own. */
  #reachesOf(broker: number): readonly number[] {
    const reaches = this.#reaches.get(broker) ?? [];
    this.#reaches.set(broker, reaches);
    for (const { atMs } of this.#alterations.slice(reaches.length)) {
      const reachMs = atMs + this.#parts.random.int(0, METADATA_LAG_MS);
      reaches.push(Math.max(reaches.at(-1) ?? -Infinity, reachMs));
    }
    return reaches;
  }

  /** One who logs in now and then. */
  #comeAgain(user: PlatformUser, remembered: { readonly login: Login; readonly readAtMs: number } | undefined): void {
    const { scheduler, random } = this.#parts;
    scheduler.after(random.int(2_000, 60_000), () => {
      const isOld = remembered === undefined || scheduler.nowMs - remembered.readAtMs >= LOGIN_BELIEF_MS;
      const login = isOld ? currentLogin(this.#secret ?? {}, user) : remembered.login;
      if (login === undefined) {
        this.#comeAgain(user, undefined);
        return;
      }
      scheduler.after(random.int(0, LATE_USE_MS), () => {
        this.#logIn(user, login);
        this.#comeAgain(user, { login, readAtMs: isOld ? scheduler.nowMs : remembered.readAtMs });
      });
    });
  }

  #logIn(user: PlatformUser, login: Login): void {
    const brokers = this.#parts.brokers();
    if (brokers.length === 0) return;
    const broker = this.#parts.random.pick(brokers);
    if (!this.#letsIn(broker, login)) this.#parts.onShutOut(`kafka-${broker} refuses ${user} as ${login.name}`);
  }

  #newPassword(): string {
    this.#count += 1;
    return `password-${this.#count}`;
  }

  #wallMs(): number {
    return EPOCH_MS + this.#parts.scheduler.nowMs;
  }
}
