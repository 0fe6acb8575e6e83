import type { ClientPorts } from '../../../operators/client/ports.ts';
import type { ReconcileClientOptions } from '../../../operators/client/reconcile-client.ts';
import { Courier } from '../kernel/courier.ts';
import type { Prng } from '../kernel/prng.ts';
import { RENEW_DEADLINE_MS, RETRY_PERIOD_MS } from '../operator/lease-model.ts';
import { EPOCH_MS } from '../operator/wall-clock.ts';
import { clientPorts } from './client-ports.ts';
import type { ConnectWorld } from './world.ts';

/** The core under test, or a wrong variant of it. */
export type ReconcileConnect = (
  psc: string,
  ports: ClientPorts,
  options: Pick<ReconcileClientOptions, 'dataPlane'>,
) => Promise<{ readonly lookAgainMs: number }>;

/** One process of the operator: leads when it has the lease, keeps caches, and runs one pass at a time. */
export class ConnectProcess {
  readonly holder: string;
  /** When its last read past the caches was sent. */
  freshAtMs = -Infinity;
  /** When its last pass began. */
  passAtMs = -Infinity;
  readonly #world: ConnectWorld;
  readonly #random: Prng;
  readonly #skewMs: number;
  readonly #ports: ClientPorts;
  #isAlive = true;
  #pausedUntilMs = 0;
  #renewedAtMs = -Infinity;
  #isRunning = false;
  #wakeAtMs = Infinity;

  constructor(world: ConnectWorld, holder: string, random: Prng) {
    this.#world = world;
    this.holder = holder;
    this.#random = random;
    this.#skewMs = random.int(-2_000, 2_000);
    const courier = new Courier({
      scheduler: world.scheduler,
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
        world.injected(`${holder}: ${fault}`);
      },
    });
    this.#ports = {
      ...clientPorts(world, this, courier, random),
      clock: { nowMs: () => this.localMs() },
      isLeader: () => this.isLeader(),
    };
    this.#leaseLoop();
    world.api.onChange(() => {
      this.#wake(random.int(...PASS_DELAY_MS));
    });
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  localMs(): number {
    return EPOCH_MS + this.#world.scheduler.nowMs + this.#skewMs;
  }

  isLeader(): boolean {
    return this.localMs() - this.#renewedAtMs < RENEW_DEADLINE_MS;
  }

  crash(when: string): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#world.note(`${this.holder} crashes ${when}`);
    this.#world.replaceProcess();
  }

  pause(durationMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#world.scheduler.nowMs + durationMs);
    this.#world.note(`${this.holder} is paused for ${durationMs} ms`);
  }

  #isPaused(): boolean {
    return this.#pausedUntilMs > this.#world.scheduler.nowMs;
  }

  #leaseLoop(): void {
    const { scheduler, lease, weather } = this.#world;
    if (!this.#isAlive) return;
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
    const { scheduler, pscName, dataPlane, reconcile, judge } = this.#world;
    if (!this.#isAlive || this.#isRunning || this.#isPaused() || !this.isLeader()) return;
    this.#isRunning = true;
    this.passAtMs = scheduler.nowMs;
    scheduler.wokeAsyncCode();
    reconcile(pscName, this.#ports, { dataPlane }).then(
      ({ lookAgainMs }) => {
        this.#isRunning = false;
        this.#wake(Math.max(lookAgainMs, this.#random.int(...PASS_DELAY_MS)));
      },
      (error: unknown) => {
        this.#isRunning = false;
        judge.passFailed(this.holder, error);
        this.#wake(this.#random.int(1_000, 5_000));
      },
    );
  }
}

/** From a change, or from the end of a pass, to the next pass: a busy operator has other PSCs to look after. */
const PASS_DELAY_MS = [200, 3_000] as const;
