import { LOGIN_FILES } from '../../../constructs/kubernetes/client/kafka-access.ts';
import { CA_FILE, type LoginSet } from '../../../constructs/kubernetes/kafka/secrets.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { decodedData, type SecretData, type SecretRef } from '../../../operators/psc/credentials/credential-secrets.ts';
import { heldLogins, type Login } from '../../../operators/psc/credentials/platform-logins.ts';
import type { StoredSecret } from '../../../operators/psc/kubernetes/secret-store.ts';
import type { LoginAnswer } from '../../../operators/psc/observed.ts';
import { ConflictError } from '../../../operators/psc/ports.ts';
import { NetworkError } from '../kernel/courier.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Scheduler } from '../kernel/scheduler.ts';

export interface AccessParts {
  readonly scheduler: Scheduler;
  readonly random: Prng;
  readonly isKafkaUp: () => boolean;
}

/** Pods of the Kafka PSC's brokers. */
export const BROKERS = ['kafka-0', 'kafka-1', 'kafka-2'] as const;

/** What comes of a worker's attempt to log in. */
export type LetIn = 'accepted' | 'refused' | 'no answer';

/** How long it takes until every broker knows what was made after somebody had taken the Secret away. */
const LOSS_MS = 10 * 60_000;

/** The Secret by which workers come to their Kafka, and what each of its brokers knows of the users that are in it. */
export class AccessModel {
  readonly #parts: AccessParts;
  readonly #secrets = new Map<string, StoredSecret>([[CA_KEY, { resourceVersion: '1', data: { [CA_FILE]: 'ca' } }]]);
  /** Users ▶ passwords, as the controllers know them, and as each broker does, some time later. */
  readonly #agreed = new Map<string, string>();
  readonly #known = new Map<string, Map<string, string>>(BROKERS.map((broker) => [broker, new Map()]));
  /** When each broker has read all that the log has so far. */
  readonly #readUntilMs = new Map<string, number>();
  #versions = 1;
  #passwords = 0;
  #lostAtMs = -Infinity;
  /** How often somebody has taken the Secret away: what was read before is of no use after that. */
  losses = 0;
  /** Whether all brokers have heard of a login. */
  #isKnown = false;

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  read({ namespace, name }: SecretRef): StoredSecret | undefined {
    return this.#secrets.get(`${namespace}/${name}`);
  }

  write(object: KubernetesObject, before: StoredSecret | undefined): void {
    const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    if (this.#secrets.get(key)?.resourceVersion !== before?.resourceVersion) throw new ConflictError(key);
    this.#versions += 1;
    this.#secrets.set(key, { resourceVersion: String(this.#versions), data: decodedData(object) });
  }

  newPassword(): string {
    this.#passwords += 1;
    return `password-${this.#passwords}`;
  }

  grant(user: string, password: string): void {
    this.#change(user, password);
  }

  revoke(user: string): void {
    this.#change(user, undefined);
  }

  answers({ name, password }: Login): ReadonlyMap<string, LoginAnswer> {
    if (!this.#parts.isKafkaUp()) return new Map();
    return new Map(
      BROKERS.map((broker) => [broker, this.#known.get(broker)?.get(name) === password ? 'accepts' : 'refuses']),
    );
  }

  /** Somebody takes the Secret away. */
  lose(): void {
    this.#secrets.delete(CREDENTIALS_KEY);
    this.losses += 1;
    this.#lostAtMs = this.#parts.scheduler.nowMs;
  }

  /** Whether brokers still hear of the very first login, or somebody's loss of the Secret may still be felt. */
  get isDisturbed(): boolean {
    return !this.#isKnown || this.#parts.scheduler.nowMs - this.#lostAtMs < LOSS_MS;
  }

  /** Whether the login that is in use is whole, and Kafka knows it. */
  get isGranted(): boolean {
    const login = this.loginOf(this.#held?.current ?? 'a');
    return login !== undefined && this.#agreed.get(login.name) === login.password;
  }

  get isRotating(): boolean {
    return this.#held?.other !== undefined;
  }

  /** What the Secret says to pods of a template with this login. */
  loginOf(set: LoginSet): Login | undefined {
    const data = this.#data;
    const { username, password } = LOGIN_FILES[set];
    const login = { name: data?.[username] ?? '', password: data?.[password] ?? '' };
    return login.name === '' || login.password === '' ? undefined : login;
  }

  /** At whatever broker the worker comes to. */
  logIn({ name, password }: Login): LetIn {
    const { isKafkaUp, random } = this.#parts;
    if (!isKafkaUp()) return 'no answer';
    return this.#known.get(random.pick(BROKERS))?.get(name) === password ? 'accepted' : 'refused';
  }

  get #data(): SecretData | undefined {
    return this.#secrets.get(CREDENTIALS_KEY)?.data;
  }

  get #held(): ReturnType<typeof heldLogins> | undefined {
    const data = this.#data;
    return data === undefined ? undefined : heldLogins(data);
  }

  #change(user: string, password: string | undefined): void {
    const { isKafkaUp, scheduler, random } = this.#parts;
    if (!isKafkaUp()) throw new NetworkError('Kafka does not answer');
    if (password === undefined) this.#agreed.delete(user);
    else this.#agreed.set(user, password);
    for (const [broker, known] of this.#known) {
      // Each broker reads the metadata log as fast as it can, from its beginning to its end.
      const delayMs = random.chance(0.1) ? random.int(5_000, 40_000) : random.int(5, 500);
      const atMs = Math.max(scheduler.nowMs + delayMs, this.#readUntilMs.get(broker) ?? 0);
      this.#readUntilMs.set(broker, atMs);
      scheduler.at(atMs, () => {
        const agreed = this.#agreed.get(user);
        if (agreed === undefined) known.delete(user);
        else known.set(user, agreed);
        this.#isKnown ||= [...this.#known.values()].every(({ size }) => size > 0);
      });
    }
  }
}

const CA_KEY = 'psc-orders/kafka-ca';
const CREDENTIALS_KEY = 'psc-orders-connect/kafka-credentials';
