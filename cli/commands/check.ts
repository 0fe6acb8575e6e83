import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { unusedInAll } from '../../policies/engine/exemption-book.ts';
import { passes, type Finding, type PolicyReport } from '../../policies/report/policy-report.ts';
import { jsonReport } from '../../policies/report/json.ts';
import { sarifReport } from '../../policies/report/sarif.ts';
import { mergeReports } from '../../policies/report/merge-reports.ts';
import { textReport } from '../../policies/report/text.ts';
import { isPublic } from '../../stacks/region-args.ts';
import { judgeCloudStack } from '../check/judge-cloud-stack.ts';
import { outputsOption, type OutputsSource } from '../outputs/engine-outputs.ts';
import { ownOutputs } from '../outputs/own-outputs.ts';
import { INSTALL_ROOT } from '../project.ts';
import { requiredPulumiTools } from '../pulumi/tools.ts';
import { PLAIN, paletteFor } from '../terminal.ts';
import { Progress } from '../progress.ts';
import { chooseStacks, loadRegions, type RegionInput } from '../regions.ts';
import { locatedObjects } from '../synth/located-objects.ts';
import { judgeOf, today } from '../synth/policies.ts';
import { EXIT_CODES } from '../user-error.ts';

const FORMATS = ['text', 'json', 'sarif'] as const;
type Format = (typeof FORMATS)[number];

interface CheckOptions {
  readonly all?: true;
  readonly cloud?: true;
  readonly outputs: OutputsSource;
  readonly format: Format;
  readonly output?: string;
}

/** `flotilla check`: judges what the stack configs give by the policies; writes no manifests. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description('judge the manifests of stacks, and their cloud resources, by the policies')
    .argument('[stack...]', 'names of stacks, as in stacks/Pulumi.<stack>.yaml')
    .option('--all', 'every stack')
    .option('--cloud', 'preview the stacks as well, and judge the cloud resources that they would make')
    .addOption(outputsOption())
    .addOption(new Option('--format <format>', 'form of the report').choices(FORMATS).default('text'))
    .option('--output <file>', 'write the report to a file instead of printing it')
    .addHelpText('after', EXAMPLES)
    .action(async (names: readonly string[], options: CheckOptions) => {
      process.exitCode = await check(names, options);
    });
}

async function check(names: readonly string[], options: CheckOptions): Promise<number> {
  const choice = chooseStacks(names, options);
  const regions = loadRegions(choice, await ownOutputs(choice, options.outputs));
  const manifests = regions.map(judgeRegion);
  const reports = options.cloud === true ? await withCloud(regions, manifests) : manifests;
  publish(reports, options);
  // Only all stacks together can tell that an exemption covers nothing.
  if (options.all === true) warnOfUnused(unusedInAll(reports.map(({ report }) => report)));
  return reports.every(({ report }) => passes(report)) ? EXIT_CODES.ok : EXIT_CODES.findings;
}

const EXAMPLES = `
Exit code: 0 when no rule of severity "error" is broken, 1 when one is, 2 when a config is wrong, 3 when a preview fails.

With --cloud, what a stack would make is judged as if nothing of it were there yet: no state is read. Values that only
the clouds know are no violations; the report counts what could not be judged for them. pulumi preview --policy-pack
policies judges the same against the stack's own state.

Examples:
  $ ./flotilla check --all
  $ ./flotilla check aws-us-west-2 --format json
  $ ./flotilla check --cloud gcp-us-central1
  $ ./flotilla check --all --format sarif --output flotilla.sarif`;

interface StackReport {
  readonly stack: string;
  readonly report: PolicyReport;
}

function judgeRegion(region: RegionInput): StackReport {
  const { stack } = region.config;
  const progress = new Progress(process.stderr);
  const judge = judgeOf(region, { today: today() });
  let objects = 0;
  for (const object of locatedObjects(region, () => undefined, { lines: 'counted' })) {
    judge.see(object);
    objects += 1;
    progress.update(() => `${stack}: ${objects} objects judged`);
  }
  progress.done();
  return { stack, report: judge.report() };
}

/** Adds what the rules have against the cloud resources; the local region has none. */
async function withCloud(
  regions: readonly RegionInput[],
  manifests: readonly StackReport[],
): Promise<readonly StackReport[]> {
  const tools = await requiredPulumiTools(process.env);
  const judged: StackReport[] = [];
  // One after the other: each preview takes most of a machine.
  for (const [index, { stack, report }] of manifests.entries()) {
    const region = regions[index];
    if (region === undefined || !isPublic(region.config)) {
      process.stderr.write(`${stack}: on no cloud, so that only its manifests are judged\n`);
      judged.push({ stack, report });
      continue;
    }
    const { exemptions } = region;
    const cloud = await judgeCloudStack(tools, { project: INSTALL_ROOT, stack, exemptions, today: today() });
    judged.push({ stack, report: mergeReports([report, cloud]) });
  }
  return judged;
}

function warnOfUnused(findings: readonly Finding[]): void {
  const palette = paletteFor(process.stderr, process.env);
  for (const { message, fix } of findings) process.stderr.write(`${palette.yellow('warning')} ${message}. ${fix}\n`);
}

function publish(reports: readonly StackReport[], { format, output }: CheckOptions): void {
  const text = render(reports, format, output === undefined ? paletteFor(process.stdout, process.env) : PLAIN);
  if (output === undefined) process.stdout.write(text);
  else writeFileSync(output, text);
}

function render(reports: readonly StackReport[], format: Format, palette: ReturnType<typeof paletteFor>): string {
  switch (format) {
    case 'text':
      return reports.map(({ stack, report }) => `${palette.bold(stack)}\n${textReport(report, palette)}\n`).join('\n');
    case 'json':
      return `${JSON.stringify(Object.fromEntries(reports.map(({ stack, report }) => [stack, jsonReport(report)])), null, 2)}\n`;
    case 'sarif':
      return `${JSON.stringify(sarifReport(reports.map(({ report }) => report)), null, 2)}\n`;
  }
}
