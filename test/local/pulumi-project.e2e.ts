import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { engineOutputs } from '../../cli/outputs/engine-outputs.ts';
import { previewStack, type PreviewResult } from '../../local/pulumi/preview-stack.ts';
import type { PulumiTools } from '../../local/pulumi/pulumi-tools.ts';
import { runPulumi } from '../../local/pulumi/run-pulumi.ts';
import { azureComputed } from '../doubles/azure-computed.ts';
import { type ProviderDouble, startProviderDouble } from '../doubles/provider-double.ts';
import { replaced } from '../stacks/config/base-stack.ts';
import { testPulumiTools } from '../support/pulumi-tools.ts';

const PROJECT = join(import.meta.dirname, '../..');
/** What the program is made of; node_modules is linked. */
const SOURCES = ['Pulumi.yaml', 'package.json', 'stacks', 'constructs', 'contracts', 'images', 'policies'];
const SDKS = ['@pulumi/aws', '@pulumi/gcp', '@pulumi/azure-native', '@pulumi/random'];
const BUILD_TIMEOUT_MS = 15 * 60_000;
const RUN_TIMEOUT_MS = 240_000;
const AWS = 'aws-us-west-2';
const GCP = 'gcp-us-central1';
const AZURE = 'azure-westeurope';

describe('the project, run by `pulumi` itself through its language host', () => {
  let tools: PulumiTools;
  let doubles: readonly ProviderDouble[];
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    tools = await testPulumiTools();
    doubles = await Promise.all(SDKS.map(async (sdk) => await startProviderDouble({ sdk, computed: azureComputed })));
    folder = await mkdtemp(join(tmpdir(), 'flotilla-project-'));
    for (const source of SOURCES) await cp(join(PROJECT, source), join(folder, source), { recursive: true });
    await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    env = {
      PULUMI_HOME: join(folder, 'home'),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      PULUMI_DEBUG_PROVIDERS: doubles.map(({ attachment }) => attachment).join(','),
    };
  }, BUILD_TIMEOUT_MS);

  afterAll(async () => {
    await Promise.all(
      doubles.map(async (double) => {
        await double.stop();
      }),
    );
    await rm(folder, { recursive: true, force: true });
  });

  test.each([AWS, GCP, AZURE])(
    'previews %s from its stack file alone, by one provider, and leaves the file as it was',
    async (stack) => {
      const file = join(folder, 'stacks', `Pulumi.${stack}.yaml`);
      const before = await readFile(file, 'utf8');
      const resources = resourcesOf(await preview(stack));
      expect(resources.length).toBeGreaterThan(50);
      // The random one has no account and no region.
      const providers = resources.map(({ type }) => type).filter((type) => /^pulumi:providers:(?!random)/.test(type));
      expect(providers).toHaveLength(1);
      expect(resources.filter(({ type }) => type.startsWith('flotilla:')).map(({ name }) => name)).toContain('region');
      expect(await readFile(file, 'utf8')).toBe(before);
      expect(await readdir(join(folder, 'stacks'))).not.toContain('.pulumi');
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'registers nothing while the config has problems, and names all of them',
    async () => {
      const file = join(folder, 'stacks', `Pulumi.${AWS}.yaml`);
      const before = await readFile(file, 'utf8');
      const twoMistakes = replaced(replaced(before, 'us-west-2c]', 'us-west-2x]'), 'ckus: 12', 'ckus: 1200');
      await writeFile(file, twoMistakes);
      const { errors, registered } = refusalOf(await preview(AWS));
      await writeFile(file, before);
      expect(errors).toMatch(/nothing was made[^]*zone-in-region[^]*number-range/);
      expect(registered).toEqual(['pulumi:pulumi:Stack']);
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'says of the local region that it is no stack of Pulumi, and what makes it',
    async () => {
      const { errors, registered } = refusalOf(await preview('local'));
      expect(errors).toContain('./flotilla synth local');
      expect(registered).toEqual(['pulumi:pulumi:Stack']);
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'refuses a config that the stack file does not hold, for manifests would be made from another one',
    async () => {
      const { errors } = refusalOf(await preview(GCP, { args: ['--config', 'flotilla:region=elsewhere'] }));
      expect(errors).toMatch(
        /was given a config that stacks\/Pulumi\.gcp-us-central1\.yaml does not hold \(flotilla:region\)/,
      );
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'says what to do where the PATH has a Node that reads no TypeScript',
    async () => {
      // The pinned Node under the name of an old one: a second Node need not be installed.
      const old = "Object.defineProperty(process.versions,'node',{value:'20.19.0'})";
      const { errors } = refusalOf(
        await preview(GCP, { env: { NODE_OPTIONS: `--import=data:text/javascript,${old}` } }),
      );
      expect(errors).toMatch(/need Node 24[^]*has Node 20\.19\.0[^]*\.\/flotilla pulumi/);
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'gives the outputs of a stack that is up to the commands that make manifests, and says so',
    async () => {
      const state = { ...env, PULUMI_BACKEND_URL: `file://${folder}`, PULUMI_CONFIG_PASSPHRASE: 'x' };
      const all = { ...process.env, ...state };
      const said: string[] = [];
      const ask = async (source: 'auto' | 'pulumi' | 'file') =>
        await engineOutputs([GCP, AWS], source, { env: all, say: (line) => said.push(line) });

      expect(await ask('auto')).toEqual(new Map());
      await expect(ask('pulumi')).rejects.toThrow(/no outputs of gcp-us-central1, aws-us-west-2/);

      const quick = { ...state, PULUMI_EXPERIMENTAL: 'true', PULUMI_SKIP_CHECKPOINTS: 'true' };
      for (const args of [
        ['stack', 'init', GCP],
        ['up', '--yes', '--skip-preview', '--stack', GCP],
      ]) {
        expect(await runPulumi(tools, args, { project: folder, env: quick })).toMatchObject({ exitCode: 0 });
      }
      const outputs = (await ask('auto')).get(GCP) ?? '';
      expect(JSON.parse(outputs)).toMatchObject({ cloud: 'gcp', region: 'us-central1', account: 'example-kafka' });
      expect(await ask('file')).toEqual(new Map());
      expect(said).toEqual([
        `outputs: from stacks/outputs for ${GCP}, ${AWS} (not up yet)`,
        `outputs: the stack's own for ${GCP}; from stacks/outputs for ${AWS} (not up yet)`,
        'outputs: from stacks/outputs (told so by --outputs file)',
      ]);
    },
    RUN_TIMEOUT_MS,
  );

  test.each([AWS, GCP, AZURE])(
    'brings %s up by the commands that the README names, and then finds nothing to do, nor anything changed in the cloud',
    async (stack) => {
      const state = await mkdtemp(join(tmpdir(), 'flotilla-state-'));
      const quick = { PULUMI_EXPERIMENTAL: 'true', PULUMI_SKIP_CHECKPOINTS: 'true', PULUMI_CONFIG_PASSPHRASE: 'x' };
      for (const args of [
        ['login', `file://${state}`],
        ['stack', 'init', stack],
        ['preview', '--stack', stack],
        ['up', '--yes', '--skip-preview', '--stack', stack],
        ['up', '--yes', '--skip-preview', '--expect-no-changes', '--stack', stack],
        ['refresh', '--yes', '--skip-preview', '--expect-no-changes', '--stack', stack],
      ]) {
        const { exitCode, stdout, stderr } = await runPulumi(tools, args, {
          project: folder,
          env: { ...env, ...quick },
        });
        expect([args[0], exitCode, exitCode === 0 ? '' : stdout + stderr]).toEqual([args[0], 0, '']);
      }
      await rm(state, { recursive: true });
    },
    2 * RUN_TIMEOUT_MS,
  );

  async function preview(
    stack: string,
    { args = [], env: more = {} }: { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
  ): Promise<PreviewResult> {
    return await previewStack(tools, { project: folder, stack, against: 'empty', env: { ...env, ...more }, args });
  }
});

function resourcesOf(result: PreviewResult): Extract<PreviewResult, { readonly ok: true }>['resources'] {
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.resources;
}

function refusalOf(result: PreviewResult): { readonly errors: string; readonly registered: readonly string[] } {
  if (result.ok) throw new Error('the preview was not refused');
  const { steps } = JSON.parse(result.run.stdout) as {
    readonly steps: readonly { readonly newState: { readonly type: string } }[];
  };
  return { errors: result.errors.join('\n'), registered: steps.map(({ newState }) => newState.type) };
}
