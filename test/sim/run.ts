/** `flotilla sim`: runs seeds of one simulated world and prints what failed. */
import { parseArgs } from 'node:util';
import { CORE } from './operator/core.ts';
import { runSeed, type SeedResult } from './operator/run-seed.ts';

const { values } = parseArgs({
  options: {
    world: { type: 'string', default: 'operator' },
    seeds: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
  },
});
const from = Number(values.from);
const until = from + Number(values.seeds);
const totals = { faults: 0, violations: 0, disruptions: 0, excused: 0 };
for (let seed = from; seed < until; seed += 1) {
  const result = await runSeed(seed, { reconcile: CORE, ...(values.trace ? { onEvent: print } : {}) });
  totals.faults += result.faults;
  totals.violations += result.violations.length;
  totals.disruptions += result.disruptions;
  totals.excused += result.excused;
  if (result.violations.length > 0) report(result);
}
print(
  `${totals.disruptions} disruptions by the operator, ${totals.excused} of them excused by a fault of the last moment`,
);
print(`${until - from} seeds, ${totals.faults} faults injected, ${totals.violations} violations`);
process.exitCode = totals.violations > 0 ? 1 : 0;

function report({ seed, violations, steps, trace }: SeedResult): void {
  const what = violations.map(({ invariant, message }) => `${invariant}: ${message}`).join('; ');
  print(`seed ${seed} violates ${what}`);
  print(`  steps: ${steps.join(', ')}`);
  if (!values.trace) for (const line of trace) print(`  ${line}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
