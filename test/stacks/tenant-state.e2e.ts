import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pulumiEngine, type PulumiEngine } from '../../local/pulumi/engine.ts';
import { cacheRoot } from '../../local/tools/cache.ts';
import { azureComputed } from '../doubles/azure-computed.ts';
import { runStack, type StackOperation, type StackResult } from '../doubles/engine-stack.ts';
import { startProviderDouble } from '../doubles/provider-double.ts';
import type { TenantProgramArgs } from './tenant-program.ts';

const BUILD_TIMEOUT_MS = 15 * 60_000;
const RUN_TIMEOUT_MS = 240_000;
/** More would be a part of the region. */
const MAX_RESOURCES = 20;

describe('the storage of a tenant that is made at run time', () => {
  let engine: PulumiEngine;
  let root: string;

  beforeAll(async () => {
    engine = await pulumiEngine({ cacheRoot: cacheRoot(process.env), env: process.env });
    root = await mkdtemp(join(tmpdir(), 'flotilla-tenants-'));
  }, BUILD_TIMEOUT_MS);

  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });

  test.each([
    ['aws', '@pulumi/aws'],
    ['gcp', '@pulumi/gcp'],
    ['azure', '@pulumi/azure-native'],
  ] as const)(
    'has a small state of its own on %s, and comes and goes without a touch on any other tenant',
    async (cloud, sdk) => {
      const double = await startProviderDouble({ sdk, computed: azureComputed });
      const run = async (operation: StackOperation, name: string): Promise<StackResult> => {
        const program = join(import.meta.dirname, 'tenant-program.ts');
        const args: TenantProgramArgs = { cloud, tenant: { name, cluster: 'a', deletionProtection: false } };
        return await runStack({ engine, folder: join(root, cloud, name), program, doubles: [double] }, operation, args);
      };
      try {
        const { changes, outputs } = await run('up', 'orders');
        expect(changes['create']).toBeLessThanOrEqual(MAX_RESOURCES);
        expect(Object.keys(outputs).sort()).toEqual(['bucket', 'identity', 'keyId']);
        const orders = double.world.resources();
        double.world.takeWrites();

        await run('up', 'invoices');
        const made = double.world.takeWrites();
        expect(made.length).toBeGreaterThan(3);
        expect(made.filter((write) => !/^create \S+ invoices/.test(write))).toEqual([]);
        expect((await run('up', 'orders')).changes).toEqual({ same: changes['create'] });

        await run('destroy', 'invoices');
        expect(double.world.resources()).toEqual(orders);
      } finally {
        await double.stop();
      }
    },
    RUN_TIMEOUT_MS,
  );
});
