import { setTimeout as delay } from 'node:timers/promises';

/**
 * Polls until `probe` gives a value.
 *
 * @param bound milliseconds and what is waited for, for the error when they pass
 */
export async function eventually<T>(
  bound: { readonly what: string; readonly withinMs: number },
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + bound.withinMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
    } catch (error) {
      if (error instanceof GiveUpError) throw error;
      lastError = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`${bound.what} did not happen within ${bound.withinMs} ms`, { cause: lastError });
    }
    await delay(POLL_MS);
  }
}

/** Thrown by a probe when waiting longer cannot help. */
export class GiveUpError extends Error {}

const POLL_MS = 100;
