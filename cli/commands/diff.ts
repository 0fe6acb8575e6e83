import { type Command, Option } from 'commander';
import { diffManifests } from '../diff/manifest-diff.ts';
import { formatChanges, summarize } from '../diff/report.ts';
import { baselineOf, presentManifests } from '../diff/sources.ts';
import { outputsOption, type OutputsSource } from '../outputs/engine-outputs.ts';
import { ownOutputs } from '../outputs/own-outputs.ts';
import { chooseStacks } from '../regions.ts';
import { paletteFor } from '../terminal.ts';
import { EXIT_CODES } from '../user-error.ts';

interface DiffOptions {
  readonly against: string;
  readonly format: 'text' | 'json';
  readonly exitCode?: true;
  readonly outputs: OutputsSource;
}

/** `flotilla diff <stack>`: what an edit of the config changes, object by object, before anything is applied. */
export function addDiffCommand(program: Command): void {
  program
    .command('diff')
    .description('show what the config gives now against what it gave before, object by object')
    .argument('<stack>', 'name of a stack, as in stacks/Pulumi.<stack>.yaml')
    .option('--against <ref|folder>', 'a commit whose config is synthesized, or a folder that synth wrote', 'HEAD')
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text'))
    .option('--exit-code', 'exit with 1 when there are differences')
    .addOption(outputsOption())
    .addHelpText('after', EXAMPLES)
    .action(async (stack: string, options: DiffOptions) => {
      process.exitCode = await diff(stack, options);
    });
}

const EXAMPLES = `
Both sides are synthesized by the code that is checked out: what differs comes from the config, the outputs,
the image lock and the exemptions. To see what a change of the code does, compare with a folder.

Examples:
  $ ./flotilla diff aws-us-west-2                       your edits since the last commit
  $ ./flotilla diff aws-us-west-2 --against main~3
  $ ./flotilla diff local --against /backup/dist        a folder that synth wrote before
  $ ./flotilla diff local --format json --exit-code     for CI`;

async function diff(stack: string, options: DiffOptions): Promise<number> {
  const own = await ownOutputs(chooseStacks([stack], {}), options.outputs);
  const after = presentManifests(stack, own);
  const baseline = baselineOf(stack, options.against, own);
  if (baseline.remark !== undefined) process.stderr.write(`${baseline.remark}\n`);
  const changes = diffManifests(baseline.manifests, after);
  if (options.format === 'json') {
    const report = { stack, against: baseline.name, summary: summarize(changes), changes };
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  } else {
    process.stdout.write(`${formatChanges(changes, paletteFor(process.stdout, process.env))}\n`);
  }
  return options.exitCode === true && changes.length > 0 ? EXIT_CODES.findings : EXIT_CODES.ok;
}
