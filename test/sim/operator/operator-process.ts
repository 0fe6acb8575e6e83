import type { ReconcileOptions, ReconcilePorts } from '../../../operators/psc/reconcile.ts';
import type { Prng } from '../kernel/prng.ts';
import { clusterPort } from './cluster-port.ts';
import { Courier } from '../kernel/courier.ts';
import { kafkaPort } from './kafka-port.ts';
import { RENEW_DEADLINE_MS, RETRY_PERIOD_MS } from './lease-model.ts';
import { asOlderRelease, type Release } from './releases.ts';
import { EPOCH_MS } from './wall-clock.ts';
import type { World } from './world.ts';

/** The core under test, or a wrong variant of it. */
export type Reconcile = (
  psc: string,
  ports: ReconcilePorts,
  options: Pick<ReconcileOptions, 'dataPlane'>,
) => Promise<{ readonly lookAgainMs: number }>;

/** One process of the operator: leads when it has the lease, keeps caches, and runs one pass at a time. */
export class OperatorProcess {
  readonly holder: string;
  readonly release: Release;
  /** When the passes' last reads past the caches were sent. */
  readonly freshAtMs = { cluster: -Infinity, kafka: -Infinity };
  readonly #world: World;
  readonly #random: Prng;
  readonly #skewMs: number;
  readonly #ports: ReconcilePorts;
  #isAlive = true;
  #isStopping = false;
  #pausedUntilMs = 0;
  #renewedAtMs = -Infinity;
  #isRunning = false;
  #wakeAtMs = Infinity;
  #passes = 0;

  constructor(world: World, holder: string, random: Prng, release: Release) {
    this.#world = world;
    this.holder = holder;
    this.release = release;
    this.#random = random;
    this.#skewMs = random.int(-3_000, 3_000);
    const { scheduler } = world;
    const courier = new Courier({
      scheduler,
      random,
      weather: () => world.weather,
      crash: (what) => {
        this.crash(what);
      },
      isGone: () => !this.#isAlive,
      pausedUntilMs: () => this.#pausedUntilMs,
      pause: () => {
        this.pause(random.int(3_000, 40_000));
      },
      onInjected: (fault) => {
        world.injected(fault, `${holder}: ${fault}`);
      },
    });
    const cluster = clusterPort(world, this, courier, random);
    this.#ports = {
      cluster: release === 'older' ? asOlderRelease(cluster) : cluster,
      kafka: kafkaPort(world, this, courier, random),
      names: {
        resolved: (hosts) =>
          courier
            .send({
              what: 'names',
              kind: 'read',
              serve: () => new Set(hosts.filter((host) => world.names.resolves(host))),
            })
            .catch(() => new Set<string>()),
      },
      clock: { nowMs: () => this.localMs() },
      holder,
      isLeader: () => this.isLeader(),
    };
    this.#leaseLoop();
    world.api.onChange(() => {
      this.#wake(this.#random.int(...PASS_DELAY_MS));
    });
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Passes that came to their end. */
  get passes(): number {
    return this.#passes;
  }

  localMs(): number {
    return EPOCH_MS + this.#world.scheduler.nowMs + this.#skewMs;
  }

  isLeader(): boolean {
    return !this.#isStopping && this.localMs() - this.#renewedAtMs < RENEW_DEADLINE_MS;
  }

  crash(when: string): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#world.note(`${this.holder} crashes ${when}`);
    this.#world.replaceProcess();
  }

  /** Hands over: leads no longer, and lets the next one begin. */
  stop(): void {
    if (!this.#isAlive || this.#isStopping) return;
    this.#isStopping = true;
    this.#world.note(`${this.holder} stops`);
    this.#world.replaceProcess();
    this.#releaseWhenIdle();
  }

  pause(durationMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#world.scheduler.nowMs + durationMs);
    this.#world.note(`${this.holder} is paused for ${durationMs} ms`);
  }

  #releaseWhenIdle(): void {
    const { scheduler, lease } = this.#world;
    if (this.#isRunning) {
      scheduler.after(100, () => {
        this.#releaseWhenIdle();
      });
      return;
    }
    this.#isAlive = false;
    lease.release(this.holder);
  }

  #isPaused(): boolean {
    return this.#pausedUntilMs > this.#world.scheduler.nowMs;
  }

  #leaseLoop(): void {
    const { scheduler, lease, weather } = this.#world;
    if (!this.#isAlive || this.#isStopping) return;
    if (!this.#isPaused() && !this.#random.chance(weather.errorRate)) {
      const sentAtMs = this.localMs();
      const wasLeader = this.isLeader();
      if (lease.acquire(this.holder, scheduler.nowMs)) {
        this.#renewedAtMs = sentAtMs;
        if (!wasLeader) this.#wake(0);
      }
    }
    const nextMs = scheduler.nowMs + RETRY_PERIOD_MS + this.#random.int(0, 500);
    scheduler.at(Math.max(nextMs, this.#pausedUntilMs), () => {
      this.#leaseLoop();
    });
  }

  #wake(delayMs: number): void {
    const { scheduler } = this.#world;
    const atMs = Math.max(scheduler.nowMs + delayMs, this.#pausedUntilMs);
    if (!this.#isAlive || this.#isRunning || this.#wakeAtMs <= atMs || !this.isLeader()) return;
    this.#wakeAtMs = atMs;
    scheduler.at(atMs, () => {
      if (this.#wakeAtMs !== atMs) return;
      this.#wakeAtMs = Infinity;
      this.#pass();
    });
  }

  #pass(): void {
    const { scheduler, pscName, dataPlane, reconcile } = this.#world;
    if (!this.#isAlive || this.#isRunning || this.#isPaused() || !this.isLeader()) return;
    this.#isRunning = true;
    scheduler.wokeAsyncCode();
    reconcile(pscName, this.#ports, { dataPlane }).then(
      ({ lookAgainMs }) => {
        this.#passes += 1;
        this.#isRunning = false;
        this.#world.judge.passEnded();
        this.#wake(Math.max(lookAgainMs, this.#random.int(...PASS_DELAY_MS)));
      },
      (error: unknown) => {
        this.#isRunning = false;
        this.#world.judge.passFailed(this.holder, error);
        this.#wake(this.#random.int(1_000, 5_000));
      },
    );
  }
}

/** From a change, or from the end of a pass, to the next pass: a busy operator has other PSCs to look after. */
const PASS_DELAY_MS = [200, 5_000] as const;
