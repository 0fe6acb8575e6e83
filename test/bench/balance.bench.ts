/**
 * `flotilla bench balance`: how even and how cheap plans are, judged from outside.
 *
 * With a file of the common format: its verdict; `--out` writes the proposals. Without one: the generated clusters, beside Cruise Control's figures where there
 * are any. `--growth`: the cost from 10,000 to 1,000,000 replicas. `--large`: 1.3 million replicas, and planning again after a change.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import type { CommonInput } from './balance/common-format.ts';

// As in the command line itself: what is measured from outside is planning, not the stripping of types.
enableCompileCache();
const { judge } = await import('./balance/judge.ts');
const { runPlan } = await import('./balance/run-plan.ts');
const { verdictText } = await import('./balance/verdict-text.ts');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
  },
});
const [file] = positionals;

if (file !== undefined) judgeFile(file);
else {
  const { allShapes, growth, large } = await import('./balance/tables.ts');
  const measured = values.growth ? growth() : values.large ? large() : allShapes();
  process.stdout.write(values.json ? `${JSON.stringify(measured.figures, null, 2)}\n` : `${measured.text}\n`);
}

function judgeFile(path: string): void {
  const input: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const { plan, output } = runPlan(input);
  if (values.out !== undefined) writeFileSync(values.out, JSON.stringify(output));
  const verdict = judge(input as CommonInput, output.proposals);
  const { cpuMs, buildMs } = output;
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ cpuMs, buildMs, ...verdict, unmet: plan.unmet }, null, 2)}\n`
      : `${verdictText(verdict, output, plan)}\n`,
  );
}
