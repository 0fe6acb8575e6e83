import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;

/** First value of `look`, every `pollMs`, that `isRight` accepts; after the bound an error with the last one seen. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  isRight: (value: T) => boolean,
  timeoutMs: number,
  pollMs = POLL_MS,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (isRight(value)) return value;
    if (performance.now() > deadlineMs)
      throw new Error(`not within ${timeoutMs} ms; last seen: ${JSON.stringify(value)}`);
    await delay(pollMs);
  }
}
