import type { LeaseClock } from '../../../operators/runtime/leader-lease.ts';
import type { Timers } from '../../../operators/runtime/timers.ts';

/** Time that only moves when a test says so. */
export interface VirtualTime extends Timers {
  /** Runs everything that is due until then, in its order, and what comes of it. */
  readonly advance: (timeMs: number) => Promise<void>;
  /** Resolves after a time; at once for none. */
  readonly wait: (timeMs: number) => Promise<void>;
}

export function virtualTime(): VirtualTime {
  let nowMs = 0;
  let last = 0;
  const due = new Map<number, { readonly atMs: number; readonly run: () => void }>();
  const after: Timers['after'] = (delayMs, run) => {
    const id = (last += 1);
    due.set(id, { atMs: nowMs + delayMs, run });
    return () => {
      due.delete(id);
    };
  };
  return {
    nowMs: () => nowMs,
    after,
    wait: async (timeMs) => {
      if (timeMs > 0) await new Promise<void>((resolve) => after(timeMs, resolve));
    },
    advance: async (timeMs) => {
      const endMs = nowMs + timeMs;
      await settled();
      for (;;) {
        const [next] = [...due].sort(([a, { atMs: x }], [b, { atMs: y }]) => x - y || a - b);
        if (next === undefined || next[1].atMs > endMs) break;
        due.delete(next[0]);
        nowMs = Math.max(nowMs, next[1].atMs);
        next[1].run();
        await settled();
      }
      nowMs = endMs;
    },
  };
}

/** A clock for leases that goes by virtual time; `standStillMs` of it the monotonic part has not seen. */
export function leaseClock(time: VirtualTime, drift: { standStillMs: number } = { standStillMs: 0 }): LeaseClock {
  return {
    monotonicMs: () => time.nowMs() - drift.standStillMs,
    wallMs: () => 1_700_000_000_000 + time.nowMs(),
    pause: async (timeMs, signal) => {
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        const cancel = time.after(timeMs, resolve);
        signal.addEventListener(
          'abort',
          () => {
            cancel();
            resolve();
          },
          { once: true },
        );
      });
    },
  };
}

/** Lets everything run that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
