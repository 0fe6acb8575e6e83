import { describe, expect, it } from '@jest/globals';
import type { ObservedBroker, StalledBroker } from '../../../operators/balancer/execute/observed.ts';
import { EXECUTE_SETTINGS } from '../../../operators/balancer/execute/settings.ts';
import { stalledAfter } from '../../../operators/balancer/execute/stalled-brokers.ts';

const MINUTE_MS = 60_000;
const NOW_MS = 100 * MINUTE_MS;

function broker(id: number, more: Partial<ObservedBroker> = {}): ObservedBroker {
  return { id, rack: `zone-${id}`, capacity: { disk: 1, nwIn: 1, nwOut: 1, cpu: 1 }, pressure: 'none', ...more };
}

const STUCK = {
  pressure: 'some',
  silentSinceMs: NOW_MS - 3 * MINUTE_MS,
  stuckSinceMs: NOW_MS - 2 * MINUTE_MS,
} as const;

function stalled(
  brokers: readonly ObservedBroker[],
  before: readonly StalledBroker[] = [],
  atMs = NOW_MS,
): readonly StalledBroker[] {
  return stalledAfter({ atMs, brokers, partitions: [], throttledReplicas: new Map() }, before, EXECUTE_SETTINGS);
}

describe('a broker whose storage stalls', () => {
  it('is named when it has been stuck for two minutes while all others are well', () => {
    expect(stalled([broker(0), broker(1, STUCK), broker(2)])).toEqual([{ broker: 1, sinceMs: NOW_MS, lastMs: NOW_MS }]);
  });

  it.each<[string, readonly ObservedBroker[]]>([
    ['it has not been stuck for long', [broker(0), broker(1, { ...STUCK, stuckSinceMs: NOW_MS - MINUTE_MS })]],
    ['another is stuck too', [broker(0, STUCK), broker(1, STUCK), broker(2)]],
    ['clients wait at another', [broker(0, { pressure: 'some' }), broker(1, STUCK), broker(2)]],
    ['another does not tell', [broker(0, { pressure: 'unknown' }), broker(1, STUCK), broker(2)]],
    ['another is fenced', [broker(0, { fencedSinceMs: 0 }), broker(1, STUCK), broker(2)]],
    ['another is silent', [broker(0, { silentSinceMs: 0 }), broker(1, STUCK), broker(2)]],
    ['the controllers have given it up already', [broker(0), broker(1, { ...STUCK, fencedSinceMs: 0 }), broker(2)]],
    ['there is nobody to compare it with', [broker(1, STUCK)]],
  ])('is not named when %s', (_, brokers) => {
    expect(stalled(brokers)).toEqual([]);
  });

  it('keeps its first time for as long as it stalls, so that it is restarted once', () => {
    const before = [{ broker: 1, sinceMs: NOW_MS - 10 * MINUTE_MS, lastMs: NOW_MS - 6 * MINUTE_MS }];
    expect(stalled([broker(0), broker(1, STUCK), broker(2)], before)).toEqual([
      { broker: 1, sinceMs: NOW_MS - 10 * MINUTE_MS, lastMs: NOW_MS },
    ]);
  });

  it('is no news in each pass', () => {
    const before = [{ broker: 1, sinceMs: NOW_MS - MINUTE_MS, lastMs: NOW_MS - MINUTE_MS }];
    expect(stalled([broker(0), broker(1, STUCK), broker(2)], before)).toEqual(before);
  });

  it('is forgotten when it has been well for an hour', () => {
    const before = [{ broker: 1, sinceMs: NOW_MS, lastMs: NOW_MS }];
    const well = [broker(0), broker(1), broker(2)];
    expect(stalled(well, before, NOW_MS + 59 * MINUTE_MS)).toEqual(before);
    expect(stalled(well, before, NOW_MS + 60 * MINUTE_MS)).toEqual([]);
  });
});
