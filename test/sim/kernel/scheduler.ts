import { setImmediate } from 'node:timers';

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly action: () => void;
}

/**
 * Virtual time: runs actions in the order of their times, those of one time in the order in which they were scheduled. After
 * an action that let asynchronous code go on, everything that this code does without waiting happens before the next action.
 */
export class Scheduler {
  #nowMs = 0;
  #order = 0;
  #isAsyncAwake = false;
  readonly #heap: Entry[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  at(timeMs: number, action: () => void): void {
    this.#push({ atMs: Math.max(timeMs, this.#nowMs), order: this.#order++, action });
  }

  after(delayMs: number, action: () => void): void {
    this.at(this.#nowMs + delayMs, action);
  }

  /** Says that the action at hand has settled a promise that code under test waits for. */
  wokeAsyncCode(): void {
    this.#isAsyncAwake = true;
  }

  /** Runs until the time has come, or until the condition holds, looked at after every action. */
  async runUntil(timeMs: number, isDone: () => boolean = () => false): Promise<void> {
    for (;;) {
      const [next] = this.#heap;
      if (next === undefined || next.atMs > timeMs) {
        this.#nowMs = Math.max(this.#nowMs, timeMs);
        return;
      }
      this.#pop();
      this.#nowMs = next.atMs;
      next.action();
      if (this.#isAsyncAwake) {
        this.#isAsyncAwake = false;
        await microtasksDone();
      }
      if (isDone()) return;
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, entry)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const child = smallerChild(heap, index);
      const below = heap[child];
      if (below === undefined || isBefore(last, below)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}

function smallerChild(heap: readonly Entry[], index: number): number {
  const left = 2 * index + 1;
  const [a, b] = [heap[left], heap[left + 1]];
  return a !== undefined && b !== undefined && isBefore(b, a) ? left + 1 : left;
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** Node runs immediates only after every microtask that is due, however many follow from each other. */
function microtasksDone(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
