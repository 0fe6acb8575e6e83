import type { Scheduler } from '../kernel/scheduler.ts';

/** Lets virtual time pass while somebody waits for an answer. */
export function driven(scheduler: Scheduler, patienceMs: number): <T>(answer: Promise<T>) => Promise<T> {
  return async (answer) => {
    let isSettled = false;
    const settled = answer.finally(() => {
      isSettled = true;
    });
    // It is awaited below; meanwhile a rejection is nobody's surprise.
    settled.catch(() => undefined);
    await scheduler.runUntil(scheduler.nowMs + patienceMs, () => isSettled);
    return await settled;
  };
}
