import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { runInOwnProcess } from '../own-process.ts';
import { PATHS } from '../project.ts';
import { UserError } from '../user-error.ts';

const SUFFIX = '.bench.ts';

interface BenchOptions {
  readonly json?: true;
  readonly cold?: true;
  readonly out?: string;
  readonly growth?: true;
  readonly large?: true;
}

/** Options that only one benchmark has, as its arguments. */
const OWN_OPTIONS = { cold: 'local', out: 'balance', growth: 'balance', large: 'balance' } as const;

/** `flotilla bench <name>`: runs one benchmark of `test/bench` and prints its table. */
export function addBenchCommand(program: Command): void {
  program
    .command('bench')
    .description('measure: prints a table, asserts nothing')
    .argument('[name]', 'which benchmark; without one the list is printed')
    .argument('[input]', 'balance: a cluster in the common input format; without one it generates some')
    .option('--json', 'print the figures as JSON')
    .option('--cold', 'local: also time the first up of a machine, with an empty cache')
    .option('--out <file>', 'balance: write the proposals there, in the common output format')
    .option('--growth', 'balance: what plans cost from 10,000 to 1,000,000 replicas')
    .option('--large', 'balance: 1.3 million replicas, and planning again after a change of 1 %')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./flotilla bench\n  $ ./flotilla bench synth\n  $ ./flotilla bench synth --json\n  $ ./flotilla bench balance cluster.json --out proposals.json\n  $ sudo ./flotilla bench local --cold',
    )
    .action(async (name: string | undefined, input: string | undefined, options: BenchOptions) => {
      if (name === undefined) {
        process.stdout.write(`${benchmarks().join('\n')}\n`);
        return;
      }
      checkOptions(name, input, options);
      process.exitCode = await run(name, [
        ...(input === undefined ? [] : [resolve(input)]),
        ...(options.json ? ['--json'] : []),
        ...(options.cold ? ['--cold'] : []),
        ...(options.out === undefined ? [] : ['--out', resolve(options.out)]),
        ...(options.growth ? ['--growth'] : []),
        ...(options.large ? ['--large'] : []),
      ]);
    });
}

function checkOptions(name: string, input: string | undefined, options: BenchOptions): void {
  for (const option of ['cold', 'out', 'growth', 'large'] as const) {
    const only = OWN_OPTIONS[option];
    if (options[option] !== undefined && name !== only) {
      throw new UserError(`the benchmark "${name}" has no --${option}`, {
        hint: `leave it out, or run: bench ${only} --${option}`,
      });
    }
  }
  if (input === undefined && options.out === undefined) return;
  if (name !== 'balance') throw new UserError(`the benchmark "${name}" takes no input`, { hint: `run: bench ${name}` });
  if (input === undefined) {
    throw new UserError('--out needs an input', { hint: 'run: bench balance <input> --out <file>' });
  }
  if (!existsSync(input))
    throw new UserError(`there is no file ${input}`, { hint: 'give the path of a cluster as JSON' });
}

function benchmarks(): readonly string[] {
  return readdirSync(PATHS.benchmarks)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
}

/** A process of its own, so that nothing of the command line weighs on the figures. */
async function run(name: string, args: readonly string[]): Promise<number> {
  const file = join(PATHS.benchmarks, `${name}${SUFFIX}`);
  if (!existsSync(file)) {
    throw new UserError(`there is no benchmark "${name}"`, { hint: `choose one of: ${benchmarks().join(', ')}` });
  }
  return await runInOwnProcess(file, args, name === 'balance' ? SERVICES_NODE_ARGS : []);
}

/** As `images/flotilla` starts services. */
const SERVICES_NODE_ARGS = ['--no-concurrent-recompilation'];
