import { join, relative, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Command } from 'commander';
import { passes } from '../../policies/report/policy-report.ts';
import { textReport } from '../../policies/report/text.ts';
import { toYaml } from '../../stacks/yaml.ts';
import { Progress } from '../progress.ts';
import { PATHS } from '../project.ts';
import { outputsOption, type OutputsSource } from '../outputs/engine-outputs.ts';
import { ownOutputs } from '../outputs/own-outputs.ts';
import { chooseStacks, loadRegions, type RegionInput } from '../regions.ts';
import { locatedObjects } from '../synth/located-objects.ts';
import { stageFolder, type StagedFolder } from '../synth/output-folder.ts';
import { judgeOf, today } from '../synth/policies.ts';
import { paletteFor } from '../terminal.ts';
import { EXIT_CODES } from '../user-error.ts';

interface SynthOptions {
  readonly all?: true;
  readonly out: string;
  readonly check: boolean;
  readonly outputs: OutputsSource;
}

/** `flotilla synth`: writes the manifests of stacks, judged by the policies on the way. */
export function addSynthCommand(program: Command): void {
  program
    .command('synth')
    .description('write the manifests of stacks to dist/, judged by the policies')
    .argument('[stack...]', 'names of stacks, as in stacks/Pulumi.<stack>.yaml')
    .option('--all', 'every stack')
    .option('--out <folder>', 'where to write', PATHS.dist)
    .option('--no-check', 'write without judging by the policies')
    .addOption(outputsOption())
    .addHelpText('after', EXAMPLES)
    .action(async (names: readonly string[], options: SynthOptions) => {
      const choice = chooseStacks(names, options);
      process.exitCode = await synth(loadRegions(choice, await ownOutputs(choice, options.outputs)), options);
    });
}

const EXAMPLES = `
Writes <out>/<stack>/<cluster>/ (what you apply) and <out>/<stack>/rendered/<cluster>/ (what the operator
will make of each PSC). The last good folder stays until everything asked for is complete and passes.

Examples:
  $ ./flotilla synth --all
  $ ./flotilla synth gcp-us-central1
  $ ./flotilla synth local --no-check --out scratch`;

async function synth(regions: readonly RegionInput[], options: SynthOptions): Promise<number> {
  const staged: StagedFolder[] = [];
  const discardAll = (): void => {
    for (const folder of staged) folder.discard();
  };
  const onInterrupt = (): never => {
    discardAll();
    process.stderr.write('\ninterrupted: the manifests that were there before are untouched\n');
    process.exit(EXIT_CODES.interrupted);
  };
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  try {
    const results: ('written' | 'refused')[] = [];
    for (const region of regions) {
      const folder = stageFolder(resolve(join(options.out, region.config.stack)), process.pid);
      staged.push(folder);
      results.push(await writeRegion(region, folder, options));
    }
    if (results.includes('refused')) {
      discardAll();
      process.stdout.write('Nothing was written. Mend the errors above, or look at the manifests with --no-check.\n');
      return EXIT_CODES.findings;
    }
    for (const folder of staged) folder.commit();
    return EXIT_CODES.ok;
  } catch (error) {
    discardAll();
    throw error;
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}

/** How long the synthesis may go on before it looks for a signal. */
const YIELD_MS = 50;

async function writeRegion(
  region: RegionInput,
  folder: StagedFolder,
  options: SynthOptions,
): Promise<'written' | 'refused'> {
  const { stack } = region.config;
  const progress = new Progress(process.stderr);
  const judge = judgeOf(region, { today: today(), unusedExemptions: 'ignore' });
  let files = 0;
  let objects = 0;
  const located = locatedObjects(region, (file) => {
    folder.write(file.path, toYaml(file.objects));
    files += 1;
    progress.update(() => `${stack}: ${files} files, ${objects} objects`);
  });
  let yieldedMs = performance.now();
  for (const object of located) {
    objects += 1;
    if (options.check) judge.see(object);
    if (performance.now() - yieldedMs > YIELD_MS) {
      await setImmediate();
      yieldedMs = performance.now();
    }
  }
  progress.done();
  const palette = paletteFor(process.stdout, process.env);
  const place = relative(process.cwd(), folder.target) || '.';
  const written = `${palette.bold(stack)}: ${objects} objects in ${files} files`;
  if (!options.check) {
    process.stdout.write(`${written} ▶ ${place}/, ${palette.yellow('not judged')}\n`);
    return 'written';
  }
  const report = judge.report();
  if (!passes(report)) {
    process.stdout.write(`${written}, ${palette.red('refused by the policies')}\n\n${textReport(report, palette)}\n`);
    return 'refused';
  }
  const { warning, info } = report.counts;
  const remarks = warning + info > 0 ? `, ${warning} warnings and ${info} remarks (./flotilla check ${stack})` : '';
  process.stdout.write(`${written} ▶ ${place}/, ${palette.green('policies passed')}${remarks}\n`);
  return 'written';
}
