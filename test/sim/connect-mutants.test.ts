import { describe, expect, test } from '@jest/globals';
import type { ReconcileConnect } from './connect/connect-process.ts';
import { INVARIANTS, type Invariant } from './connect/invariants.ts';
import { CONNECT_MUTANTS } from './connect/mutants.ts';
import { CONNECT_CORE, runSeed } from './connect/run-seed.ts';

const SEEDS = 500;

describe('A core for Connect that is wrong in one line', () => {
  test.each(CONNECT_MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    'is noticed by the invariant that is meant to notice: %s',
    async (_name, { killedBy, make }) => {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        if (!(await violates(seed, make(), killedBy))) continue;
        // A seed that the core itself fails says nothing of the mutant.
        if (!(await violates(seed, CONNECT_CORE, killedBy))) return;
      }
      throw new Error(`no seed of ${SEEDS} violates ${killedBy}`);
    },
  );

  test('is there for every invariant', () => {
    const killers = new Set(CONNECT_MUTANTS.map(({ killedBy }) => killedBy));
    expect([...killers].sort()).toEqual(Object.keys(INVARIANTS).sort());
  });
});

async function violates(seed: number, reconcile: ReconcileConnect, invariant: Invariant): Promise<boolean> {
  const { violations } = await runSeed(seed, { reconcile, huntFor: invariant });
  return violations.some((violation) => violation.invariant === invariant);
}
