import type { Command } from 'commander';
import { INSTALL_ROOT } from '../project.ts';
import { hintsFor } from '../pulumi/hints.ts';
import { runAttached } from '../pulumi/run-attached.ts';
import { requiredPulumiTools } from '../pulumi/tools.ts';
import { paletteFor } from '../terminal.ts';

/** `flotilla pulumi <args…>`: Pulumi itself, with the project's Node; says what to do when it fails for a known cause. */
export function addPulumiCommand(program: Command): void {
  // Options after its first word are Pulumi's, as in `pulumi up --help`.
  program
    .enablePositionalOptions()
    .command('pulumi')
    .description('run Pulumi on the stacks: the one in the PATH, or one that is built on first use')
    .argument('[args...]', "Pulumi's own command line, as in: up --stack aws-us-west-2")
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText('after', EXAMPLES)
    .action(async (args: readonly string[]) => {
      process.exitCode = await runPulumi(args);
    });
}

const EXAMPLES = `
Pulumi's own help: ./flotilla pulumi help, or ./flotilla pulumi up --help.

Examples:
  $ ./flotilla pulumi login s3://your-state-bucket
  $ ./flotilla pulumi stack init aws-us-west-2 --secrets-provider "awskms://alias/flotilla-state?region=us-west-2"
  $ ./flotilla pulumi preview --stack aws-us-west-2
  $ ./flotilla pulumi up --stack aws-us-west-2`;

async function runPulumi(args: readonly string[]): Promise<number> {
  const tools = await requiredPulumiTools(process.env);
  const { exitCode, complaints } = await runAttached(tools, args, INSTALL_ROOT);
  if (exitCode === 0) return exitCode;
  const palette = paletteFor(process.stderr, process.env);
  for (const { hint } of hintsFor(complaints)) process.stderr.write(`${palette.bold('what to do:')} ${hint}\n`);
  return exitCode;
}
