import { untilAborted } from './abort-signals.ts';
import type { Leadership } from './leader-lease.ts';
import type { Timers } from './timers.ts';
import { type QueueDepth, workQueue } from './work-queue.ts';

export interface LeadByQueueOptions {
  /** One pass over one key. When it rejects, the key is tried again, each time later; whoever wants to know is told by it. */
  readonly pass: (key: string) => Promise<{ readonly lookAgainMs?: number }>;
  readonly timers: Timers;
  /** Passes at once. */
  readonly workers: number;
  /** Every key that the caches know. */
  readonly known: () => Iterable<string>;
  /** Calls back with each key that something has changed of, until the returned function is called. */
  readonly onChange: (changed: (key: string) => void) => () => void;
  /** Told of the queue of this term. @default - nobody is */
  readonly began?: (depth: () => QueueDepth) => void;
  readonly over?: () => void;
}

/**
 * The work of a controller that leads: passes over every key, whenever something of it changes and from time to time. Resolves
 * when the leadership has ended and no pass runs any longer; a pass that is under way ends after the write that it is at.
 */
export async function leadByQueue(options: LeadByQueueOptions, { signal }: Pick<Leadership, 'signal'>): Promise<void> {
  const { pass, timers, workers, known, onChange, began, over } = options;
  const queue = workQueue({
    run: pass,
    onError: () => undefined,
    timers,
    workers,
    minIntervalMs: MIN_INTERVAL_MS,
    firstRetryMs: FIRST_RETRY_MS,
    maxRetryMs: MAX_RETRY_MS,
  });
  began?.(queue.depth);
  const unsubscribe = onChange(queue.add);
  try {
    for (const key of known()) queue.add(key);
    await untilAborted(signal);
  } finally {
    unsubscribe();
    await queue.stop();
    over?.();
  }
}

/** Between passes of one key: what comes in a burst is seen by one pass. */
const MIN_INTERVAL_MS = 250;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
