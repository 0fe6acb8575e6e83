import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pulumiEngine, type PulumiEngine } from '../../../local/pulumi/engine.ts';
import { cacheRoot } from '../../../local/tools/cache.ts';
import { startProviderDouble, type ProviderDouble } from '../../doubles/provider-double.ts';
import type { PackAnswer, PackOrder } from './pack-process.ts';
import type { PackProgramArgs } from './pack-program.ts';

const BUILD_TIMEOUT_MS = 15 * 60_000;
const RUN_TIMEOUT_MS = 120_000;
const ROOT = resolve(import.meta.dirname, '..', '..', '..');

describe('the policy pack on the real engine', () => {
  let engine: PulumiEngine;
  let folder: string;
  let cloud: ProviderDouble;

  beforeAll(async () => {
    engine = await pulumiEngine({ cacheRoot: cacheRoot(process.env), env: process.env });
  }, BUILD_TIMEOUT_MS);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-pack-'));
    cloud = await startProviderDouble({ sdk: '@pulumi/aws' });
  });

  afterEach(async () => {
    await cloud.stop();
    await rm(folder, { recursive: true });
  });

  test(
    'lets a preview of a good program pass',
    async () => {
      const { outcome, printed } = await preview({ fault: 'none' });
      expect(printed).toContain('flotilla@v0.1.0');
      expect({ outcome, printed }).toMatchObject({ outcome: 'passed' });
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'stops a preview of a program in which one resource breaks a rule, and says what to do',
    async () => {
      const { outcome, printed } = await preview({ fault: 'resource' });
      expect(outcome).toBe('stopped');
      expect(printed).toMatch(/\[mandatory\].*key-rotation/);
      expect(printed).toContain('nothing rotates it. Set enableKeyRotation: true (aws)');
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'stops a preview over what only several resources together tell, and knows which of them belong together',
    async () => {
      const { outcome, printed } = await preview({ fault: 'stack' });
      expect(outcome).toBe('stopped');
      expect(printed).toMatch(/\[mandatory\].*bucket-no-public-access/);
      expect(printed).not.toMatch(/\[mandatory\].*bucket-undelete/);
    },
    RUN_TIMEOUT_MS,
  );

  async function preview(args: PackProgramArgs): Promise<PackAnswer> {
    const child = fork(join(import.meta.dirname, 'pack-process.ts'), {
      execArgv: [],
      env: environment(),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const { root } = engine.installation;
    const order: PackOrder = { args, folder, pack: join(ROOT, 'policies'), ...(root === undefined ? {} : { root }) };
    child.send(order);
    const [answer] = (await once(child, 'message')) as [PackAnswer];
    return answer;
  }

  function environment(): NodeJS.ProcessEnv {
    // The pack's host comes from the doubles, and its Node is the project's.
    const path = [join(ROOT, 'node_modules', '.bin'), join(ROOT, 'test', 'doubles'), process.env['PATH'] ?? ''];
    return {
      PATH: path.join(delimiter),
      HOME: folder,
      PULUMI_HOME: join(folder, 'home'),
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: 'protects nothing but this test',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      PULUMI_DEBUG_PROVIDERS: cloud.attachment,
    };
  }
});
