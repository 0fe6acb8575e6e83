import type { Command } from 'commander';
import { isWhole, regionStatus } from '../../local/region/region-status.ts';
import { inLocalRegion } from '../local/in-local-region.ts';
import { statusText } from '../local/status-text.ts';
import { EXIT_CODES } from '../user-error.ts';

interface StatusOptions {
  readonly json?: true;
}

/** `flotilla status`: what of the region on this machine runs, and what it takes. */
export function addStatusCommand(program: Command): void {
  program
    .command('status')
    .description('show what of the region on this machine runs, and what it takes')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
Exit code 0: everything runs and is ready. 1: something does not, or a fault was made on purpose.

Examples:
  $ sudo ./flotilla status
  $ sudo ./flotilla status --json | jq .memoryBytes`,
    )
    .action(async ({ json }: StatusOptions) => {
      await inLocalRegion(process.env, async ({ layout }) => {
        const status = await regionStatus(layout);
        process.stdout.write(json === true ? `${JSON.stringify(status, undefined, 2)}\n` : statusText(status));
        process.exitCode = isWhole(status) ? EXIT_CODES.ok : EXIT_CODES.findings;
      });
    });
}
