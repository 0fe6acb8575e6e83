/** `flotilla sim`: runs seeds of one simulated world and prints what failed. */
import { parseArgs } from 'node:util';
import { decide } from '../../operators/balancer/execute/decide.ts';
import { runSeed as runBalancer } from './balancer/run-seed.ts';
import { CONNECT_CORE, runSeed as runConnect } from './connect/run-seed.ts';
import { CORE } from './operator/core.ts';
import { runSeed as runOperator } from './operator/run-seed.ts';

interface Outcome {
  readonly seed: number;
  readonly violations: readonly { readonly invariant: string; readonly message: string }[];
  readonly faults: number;
  readonly steps: readonly string[];
  readonly trace: readonly string[];
  /** What the controller did, counted: the totals say whether the seeds judged anything. */
  readonly counts: Readonly<Record<string, number>>;
}

type Run = (seed: number, onEvent: { readonly onEvent?: (line: string) => void }) => Promise<Outcome>;

const WORLDS: Readonly<Record<string, Run>> = {
  operator: async (seed, onEvent) => {
    const { disruptions, excused, ...result } = await runOperator(seed, { reconcile: CORE, ...onEvent });
    const counts = { 'disruptions by the operator': disruptions, 'excused by a fault of the last moment': excused };
    return { ...result, counts };
  },
  connect: async (seed, onEvent) => {
    const { calls, restarts, ...result } = await runConnect(seed, { reconcile: CONNECT_CORE, ...onEvent });
    return { ...result, counts: { 'changes of connectors by the operator': calls, 'restarts among them': restarts } };
  },
  balancer: async (seed, onEvent) => {
    const { moves, ...result } = await runBalancer(seed, { core: decide, ...onEvent });
    return { ...result, counts: { 'moves of replicas by the balancer': moves } };
  },
};

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
const run = WORLDS[values.world];
if (run === undefined) throw new Error(`there is no world ${values.world}`);
const totals = { faults: 0, violations: 0 };
const counts = new Map<string, number>();
for (let seed = from; seed < until; seed += 1) {
  const result = await run(seed, values.trace ? { onEvent: print } : {});
  totals.faults += result.faults;
  totals.violations += result.violations.length;
  for (const [what, count] of Object.entries(result.counts)) counts.set(what, (counts.get(what) ?? 0) + count);
  if (result.violations.length > 0) report(result);
}
print([...counts].map(([what, count]) => `${count} ${what}`).join(', '));
print(`${until - from} seeds, ${totals.faults} faults injected, ${totals.violations} violations`);
process.exitCode = totals.violations > 0 ? 1 : 0;

function report({ seed, violations, steps, trace }: Outcome): void {
  const what = violations.map(({ invariant, message }) => `${invariant}: ${message}`).join('; ');
  print(`seed ${seed} violates ${what}`);
  print(`  steps: ${steps.join(', ')}`);
  if (!values.trace) for (const line of trace) print(`  ${line}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
