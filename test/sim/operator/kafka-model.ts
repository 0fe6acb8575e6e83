import type { KafkaView, RegisteredBroker } from '../../../operators/psc/observed.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import { type BrokerRecord, newBrokerRecord, NO_RUN } from './broker-record.ts';
import { beginReassignment, PartitionsModel } from './partitions-model.ts';
import { FeaturesModel } from './features-model.ts';
import { QuorumModel } from './quorum-model.ts';
import { DYNAMIC_SETTINGS, refuseQuotas, refuseSettings } from './settings-model.ts';
import { TierModel } from './tier-model.ts';
import type { Weather } from './weather.ts';

/** Some partitions have not got their preferred leaders. */
export class NotElectedError extends Error {
  override readonly name = 'NotElectedError';
}

/** `broker.session.timeout.ms`: as long as nobody can know that a broker has crashed. */
export const SESSION_TIMEOUT_MS = 9_000;

/** One Kafka cluster: its processes, registrations, replicas and quorum. */
export class KafkaModel {
  readonly partitions = new PartitionsModel();
  readonly quorum: QuorumModel;
  readonly features = new FeaturesModel();
  /** Whether brokers run with Infinite Storage. */
  isTiered = false;
  readonly settings = new Map<string, string>();
  readonly #scheduler: Scheduler;
  readonly #random: Prng;
  readonly #weather: () => Weather;
  readonly #tier: TierModel;
  readonly #onChange: () => void;
  readonly #brokers = new Map<number, BrokerRecord>();
  /** Brokers that take nothing new; a setting outlives the broker's process, and its registration. */
  readonly #cordoned = new Set<number>();
  /** Broker ▶ when a replica was put on it last. */
  readonly #filledAtMs = new Map<number, number>();
  #quota: Readonly<Record<string, number>> = {};
  #isTicking = false;

  constructor(scheduler: Scheduler, random: Prng, weather: () => Weather, onChange: () => void) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#weather = weather;
    this.#tier = new TierModel(weather);
    this.#onChange = onChange;
    this.quorum = new QuorumModel(scheduler, random, () => {
      this.#changed();
    });
  }

  get quota(): Readonly<Record<string, number>> {
    return this.#quota;
  }

  /** @param how `recovering` after a crash: the broker reads its logs first */
  startBroker(id: number, zone: string, how: 'clean' | 'recovering', onListening: () => void): void {
    const broker = this.#brokers.get(id) ?? newBrokerRecord(id, zone);
    this.#brokers.set(id, broker);
    broker.run += 1;
    broker.onListening = onListening;
    broker.process = how === 'clean' ? 'starting' : 'recovering';
    const delayMs = how === 'clean' ? this.#random.int(1_000, 5_000) : this.#random.int(3_000, 40_000);
    const { run } = broker;
    this.#scheduler.after(delayMs, () => {
      this.#register(broker, run);
    });
    this.#changed();
  }

  /** The process ends at once. Kafka notices after the session's time. */
  crashBroker(id: number): void {
    const broker = this.#brokers.get(id);
    if (broker === undefined || broker.process === 'down') return;
    // One that never came so far has no session to lose.
    if (!broker.isFenced) this.#loseSession(broker);
    broker.process = 'down';
    broker.run += 1;
    this.#changed();
  }

  /** Controlled shutdown: leaders move away first, as far as there is a quorum to move them. */
  stopBroker(id: number, onStopped: () => void): void {
    const broker = this.#brokers.get(id);
    if (broker?.process !== 'running') {
      this.crashBroker(id);
      this.#scheduler.after(500, onStopped);
      return;
    }
    broker.process = 'stopping';
    broker.run += 1;
    const { run } = broker;
    this.#scheduler.after(this.#random.int(200, 2_000), () => {
      if (broker.run === run && this.quorum.leaderId >= 0) {
        broker.ended = 'in-order';
        this.#fence(broker);
      }
      this.#scheduler.after(this.#random.int(500, 6_000), () => {
        if (broker.run === run) this.crashBroker(id);
        onStopped();
      });
    });
    this.#changed();
  }

  /** A broker falls behind for a while: it leaves the ISR of what it does not lead. */
  stall(id: number): void {
    const broker = this.#brokers.get(id);
    if (broker?.process !== 'running' || broker.isFenced) return;
    for (const each of this.partitions.of(id)) {
      if (each.leader === id || !each.isr.includes(id) || each.isr.length === 1) continue;
      each.isr = each.isr.filter((other) => other !== id);
      each.caughtUpAtMs.set(id, this.#catchUpTime());
    }
    this.#changed();
  }

  /** A broker takes part in nothing until its process is another one, or its storage comes back. Whether it was well before. */
  stallStorage(id: number): boolean {
    const broker = this.#brokers.get(id);
    if (broker === undefined || broker.stalledRun === broker.run) return false;
    broker.stalledRun = broker.run;
    this.partitions.fallBehind(id, (other) => this.isServing(other));
    this.#changed();
    return true;
  }

  storageCameBack(id: number): void {
    const broker = this.#brokers.get(id);
    if (broker === undefined || broker.stalledRun !== broker.run) return;
    broker.stalledRun = NO_RUN;
    for (const each of this.partitions.of(id)) each.caughtUpAtMs.set(id, this.#catchUpTime());
    this.#changed();
  }

  isStorageStalled(id: number): boolean {
    const broker = this.#brokers.get(id);
    return broker?.stalledRun === broker?.run;
  }

  /** Counts starts and ends of a broker's process. */
  runOf(id: number): number {
    return this.#brokers.get(id)?.run ?? NO_RUN;
  }

  isAlive(id: number): boolean {
    const process = this.#brokers.get(id)?.process ?? 'down';
    return process !== 'down';
  }

  /** Whether it runs, is not on its way down, and the cluster counts on it. */
  isServing(id: number): boolean {
    const broker = this.#brokers.get(id);
    return broker?.process === 'running' && !broker.isFenced;
  }

  /** Whether it serves and no replica of it is behind. */
  isInSync(id: number): boolean {
    return this.isServing(id) && this.partitions.isInSync(id);
  }

  brokerIds(): readonly number[] {
    return [...this.#brokers.keys()];
  }

  servingByZone(): readonly (readonly number[])[] {
    const zones = new Map<string, number[]>();
    for (const { id, zone } of this.#brokers.values()) {
      if (this.isServing(id)) zones.set(zone, [...(zones.get(zone) ?? []), id]);
    }
    return [...zones.values()];
  }

  isCordoned(id: number): boolean {
    return this.#cordoned.has(id);
  }

  setCordon(id: number, cordon: 'present' | 'absent'): void {
    if (cordon === 'present') this.#cordoned.add(id);
    else this.#cordoned.delete(id);
    this.#changed();
  }

  /** Forgets a broker. One that runs is out of the cluster until its process is another one. */
  unregister(id: number): void {
    const broker = this.#brokers.get(id);
    if (broker === undefined) return;
    this.partitions.withdraw(id, (other) => other !== id && this.isServing(other));
    broker.isFenced = true;
    broker.hasRegistered = false;
    broker.sessionEndsAtMs = 0;
    if (broker.process === 'down') this.#brokers.delete(id);
    this.#changed();
  }

  filledAtMs(id: number): number {
    return this.#filledAtMs.get(id) ?? -Infinity;
  }

  isRegistered(id: number): boolean {
    return this.#brokers.get(id)?.hasRegistered === true;
  }

  /** Of a broker's volume, as a share. */
  usedShareOf(id: number): number {
    return this.#brokers.get(id)?.usedShare ?? 0;
  }

  fillDisk(id: number, usedShare: number): void {
    const broker = this.#brokers.get(id);
    if (broker !== undefined) broker.usedShare = usedShare;
  }

  createTopic(topic: string, replicas: readonly (readonly number[])[], minIsr: number): void {
    for (const id of replicas.flat()) this.#filledAtMs.set(id, this.#scheduler.nowMs);
    this.partitions.add(topic, replicas, minIsr);
    this.#changed();
  }

  reassign(topic: string, partition: number, replicas: readonly number[]): void {
    const each = this.partitions.all.find((one) => one.topic === topic && one.partition === partition);
    if (each === undefined || each.adding.length > 0 || this.quorum.leaderId < 0) return;
    for (const id of replicas) if (!each.replicas.includes(id)) this.#filledAtMs.set(id, this.#scheduler.nowMs);
    beginReassignment(each, replicas);
    for (const id of each.adding) each.caughtUpAtMs.set(id, this.#catchUpTime());
    this.#changed();
  }

  /** @throws NotElectedError where a preferred replica cannot lead; the others are elected nonetheless */
  electPreferred(wanted: readonly { readonly topic: string; readonly partition: number }[]): void {
    const failed: string[] = [];
    for (const { topic, partition } of wanted) {
      const each = this.partitions.all.find((one) => one.topic === topic && one.partition === partition);
      const [preferred] = each?.replicas ?? [];
      if (each === undefined || preferred === undefined || each.leader === preferred) continue;
      if (each.isr.includes(preferred) && this.#isCounted(preferred)) each.leader = preferred;
      else failed.push(`${topic}-${partition}`);
    }
    this.#changed();
    if (failed.length > 0) throw new NotElectedError(`no preferred leaders: ${failed.join(', ')}`);
  }

  /** @throws RefusedError for a value that Kafka does not take */
  alterSettings(set: Readonly<Record<string, string>>, remove: readonly string[]): void {
    refuseSettings(set);
    for (const [key, value] of Object.entries(set)) this.settings.set(key, value);
    for (const key of remove) this.settings.delete(key);
    this.#changed();
  }

  /** Those that are not named stay. @throws RefusedError for a name that Kafka does not have */
  alterQuota(values: Readonly<Record<string, number>>): void {
    refuseQuotas(values);
    this.#quota = { ...this.#quota, ...values };
    this.#changed();
  }

  /** What the cluster says of itself at this moment; `nowMs` is what the asker's clock shows. */
  view(nowMs: number): KafkaView {
    const { kafka } = this.#weather();
    const isAnyoneThere = [...this.#brokers.values()].some(({ process }) => process === 'running');
    if (kafka === 'unreachable' || !isAnyoneThere) return { state: 'unreachable', reason: 'no broker answers' };
    const registered = [...this.#brokers.values()].filter(({ hasRegistered }) => hasRegistered);
    const brokers = registered.map((each) => this.#brokerView(each, kafka === 'without-metrics'));
    return {
      state: 'reachable',
      readAtMs: nowMs,
      brokers: new Map(brokers.map((each) => [each.id, each])),
      quorum: this.quorum.view(),
      features: this.features.finalized,
      // Only the controllers know of reassignments.
      partitions: this.partitions.views(this.quorum.leaderId < 0 ? 'without-moves' : 'with-moves'),
      clusterSettings: Object.fromEntries(this.settings),
      dynamicSettings: DYNAMIC_SETTINGS,
      defaultUserQuota: this.#quota,
    };
  }

  /** Whether brokers copy as they do when nothing is wrong. */
  isTierWell(): boolean {
    return this.#tier.isWell(this.#scheduler.nowMs);
  }

  #brokerView({ id, isFenced, process, usedShare }: BrokerRecord, isBlind: boolean): RegisteredBroker {
    const led = this.partitions.all.filter(({ leader }) => leader === id);
    const short = led.filter(({ isr, replicas, adding }) => isr.length < replicas.length - adding.length);
    const under = led.filter(
      ({ isr, topic, replicas }) => isr.length < Math.min(this.partitions.minIsr(topic), replicas.length),
    );
    if (isBlind || process === 'down' || process === 'starting') return { id, isFenced };
    const totalBytes = 100 * 2 ** 30;
    return {
      id,
      isFenced,
      metrics: {
        underReplicatedPartitions: short.length,
        underMinIsrPartitions: under.length,
        offlineLogDirectories: 0,
        brokerState: BROKER_STATES[process],
        ...(this.isTiered ? { remoteCopy: this.#tier.remoteCopy(id, this.#scheduler.nowMs, totalBytes) } : {}),
      },
      disk: {
        totalBytes,
        usableBytes: Math.floor(totalBytes * (1 - usedShare)),
        isCordoned: this.#cordoned.has(id),
        logs: this.partitions.of(id).length,
      },
    };
  }

  #register(broker: BrokerRecord, run: number): void {
    if (broker.run !== run) return;
    // As long as the session of the process before lasts, the controllers refuse another one of its id.
    const delayMs = Math.max(broker.sessionEndsAtMs - this.#scheduler.nowMs, this.quorum.leaderId < 0 ? 1_000 : 0);
    if (delayMs > 0) {
      this.#scheduler.after(delayMs, () => {
        this.#register(broker, run);
      });
      return;
    }
    this.#fence(broker);
    if (broker.ended === 'badly') this.partitions.endedBadly(broker.id);
    broker.hasRegistered = true;
    broker.process = 'running';
    this.#scheduler.after(this.#random.int(500, 3_000), () => {
      if (broker.run !== run) return;
      broker.isFenced = false;
      for (const each of this.partitions.of(broker.id)) {
        if (!each.isr.includes(broker.id)) each.caughtUpAtMs.set(broker.id, this.#catchUpTime());
      }
      broker.onListening();
      this.#changed();
    });
    this.#changed();
  }

  /** It is gone, and Kafka notices after the session's time, whatever is started in its place. */
  #loseSession(broker: BrokerRecord): void {
    const endsAtMs = this.#scheduler.nowMs + SESSION_TIMEOUT_MS;
    broker.sessionEndsAtMs = endsAtMs;
    broker.ended = 'badly';
    this.#scheduler.at(endsAtMs, () => {
      this.#fenceWhenQuorum(broker, endsAtMs);
    });
  }

  #fenceWhenQuorum(broker: BrokerRecord, endsAtMs: number): void {
    if (broker.sessionEndsAtMs !== endsAtMs || this.#isLetIn(broker)) return;
    if (this.quorum.leaderId >= 0) {
      this.#fence(broker);
      this.#changed();
      return;
    }
    this.#scheduler.after(1_000, () => {
      this.#fenceWhenQuorum(broker, endsAtMs);
    });
  }

  /** Whether its process has registered. */
  #isLetIn({ process }: BrokerRecord): boolean {
    return process === 'running' || process === 'stopping';
  }

  /** Whether the controllers take it for one that can lead, as they do one that is gone until its session ends. */
  #isCounted(id: number): boolean {
    const broker = this.#brokers.get(id);
    return broker?.isFenced === false && broker.process !== 'stopping';
  }

  #fence(broker: BrokerRecord): void {
    broker.isFenced = true;
    this.partitions.withdraw(broker.id, (id) => this.isServing(id));
  }

  #catchUpTime(): number {
    return this.#scheduler.nowMs + this.#random.int(500, 15_000) * this.#weather().catchUpFactor;
  }

  #changed(): void {
    this.#onChange();
    if (this.#isTicking || this.#brokers.size === 0) return;
    this.#isTicking = true;
    this.#scheduler.after(1_000, () => {
      this.#tick();
    });
  }

  #tick(): void {
    this.#isTicking = false;
    const stalled = this.brokerIds().filter((id) => this.isStorageStalled(id));
    const isAtWork =
      this.quorum.leaderId >= 0 && this.partitions.advance(this.#scheduler.nowMs, (id) => this.isServing(id), stalled);
    const isBehind = this.brokerIds().some((id) => this.isAlive(id) && !this.isInSync(id));
    const isMoving = this.partitions.all.some(({ adding, leader }) => adding.length > 0 || leader < 0);
    if (isAtWork || isBehind || isMoving) this.#changed();
  }
}

const BROKER_STATES = { starting: 1, recovering: 2, running: 3, stopping: 6, down: 7 } as const;
