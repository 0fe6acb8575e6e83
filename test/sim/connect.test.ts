import { describe, expect, test } from '@jest/globals';
import { CONNECT_CORE, runSeed } from './connect/run-seed.ts';

const SEEDS = 500;
const CHUNK = 100;

const starts = Array.from({ length: SEEDS / CHUNK }, (_, index) => 1 + index * CHUNK);

describe('The operator with a Connect cluster in a simulated world', () => {
  test.each(starts)(
    `keeps every promise under faults, converges after them and then rests: ${CHUNK} seeds from %i`,
    async (from) => {
      const failures: string[] = [];
      for (let seed = from; seed < from + CHUNK; seed += 1) {
        const { violations, trace } = await runSeed(seed, { reconcile: CONNECT_CORE });
        for (const { invariant, message } of violations) {
          failures.push(`seed ${seed}: ${invariant}: ${message}\n${trace.join('\n')}`);
        }
      }
      expect(failures.join('\n\n')).toBe('');
    },
  );

  test('lives the same life twice from the same seed', async () => {
    const lives = await Promise.all([8, 8].map(eventsOf));
    expect(lives[0]?.length).toBeGreaterThan(50);
    expect(lives[1]).toEqual(lives[0]);
  });

  test('does something worth judging: connectors are changed and started again, and faults are injected', async () => {
    let [calls, restarts, faults] = [0, 0, 0];
    for (let seed = 1; seed <= 60; seed += 1) {
      const result = await runSeed(seed, { reconcile: CONNECT_CORE });
      calls += result.calls;
      restarts += result.restarts;
      faults += result.faults;
    }
    expect(calls).toBeGreaterThan(200);
    expect(restarts).toBeGreaterThan(20);
    expect(faults).toBeGreaterThan(100);
  });
});

async function eventsOf(seed: number): Promise<readonly string[]> {
  const events: string[] = [];
  await runSeed(seed, { reconcile: CONNECT_CORE, onEvent: (line) => events.push(line) });
  return events;
}
