import { describe, expect, test } from '@jest/globals';
import { decide } from '../../operators/balancer/execute/decide.ts';
import { INVARIANTS } from './balancer/invariants.ts';
import { MUTANTS } from './balancer/mutants.ts';
import { runSeed } from './balancer/run-seed.ts';

const SEEDS = 500;
const CHUNK = 100;
/** Each dies by far earlier; a core that is right survives all of them. */
const MUTANT_SEEDS = 100;

const starts = Array.from({ length: SEEDS / CHUNK }, (_, index) => 1 + index * CHUNK);

describe('The balancer in a simulated world', () => {
  test.each(starts)(
    `keeps every promise under faults, comes to rest after them and leaves nothing behind: ${CHUNK} seeds from %i`,
    async (from) => {
      const failures: string[] = [];
      for (let seed = from; seed < from + CHUNK; seed += 1) {
        const { violations, trace } = await runSeed(seed, { core: decide });
        for (const { invariant, message } of violations) {
          failures.push(`seed ${seed}: ${invariant}: ${message}\n${trace.join('\n')}`);
        }
      }
      expect(failures.join('\n\n')).toBe('');
    },
  );

  test('lives the same life twice from the same seed', async () => {
    const [one, other] = await Promise.all([7, 7].map(eventsOf));
    expect(one?.length).toBeGreaterThan(20);
    expect(other).toEqual(one);
  });

  test('does something worth judging: replicas move and faults are injected', async () => {
    let [moves, faults] = [0, 0];
    for (let seed = 1; seed <= 20; seed += 1) {
      const result = await runSeed(seed, { core: decide });
      moves += result.moves;
      faults += result.faults;
    }
    expect(moves).toBeGreaterThan(100);
    expect(faults).toBeGreaterThan(100);
  });
});

describe('A balancer that is wrong in one line', () => {
  test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    'is noticed by the invariant that is meant to notice: %s',
    async (_name, { killedBy, make }) => {
      for (let seed = 1; seed <= MUTANT_SEEDS; seed += 1) {
        const { violations } = await runSeed(seed, { core: make(), huntFor: killedBy });
        if (violations.some(({ invariant }) => invariant === killedBy)) return;
      }
      throw new Error(`no seed of ${MUTANT_SEEDS} violates ${killedBy}`);
    },
  );

  test('is there for every invariant', () => {
    const killers = new Set(MUTANTS.map(({ killedBy }) => killedBy));
    expect([...killers].sort()).toEqual(Object.keys(INVARIANTS).sort());
  });
});

async function eventsOf(seed: number): Promise<readonly string[]> {
  const events: string[] = [];
  await runSeed(seed, { core: decide, onEvent: (line) => events.push(line) });
  return events;
}
