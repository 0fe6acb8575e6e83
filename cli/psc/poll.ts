import { setTimeout as delay } from 'node:timers/promises';
import { EXIT_CODES } from '../user-error.ts';

const INTERVAL_MS = 1_000;

/** Looks every second until `isDone`, or Ctrl-C, which the exit code says then. */
export async function pollUntil(isDone: () => Promise<boolean>): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => {
    stop.abort();
  });
  while (!stop.signal.aborted) {
    if (await isDone()) return;
    await delay(INTERVAL_MS, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  process.exitCode = EXIT_CODES.interrupted;
}
