import {
  type BalancerPorts,
  balancePass,
  type Decide,
  type Observation,
} from '../../../operators/balancer/execute/balance-pass.ts';
import type { BalanceMemory } from '../../../operators/balancer/execute/observed.ts';
import type { BalanceStep } from '../../../operators/balancer/execute/steps.ts';
import { Courier, NetworkError } from '../kernel/courier.ts';
import type { Prng } from '../kernel/prng.ts';
import { CLOCK_SKEW_MS } from './judge.ts';
import type { World } from './world.ts';

/** One process of the balancer: one pass after the other while it leads. */
export class BalancerProcess {
  readonly #world: World;
  readonly #random: Prng;
  readonly #skewMs: number;
  readonly #ports: BalancerPorts;
  readonly #core: Decide;
  #isAlive = true;
  #pausedUntilMs = 0;
  /** When the pass at hand saw the world. */
  #viewAtMs = 0;
  #left: BalanceMemory['left'];

  constructor(world: World, name: string, random: Prng, core: Decide) {
    this.#world = world;
    this.#random = random;
    this.#core = core;
    this.#skewMs = random.int(-CLOCK_SKEW_MS / 2, CLOCK_SKEW_MS / 2);
    const { scheduler } = world;
    const courier = new Courier({
      scheduler,
      random,
      weather: () => world.weather,
      crash: (what) => {
        this.#isAlive = false;
        world.note(`${name} crashes ${what}`);
        world.replaceProcess();
      },
      isGone: () => !this.#isAlive,
      pausedUntilMs: () => this.#pausedUntilMs,
      pause: () => {
        this.#pausedUntilMs = scheduler.nowMs + random.int(3_000, 40_000);
      },
      onInjected: (fault) => {
        world.injected(`${name}: ${fault}`);
      },
    });
    this.#ports = {
      observe: () => courier.send({ what: 'observe', kind: 'read', serve: () => this.#observe() }),
      decided: ({ memory }) => {
        this.#left = memory.left;
      },
      remember: (memory: BalanceMemory) =>
        courier.send({
          what: 'remember',
          kind: 'write',
          serve: () => {
            world.remember(memory);
          },
        }),
      carryOut: (step: BalanceStep) => {
        const viewAtMs = this.#viewAtMs;
        return courier.send({
          what: step.kind,
          kind: 'write',
          serve: () => {
            world.carryOut(step, this, viewAtMs);
          },
        });
      },
      nowMs: () => scheduler.nowMs + this.#skewMs,
      isLeader: () => world.process === this,
    };
    this.#lookIn(random.int(100, 5_000));
  }

  #observe(): Observation {
    const world = this.#world;
    this.#viewAtMs = world.scheduler.nowMs;
    const cluster = world.kafka.observed(world.scheduler.nowMs + this.#skewMs);
    const left = this.#left === undefined ? {} : { left: this.#left };
    return { cluster, intent: world.intent, memory: { ...world.memory, ...left } };
  }

  #lookIn(delayMs: number): void {
    this.#world.scheduler.after(delayMs, () => {
      if (!this.#isAlive || this.#world.process !== this) return;
      void this.#pass();
      this.#world.scheduler.wokeAsyncCode();
    });
  }

  async #pass(): Promise<void> {
    const world = this.#world;
    try {
      const decision = await balancePass(this.#ports, {}, this.#core);
      world.passed(decision);
    } catch (error) {
      if (!(error instanceof NetworkError)) world.judge.violate('no-mistake', String(error));
    }
    this.#lookIn(this.#random.int(2_000, 6_000));
  }
}
