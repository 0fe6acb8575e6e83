import type { KafkaView, RegisteredBroker } from '../../../operators/psc/observed.ts';
import { RefusedError } from '../../../operators/psc/ports.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import { PartitionsModel } from './partitions-model.ts';
import { QuorumModel } from './quorum-model.ts';
import type { Weather } from './weather.ts';

type ProcessState = 'down' | 'starting' | 'recovering' | 'running' | 'stopping';

interface Broker {
  readonly id: number;
  readonly zone: string;
  process: ProcessState;
  isFenced: boolean;
  /** Counts starts and ends of the process: what was planned for an earlier one no longer happens. */
  run: number;
  onListening: () => void;
  usedShare: number;
  hasRegistered: boolean;
}

/** `broker.session.timeout.ms`: as long as nobody can know that a broker has crashed. */
export const SESSION_TIMEOUT_MS = 9_000;

/** Settings that a running broker takes (Kafka 4.3, DescribeConfigs), as far as the workload uses them. */
export const DYNAMIC_SETTINGS: ReadonlySet<string> = new Set([
  'log.retention.ms',
  'log.segment.bytes',
  'message.max.bytes',
  'compression.type',
  'listener.name.external.max.connections',
  'listener.name.external.max.connection.creation.rate',
]);

/** One Kafka cluster: its processes, registrations, replicas and quorum. */
export class KafkaModel {
  readonly partitions = new PartitionsModel();
  readonly quorum: QuorumModel;
  readonly settings = new Map<string, string>();
  readonly #scheduler: Scheduler;
  readonly #random: Prng;
  readonly #weather: () => Weather;
  readonly #onChange: () => void;
  readonly #brokers = new Map<number, Broker>();
  #quota: Readonly<Record<string, number>> = {};
  #isTicking = false;

  constructor(scheduler: Scheduler, random: Prng, weather: () => Weather, onChange: () => void) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#weather = weather;
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
    const broker = this.#brokers.get(id) ?? newBroker(id, zone);
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
    broker.process = 'down';
    broker.run += 1;
    const { run } = broker;
    this.#scheduler.after(SESSION_TIMEOUT_MS, () => {
      this.#fenceWhenQuorum(broker, run);
    });
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
      if (broker.run === run && this.quorum.leaderId >= 0) this.#fence(broker);
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

  fillDisk(id: number, usedShare: number): void {
    const broker = this.#brokers.get(id);
    if (broker !== undefined) broker.usedShare = usedShare;
  }

  reassign(topic: string, partition: number, replicas: readonly number[]): void {
    const each = this.partitions.all.find((one) => one.topic === topic && one.partition === partition);
    if (each === undefined || each.adding.length > 0) return;
    each.adding = replicas.filter((id) => !each.replicas.includes(id));
    each.removing = each.replicas.filter((id) => !replicas.includes(id));
    each.replicas = [...each.replicas, ...each.adding];
    for (const id of each.adding) each.caughtUpAtMs.set(id, this.#catchUpTime());
    if (each.adding.length === 0) each.removing = [];
    this.#changed();
  }

  electPreferred(wanted: readonly { readonly topic: string; readonly partition: number }[]): void {
    for (const { topic, partition } of wanted) {
      const each = this.partitions.all.find((one) => one.topic === topic && one.partition === partition);
      const [preferred] = each?.replicas ?? [];
      if (each === undefined || preferred === undefined) continue;
      if (each.isr.includes(preferred) && this.isServing(preferred)) each.leader = preferred;
    }
    this.#changed();
  }

  /** @throws RefusedError for a value that Kafka does not take */
  alterSettings(set: Readonly<Record<string, string>>, remove: readonly string[]): void {
    for (const [key, value] of Object.entries(set)) {
      if (!DYNAMIC_SETTINGS.has(key)) throw new RefusedError(`cannot update ${key} dynamically`);
      if (value.startsWith('bogus')) throw new RefusedError(`invalid value ${value} for ${key}`);
    }
    for (const [key, value] of Object.entries(set)) this.settings.set(key, value);
    for (const key of remove) this.settings.delete(key);
    this.#changed();
  }

  alterQuota(values: Readonly<Record<string, number>>): void {
    this.#quota = { ...values };
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
      partitions: this.partitions.views(),
      clusterSettings: Object.fromEntries(this.settings),
      dynamicSettings: DYNAMIC_SETTINGS,
      defaultUserQuota: this.#quota,
    };
  }

  #brokerView({ id, isFenced, process, usedShare }: Broker, isBlind: boolean): RegisteredBroker {
    const led = this.partitions.all.filter(({ leader }) => leader === id);
    const short = led.filter(({ isr, replicas, adding }) => isr.length < replicas.length - adding.length);
    const under = led.filter(({ isr, topic }) => isr.length < this.partitions.minIsr(topic));
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
      },
      disk: { totalBytes, usableBytes: Math.floor(totalBytes * (1 - usedShare)) },
    };
  }

  #register(broker: Broker, run: number): void {
    if (broker.run !== run) return;
    if (this.quorum.leaderId < 0) {
      this.#scheduler.after(1_000, () => {
        this.#register(broker, run);
      });
      return;
    }
    // A new registration ends what the cluster still believed of the process before.
    this.#fence(broker);
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

  #fenceWhenQuorum(broker: Broker, run: number): void {
    if (broker.run !== run) return;
    if (this.quorum.leaderId >= 0) {
      this.#fence(broker);
      this.#changed();
      return;
    }
    this.#scheduler.after(1_000, () => {
      this.#fenceWhenQuorum(broker, run);
    });
  }

  #fence(broker: Broker): void {
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
    const isAtWork =
      this.quorum.leaderId >= 0 && this.partitions.advance(this.#scheduler.nowMs, (id) => this.isServing(id));
    const isBehind = this.brokerIds().some((id) => this.isAlive(id) && !this.isInSync(id));
    const isMoving = this.partitions.all.some(({ adding, leader }) => adding.length > 0 || leader < 0);
    if (isAtWork || isBehind || isMoving) this.#changed();
  }
}

const BROKER_STATES = { starting: 1, recovering: 2, running: 3, stopping: 6, down: 7 } as const;

function newBroker(id: number, zone: string): Broker {
  return {
    id,
    zone,
    process: 'down',
    isFenced: true,
    run: 0,
    onListening: () => undefined,
    usedShare: 0.2,
    hasRegistered: false,
  };
}
