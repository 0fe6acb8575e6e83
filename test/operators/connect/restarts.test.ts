import { describe, expect, test } from '@jest/globals';
import {
  decideRestart,
  FIRST_WAIT_MS,
  HEALED_AFTER_MS,
  LONGEST_WAIT_MS,
  type Restarts,
} from '../../../operators/connect/restarts.ts';

const NOW_MS = 1_000_000;

describe('what has failed', () => {
  test('is started again at once the first time', () => {
    expect(decideRestart('failing', undefined, NOW_MS)).toEqual({
      next: { restarts: 1, restartAfterMs: NOW_MS + FIRST_WAIT_MS },
      isDue: true,
    });
  });

  test('is not started again before its time, and twice as late each time, up to a limit', () => {
    let stored: Restarts | undefined;
    let nowMs = NOW_MS;
    const waits: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const { next, isDue } = decideRestart('failing', stored, nowMs);
      expect(isDue).toBe(true);
      if (next === undefined) throw new Error('a restart was not counted');
      expect(decideRestart('failing', next, next.restartAfterMs - 1)).toEqual({ next, isDue: false });
      waits.push(next.restartAfterMs - nowMs);
      stored = next;
      nowMs = next.restartAfterMs;
    }
    expect(waits.slice(0, 4)).toEqual([10_000, 20_000, 40_000, 80_000]);
    expect(waits.at(-1)).toBe(LONGEST_WAIT_MS);
  });

  test('is left alone while it is shared out or started', () => {
    const stored = { restarts: 3, restartAfterMs: NOW_MS - 1 };
    expect(decideRestart('settling', stored, NOW_MS)).toEqual({ next: stored, isDue: false });
  });

  test('is counted on until it has run well for long', () => {
    const stored = { restarts: 3, restartAfterMs: NOW_MS };
    expect(decideRestart('well', stored, NOW_MS + HEALED_AFTER_MS - 1).next).toEqual(stored);
    expect(decideRestart('well', stored, NOW_MS + HEALED_AFTER_MS).next).toBeUndefined();
  });
});
