import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type PulumiEngine, pulumiEngine } from '../../local/pulumi/engine.ts';
import { cacheRoot } from '../../local/tools/cache.ts';
import { runStack, type StackOperation, type StackResult } from '../doubles/engine-stack.ts';
import { type ProviderDouble, startProviderDouble } from '../doubles/provider-double.ts';
import type { ProgramArgs } from './engine-program.ts';

const BUILD_TIMEOUT_MS = 15 * 60_000;
const RUN_TIMEOUT_MS = 120_000;
const KEY = 'aws:kms/key:Key';
const BUCKET = 'aws:s3/bucket:Bucket';
const MISSPELT = /forceDestory is not a property of this type[^]*versioning\.enable is not a property of this type/;
const FIRST: ProgramArgs = { bucket: 'orders-tiered', tags: { tenant: 'orders' } };

describe('the real Pulumi engine over the double of a provider', () => {
  let engine: PulumiEngine;
  let folder: string;
  let cloud: ProviderDouble;

  beforeAll(async () => {
    engine = await pulumiEngine({ cacheRoot: cacheRoot(process.env), env: process.env, onProgress: report });
  }, BUILD_TIMEOUT_MS);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-pulumi-'));
    cloud = await startProviderDouble({ sdk: '@pulumi/aws', replaceOn: { [BUCKET]: ['bucket'] } });
  });

  afterEach(async () => {
    await cloud.stop();
    await rm(folder, { recursive: true });
  });

  test(
    'previews without a change to the cloud, makes everything, and then finds nothing to do',
    async () => {
      expect((await run('preview')).changes).toEqual({ create: 4 });
      expect(cloud.world.takeWrites()).toEqual([]);

      const { changes, outputs } = await run('up');
      expect(changes).toEqual({ create: 4 });
      expect(cloud.world.takeWrites()).toEqual([`create ${KEY} orders`, `create ${BUCKET} orders`]);
      const arn = cloud.world.ofType(KEY)[0]?.outputs['arn'];
      expect(outputs['keyArn']).toEqual({ value: arn, secret: false });
      expect(cloud.world.ofType(BUCKET)[0]?.inputs).toEqual({
        bucket: 'orders-tiered',
        tags: { tenant: 'orders' },
        serverSideEncryptionConfiguration: {
          rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: arn } },
        },
      });

      expect((await run('up')).changes).toEqual({ same: 4 });
      expect((await run('refresh')).changes).toEqual({ same: 4 });
      expect(cloud.world.takeWrites()).toEqual([]);
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'changes only the resource that the program changed',
    async () => {
      await run('up');
      cloud.world.takeWrites();
      const [bucket] = cloud.world.ofType(BUCKET);
      const tags = { tenant: 'orders', cku: '2' };
      expect((await run('up', { ...FIRST, tags })).changes).toEqual({ same: 3, update: 1 });
      expect(cloud.world.takeWrites()).toEqual([`update ${BUCKET} orders`]);
      expect(cloud.world.ofType(BUCKET)).toEqual([{ ...bucket, inputs: { ...bucket?.inputs, tags } }]);
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'refuses to replace a protected resource, in the preview and in the update, and leaves it as it was',
    async () => {
      await run('up');
      const before = cloud.world.resources();
      const renamed = { ...FIRST, bucket: 'orders-renamed' };
      await expect(run('preview', renamed)).rejects.toThrow(/unable to replace resource \S+Bucket::orders[^]*protect/);
      await expect(run('up', renamed)).rejects.toThrow(/unable to replace resource \S+Bucket::orders[^]*protect/);
      expect(cloud.world.resources()).toEqual(before);
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'finishes in the next update what a failing provider left half made, without making anything twice',
    async () => {
      cloud.world.failNext('create', BUCKET);
      await expect(run('up')).rejects.toThrow(/the cloud refused to create aws:s3\/bucket:Bucket/);
      expect(cloud.world.takeWrites()).toEqual([`create ${KEY} orders`]);

      expect((await run('up')).changes).toEqual({ same: 3, create: 1 });
      expect(cloud.world.takeWrites()).toEqual([`create ${BUCKET} orders`]);
      expect((await run('up')).changes).toEqual({ same: 4 });
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'refuses to destroy protected data, and destroys everything once it is unprotected',
    async () => {
      await run('up');
      await expect(run('destroy')).rejects.toThrow(/protect/);
      expect(cloud.world.ofType(BUCKET)).toHaveLength(1);
      await run('unprotect');
      expect((await run('destroy')).changes).toEqual({ delete: 4 });
      expect(cloud.world.resources()).toEqual([]);
    },
    RUN_TIMEOUT_MS,
  );

  test.each([
    ['misspelt inputs', BUCKET, { forceDestory: true, versioning: { enable: true } }, MISSPELT],
    ['missing inputs', 'aws:eks/cluster:Cluster', { roleArn: 'arn:aws:iam::0:role/eks' }, /vpcConfig is required/],
    ['inputs of the wrong type', KEY, { tags: ['orders'] }, /tags must be a map/],
    ['a type that the SDK does not have', 'aws:s3/bukket:Bukket', {}, /the SDK has no type aws:s3\/bukket:Bukket/],
  ])(
    'stops at %s, by the types of the SDK, and does not make the resource',
    async (_, type, inputs, message) => {
      const args = { ...FIRST, unchecked: { type, inputs } };
      await expect(run('preview', args)).rejects.toThrow(message);
      await expect(run('up', args)).rejects.toThrow(message);
      expect(cloud.world.resources().filter(({ name }) => name === 'unchecked')).toEqual([]);
    },
    RUN_TIMEOUT_MS,
  );

  async function run(operation: StackOperation, args: ProgramArgs = FIRST): Promise<StackResult> {
    const program = join(import.meta.dirname, 'engine-program.ts');
    return await runStack({ engine, folder, program, doubles: [cloud] }, operation, args);
  }
});

function report(line: string): void {
  process.stderr.write(`${line}\n`);
}
