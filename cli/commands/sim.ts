import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { runInOwnProcess } from '../own-process.ts';
import { INSTALL_ROOT } from '../project.ts';
import { UserError } from '../user-error.ts';

const WORLDS = ['operator', 'connect', 'balancer'] as const;
const SIMULATION = join(INSTALL_ROOT, 'test', 'sim', 'run.ts');

interface SimOptions {
  readonly world: (typeof WORLDS)[number];
  readonly seeds: string;
  readonly from: string;
  readonly trace?: true;
}

/** `flotilla sim`: runs seeds of a simulated world of `test/sim`. */
export function addSimCommand(program: Command): void {
  program
    .command('sim')
    .description('simulate: run seeds of a world in virtual time, under faults, against its invariants')
    .addOption(new Option('--world <name>', 'which world').choices(WORLDS).default('operator'))
    .option('--seeds <count>', 'how many seeds', '500')
    .option('--from <seed>', 'the first of them', '1')
    .option('--trace', 'print every event, not only the last ones of a seed that fails')
    .addHelpText(
      'after',
      '\nExamples:\n  $ ./flotilla sim --world operator --seeds 5000\n  $ ./flotilla sim --world balancer --seeds 1 --from 4711 --trace',
    )
    .action(async ({ world, seeds, from, trace }: SimOptions) => {
      const count = wholeNumber('--seeds', seeds);
      const first = wholeNumber('--from', from);
      // The simulation is part of the tests, which nothing else imports.
      process.exitCode = await runInOwnProcess(SIMULATION, [
        `--world=${world}`,
        `--seeds=${count}`,
        `--from=${first}`,
        ...(trace ? ['--trace'] : []),
      ]);
    });
}

function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new UserError(`${option} is "${text}"`, { hint: 'give a whole number from 1 to 999999999' });
  }
  return Number(text);
}
