import type { Prng } from './prng.ts';
import type { Scheduler } from './scheduler.ts';

/** Chances, for each request, of what may befall it or the process that sends it. */
export interface LinkWeather {
  readonly errorRate: number;
  readonly lostResponseRate: number;
  readonly crashRate: number;
  readonly longFlightRate: number;
  readonly pauseRate: number;
}

/** A request that failed on its way there or back. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

export interface Request<T> {
  readonly what: string;
  readonly kind: 'read' | 'write';
  /** What the server does, when the request has arrived. */
  readonly serve: () => T;
}

export interface CourierParts {
  readonly scheduler: Scheduler;
  readonly random: Prng;
  readonly weather: () => LinkWeather;
  /** Says that the process is no more: nothing that it waits for comes back. */
  readonly crash: (what: string) => void;
  readonly isGone: () => boolean;
  /** Until when the process stands still, as one whose machine was suspended; 0 when it does not. */
  readonly pausedUntilMs: () => number;
  readonly pause: () => void;
  readonly onInjected: (fault: string) => void;
}

/** The network between one process of a controller and the servers: every request is a point where something else may come first. */
export class Courier {
  readonly #parts: CourierParts;

  constructor(parts: CourierParts) {
    this.#parts = parts;
  }

  send<T>({ what, kind, serve }: Request<T>): Promise<T> {
    const { scheduler, random, weather, crash, pause, isGone, onInjected } = this.#parts;
    const { errorRate, lostResponseRate, crashRate, longFlightRate, pauseRate } = weather();
    return new Promise((resolve, reject) => {
      // Whoever waits for a process that is gone waits for ever.
      if (isGone()) return;
      if (random.chance(crashRate / 2)) {
        onInjected('crash');
        crash(`before ${what}`);
        return;
      }
      const isLong = kind === 'write' && random.chance(longFlightRate);
      if (isLong) onInjected('long flight');
      const there = isLong ? random.int(5_000, 40_000) : random.int(1, 80);
      scheduler.after(there, () => {
        if (random.chance(errorRate)) {
          onInjected('error');
          this.#answer(() => {
            reject(new NetworkError(`${what} did not arrive`));
          });
          return;
        }
        const settle = outcomeOf(serve, resolve, reject);
        if (!isGone() && random.chance(crashRate / 2)) {
          onInjected('crash');
          crash(`after ${what}`);
          return;
        }
        if (kind === 'write' && random.chance(lostResponseRate)) {
          onInjected('lost response');
          this.#answer(() => {
            reject(new NetworkError(`no answer to ${what}`));
          });
          return;
        }
        if (random.chance(pauseRate)) {
          onInjected('pause');
          pause();
        }
        this.#answer(settle);
      });
    });
  }

  #answer(settle: () => void): void {
    const { scheduler, random, isGone, pausedUntilMs } = this.#parts;
    scheduler.at(Math.max(scheduler.nowMs + random.int(1, 80), pausedUntilMs()), () => {
      if (isGone()) return;
      // It may have been paused while the answer was on its way.
      if (pausedUntilMs() > scheduler.nowMs) {
        this.#answer(settle);
        return;
      }
      settle();
      scheduler.wokeAsyncCode();
    });
  }
}

function outcomeOf<T>(serve: () => T, resolve: (value: T) => void, reject: (error: unknown) => void): () => void {
  try {
    const value = serve();
    return () => {
      resolve(value);
    };
  } catch (error) {
    return () => {
      reject(error);
    };
  }
}
