import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pulumiEngine, type PulumiEngine } from '../../../local/pulumi/engine.ts';
import { cacheRoot } from '../../../local/tools/cache.ts';
import { startProviderDouble, type ProviderDouble } from '../../doubles/provider-double.ts';
import type { PackAnswer, PackOrder } from './pack-process.ts';
import type { PackProgramArgs } from './pack-program.ts';

const BUILD_TIMEOUT_MS = 15 * 60_000;
const RUN_TIMEOUT_MS = 240_000;
const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const CLOUDS = ['aws', 'gcp', 'azure'] as const;
const SDKS = ['@pulumi/aws', '@pulumi/gcp', '@pulumi/azure-native'] as const;

describe('the policy pack on the real engine', () => {
  let engine: PulumiEngine;
  let folder: string;
  let doubles: readonly ProviderDouble[];

  beforeAll(async () => {
    engine = await pulumiEngine({ cacheRoot: cacheRoot(process.env), env: process.env });
    doubles = await Promise.all(SDKS.map(async (sdk) => await startProviderDouble({ sdk })));
  }, BUILD_TIMEOUT_MS);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-pack-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  afterAll(async () => {
    await Promise.all(doubles.map((double) => double.stop()));
  });

  test.each(CLOUDS)(
    'lets a preview of a good program on %s pass',
    async (cloud) => {
      const { outcome, printed } = await preview({ cloud, fault: 'none' });
      expect(printed).toContain('flotilla@v0.1.0');
      expect({ outcome, printed }).toMatchObject({ outcome: 'passed' });
    },
    RUN_TIMEOUT_MS,
  );

  test.each([
    ['aws', 'nothing rotates it. Set enableKeyRotation: true (aws)'],
    ['gcp', 'nothing rotates it within 90 days. Set enableKeyRotation: true (aws), a rotationPeriod'],
    ['azure', 'its vault does not rotate it. Set enableKeyRotation: true (aws), a rotationPeriod'],
  ] as const)(
    'stops a preview of a program on %s in which one resource breaks a rule, and says what to do',
    async (cloud, advice) => {
      const { outcome, printed } = await preview({ cloud, fault: 'resource' });
      expect(outcome).toBe('stopped');
      expect(printed).toMatch(/\[mandatory\].*key-rotation/);
      expect(printed).toContain(advice);
    },
    RUN_TIMEOUT_MS,
  );

  test.each([
    ['aws', 'bucket-no-public-access', 'bucket-undelete'],
    ['gcp', 'bucket-own-key', 'bucket-lifecycle'],
    ['azure', 'network-flow-logs', 'network-closed-by-default'],
  ] as const)(
    'stops a preview on %s over what only several resources together tell, by %s and not by %s',
    async (cloud, broken, kept) => {
      const { outcome, printed } = await preview({ cloud, fault: 'stack' });
      expect(outcome).toBe('stopped');
      expect(printed).toMatch(new RegExp(`\\[mandatory\\].*${broken}`));
      expect(printed).not.toMatch(new RegExp(`\\[mandatory\\].*${kept}`));
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
      PULUMI_DEBUG_PROVIDERS: doubles.map(({ attachment }) => attachment).join(','),
    };
  }
});
