import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { dump } from 'js-yaml';
import { connect } from '../../cli/apply/api-connection.ts';
import { type Cluster, clusterOf } from '../../cli/apply/cluster.ts';
import { readInventory } from '../../cli/apply/inventory-store.ts';
import { loadKubeConfig } from '../../cli/apply/kube-config.ts';
import { keyOf, refOf } from '../../cli/apply/object-ref.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { ControlPlane } from '../../local/kubernetes/control-plane.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS, startTestControlPlane } from '../local/test-control-plane.ts';
import { configMap, fixtureObjects, widget } from './apply-fixture.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');
const COMMAND_TIMEOUT_MS = 60_000;
const OWNER = { stack: 'fixture', cluster: 'main' };

interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The tests tell one story: each begins with what the one before left in the cluster. */
describe('flotilla apply', () => {
  let controlPlane: ControlPlane;
  let cluster: Cluster;
  let dist: string;

  beforeAll(async () => {
    controlPlane = await startTestControlPlane();
    cluster = clusterOf(connect(loadKubeConfig({ KUBECONFIG: controlPlane.kubeconfig }, undefined)));
    dist = await mkdtemp(join(tmpdir(), 'flotilla-apply-'));
  }, CONTROL_PLANE_START_TIMEOUT_MS);

  afterAll(async () => {
    await controlPlane.stop();
    await rm(dist, { recursive: true });
  }, COMMAND_TIMEOUT_MS);

  beforeEach(async () => {
    await write(fixtureObjects());
  });

  test('refuses to change a cluster when nobody can confirm it', async () => {
    const { code, stderr } = await apply([]);
    expect(code).toBe(2);
    expect(stderr).toContain('--yes');
    expect(stderr).toContain(controlPlane.server);
    expect(await liveVersions(fixtureObjects())).toEqual(new Map());
  });

  test('judges everything in a dry run, says what cannot be judged yet, and changes nothing', async () => {
    const { code, stdout } = await apply(['--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/created +Namespace shop/);
    expect(stdout).toMatch(/unverified +Widget shop\/first: its namespace or its kind is not in the cluster yet/);
    expect(await liveVersions(fixtureObjects())).toEqual(new Map());
  });

  test('creates everything in order and records it', async () => {
    const { code, stdout } = await apply(['--yes']);
    expect(stdout).toMatch(/all +9/);
    expect(code).toBe(0);
    expect((await liveVersions(fixtureObjects())).size).toBe(9);
    expect(await recordedKeys()).toEqual(keysOf(fixtureObjects()));
  });

  test('writes nothing when nothing changed', async () => {
    // The API server itself rewrites a claim at the first apply that changes nothing, once.
    const everything = [...without(fixtureObjects(), 'data'), INVENTORY];
    const before = await liveVersions(everything);
    const { code, stdout } = await apply(['--yes']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/kind +unchanged\n[^]*all +9$/m);
    expect(await liveVersions(everything)).toEqual(before);
  });

  test('says in a dry run what would be configured, and leaves it', async () => {
    await write([...without(fixtureObjects(), 'settings'), configMap('settings', { size: '2' })]);
    const { stdout } = await apply(['--dry-run']);
    expect(stdout).toMatch(/configured +ConfigMap shop\/settings/);
    expect(stdout).toMatch(/all +1 +8/);
    expect(await dataOf('settings')).toEqual({ size: '1' });
  });

  test('prunes what it applied before and leaves alone what others made', async () => {
    await cluster.apply(configMap('of-somebody-else'), PERSIST);
    await write(without(fixtureObjects(), 'settings', 'first'));
    const { code, stdout } = await apply(['--yes']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/pruned +Widget shop\/first/);
    expect(stdout).toMatch(/pruned +ConfigMap shop\/settings/);
    expect(await liveVersions([widget('first'), configMap('settings')])).toEqual(new Map());
    expect((await liveVersions([configMap('of-somebody-else')])).size).toBe(1);
    expect(await recordedKeys()).toEqual(keysOf(without(fixtureObjects(), 'settings', 'first')));
  });

  test('keeps claims, definitions and namespaces that are no longer wanted, and says how to delete them', async () => {
    await write([configMap('settings')]);
    const { code, stdout } = await apply(['--yes']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/kept +PersistentVolumeClaim shop\/data: [^\n]*--allow-delete pvc/);
    expect(stdout).toMatch(/kept +CustomResourceDefinition widgets.shop.test: [^\n]*--allow-delete crd/);
    expect(stdout).toMatch(/kept +Namespace shop: [^\n]*--allow-delete namespace/);
    expect((await liveVersions(only(fixtureObjects(), 'data', 'widgets.shop.test', 'shop'))).size).toBe(3);
  });

  test('remembers kept objects, and deletes a namespace with claims in it only when both are allowed', async () => {
    await write([OTHER_NAMESPACE]);
    const refused = await apply(['--yes', '--allow-delete', 'namespace,crd']);
    expect(refused.stdout).toMatch(/kept +Namespace shop: it holds objects [^\n]*--allow-delete pvc/);
    expect(refused.stdout).toMatch(/pruned +CustomResourceDefinition widgets.shop.test/);
    expect((await liveVersions(only(fixtureObjects(), 'data', 'shop'))).size).toBe(2);
    const allowed = await apply(['--yes', '--allow-delete', 'namespace,pvc']);
    expect(allowed.stdout).toMatch(/pruned +PersistentVolumeClaim shop\/data/);
    expect(allowed.stdout).toMatch(/pruned +Namespace shop/);
    expect(await recordedKeys()).toEqual(keysOf([OTHER_NAMESPACE]));
  });

  test('reports a conflict with its owner and field, and takes the field over when told to', async () => {
    await write([OTHER_NAMESPACE, setting('ours')]);
    await apply(['--yes']);
    await asManager('somebody', setting('theirs'));
    const refused = await apply(['--yes']);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/conflict +ConfigMap other\/settings\n +\.data\.color belongs to "somebody"/);
    expect(refused.stdout).toContain('--force-conflicts');
    expect(await dataOf('settings', 'other')).toEqual({ color: 'theirs' });
    const forced = await apply(['--yes', '--force-conflicts']);
    expect(forced.code).toBe(0);
    expect(await dataOf('settings', 'other')).toEqual({ color: 'ours' });
  });

  test('deletes nothing while something could not be applied', async () => {
    await write([OTHER_NAMESPACE, { ...setting('ours'), metadata: { name: 'Bad_Name', namespace: 'other' } }]);
    const { code, stdout } = await apply(['--yes']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/failed +ConfigMap other\/Bad_Name/);
    expect(await dataOf('settings', 'other')).toEqual({ color: 'ours' });
    await write([OTHER_NAMESPACE]);
    await apply(['--yes']);
    expect(await liveVersions([setting('ours')])).toEqual(new Map());
  });

  test('prunes after an apply that was killed between its record and its deletions', async () => {
    await write([OTHER_NAMESPACE, setting('ours')]);
    await apply(['--yes']);
    const next = [OTHER_NAMESPACE, { ...setting('new'), metadata: { name: 'newer', namespace: 'other' } }];
    expect(await applyAndDieBeforeDeleting(next)).toBe('SIGKILL');
    expect((await liveVersions([setting('ours')])).size).toBe(1);
    await write(next);
    const { stdout } = await apply(['--yes']);
    expect(stdout).toMatch(/pruned +ConfigMap other\/settings/);
    expect(await recordedKeys()).toEqual(keysOf(next));
  });

  test('leaves an object alone that somebody deleted and made anew', async () => {
    await write([OTHER_NAMESPACE, setting('ours')]);
    await apply(['--yes']);
    const live = await cluster.read(refOf(setting('ours')));
    if (live !== undefined) await cluster.delete(live, PERSIST);
    await asManager('somebody', setting('theirs'));
    await write([OTHER_NAMESPACE]);
    const { stdout } = await apply(['--yes']);
    expect(stdout).toMatch(/released +ConfigMap other\/settings/);
    expect(await dataOf('settings', 'other')).toEqual({ color: 'theirs' });
  });

  test('does not delete an object that changed since it was looked at', async () => {
    const stale = await cluster.read(refOf(setting('theirs')));
    if (stale === undefined) throw new Error('the test before left it there');
    await asManager('somebody', setting('newest'));
    await expect(cluster.delete(stale, PERSIST)).rejects.toThrow(/precondition .* does not match/);
    expect(await dataOf('settings', 'other')).toEqual({ color: 'newest' });
  });

  test('refuses a cluster whose inventory is of another stack', async () => {
    const { code, stderr } = await apply(['--yes'], 'another-stack');
    expect(code).toBe(3);
    expect(stderr).toContain('belongs to cluster "main" of stack "fixture"');
    expect(stderr).toContain('--context');
  });

  test('says what to do when there is no such context, no manifests, or no answer', async () => {
    expect((await apply(['--context', 'nowhere'])).stderr).toContain('no context "nowhere"');
    expect((await run(['apply', 'unknown', '--dist', dist])).stderr).toContain('./flotilla synth unknown');
    expect((await apply(['--cluster', 'z'])).stderr).toContain('choose one with --cluster: main');
  });

  async function write(objects: readonly KubernetesObject[]): Promise<void> {
    for (const stack of [OWNER.stack, 'another-stack']) {
      const folder = join(dist, stack, OWNER.cluster);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, '10-all.k8s.yaml'), objects.map((object) => dump(object)).join('---\n'));
    }
  }

  async function apply(options: readonly string[], stack = OWNER.stack): Promise<CommandResult> {
    return await run(['apply', stack, '--dist', dist, ...options]);
  }

  async function run(args: readonly string[]): Promise<CommandResult> {
    const env = { PATH: process.env['PATH'], KUBECONFIG: controlPlane.kubeconfig };
    return await new Promise((resolve) => {
      execFile(process.execPath, [MAIN, ...args], { env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  async function applyAndDieBeforeDeleting(objects: readonly KubernetesObject[]): Promise<string | null> {
    const file = join(dist, 'objects.json');
    await writeFile(file, JSON.stringify(objects));
    const program = join(import.meta.dirname, 'apply-killed.ts');
    const child = spawn(process.execPath, [program, controlPlane.kubeconfig, file], { stdio: 'inherit' });
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    return signal;
  }

  async function liveVersions(objects: readonly KubernetesObject[]): Promise<ReadonlyMap<string, string>> {
    const versions = new Map<string, string>();
    for (const ref of objects.map(refOf)) {
      const live = await cluster.read(ref);
      if (live !== undefined && live.metadata['deletionTimestamp'] === undefined) {
        versions.set(keyOf(ref), live.metadata.resourceVersion);
      }
    }
    return versions;
  }

  async function recordedKeys(): Promise<readonly string[]> {
    return (await readInventory(cluster, OWNER)).inventory.objects.map(keyOf).sort();
  }

  async function dataOf(name: string, namespace = 'shop'): Promise<unknown> {
    return (await cluster.read({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name }))?.['data'];
  }

  async function asManager(manager: string, object: KubernetesObject): Promise<void> {
    const connection = connect(loadKubeConfig({ KUBECONFIG: controlPlane.kubeconfig }, undefined));
    const { status } = await connection({
      method: 'PATCH',
      path: `/api/v1/namespaces/${object.metadata.namespace ?? ''}/configmaps/${object.metadata.name}`,
      query: { fieldManager: manager, force: 'true' },
      contentType: 'application/apply-patch+yaml',
      body: object,
    });
    expect([200, 201]).toContain(status);
  }
});

const PERSIST = { conflicts: 'refuse', effect: 'persist' } as const;
const INVENTORY: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'flotilla-inventory', namespace: 'flotilla-system' },
};
const OTHER_NAMESPACE: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } };

function setting(color: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'other' }, data: { color } };
}

function without(objects: readonly KubernetesObject[], ...names: readonly string[]): readonly KubernetesObject[] {
  return objects.filter(({ metadata }) => !names.includes(metadata.name));
}

function only(objects: readonly KubernetesObject[], ...names: readonly string[]): readonly KubernetesObject[] {
  return objects.filter(({ metadata }) => names.includes(metadata.name));
}

function keysOf(objects: readonly KubernetesObject[]): readonly string[] {
  return objects.map((object) => keyOf(refOf(object))).sort();
}
