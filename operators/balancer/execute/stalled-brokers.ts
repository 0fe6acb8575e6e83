import type { ObservedCluster, StalledBroker } from './observed.ts';
import type { ExecuteSettings } from './settings.ts';

/**
 * Brokers whose storage stalls, and those whose did of late: each is restarted once for it, so that its first time is what is
 * kept. Only where all others are well: what they suffer from too is no broker's own storage.
 */
export function stalledAfter(
  { atMs, brokers }: ObservedCluster,
  before: readonly StalledBroker[],
  { stalledAfterMs, stallMemoryMs }: Pick<ExecuteSettings, 'stalledAfterMs' | 'stallMemoryMs'>,
): readonly StalledBroker[] {
  const [stuck, ...more] = brokers.filter(
    ({ stuckSinceMs, fencedSinceMs }) => fencedSinceMs === undefined && atMs - (stuckSinceMs ?? atMs) >= stalledAfterMs,
  );
  const areOthersWell =
    brokers.length > 1 &&
    brokers.every(
      ({ id, fencedSinceMs, silentSinceMs, pressure }) =>
        id === stuck?.id || (fencedSinceMs === undefined && silentSinceMs === undefined && pressure === 'none'),
    );
  const seen = stuck !== undefined && more.length === 0 && areOthersWell ? stuck.id : undefined;
  const remembered = before
    .map((each) => (each.broker === seen && atMs - each.lastMs >= STORED_EVERY_MS ? { ...each, lastMs: atMs } : each))
    .filter(({ lastMs }) => atMs - lastMs < stallMemoryMs);
  if (seen === undefined || remembered.some(({ broker }) => broker === seen)) return remembered;
  return [...remembered, { broker: seen, sinceMs: atMs, lastMs: atMs }];
}

/** What goes on is no news in each pass. */
const STORED_EVERY_MS = 5 * 60_000;
