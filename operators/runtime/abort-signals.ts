import { setTimeout as delay } from 'node:timers/promises';

/** A call, because the compiler holds a signal that was looked at before for one that never changes. */
export function isAborted({ aborted }: AbortSignal): boolean {
  return aborted;
}

/** Resolves after a time, or as soon as `signal` is aborted. */
export async function pause(timeMs: number, signal: AbortSignal): Promise<void> {
  await delay(timeMs, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** Resolves when `signal` is aborted. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  signal.addEventListener(
    'abort',
    () => {
      resolve(undefined);
    },
    { once: true },
  );
  await promise;
}
