import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { objectId } from '../../../constructs/kubernetes/shared/object-order.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { loadImageLock } from '../../../images/image-lock.ts';
import type { MothershipUser } from '../../../local/platform/mothership-users.ts';
import { type PlatformInput, regionPlatform } from '../../../local/platform/platform-stages.ts';
import { newPassword } from '../../../operators/runtime/new-password.ts';
import { loadStack, requireParsed } from '../../../stacks/config.ts';
import { loadRegionOutputs } from '../../../stacks/outputs.ts';
import { synthesize } from '../../../stacks/synthesis.ts';
import { memoryCluster, type MemoryCluster } from './memory-cluster.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const OPTIONS = {
  newPassword,
  ensureMothershipUser: (): Promise<void> => Promise.resolve(),
};

describe("a local region's platform", () => {
  test('is what synth writes, object for object, save the services that do not exist yet, the Secrets and Kafka', async () => {
    const cluster = await installed(input());
    const { config, outputs, images } = input();
    const written = [...synthesize(config, outputs, images)]
      .filter(({ path }) => !path.startsWith('rendered/'))
      .flatMap(({ objects }) => objects);
    const leftOut = ['api', 'orchestrator', 'bucket-provisioner', 'status-sink', 'balancer', 'sync-service'];
    const isLeftOut = ({ kind, metadata }: KubernetesObject): boolean =>
      kind === 'Deployment' && leftOut.includes(metadata.name);
    const here = [...cluster.objects.values()].filter(({ kind }) => kind !== 'Secret');
    const wanted = written.filter((object) => !isLeftOut(object));
    expect(here.map(objectId).sort()).toEqual(wanted.map(objectId).sort());
    for (const object of wanted) expect(cluster.objects.get(objectId(object))).toEqual(object);
  });

  test('names what it leaves out, and leaves nothing out once the program exists', () => {
    const names = (services: readonly string[]): readonly string[] =>
      regionPlatform(input({ services }), memoryCluster(), OPTIONS).missing.map(({ service }) => service);
    expect(names([])).toContain('gateway');
    expect(names(['gateway', 'api'])).toEqual([
      'balancer',
      'operator',
      'sync',
      'bucket-provisioner',
      'orchestrator',
      'status-sink',
    ]);
    expect(names(['gateway', 'api', 'balancer', 'operator', 'sync', ...CONTROL_PLANE])).toEqual([]);
  });

  test('comes in an order in which every pod finds its Secrets, and the mothership comes first', async () => {
    const cluster = await installed(input({ services: ['gateway', 'operator', 'api', 'sync', ...CONTROL_PLANE] }));
    const order = [...cluster.objects.keys()];
    for (const object of cluster.objects.values()) {
      for (const secret of mountedSecrets(object)) {
        const at = order.indexOf(`v1 Secret ${object.metadata.namespace ?? ''}/${secret}`);
        expect([secret, at >= 0 && at < order.indexOf(objectId(object))]).toEqual([secret, true]);
      }
    }
    expect(cluster.waits).toEqual([
      'flotilla-control-plane/database-migrations done',
      'psc/mothership',
      'psc/demo',
      'flotilla-control-plane/object-store=1',
      'psc/outbox',
    ]);
  });

  test('leaves Kafka to the operator, which is there before anybody waits for it', async () => {
    const cluster = await installed(input());
    const made = [...cluster.objects.values()].filter(({ metadata }) => metadata.namespace === 'psc-demo');
    expect(made.map(({ kind }) => kind)).toContain('PhysicalStatefulCluster');
    expect(made.filter(({ kind }) => kind === 'StatefulSet' || kind === 'PersistentVolumeClaim')).toEqual([]);
  });

  test('has admission policies before the first pod that they judge', async () => {
    const order = [...(await installed(input())).objects.values()].map(({ kind }) => kind);
    expect(order.lastIndexOf('ValidatingAdmissionPolicyBinding')).toBeGreaterThan(0);
    const firstPods = order.findIndex((kind) => kind === 'StatefulSet' || kind === 'Deployment');
    expect(order.indexOf('ValidatingAdmissionPolicyBinding')).toBeLessThan(firstPods);
  });

  test('is the same after a second pass, passwords included', async () => {
    const cluster = await installed(input());
    const before = structuredClone(cluster.objects);
    await installed(input(), cluster);
    expect(cluster.objects).toEqual(before);
  });

  test('gives parts in each namespace a principal of their own on the mothership, with its authority', async () => {
    const cluster = await installed(input({ services: ['operator', 'sync', ...CONTROL_PLANE] }));
    const ca = await cluster.readSecret({ namespace: 'psc-mothership', name: 'kafka-ca' });
    const secrets = await Promise.all(
      ['flotilla-system', 'flotilla-control-plane'].map(
        async (namespace) => await cluster.readSecret({ namespace, name: 'mothership-credentials' }),
      ),
    );
    expect(secrets.map((secret) => secret?.['username'])).toEqual(['flotilla-system', 'flotilla-control-plane']);
    expect(new Set(secrets.map((secret) => secret?.['password'])).size).toBe(2);
    for (const secret of secrets) expect(secret?.['ca.crt']).toBe(ca?.['ca.crt']);
    expect(ca?.['ca.crt']).toBe('authority of mothership');
  });

  test('lets its parts into the mothership when it serves, before the first of them comes', async () => {
    const cluster = memoryCluster();
    const made: unknown[] = [];
    const sink = 'apps/v1 Deployment flotilla-control-plane/status-sink';
    const options = {
      ...OPTIONS,
      ensureMothershipUser: async ({ user, grants }: MothershipUser, password: string) => {
        const secret = await cluster.readSecret({ namespace: user, name: 'mothership-credentials' });
        const topics = grants.filter(({ resource }) => resource === 'topic').map(({ prefix }) => prefix);
        const isRight = secret?.['username'] === user && secret['password'] === password;
        const isInTime = cluster.waits.includes('psc/mothership') && !cluster.objects.has(sink);
        made.push([user, topics, isRight, isInTime]);
      },
    };
    for (const { run } of regionPlatform(input({ services: ['operator', 'sync', 'status-sink'] }), cluster, options)
      .stages)
      await run();
    expect(made).toEqual([
      ['flotilla-system', ['flotilla.local-a.'], true, true],
      ['flotilla-control-plane', ['flotilla.'], true, true],
    ]);
    expect(cluster.objects.has(sink)).toBe(true);
  });

  test('gives the outbox its role in the database, by one password, before its connector is waited for', async () => {
    const cluster = await installed(input());
    const secret = await cluster.readSecret({ namespace: 'psc-outbox', name: 'database-connect' });
    expect(secret).toEqual({ username: 'connect', password: expect.stringMatching(/^.{43}$/) });
    const order = [...cluster.objects.keys()];
    expect(order).toContain('flotilla.dev/v1 PhysicalStatefulCluster psc-outbox/outbox');
    expect(await cluster.readSecret({ namespace: 'flotilla-control-plane', name: 'database-connect' })).toEqual(secret);
    expect(cluster.waits.at(-1)).toBe('psc/outbox');
  });

  test("keeps the password that a region's workers have already, and tells the database of it", async () => {
    const cluster = memoryCluster();
    const namespace = 'psc-outbox';
    const data = { username: 'Y29ubmVjdA==', password: Buffer.from('the former').toString('base64') };
    await cluster.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'database-connect', namespace }, data },
    ]);
    await installed(input(), cluster);
    for (const each of [namespace, 'flotilla-control-plane']) {
      const secret = await cluster.readSecret({ namespace: each, name: 'database-connect' });
      expect(secret).toEqual({ username: 'connect', password: 'the former' });
    }
  });

  test('makes the bucket of each tenant with Infinite Storage once the store runs', async () => {
    const { execs } = await installed(input());
    expect(execs).toEqual(['flotilla-control-plane/object-store-0: mkdir -p /var/lib/object-store/flotilla-demo']);
    const untiered = input();
    const tenants = untiered.config.tenants.map(({ infiniteStorage, ...tenant }) => {
      expect(infiniteStorage).toBeDefined();
      return tenant;
    });
    expect((await installed({ ...untiered, config: { ...untiered.config, tenants } })).execs).toEqual([]);
  });

  test('gives the database and the object store what their images read', async () => {
    const cluster = await installed(input({ services: ['operator', 'api'] }));
    const read = async (name: string) => await cluster.readSecret({ namespace: 'flotilla-control-plane', name });
    expect(await read('postgres-superuser')).toEqual({ password: expect.stringMatching(/^.{43}$/) });
    expect(await read('object-store-credentials')).toEqual({
      identity: 'flotilla',
      credential: expect.stringMatching(/^.{43}$/),
    });
    expect(await read('database-api')).toEqual({ username: 'api', password: expect.stringMatching(/^.{43}$/) });
    expect(await read('database-status-sink')).toBeUndefined();
  });
});

const CONTROL_PLANE = ['orchestrator', 'bucket-provisioner', 'status-sink'];

function input({ services = ['gateway', 'operator'] }: { readonly services?: readonly string[] } = {}): PlatformInput {
  const config = requireParsed(loadStack(join(ROOT, 'stacks'), 'local'));
  return {
    config,
    outputs: requireParsed(loadRegionOutputs(join(ROOT, 'stacks', 'outputs'), config)),
    images: loadImageLock(join(ROOT, 'images', 'images.lock.json'), config.region.imageRegistry),
    services: new Set(services),
  };
}

async function installed(from: PlatformInput, cluster: MemoryCluster = memoryCluster()): Promise<MemoryCluster> {
  for (const { run } of regionPlatform(from, cluster, OPTIONS).stages) await run();
  return cluster;
}

interface PodTemplateOwner {
  readonly spec?: { readonly template?: { readonly spec?: { readonly volumes?: readonly Volume[] } } };
}

interface Volume {
  readonly secret?: { readonly secretName?: string };
  readonly projected?: { readonly sources?: readonly { readonly secret?: { readonly name?: string } }[] };
}

function mountedSecrets(object: KubernetesObject): readonly string[] {
  const volumes = (object as PodTemplateOwner).spec?.template?.spec?.volumes ?? [];
  return volumes
    .flatMap(({ secret, projected }) => [
      secret?.secretName,
      ...(projected?.sources ?? []).map((source) => source.secret?.name),
    ])
    .filter((name) => name !== undefined);
}
