import type { LookupFunction } from 'node:net';
import type { HeldCertificates, ShownCertificate } from '../credentials/held-certificates.ts';
import type { PlatformLogins } from '../ports.ts';
import type { KafkaView, LoginAnswer, Observed, ReachableKafka, StoredPsc } from '../observed.ts';
import { BrokerConnections, type KafkaCredentials } from './broker-connections.ts';
import { readBrokerMetadata } from './broker-metadata.ts';
import { servedPlaces, type BrokerPlace } from './broker-places.ts';
import { type ConsumerLag, readConsumerLag } from './consumer-lag.ts';
import { within } from './deadline.ts';
import { unreachableReason } from './kafka-error.ts';
import { readLoginAnswers } from './login-answers.ts';
import { MIN_ISR_MAX_AGE_MS, MinIsrCache } from './min-isr.ts';
import { isUnchanged } from './partition-views.ts';
import { firstAnswering, readKafka } from './read-kafka.ts';
import { isSameView } from './same-view.ts';
import { ShownCertificates } from './shown-certificates.ts';
import type { Slots } from '../../runtime/slots.ts';

/** How closely a PSC is looked at in the background: while something is under way, or while nothing is. */
export type Attention = 'watch' | 'rest';

/** Longest time that a whole view may take: with what comes after, shorter than it may be old to decide by (safety.ts). */
export const READ_MAX_MS = 8_000;
/** From one look to the next while nothing is under way: a single question to a single broker. */
export const REST_MS = 10_000;
/** From one whole view to the next while nothing is under way. */
export const WHOLE_AT_REST_MS = 180_000;
/** From one whole view to the next while something is under way. */
export const WATCH_MS = 1_000;
/** A view that takes long is read less often: this share of the time at most goes into reading. */
const WATCH_SHARE = 1 / 3;

export interface PscKafkaSettings {
  readonly psc: StoredPsc;
  readonly credentialsOf: (psc: StoredPsc) => Promise<KafkaCredentials>;
  readonly lookup: LookupFunction | undefined;
  readonly nowMs: () => number;
  /** Shared by the background looks at all PSCs. */
  readonly slots: Slots;
  readonly onChange: () => void;
}

/** One PSC's Kafka: connections, what was last seen of it, and the background look at it. */
export class PscKafka {
  readonly #settings: PscKafkaSettings;
  readonly #connections: BrokerConnections;
  readonly #minIsr = new MinIsrCache();
  readonly #shown: ShownCertificates;
  #psc: StoredPsc;
  #view: KafkaView = { state: 'unreachable', reason: 'it has not been asked yet' };
  /** Reads are numbered by their beginning, so that an older one never replaces a newer one. */
  #begun = 0;
  #kept = 0;
  #wholeAtMs = -Infinity;
  #dynamic: { readonly version: string; readonly settings: ReadonlySet<string> } | undefined;
  #attention: Attention = 'rest';
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isStopped = false;

  constructor(settings: PscKafkaSettings) {
    this.#settings = settings;
    this.#psc = settings.psc;
    this.#connections = new BrokerConnections({
      credentials: () => settings.credentialsOf(this.#psc),
      ...(settings.lookup === undefined ? {} : { lookup: settings.lookup }),
    });
    this.#shown = new ShownCertificates({ ...settings, psc: settings.psc.metadata.name });
    this.#lookIn(0);
  }

  /** Of which PSC it is: one that is made anew under the same name is another one. */
  get uid(): string {
    return this.#psc.metadata.uid;
  }

  get view(): KafkaView {
    return this.#view;
  }

  /** The PSC as it was last stored: where its brokers are to be found. */
  set psc(psc: StoredPsc) {
    this.#psc = psc;
  }

  set attention(attention: Attention) {
    if (attention === this.#attention) return;
    this.#attention = attention;
    if (this.#isWatched()) this.#lookIn(0);
  }

  /** Everything asked now, topics' min ISR included: a topic may have been altered a moment ago. */
  async fresh(): Promise<KafkaView> {
    return (await this.#readWhole(0)).view;
  }

  /** What pods show to whoever connects. Never rejects. */
  async shownCertificates(
    held: HeldCertificates,
    freshness: Observed['freshness'],
  ): Promise<ReadonlyMap<string, ShownCertificate>> {
    return await this.#shown.look(held, freshness);
  }

  /** Which brokers take the platform's next logins. Never rejects. */
  async loginAnswers({ other, ca }: Pick<PlatformLogins, 'other' | 'ca'>): Promise<ReadonlyMap<string, LoginAnswer>> {
    const { lookup } = this.#settings;
    return await readLoginAnswers({ brokers: servedPlaces(this.#psc), logins: other, ca, lookup });
  }

  /**
   * Makes a change by way of a broker that answers. `known` is what the kept view says from now on, until it is read again:
   * whoever looks at it right after must not make the same change once more.
   */
  async alter(
    change: (broker: BrokerPlace, connections: BrokerConnections) => Promise<void>,
    known: (view: ReachableKafka) => ReachableKafka,
  ): Promise<void> {
    const { broker } = await within(
      READ_MAX_MS,
      `Kafka of PSC ${this.#psc.metadata.name}`,
      firstAnswering(servedPlaces(this.#psc), this.#connections),
    );
    await change(broker, this.#connections);
    this.#doubt(known);
  }

  /** The same by way of one broker, which alone takes its own settings. @throws Error when it is not to be found, or does not answer */
  async alterBroker(
    id: number,
    change: (broker: BrokerPlace, connections: BrokerConnections) => Promise<void>,
  ): Promise<void> {
    const broker = servedPlaces(this.#psc).find((each) => each.id === id);
    if (broker === undefined) throw new Error(`PSC ${this.#psc.metadata.name} has no broker ${id}`);
    await change(broker, this.#connections);
    this.#doubt((view) => view);
  }

  /** How far behind consumer groups are, by who led what when the cluster was last seen. @throws Error when nobody answers */
  async consumerLag(): Promise<ConsumerLag | undefined> {
    const view = this.#view;
    if (view.state === 'unreachable') return undefined;
    return await this.#settings.slots.run(() =>
      readConsumerLag({
        brokers: servedPlaces(this.#psc),
        connections: this.#connections,
        partitions: view.partitions,
      }),
    );
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#connections.close();
    this.#shown.stop();
  }

  #doubt(known: (view: ReachableKafka) => ReachableKafka): void {
    // Reads that began before the change may not know of it.
    this.#begun += 1;
    this.#kept = this.#begun;
    if (this.#view.state === 'reachable') this.#view = known(this.#view);
    this.#wholeAtMs = -Infinity;
    this.#lookIn(WATCH_MS);
  }

  #lookIn(delayMs: number): void {
    if (this.#isStopped || this.#isLooking) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isLooking = true;
      void this.#settings.slots
        .run(() => this.#look())
        .then((nextMs) => {
          this.#isLooking = false;
          this.#lookIn(nextMs);
        });
    }, delayMs);
  }

  /** Never rejects. Resolves with when to look again. */
  async #look(): Promise<number> {
    if (this.#isStopped) return REST_MS;
    const { nowMs } = this.#settings;
    const startMs = nowMs();
    if (this.#isWatched()) {
      await this.#lookAtAll();
      return Math.max(WATCH_MS, (nowMs() - startMs) / WATCH_SHARE);
    }
    const isDue = startMs - this.#wholeAtMs >= WHOLE_AT_REST_MS;
    if (isDue || !(await this.#isAsKept())) await this.#lookAtAll();
    if (this.#isWatched()) return WATCH_MS;
    // Two hundred clusters of which each is asked now and then need no connection to each of their brokers.
    this.#connections.keepOnly(this.#connected().slice(0, 1));
    return REST_MS;
  }

  async #lookAtAll(): Promise<void> {
    const { isNew } = await this.#readWhole(MIN_ISR_MAX_AGE_MS);
    if (isNew) this.#settings.onChange();
  }

  /** Asked again after each wait: it may have changed meanwhile. */
  #isWatched(): boolean {
    return this.#attention === 'watch';
  }

  #connected(): readonly BrokerPlace[] {
    return servedPlaces(this.#psc).filter((broker) => this.#connections.has(broker));
  }

  /** Whether one broker still says of all partitions and brokers what the kept view says. */
  async #isAsKept(): Promise<boolean> {
    const view = this.#view;
    const [broker] = this.#connected();
    if (view.state === 'unreachable' || broker === undefined) return false;
    try {
      const { aliveBrokers, topics } = await this.#connections.call(broker, readBrokerMetadata);
      const unfenced = [...view.brokers.values()].filter(({ isFenced }) => !isFenced).map(({ id }) => id);
      const isSameSet = unfenced.length === aliveBrokers.length && unfenced.every((id) => aliveBrokers.includes(id));
      return isSameSet && isUnchanged(view.partitions, topics);
    } catch {
      // Another broker may answer; the whole view says what is wrong if none does.
      return false;
    }
  }

  /** Never rejects. */
  async #readWhole(minIsrMaxAgeMs: number): Promise<{ readonly view: KafkaView; readonly isNew: boolean }> {
    this.#begun += 1;
    const number = this.#begun;
    const startMs = this.#settings.nowMs();
    const view = await this.#ask(minIsrMaxAgeMs);
    if (number < this.#kept || this.#isStopped) return { view, isNew: false };
    const before = this.#view;
    this.#kept = number;
    this.#view = view;
    this.#wholeAtMs = view.state === 'reachable' ? startMs : -Infinity;
    return { view, isNew: !isSameView(before, view) };
  }

  async #ask(minIsrMaxAgeMs: number): Promise<KafkaView> {
    const psc = this.#psc;
    const version = `${psc.spec.kafka?.version ?? ''} ${psc.spec.kafka?.image ?? ''}`;
    try {
      const view = await within(
        READ_MAX_MS,
        `Kafka of PSC ${psc.metadata.name}`,
        readKafka({
          brokers: servedPlaces(psc),
          connections: this.#connections,
          minIsr: this.#minIsr,
          minIsrMaxAgeMs,
          dynamicSettings: this.#dynamic?.version === version ? this.#dynamic.settings : undefined,
          lookup: this.#settings.lookup,
          nowMs: this.#settings.nowMs,
        }),
      );
      this.#dynamic = { version, settings: view.dynamicSettings };
      return view;
    } catch (error) {
      return { state: 'unreachable', reason: unreachableReason(error) };
    }
  }
}
