import { describe, expect, test } from '@jest/globals';
import { CORE } from './operator/core.ts';
import { INVARIANTS, type Invariant } from './operator/invariants.ts';
import { MUTANTS } from './operator/mutants.ts';
import type { Reconcile } from './operator/operator-process.ts';
import { runSeed } from './operator/run-seed.ts';

const SEEDS = 500;

describe('A core that is wrong in one line', () => {
  test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    'is noticed by the invariant that is meant to notice: %s',
    async (_name, { killedBy, seed, make }) => {
      const seeds = [seed, ...Array.from({ length: SEEDS }, (_, index) => index + 1)];
      for (const each of seeds) {
        if (!(await violates(each, make(), killedBy))) continue;
        // A seed that the core itself fails says nothing of the mutant.
        if (!(await violates(each, CORE, killedBy))) return;
      }
      throw new Error(`no seed of ${SEEDS} violates ${killedBy}`);
    },
  );

  test('is there for every invariant', () => {
    const killers = new Set(MUTANTS.map(({ killedBy }) => killedBy));
    expect([...killers].sort()).toEqual(Object.keys(INVARIANTS).sort());
  });
});

async function violates(seed: number, reconcile: Reconcile, invariant: Invariant): Promise<boolean> {
  const { violations } = await runSeed(seed, { reconcile, huntFor: invariant });
  return violations.some((violation) => violation.invariant === invariant);
}
