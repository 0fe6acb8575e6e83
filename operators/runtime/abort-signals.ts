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

/**
 * Runs parts that end with `signal`. When one fails, it must not be the others that keep the process going: they are told to end.
 *
 * @throws what the first of them failed with, once all have ended
 */
export async function together(
  signal: AbortSignal,
  begin: (signal: AbortSignal) => readonly Promise<void>[],
): Promise<void> {
  const failed = new AbortController();
  const parts = begin(AbortSignal.any([signal, failed.signal]));
  try {
    await Promise.all(parts);
  } finally {
    failed.abort();
    await Promise.allSettled(parts);
  }
}
