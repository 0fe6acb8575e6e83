import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { PATHS, INSTALL_ROOT } from '../project.ts';
import { UserError } from '../user-error.ts';

const SUFFIX = '.bench.ts';

/** `flotilla bench <name>`: runs one benchmark of `test/bench` and prints its table. */
export function addBenchCommand(program: Command): void {
  program
    .command('bench')
    .description('measure: prints a table, asserts nothing')
    .argument('[name]', 'which benchmark; without one the list is printed')
    .option('--json', 'print the figures as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./flotilla bench\n  $ ./flotilla bench synth\n  $ ./flotilla bench synth --json',
    )
    .action(async (name: string | undefined, options: { readonly json?: true }) => {
      if (name === undefined) {
        process.stdout.write(`${benchmarks().join('\n')}\n`);
        return;
      }
      process.exitCode = await run(name, options.json === true ? ['--json'] : []);
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
  const child = spawn(PATHS.node, [file, ...args], { cwd: INSTALL_ROOT, stdio: 'inherit' });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}
