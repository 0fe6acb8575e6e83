/**
 * `flotilla bench preview`: what a preview of a region with 20 tenants costs, against an empty program on the same engine.
 *
 * Providers are the tests' doubles, so that neither a cloud nor the network is in the figures. Three programs are run: one
 * that does nothing (the engine), one that only loads our modules and the SDK (start-up), and the stack itself.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requiredPulumiTools } from '../../cli/pulumi/tools.ts';
import { table } from '../../cli/table.ts';
import type { PublicCloud } from '../../constructs/cloud/region-args.ts';
import { previewStack } from '../../local/pulumi/preview-stack.ts';
import type { PulumiTools } from '../../local/pulumi/pulumi-tools.ts';
import { loadStack, requireParsed } from '../../stacks/config.ts';
import type { StackConfig, TenantConfig } from '../../stacks/stack-config.ts';
import { azureComputed } from '../doubles/azure-computed.ts';
import { type ProviderDouble, startProviderDouble } from '../doubles/provider-double.ts';
import { stackText } from '../support/stack-text.ts';

const PROJECT = join(import.meta.dirname, '../..');
const STACKS: Readonly<Record<PublicCloud, string>> = {
  aws: 'aws-us-west-2',
  gcp: 'gcp-us-central1',
  azure: 'azure-westeurope',
};
const SDKS = ['@pulumi/aws', '@pulumi/gcp', '@pulumi/azure-native', '@pulumi/random'];
const TENANTS = 20;
const MORE_NODES: Readonly<Record<string, number>> = { small: 45, controllers: 8 };
/** Of each program, by turns: what else the machine does meets all of them alike. */
const RUNS = 7;
/** The goal: twice the empty program's time, and this for each hundred resources. */
const GOAL_MS_PER_100_RESOURCES = 100;

interface Figures {
  readonly cloud: PublicCloud;
  readonly tenants: number;
  readonly resources: number;
  readonly engineMs: number;
  readonly startUpMs: number;
  readonly ownMs: number;
  readonly wholeMs: number;
  readonly goalMs: number;
}

interface Bench {
  readonly tools: PulumiTools;
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
}

const root = mkdtempSync(join(tmpdir(), 'flotilla-bench-'));
const doubles = await Promise.all(SDKS.map(async (sdk) => await startProviderDouble({ sdk, computed: azureComputed })));
try {
  const results = await measureAll(doubles);
  report(results, process.argv.includes('--json'));
} finally {
  await Promise.all(
    doubles.map(async (double) => {
      await double.stop();
    }),
  );
  rmSync(root, { recursive: true, force: true });
}

async function measureAll(attached: readonly ProviderDouble[]): Promise<readonly Figures[]> {
  const env = {
    PULUMI_HOME: join(root, 'home'),
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    PULUMI_DEBUG_PROVIDERS: attached.map(({ attachment }) => attachment).join(','),
  };
  const bench: Bench = { tools: await requiredPulumiTools(process.env), root, env };
  const results: Figures[] = [];
  for (const cloud of Object.keys(STACKS) as PublicCloud[]) results.push(await measure(bench, cloud));
  return results;
}

async function measure(bench: Bench, cloud: PublicCloud): Promise<Figures> {
  const config = withTenants(requireParsed(loadStack(join(PROJECT, 'stacks'), STACKS[cloud])));
  const load = [`stacks/index.ts`, `stacks/cloud-provider.ts`, `constructs/cloud/${cloud}/region.ts`]
    .map((file) => `await import('${pathToFileURL(join(PROJECT, file)).href}');\n`)
    .join('');
  const shed = `const { shedSdkOverhead } = await import('${pathToFileURL(join(PROJECT, 'stacks/sdk-overhead.ts')).href}');\n`;
  const first = `${shed}await shedSdkOverhead({ arePromisesTraced: 'no' });\n`;
  const empty = projectOf(bench, `empty-${cloud}`, 'export default async () => {};\n');
  const loading = projectOf(bench, `loading-${cloud}`, `export default async () => {\n${first}${load}};\n`);
  const [engine, loaded, whole] = await medianPreviews(bench, [
    { project: empty, stack: 'aws-empty' },
    { project: loading, stack: 'aws-empty' },
    { project: regionProject(bench, config), stack: config.stack },
  ]);
  return {
    cloud,
    tenants: config.tenants.length,
    resources: whole.resources,
    engineMs: engine.ms,
    startUpMs: loaded.ms - engine.ms,
    ownMs: whole.ms - loaded.ms,
    wholeMs: whole.ms,
    goalMs: 2 * engine.ms + (whole.resources / 100) * GOAL_MS_PER_100_RESOURCES,
  };
}

/** The stack's own tenants first, then plain ones of its first cluster. */
function withTenants(config: StackConfig): StackConfig {
  const [cluster] = config.kubernetesClusters;
  if (cluster === undefined) throw new Error('the stack has no Kubernetes cluster');
  const more = Array.from({ length: TENANTS - config.tenants.length }, (_, index): TenantConfig => ({
    name: `bench-${index}`,
    ckus: 1,
    version: '4.3.1',
    cluster: cluster.name,
    zones: config.region.zones,
    limits: {},
    allowedSourceRanges: [],
    config: {},
    deletionProtection: true,
  }));
  // Their brokers and controllers need room.
  const roomy = cluster.nodeClasses.map((nodeClass) => ({
    ...nodeClass,
    maxPerZone: nodeClass.maxPerZone + (MORE_NODES[nodeClass.name] ?? 0),
  }));
  // On AWS 256 nodes fill the largest range that pods can have; four zones of GCP need twice that.
  const podRange = config.region.cloud === 'gcp' ? cluster.podRange.replace(/\d+$/, '15') : cluster.podRange;
  const clusters = [{ ...cluster, podRange, nodeClasses: roomy }, ...config.kubernetesClusters.slice(1)];
  return { ...config, kubernetesClusters: clusters, tenants: [...config.tenants, ...more] };
}

function projectOf({ root: parent }: Bench, name: string, program: string): string {
  const folder = join(parent, name);
  mkdirSync(join(folder, 'stacks'), { recursive: true });
  cpSync(join(PROJECT, 'Pulumi.yaml'), join(folder, 'Pulumi.yaml'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(folder, 'stacks', 'index.mjs'), program);
  writeFileSync(join(folder, 'stacks', 'Pulumi.aws-empty.yaml'), 'config: {}\n');
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function regionProject({ root: parent }: Bench, config: StackConfig): string {
  const folder = join(parent, config.stack);
  cpSync(join(PROJECT, 'stacks'), join(folder, 'stacks'), { recursive: true });
  for (const file of ['Pulumi.yaml', 'package.json']) cpSync(join(PROJECT, file), join(folder, file));
  for (const source of ['constructs', 'contracts', 'images', 'policies', 'node_modules']) {
    symlinkSync(join(PROJECT, source), join(folder, source));
  }
  writeFileSync(join(folder, 'stacks', `Pulumi.${config.stack}.yaml`), stackText(config));
  return folder;
}

interface Measured {
  readonly ms: number;
  readonly resources: number;
}

interface Program {
  readonly project: string;
  readonly stack: string;
}

type OfEach<T> = readonly [empty: T, loading: T, whole: T];

/** One run goes before the measured ones: it fills the compile cache, as a person's first run does. */
async function medianPreviews(bench: Bench, programs: OfEach<Program>): Promise<OfEach<Measured>> {
  const rounds: OfEach<Measured>[] = [];
  const [empty, loading, whole] = programs;
  for (let round = 0; round <= RUNS; round += 1) {
    rounds.push([await previewOnce(bench, empty), await previewOnce(bench, loading), await previewOnce(bench, whole)]);
  }
  const measured = rounds.slice(1);
  return [
    middle(measured.map(([run]) => run)),
    middle(measured.map(([, run]) => run)),
    middle(measured.map(([, , run]) => run)),
  ];
}

function middle(runs: readonly Measured[]): Measured {
  const found = runs.toSorted((a, b) => a.ms - b.ms)[Math.floor(runs.length / 2)];
  if (found === undefined) throw new Error('no run to take the median of');
  return found;
}

async function previewOnce({ tools, env }: Bench, { project, stack }: Program): Promise<Measured> {
  const result = await previewStack(tools, { project, stack, against: 'empty', env });
  if (!result.ok) throw new Error(`the preview of ${stack} failed:\n${result.errors.join('\n')}`);
  return { ms: result.tookMs, resources: result.resources.length };
}

function report(results: readonly Figures[], isJson: boolean): void {
  if (isJson) {
    process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    return;
  }
  const share = (part: number, { wholeMs }: Figures): string =>
    `${(part / 1000).toFixed(2)} (${Math.round((part / wholeMs) * 100)} %)`;
  const rows = results.map((figures) => [
    figures.cloud,
    String(figures.tenants),
    String(figures.resources),
    share(figures.engineMs, figures),
    share(figures.startUpMs, figures),
    share(figures.ownMs, figures),
    (figures.wholeMs / 1000).toFixed(2),
    (figures.goalMs / 1000).toFixed(2),
    figures.wholeMs <= figures.goalMs ? 'yes' : 'no',
  ]);
  const header = ['cloud', 'tenants', 'resources', 'engine s', 'start-up s', 'own code s', 'whole s', 'goal s', 'met'];
  process.stdout.write(`${table(header, rows)}\n\n`);
  process.stdout.write(
    `Medians of ${RUNS} previews, by turns, on ${availableParallelism()} cores, Node ${process.versions.node}, providers doubled. ` +
      '"engine": an empty program. "start-up": loading our modules and the SDK beside it. "own code": all that comes on top, ' +
      "the engine's and the doubles' work on our resources with it. Goal: twice the engine, and 100 ms for each 100 resources.\n",
  );
}
