/** Time as controllers see it; tests bring their own. */
export interface Timers {
  /** Never goes backwards. From when it counts is nobody's business. */
  readonly nowMs: () => number;
  /** Calls `run` once after a time, unless the returned function was called before. */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

export const SYSTEM_TIMERS: Timers = {
  nowMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, Math.min(delayMs, MAX_DELAY_MS));
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Longer ones would end at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;
