import type { Timers } from './timers.ts';

export interface WorkQueueOptions {
  /** Does the work of one key. When it rejects, the key is tried again, each time later. */
  readonly run: (key: string) => Promise<{ readonly lookAgainMs?: number }>;
  /** Called when `run` has rejected. */
  readonly onError: (key: string, error: unknown) => void;
  readonly timers: Timers;
  /** Keys that may run at once. */
  readonly workers: number;
  /** From one start of a key to its next, however often it changes. */
  readonly minIntervalMs: number;
  /** Wait after the first failure of a key; doubles with each further one. */
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
}

/** Keys that wait for a worker, that run, and that are to be looked at later. */
export interface QueueDepth {
  readonly waiting: number;
  readonly running: number;
  readonly later: number;
}

/**
 * Work by key: a key never runs twice at once, what comes while it runs makes it run once more, and keys take turns in the
 * order in which they came.
 */
export interface WorkQueue {
  /** Something of the key has changed: it runs as soon as its turn and its interval allow. */
  readonly add: (key: string) => void;
  /** The key runs after a time at the latest. */
  readonly addAfter: (key: string, delayMs: number) => void;
  readonly depth: () => QueueDepth;
  /** Starts nothing any longer, and resolves when nothing runs. */
  readonly stop: () => Promise<void>;
}

export function workQueue(options: WorkQueueOptions): WorkQueue {
  const queue = new KeyedQueue(options);
  return {
    add: (key) => {
      queue.add(key);
    },
    addAfter: (key, delayMs) => {
      queue.addAfter(key, delayMs);
    },
    depth: () => queue.depth(),
    stop: async () => {
      await queue.stop();
    },
  };
}

/** What is known of one key; given up as soon as nothing of it matters any longer. */
interface KeyState {
  place: 'idle' | 'waiting' | 'running';
  failures: number;
  startedAtMs: number;
  timer?: { readonly atMs: number; readonly cancel: () => void };
}

class KeyedQueue {
  readonly #options: WorkQueueOptions;
  readonly #keys = new Map<string, KeyState>();
  readonly #waiting = new Set<string>();
  /** Keys that have changed since their run began. */
  readonly #changed = new Set<string>();
  #running = 0;
  #isStopped = false;
  #onIdle: () => void = () => undefined;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  add(key: string): void {
    if (this.#isStopped) return;
    const state = this.#state(key);
    if (state.place === 'running') this.#changed.add(key);
    else if (state.place === 'idle') this.addAfter(key, state.startedAtMs + this.#options.minIntervalMs - this.#now());
  }

  addAfter(key: string, delayMs: number): void {
    if (this.#isStopped) return;
    const state = this.#state(key);
    // It is about to run anyway.
    if (state.place === 'waiting') return;
    if (delayMs <= 0 && state.place === 'idle') {
      this.#enqueue(key, state);
      return;
    }
    const atMs = this.#now() + delayMs;
    if (state.timer !== undefined && state.timer.atMs <= atMs) return;
    state.timer?.cancel();
    const cancel = this.#options.timers.after(Math.max(delayMs, 0), () => {
      delete state.timer;
      if (state.place === 'running') this.#changed.add(key);
      else if (state.place === 'idle') this.#enqueue(key, state);
    });
    state.timer = { atMs, cancel };
  }

  depth(): QueueDepth {
    let later = 0;
    for (const { timer } of this.#keys.values()) if (timer !== undefined) later += 1;
    return { waiting: this.#waiting.size, running: this.#running, later };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const { timer } of this.#keys.values()) timer?.cancel();
    this.#keys.clear();
    this.#waiting.clear();
    if (this.#running === 0) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#onIdle = () => {
      resolve(undefined);
    };
    await promise;
  }

  #now(): number {
    return this.#options.timers.nowMs();
  }

  #state(key: string): KeyState {
    let state = this.#keys.get(key);
    if (state === undefined) {
      this.#forgetIdle();
      state = { place: 'idle', failures: 0, startedAtMs: -Infinity };
      this.#keys.set(key, state);
    }
    return state;
  }

  #enqueue(key: string, state: KeyState): void {
    state.timer?.cancel();
    delete state.timer;
    state.place = 'waiting';
    this.#waiting.add(key);
    this.#startWaiting();
  }

  #startWaiting(): void {
    for (const key of this.#waiting) {
      if (this.#running >= this.#options.workers) return;
      this.#waiting.delete(key);
      void this.#runOne(key, this.#state(key));
    }
  }

  /** Never rejects. */
  async #runOne(key: string, state: KeyState): Promise<void> {
    this.#running += 1;
    state.place = 'running';
    this.#changed.delete(key);
    state.startedAtMs = this.#now();
    let nextMs: number | undefined;
    try {
      const { lookAgainMs } = await this.#options.run(key);
      state.failures = 0;
      nextMs = lookAgainMs;
    } catch (error) {
      const { firstRetryMs, maxRetryMs } = this.#options;
      nextMs = Math.min(firstRetryMs * 2 ** state.failures, maxRetryMs);
      state.failures += 1;
      this.#options.onError(key, error);
    }
    this.#running -= 1;
    state.place = 'idle';
    if (this.#isStopped) {
      if (this.#running === 0) this.#onIdle();
      return;
    }
    if (nextMs !== undefined) this.addAfter(key, nextMs);
    if (this.#changed.delete(key)) this.add(key);
    this.#startWaiting();
  }

  /** Keys that nobody asks for again must not stay for ever; their number is that of new keys, so this is rare. */
  #forgetIdle(): void {
    const endedMs = this.#now() - this.#options.minIntervalMs;
    for (const [key, { place, timer, startedAtMs }] of this.#keys) {
      if (place === 'idle' && timer === undefined && startedAtMs <= endedMs) this.#keys.delete(key);
    }
  }
}
