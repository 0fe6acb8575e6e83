import type { LookupFunction } from 'node:net';
import type { Connection } from '@platformatic/kafka';
import { PLATFORM_USERS, type PlatformUser } from '../../../constructs/kubernetes/kafka/secrets.ts';
import { LOGIN_BELIEF_MS } from '../credentials/validity.ts';
import { within } from './deadline.ts';
import { isCredentialsFault } from './kafka-error.ts';
import { CALL_MAX_MS, CONNECT_MAX_MS, endSocket, logIn } from './log-in.ts';
import type { BrokerPlace } from './broker-places.ts';

/** What the platform shows, and trusts, to be let into a PSC's Kafka. */
export interface KafkaCredentials {
  /** Name by which the platform's user logs in. @default its own */
  readonly login?: string;
  /** Of that login. */
  readonly password: string;
  /** Certificates of the PSC's own authority, PEM. */
  readonly ca: string;
}

export interface ConnectionSettings {
  readonly credentials: () => Promise<KafkaCredentials>;
  /** Who asks. @default the operator */
  readonly user?: PlatformUser;
  /** How host names become addresses. @default the system's own way */
  readonly lookup?: LookupFunction;
  /** Of the listener. @default that of the platform and of clients inside */
  readonly port?: number;
  /** How old credentials are. @default Date.now */
  readonly wallMs?: () => number;
}

/**
 * What is asked on a connection: a broker answers the questions of one connection in their order, and those that it passes on
 * to the controllers can take long.
 */
export type Lane = 'brokers' | 'controllers';

/**
 * Connections to the brokers of one PSC, at most one to each and lane, as the platform's own user. They are opened when somebody
 * asks, and again after they broke.
 */
export class BrokerConnections {
  readonly #settings: ConnectionSettings;
  readonly #connections = new Map<string, Promise<Connection>>();
  /** Calls that are under way, by connection. */
  readonly #calls = new Map<string, number>();
  #credentials: Remembered | undefined;
  #isClosed = false;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  /**
   * Asks one broker.
   *
   * @throws Error when it cannot be reached, does not answer in its time, or answers with an error
   */
  async call<T>(broker: BrokerPlace, ask: (connection: Connection) => Promise<T>, lane: Lane = 'brokers'): Promise<T> {
    const what = broker.pod;
    const key = keyOf(broker.host, lane);
    this.#calls.set(key, (this.#calls.get(key) ?? 0) + 1);
    try {
      const connection = await within(CONNECT_MAX_MS, what, this.#connection(broker.host, lane));
      return await within(CALL_MAX_MS, what, ask(connection));
    } finally {
      const left = (this.#calls.get(key) ?? 0) - 1;
      if (left > 0) this.#calls.set(key, left);
      else this.#calls.delete(key);
    }
  }

  /** Whether there is a connection in the lane `brokers`. */
  has({ host }: BrokerPlace): boolean {
    return this.#connections.has(keyOf(host, 'brokers'));
  }

  /** Closes the connections on which nobody waits for an answer, but those to these brokers in the lane `brokers`. */
  keepOnly(brokers: readonly BrokerPlace[]): void {
    const kept = new Set([...brokers.map(({ host }) => keyOf(host, 'brokers')), ...this.#calls.keys()]);
    for (const key of [...this.#connections.keys()]) if (!kept.has(key)) this.#drop(key);
  }

  /** Closes all connections; whoever waits for an answer, or asks now, is refused. */
  close(): void {
    this.#isClosed = true;
    for (const key of [...this.#connections.keys()]) this.#drop(key);
  }

  async #connection(host: string, lane: Lane): Promise<Connection> {
    if (this.#isClosed) throw new Error('this cluster is not asked any more');
    const key = keyOf(host, lane);
    const known = this.#connections.get(key);
    if (known !== undefined) {
      const connection = await known;
      if (connection.isConnected()) return connection;
      if (this.#connections.get(key) === known) this.#connections.delete(key);
      return await this.#connection(host, lane);
    }
    const opened = this.#open(host);
    this.#connections.set(key, opened);
    try {
      return await opened;
    } catch (error) {
      if (this.#connections.get(key) === opened) this.#connections.delete(key);
      throw error;
    }
  }

  async #open(host: string): Promise<Connection> {
    const remembered = this.#credentials;
    try {
      return await this.#openOnce(host);
    } catch (error) {
      // They may have been replaced since they were read, which must cost whoever asks nothing.
      if (remembered === undefined || !isCredentialsFault(error)) throw error;
      return await this.#openOnce(host);
    }
  }

  async #openOnce(host: string): Promise<Connection> {
    const { login, password, ca } = await this.#knownCredentials();
    const used = this.#credentials;
    const { lookup, port, user = PLATFORM_USERS.operator } = this.#settings;
    try {
      return await logIn(host, { clientId: user, login: login ?? user, password, ca, lookup, port });
    } catch (error) {
      if (isCredentialsFault(error) && this.#credentials === used) this.#credentials = undefined;
      throw error;
    }
  }

  async #knownCredentials(): Promise<KafkaCredentials> {
    const { credentials, wallMs = Date.now } = this.#settings;
    const before = this.#credentials;
    const isOld = before === undefined || wallMs() - before.sinceMs >= LOGIN_BELIEF_MS;
    const asked = isOld ? { sinceMs: wallMs(), known: credentials() } : before;
    this.#credentials = asked;
    try {
      return await asked.known;
    } catch (error) {
      if (this.#credentials === asked) this.#credentials = before === asked ? undefined : before;
      // They still let in for a while, and who cannot read them anew is not to be cut off from Kafka as well.
      if (before !== undefined && before !== asked) return await before.known;
      throw error;
    }
  }

  #drop(key: string): void {
    const connection = this.#connections.get(key);
    this.#connections.delete(key);
    // One that could not be opened has nothing to close, and its error belongs to who asked for it.
    connection?.then(endSocket, () => undefined);
  }
}

interface Remembered {
  readonly sinceMs: number;
  readonly known: Promise<KafkaCredentials>;
}

function keyOf(host: string, lane: Lane): string {
  return `${host} ${lane}`;
}
