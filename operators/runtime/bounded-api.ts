import { type ApiServer, ApiServerError } from './api-server.ts';
import type { Timers } from './timers.ts';

export interface BoundedApiOptions {
  /** Calls that may be under way at once; watches do not count. */
  readonly maxConcurrent: number;
  /** Calls per second over a longer time, and how many may come at once before. */
  readonly ratePerSecond: number;
  readonly burst: number;
  readonly timers: Timers;
  /** Called with each call that has ended. `code` is 0 when no answer came. */
  readonly onCall: (call: { readonly verb: ApiVerb; readonly code: number }) => void;
}

export type ApiVerb = 'get' | 'watch' | 'post' | 'patch' | 'delete';

/**
 * The same API server with a bound on how much one process asks of it: a controller that runs wild must not keep others from
 * theirs. Calls wait in their order; a call whose signal is aborted while it waits is given up.
 */
export function boundedApi(api: ApiServer, options: BoundedApiOptions): ApiServer {
  const turn = new Turns(options);
  const counted = async <T>(verb: ApiVerb, signal: AbortSignal, call: () => Promise<T>): Promise<T> => {
    await turn.take(signal);
    try {
      const answer = await call();
      options.onCall({ verb, code: OK });
      return answer;
    } catch (error) {
      options.onCall({ verb, code: codeOf(error) });
      throw error;
    } finally {
      turn.leave();
    }
  };
  return {
    get: async (call) => await counted('get', call.signal, async () => await api.get(call)),
    write: async (call) => await counted(VERBS[call.method], call.signal, async () => await api.write(call)),
    lines: async function* (call) {
      try {
        yield* api.lines(call);
        options.onCall({ verb: 'watch', code: OK });
      } catch (error) {
        options.onCall({ verb: 'watch', code: codeOf(error) });
        throw error;
      }
    },
  };
}

const OK = 200;
const VERBS = { POST: 'post', PATCH: 'patch', DELETE: 'delete' } as const;
const SECOND_MS = 1000;

function codeOf(error: unknown): number {
  return error instanceof ApiServerError ? error.status : 0;
}

interface Waiter {
  readonly start: () => void;
}

/** A bucket of tokens that fills with time, and a number of places. */
class Turns {
  readonly #options: BoundedApiOptions;
  readonly #waiting = new Set<Waiter>();
  #busy = 0;
  #tokens: number;
  #filledAtMs: number;
  #cancelWake: (() => void) | undefined;

  constructor(options: BoundedApiOptions) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#filledAtMs = options.timers.nowMs();
  }

  async take(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size === 0 && this.#mayStart()) {
      this.#start();
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const waiter: Waiter = {
      start: () => {
        signal.removeEventListener('abort', giveUp);
        resolve(undefined);
      },
    };
    const giveUp = (): void => {
      this.#waiting.delete(waiter);
      reject(
        new ApiServerError('the call was given up while it waited for its turn', { status: 0, cause: signal.reason }),
      );
    };
    if (signal.aborted) giveUp();
    else {
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(waiter);
      this.#startWaiting();
    }
    await promise;
  }

  leave(): void {
    this.#busy -= 1;
    this.#startWaiting();
  }

  #startWaiting(): void {
    for (const waiter of this.#waiting) {
      if (!this.#mayStart()) break;
      this.#waiting.delete(waiter);
      this.#start();
      waiter.start();
    }
    if (this.#waiting.size > 0 && this.#busy < this.#options.maxConcurrent) this.#wakeForToken();
  }

  #start(): void {
    this.#busy += 1;
    this.#tokens -= 1;
  }

  #mayStart(): boolean {
    const nowMs = this.#options.timers.nowMs();
    const gained = ((nowMs - this.#filledAtMs) / SECOND_MS) * this.#options.ratePerSecond;
    this.#tokens = Math.min(this.#options.burst, this.#tokens + gained);
    this.#filledAtMs = nowMs;
    return this.#busy < this.#options.maxConcurrent && this.#tokens >= 1;
  }

  #wakeForToken(): void {
    const missingMs = Math.max(((1 - this.#tokens) / this.#options.ratePerSecond) * SECOND_MS, 1);
    this.#cancelWake?.();
    this.#cancelWake = this.#options.timers.after(missingMs, () => {
      this.#cancelWake = undefined;
      this.#startWaiting();
    });
  }
}
