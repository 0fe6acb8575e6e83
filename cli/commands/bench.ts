import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { runInOwnProcess } from '../own-process.ts';
import { PATHS } from '../project.ts';
import { UserError } from '../user-error.ts';

const SUFFIX = '.bench.ts';

interface BenchOptions {
  readonly json?: true;
  readonly cold?: true;
}

/** `flotilla bench <name>`: runs one benchmark of `test/bench` and prints its table. */
export function addBenchCommand(program: Command): void {
  program
    .command('bench')
    .description('measure: prints a table, asserts nothing')
    .argument('[name]', 'which benchmark; without one the list is printed')
    .option('--json', 'print the figures as JSON')
    .option('--cold', 'local: also time the first up of a machine, with an empty cache')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./flotilla bench\n  $ ./flotilla bench synth\n  $ ./flotilla bench synth --json\n  $ sudo ./flotilla bench local --cold',
    )
    .action(async (name: string | undefined, options: BenchOptions) => {
      if (name === undefined) {
        process.stdout.write(`${benchmarks().join('\n')}\n`);
        return;
      }
      if (options.cold && name !== 'local') {
        throw new UserError(`the benchmark "${name}" has no --cold`, {
          hint: 'leave it out, or run: bench local --cold',
        });
      }
      process.exitCode = await run(name, [...(options.json ? ['--json'] : []), ...(options.cold ? ['--cold'] : [])]);
    });
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
  return await runInOwnProcess(file, args);
}
