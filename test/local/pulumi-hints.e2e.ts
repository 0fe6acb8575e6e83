import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hintsFor } from '../../cli/pulumi/hints.ts';
import type { PulumiTools } from '../../local/pulumi/pulumi-tools.ts';
import { runPulumi } from '../../local/pulumi/run-pulumi.ts';
import { type ProviderDouble, startProviderDouble } from '../doubles/provider-double.ts';
import { testPulumiTools } from '../support/pulumi-tools.ts';

const PROJECT = join(import.meta.dirname, '../..');
const BUILD_TIMEOUT_MS = 15 * 60_000;
const RUN_TIMEOUT_MS = 120_000;
const STACK = 'hints';

const PROGRAM = `
import { Key } from '@pulumi/aws/kms/key.js';
import { Provider } from '@pulumi/aws/provider.js';
export default async () => {
  const provider = new Provider('aws', { region: 'us-west-2' });
  new Key('key', {}, { provider });
};
`;

describe("the real engine's own words for what is wrong", () => {
  let tools: PulumiTools;
  let cloud: ProviderDouble;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    tools = await testPulumiTools();
    cloud = await startProviderDouble({ sdk: '@pulumi/aws' });
    folder = await mkdtemp(join(tmpdir(), 'flotilla-hints-'));
    await mkdir(join(folder, 'home'));
    await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(
      join(folder, 'Pulumi.yaml'),
      'name: hints\nruntime: { name: nodejs, options: { typescript: false } }\n',
    );
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "dependencies": {} }\n');
    await writeFile(join(folder, 'index.mjs'), PROGRAM);
    env = {
      PULUMI_HOME: join(folder, 'home'),
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: 'right',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      PULUMI_DEBUG_PROVIDERS: cloud.attachment,
    };
    expect(await causesOf(['stack', 'init', STACK, '--no-select'])).toEqual([]);
  }, BUILD_TIMEOUT_MS);

  afterAll(async () => {
    await cloud.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    ['no stack is selected', ['preview'], {}, ['no-stack-selected']],
    ['the stack does not exist', ['preview', '--stack', 'nope'], {}, ['no-such-stack']],
    ['no backend is chosen', ['stack', 'ls'], { PULUMI_BACKEND_URL: undefined }, ['not-logged-in']],
    ['the passphrase is wrong', ['preview', '--stack', STACK], { PULUMI_CONFIG_PASSPHRASE: 'x' }, ['wrong-passphrase']],
    [
      'there is no passphrase',
      ['preview', '--stack', STACK],
      { PULUMI_CONFIG_PASSPHRASE: undefined },
      ['no-passphrase'],
    ],
    ['the plugin is missing', ['preview', '--stack', STACK], { PULUMI_DEBUG_PROVIDERS: undefined }, ['no-plugin']],
  ])(
    'are understood where %s',
    async (_, args, without, causes) => {
      expect(await causesOf(args, without)).toEqual(causes);
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'are understood where another run holds the lock',
    async () => {
      const locks = join(folder, '.pulumi', 'locks', 'organization', 'hints', STACK);
      await mkdir(locks, { recursive: true });
      const lock = { pid: 1, username: 'alice', hostname: 'laptop', timestamp: '2026-11-22T20:00:00Z' };
      await writeFile(join(locks, 'held.json'), JSON.stringify(lock));
      expect(await causesOf(['up', '--yes', '--skip-preview', '--stack', STACK])).toEqual(['locked']);
      await rm(locks, { recursive: true });
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'are understood where the cloud refuses, for a quota as for missing credentials',
    async () => {
      const type = 'aws:kms/key:Key';
      for (const [text, cause] of [
        ['operation error KMS: CreateKey, LimitExceededException: 100000 keys', 'quota'],
        ['No valid credential sources found', 'no-credentials'],
        ['AWS account ID not allowed: 210987654321', 'wrong-account'],
      ] as const) {
        cloud.world.failNext('create', type, text);
        expect(await causesOf(['up', '--yes', '--skip-preview', '--stack', STACK])).toEqual([cause]);
      }
    },
    RUN_TIMEOUT_MS,
  );

  async function causesOf(args: readonly string[], changed: NodeJS.ProcessEnv = {}): Promise<readonly string[]> {
    const run = await runPulumi(tools, args, { project: folder, env: { ...env, ...changed } });
    return hintsFor(run.stdout + run.stderr).map(({ cause }) => cause);
  }
});
