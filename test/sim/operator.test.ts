import { describe, expect, test } from '@jest/globals';
import { CORE } from './operator/core.ts';
import { REGRESSIONS } from './operator/regressions.ts';
import { runSeed } from './operator/run-seed.ts';

const SEEDS = 500;
const CHUNK = 50;
/** One in which operators of two releases take turns. */
const MIXED_SEED = 16;

const starts = Array.from({ length: SEEDS / CHUNK }, (_, index) => 1 + index * CHUNK);

describe('The operator in a simulated world', () => {
  test.each(starts)(
    `keeps every promise under faults, converges after them and then rests: ${CHUNK} seeds from %i`,
    async (from) => {
      const failures: string[] = [];
      for (let seed = from; seed < from + CHUNK; seed += 1) failures.push(...(await failuresOf(seed)));
      expect(failures.join('\n\n')).toBe('');
    },
  );

  test.each(REGRESSIONS)('lives the life of seed %i without what it once showed: %s', async (seed) => {
    expect((await failuresOf(seed)).join('\n\n')).toBe('');
  });

  test('lives the same life twice from the same seed', async () => {
    const lives = await Promise.all([7, 7].map(eventsOf));
    expect(lives[0]?.length).toBeGreaterThan(100);
    expect(lives[1]).toEqual(lives[0]);
  });

  test('is led by operators of two releases in some lives, each of which drops and finds again what the other knows', async () => {
    const events = await eventsOf(MIXED_SEED);
    const lives = events.filter((event) => /ROLLOUT|is of the older release/.test(event));
    expect(lives.length).toBeGreaterThan(4);
  });

  test('does something worth judging: pods are disrupted and faults are injected', async () => {
    let [disruptions, faults] = [0, 0];
    for (let seed = 1; seed <= 20; seed += 1) {
      const result = await runSeed(seed, { reconcile: CORE });
      disruptions += result.disruptions;
      faults += result.faults;
    }
    expect(disruptions).toBeGreaterThan(40);
    expect(faults).toBeGreaterThan(40);
  });
});

async function failuresOf(seed: number): Promise<readonly string[]> {
  const { violations, trace } = await runSeed(seed, { reconcile: CORE });
  return violations.map(({ invariant, message }) => `seed ${seed}: ${invariant}: ${message}\n${trace.join('\n')}`);
}

async function eventsOf(seed: number): Promise<readonly string[]> {
  const events: string[] = [];
  await runSeed(seed, { reconcile: CORE, onEvent: (line) => events.push(line) });
  return events;
}
