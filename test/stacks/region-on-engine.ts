import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pulumiEngine, type PulumiEngine } from '../../local/pulumi/engine.ts';
import { cacheRoot } from '../../local/tools/cache.ts';
import { isPublic, type PublicStackConfig } from '../../stacks/region-args.ts';
import type { CloudWorld } from '../doubles/cloud-world.ts';
import { runStack, type StackOperation, type StackResult } from '../doubles/engine-stack.ts';
import { type ProviderDouble, startProviderDouble } from '../doubles/provider-double.ts';
import { hostingConfig } from './hosting-config.ts';
import { plainTenant, type StackName, stackConfig } from './synthesis-fixture.ts';

/** A cloud as the tests below see it. */
export interface RegionCase {
  readonly stack: Exclude<StackName, 'local'>;
  readonly sdk: string;
  /** Type that fails in the middle of an update: some are made before it and some after. */
  readonly middle: string;
  /** Type of what holds a tenant's data, with a property that follows the config's tags. */
  readonly data: { readonly type: string; readonly tags: string };
  /** Outputs that the region counts on beside those that the SDK calls certain. @default none */
  readonly computed?: (type: string, name: string) => Readonly<Record<string, unknown>>;
  /** Zone that the region has not, and the types of what is shared by all zones. Absent: the cloud's regions have three. */
  readonly newZone?: { readonly zone: string; readonly updates: readonly string[] };
}

const BUILD_TIMEOUT_MS = 15 * 60_000;
const RUN_TIMEOUT_MS = 240_000;

/** The region of a stack file on the real engine, over the double of its cloud. */
export function describeRegionOnEngine({ stack, sdk, middle, data, computed = () => ({}), newZone }: RegionCase): void {
  describe(`the region ${stack} on the real engine`, () => {
    const config = configOf(stack);
    let engine: PulumiEngine;
    let root: string;
    let doubles: readonly [ProviderDouble, ProviderDouble];
    let world: CloudWorld;
    /** The region as the first update left it; each test starts from there. */
    let made: ReturnType<CloudWorld['snapshot']>;
    let first: { readonly previewed: StackResult; readonly made: StackResult; readonly writtenByPreview: number };
    let folder: string;

    beforeAll(async () => {
      engine = await pulumiEngine({ cacheRoot: cacheRoot(process.env), env: process.env, onProgress: report });
      root = await mkdtemp(join(tmpdir(), 'flotilla-region-'));
      doubles = [
        await startProviderDouble({ sdk, replaceOn: { [data.type]: [data.tags] }, computed }),
        await startProviderDouble({ sdk: '@pulumi/random' }),
      ];
      world = doubles[0].world;
      folder = join(root, 'made');
      const previewed = await run('preview');
      const writtenByPreview = world.takeWrites().length;
      first = { previewed, writtenByPreview, made: await run('up') };
      made = world.snapshot();
    }, BUILD_TIMEOUT_MS);

    beforeEach(async () => {
      folder = await mkdtemp(join(root, 'test-'));
      await cp(join(root, 'made'), folder, { recursive: true });
      world.restore(made);
    });

    afterAll(async () => {
      await Promise.all(
        doubles.map(async (double) => {
          await double.stop();
        }),
      );
      await rm(root, { recursive: true, force: true });
    });

    test('is made as the preview said, without a change to the cloud before', () => {
      expect(first.writtenByPreview).toBe(0);
      expect(first.made.changes).toEqual(first.previewed.changes);
      expect(Object.keys(first.made.changes)).toEqual(['create']);
      expect(made.size).toBeGreaterThan(50);
    });

    test('gives out all that manifests need, none of it a secret', () => {
      const { outputs } = first.made;
      expect(Object.keys(outputs).sort()).toEqual(outputNames(config));
      expect(Object.values(outputs).filter(({ secret }) => secret)).toEqual([]);
      const tenants = config.tenants.map(({ name }) => name);
      expect(Object.keys(record(outputs['tenants']?.value))).toEqual(expect.arrayContaining(tenants));
      const clusters = config.kubernetesClusters.map(({ name }) => name);
      expect(Object.keys(record(outputs['kubernetesClusters']?.value)).sort()).toEqual(clusters);
    });

    test(
      'is left alone by a second update, and by more CKUs, which only manifests follow',
      async () => {
        const grown = config.tenants.map((tenant) => ({ ...tenant, ckus: tenant.ckus + 1 }));
        const { changes } = await run('up', { ...config, tenants: grown });
        expect(changes).toEqual({ same: first.made.changes['create'] });
        expect(world.takeWrites()).toEqual([]);
      },
      RUN_TIMEOUT_MS,
    );

    test(
      'gains only its own storage with a new tenant',
      async () => {
        const { changes } = await run('up', {
          ...config,
          tenants: [...config.tenants, plainTenant(config, 'newcomer')],
        });
        expect(changes['same']).toBe(first.made.changes['create']);
        const writes = world.takeWrites();
        expect(writes.length).toBeGreaterThan(3);
        expect(writes.filter((write) => !/^create \S+ region-tenant-newcomer/.test(write))).toEqual([]);
      },
      RUN_TIMEOUT_MS,
    );

    if (newZone !== undefined) {
      const { zone, updates } = newZone;
      test(
        `gains what is in the zone ${zone} with it, and replaces nothing`,
        async () => {
          const zones = [...config.region.zones, zone];
          const { changes } = await run('up', { ...config, region: { ...config.region, zones } });
          expect(Object.keys(changes).filter((change) => !['create', 'update', 'same'].includes(change))).toEqual([]);
          const writes = world.takeWrites().map((write) => write.split(' '));
          const created = writes.filter(([operation]) => operation === 'create');
          expect(created.length).toBeGreaterThan(config.kubernetesClusters.length);
          expect(created.filter(([, , name]) => name?.includes(zone) !== true)).toEqual([]);
          const updated = writes.filter(([operation]) => operation === 'update').map(([, type]) => type);
          expect([...new Set(updated)].sort()).toEqual(updates);
        },
        RUN_TIMEOUT_MS,
      );
    }

    test(
      'takes in control plane, mothership and its private link, replaces nothing, and writes the password down encrypted',
      async () => {
        const hosting = { ...hostingConfig(stack), region: config.region };
        const { changes, outputs } = await run('up', hosting);
        expect(Object.keys(changes).filter((change) => !['create', 'update', 'same'].includes(change))).toEqual([]);
        expect(Object.keys(outputs).sort()).toEqual([...outputNames(hosting), 'mothershipService'].sort());
        const [password] = doubles[1].world.ofType('random:index/randomPassword:RandomPassword');
        const secret = String(password?.outputs['result']);
        expect(JSON.stringify(world.resources())).toContain(secret);
        const state = await readFile(join(folder, '.pulumi', 'stacks', 'flotilla-test', 'test.json'), 'utf8');
        expect(state).toContain('"ciphertext"');
        expect(state).not.toContain(secret);
      },
      RUN_TIMEOUT_MS,
    );

    test(
      'keeps its data where a change would replace it: the preview refuses, and an update without one leaves it too',
      async () => {
        const region = { ...config.region, tags: { ...config.region.tags, owner: 'somebody-else' } };
        const refused = /unable to replace resource [^]*protect/;
        await expect(run('preview', { ...config, region })).rejects.toThrow(refused);
        expect(world.takeWrites()).toEqual([]);
        await expect(run('up', { ...config, region })).rejects.toThrow(refused);
        const held = [...made.values()].filter(isProtectedData).map(({ id }) => id);
        expect(held.length).toBeGreaterThan(1);
        expect(held.filter((id) => world.find(id) === undefined)).toEqual([]);
      },
      RUN_TIMEOUT_MS,
    );

    test(
      'is finished by the next update where the cloud failed in the middle, with nothing made twice',
      async () => {
        folder = join(root, 'failing');
        world.restore(new Map());
        world.failNext('create', middle);
        await expect(run('up')).rejects.toThrow(`the cloud refused to create ${middle}`);
        const before = world.takeWrites();
        expect(before.length).toBeGreaterThan(5);
        await run('up');
        const all = [...before, ...world.takeWrites()];
        expect(all.toSorted()).toEqual([...made.values()].map(({ type, name }) => `create ${type} ${name}`).sort());
      },
      RUN_TIMEOUT_MS,
    );

    test(
      'is not destroyed while its data is protected; unprotected it goes, and the data stays in the cloud',
      async () => {
        await expect(run('destroy')).rejects.toThrow(/protect/);
        expect(world.takeWrites()).toEqual([]);
        await run('unprotect');
        await run('destroy');
        const left = new Set(world.resources().map(({ name }) => name));
        const kept = [...made.values()].filter(isProtectedData).map(({ name }) => name);
        expect(kept.filter((name) => !left.has(name))).toEqual([]);
        expect(left.size).toBeLessThan(made.size / 2);
      },
      RUN_TIMEOUT_MS,
    );

    async function run(operation: StackOperation, args: PublicStackConfig = config): Promise<StackResult> {
      const program = join(import.meta.dirname, 'region-program.ts');
      return await runStack({ engine, folder, program, doubles, stateWritten: 'at-end' }, operation, args);
    }

    function isProtectedData({ type, name }: { readonly type: string; readonly name: string }): boolean {
      const unprotected = config.tenants.filter(({ deletionProtection }) => !deletionProtection);
      return type === data.type && !unprotected.some((tenant) => name.includes(`-${tenant.name}`));
    }
  });
}

/** The stack's own config, in three zones so that a fourth can be added. */
function configOf(stack: RegionCase['stack']): PublicStackConfig {
  const config = stackConfig(stack);
  if (!isPublic(config)) throw new Error(`${stack} is on no cloud`);
  return { ...config, region: { ...config.region, zones: config.region.zones.slice(0, 3) } };
}

function outputNames({ region, controlPlane }: PublicStackConfig): readonly string[] {
  const always = ['account', 'cloud', 'dnsZone', 'egressRanges', 'identities', 'kubernetesClusters'];
  return [
    ...[...always, 'platformKeyId', 'region', 'tenants'],
    ...(controlPlane === undefined ? [] : ['database']),
    ...(region.cloud === 'azure' ? ['volumeResourceGroup'] : []),
  ].sort();
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error(`${String(value)} is no mapping`);
  return value as Readonly<Record<string, unknown>>;
}

function report(line: string): void {
  process.stderr.write(`${line}\n`);
}
