import type { Decide } from '../../../operators/balancer/execute/balance-pass.ts';
import type { Decision } from '../../../operators/balancer/execute/decide.ts';
import { type BalanceIntent, type BalanceMemory, NO_MEMORY } from '../../../operators/balancer/execute/observed.ts';
import type { BalanceStep } from '../../../operators/balancer/execute/steps.ts';
import type { LinkWeather } from '../kernel/courier.ts';
import { Prng } from '../kernel/prng.ts';
import { Scheduler } from '../kernel/scheduler.ts';
import type { Trace } from '../kernel/trace.ts';
import { BalancerProcess } from './balancer-process.ts';
import { Judge } from './judge.ts';
import { KafkaModel } from './kafka-model.ts';

export const FAIR_WEATHER: LinkWeather = {
  errorRate: 0,
  lostResponseRate: 0,
  crashRate: 0,
  longFlightRate: 0,
  pauseRate: 0,
};
const TICK_MS = 1_000;

/** One cluster, one balancer and everything that happens to them. */
export class World {
  readonly scheduler = new Scheduler();
  readonly kafka = new KafkaModel();
  readonly judge: Judge;
  readonly trace: Trace;
  weather: LinkWeather = FAIR_WEATHER;
  intent: BalanceIntent = { mode: 'on', isRolling: false, drain: [], excludedTopics: ['excluded'] };
  memory: BalanceMemory = NO_MEMORY;
  process: BalancerProcess | undefined;
  last: Decision | undefined;
  faults = 0;
  readonly #random: Prng;
  readonly #core: Decide;
  #processes = 0;

  constructor(seed: number, core: Decide, trace: Trace) {
    this.#random = new Prng(seed);
    this.#core = core;
    this.trace = trace;
    this.judge = new Judge(this.kafka, () => this.scheduler.nowMs);
    this.#tick();
  }

  note(text: string): void {
    this.trace.add(this.scheduler.nowMs, text);
  }

  injected(what: string): void {
    this.faults += 1;
    this.note(`FAULT ${what}`);
  }

  /** The world is another one now: what was decided before may not fit any more. */
  change(what: string, act: () => void): void {
    this.note(`WORLD ${what}`);
    act();
    this.judge.worldChanged();
    this.last = undefined;
  }

  replaceProcess(): void {
    this.process = undefined;
    this.judge.forgetWays();
    this.scheduler.after(this.#random.int(500, 20_000), () => {
      this.startProcess();
    });
  }

  startProcess(): void {
    this.#processes += 1;
    this.process = new BalancerProcess(this, `balancer-${this.#processes}`, this.#random.fork(), this.#core);
  }

  /** What one process keeps for itself is not stored. */
  remember({ isUnderWay, newBrokers, rateChangedAtMs }: BalanceMemory): void {
    this.memory = { isUnderWay, newBrokers, ...(rateChangedAtMs === undefined ? {} : { rateChangedAtMs }) };
  }

  carryOut(step: BalanceStep, by: BalancerProcess, viewAtMs: number): void {
    this.note(describe(step));
    // What a process that is no more had sent cannot be called back; the next one mends it.
    if (by === this.process) this.judge.arrives({ step, viewAtMs }, this.intent);
    this.kafka.carryOut(step, 'balancer');
  }

  passed(decision: Decision): void {
    this.last = decision;
  }

  #tick(): void {
    this.scheduler.after(TICK_MS, () => {
      this.kafka.tick(this.scheduler.nowMs);
      this.#tick();
    });
  }
}

function describe(step: BalanceStep): string {
  switch (step.kind) {
    case 'throttle-brokers':
      return `${step.kind} ${step.brokers.join()} to ${step.bytesPerSecond}`;
    case 'unthrottle-brokers':
      return `${step.kind} ${step.brokers.join()}`;
    case 'throttle-replicas':
      return `${step.kind} ${step.topic}: ${step.followers.join(' ')}`;
    case 'reassign':
      return `${step.kind} ${step.partitions.map(({ topic, partition, replicas }) => `${topic}-${partition}:${replicas.join()}`).join(' ')}`;
    case 'cancel':
    case 'elect':
      return `${step.kind} ${step.partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(' ')}`;
  }
}
