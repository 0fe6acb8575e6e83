import { nodeIdOf } from '../../../../operators/psc/classify.ts';
import type { KafkaView } from '../../../../operators/psc/observed.ts';
import { Prng } from '../../../sim/kernel/prng.ts';
import { Scheduler } from '../../../sim/kernel/scheduler.ts';
import { KafkaModel } from '../../../sim/operator/kafka-model.ts';
import { FAIR_WEATHER, type Weather } from '../../../sim/operator/weather.ts';
import type { FleetPod } from './fleet-pods.ts';
import type { KafkaQuestion } from './kafka-link.ts';

/**
 * Kafka of many PSCs, played by the models of the operator's simulation: a broker runs while its pod does. Times inside pass
 * {@link SPEED} times as fast as outside.
 */
export class KafkaFleet {
  readonly #scheduler = new Scheduler();
  readonly #clusters = new Map<string, ModeledKafka>();
  readonly #random = new Prng(SEED);
  readonly #startMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  #isRunning = false;

  constructor() {
    this.#timer = setInterval(() => {
      void this.#catchUp();
    }, TICK_MS);
  }

  of(psc: string): ModeledKafka {
    const cluster = this.#clusters.get(psc) ?? new ModeledKafka(this.#scheduler, this.#random.fork());
    this.#clusters.set(psc, cluster);
    return cluster;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #catchUp(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    await this.#scheduler.runUntil((performance.now() - this.#startMs) * SPEED);
    this.#isRunning = false;
  }
}

/** Brokers of the models start, stop and catch up within some seconds; ten thousand of them shall not take a test's hours. */
export const SPEED = 8;
const TICK_MS = 50;
const SEED = 6;
const TOPICS = 6;
const PARTITIONS_PER_TOPIC = 3;
export const BROKERS = 6;
const ZONES = 3;

/** One PSC's Kafka, whose pods are somebody else's. */
export class ModeledKafka {
  readonly #model: KafkaModel;
  /** Node id ▶ uid of the pod that its process runs in. */
  readonly #processes = new Map<number, string>();
  #weather: Weather = FAIR_WEATHER;
  #lagging: number | undefined;
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler, random: Prng) {
    this.#scheduler = scheduler;
    this.#model = new KafkaModel(
      scheduler,
      random,
      () => this.#weather,
      () => {
        this.#createTopics();
      },
    );
  }

  /** A pod is there, or has changed. */
  saw({ role, ordinal, uid, zone = '', isRunning, isTerminating }: FleetPod): void {
    const id = nodeIdOf(role, ordinal);
    const isItsProcess = this.#processes.get(id) === uid;
    if (isTerminating && isItsProcess) {
      this.#processes.delete(id);
      if (role === 'broker') this.#model.stopBroker(id, () => undefined);
      else this.#model.quorum.stop(id);
    } else if (isRunning && !isTerminating && !isItsProcess) {
      this.#processes.set(id, uid);
      if (role === 'broker') this.#model.startBroker(id, zone, 'clean', () => undefined);
      else this.#model.quorum.start(id);
    }
  }

  /** A pod is gone; one that was killed took its process with it. */
  lost({ role, ordinal, uid }: FleetPod): void {
    const id = nodeIdOf(role, ordinal);
    if (this.#processes.get(id) !== uid) return;
    this.#processes.delete(id);
    if (role === 'broker') this.#model.crashBroker(id);
    else this.#model.quorum.stop(id);
  }

  /** From now on nobody reaches it. */
  cutOff(): void {
    this.#weather = { ...this.#weather, kafka: 'unreachable' };
  }

  /** From now on a broker is behind, or as soon as it has anything to be behind with. */
  fallBehind(broker: number): void {
    this.#lagging = broker;
    this.#weather = { ...this.#weather, catchUpFactor: FOR_EVER };
    this.#model.stall(broker);
  }

  heal(): void {
    this.#weather = FAIR_WEATHER;
    if (this.#lagging === undefined) return;
    for (const each of this.#model.partitions.of(this.#lagging)) {
      each.caughtUpAtMs.set(this.#lagging, this.#scheduler.nowMs);
    }
    this.#lagging = undefined;
  }

  /** @throws Error when it is cut off, or has no controller */
  answer(question: KafkaQuestion): KafkaView {
    const isWrite = question.kind !== 'look';
    if (isWrite && (this.#weather.kafka === 'unreachable' || this.#model.quorum.leaderId < 0)) {
      throw new Error('no controller answers');
    }
    if (question.kind === 'alter-settings') this.#model.alterSettings(question.set, question.remove);
    if (question.kind === 'alter-quota') this.#model.alterQuota(question.values);
    if (question.kind === 'set-cordon') this.#model.setCordon(question.broker, question.cordon);
    if (question.kind === 'unregister') this.#model.unregister(question.broker);
    if (question.kind === 'finish-features')
      this.#model.features.finish(question.features, (id) => this.#model.isRegistered(id));
    if (question.kind === 'add-voter') this.#model.quorum.add(question.voter);
    if (question.kind === 'remove-voter') this.#model.quorum.remove(question.voter);
    if (question.kind === 'elect') this.#model.electPreferred(question.partitions);
    return this.#model.view(Date.now());
  }

  #createTopics(): void {
    const { partitions } = this.#model;
    const zones = this.#model.servingByZone();
    const isWhole = zones.length === ZONES && zones.flat().length === BROKERS;
    if (partitions.all.length > 0 || !isWhole) return;
    for (let topic = 0; topic < TOPICS; topic += 1) partitions.create(`orders-${topic}`, PARTITIONS_PER_TOPIC, zones);
    if (this.#lagging !== undefined) this.#model.stall(this.#lagging);
  }
}

const FOR_EVER = 1e9;
