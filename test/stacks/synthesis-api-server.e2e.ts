import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { connect } from '../../cli/apply/api-connection.ts';
import { type Cluster, clusterOf } from '../../cli/apply/cluster.ts';
import { refOf } from '../../cli/apply/object-ref.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { ControlPlane } from '../../local/kubernetes/control-plane.ts';
import { eventually } from '../local/eventually.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS, startTestControlPlane } from '../local/test-control-plane.ts';
import { filesOf, stackConfig } from './synthesis-fixture.ts';

const APPLY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
/** A policy works once the API server's own watch has seen it. */
const POLICY_TIMEOUT_MS = 10_000;
const PODS_TIMEOUT_MS = 30_000;
const persist = { conflicts: 'refuse', effect: 'persist' } as const;
const DRY_RUN = { conflicts: 'refuse', effect: 'dry-run' } as const;

/** Cluster a of the control-plane region has every part that a cloud's cluster can have. */
const files = filesOf(stackConfig('aws-us-west-2'));

describe('the manifests of a control-plane region in a real API server', () => {
  let controlPlane: ControlPlane;
  const as = (service?: string): Cluster => clusterOf(connect(kubeConfigFor(controlPlane, service)));

  beforeAll(async () => {
    // With the controller manager, which counts what quotas have left.
    controlPlane = await startTestControlPlane({ controllerManager: 'run' });
  }, CONTROL_PLANE_START_TIMEOUT_MS);

  afterAll(async () => {
    await controlPlane.stop();
  }, STOP_TIMEOUT_MS);

  test(
    'are all taken in the order of their files',
    async () => {
      const admin = as();
      expect(appliedObjects().length).toBeGreaterThan(100);
      await applyAll(admin, appliedObjects());
    },
    APPLY_TIMEOUT_MS,
  );

  test(
    'let the sync-service make everything that is around a PSC with a key of its own',
    async () => {
      await applyAll(as('sync-service'), objectsIn('a/70-tenants/payments.k8s.yaml'));
    },
    APPLY_TIMEOUT_MS,
  );

  test(
    'let the operator make everything that it renders of a PSC, within its quota',
    async () => {
      await applyAll(as('operator'), objectsIn('rendered/a/payments.k8s.yaml'));
    },
    APPLY_TIMEOUT_MS,
  );

  test(
    'let in every pod of every workload, applied or rendered, past quotas, Pod Security and policies',
    async () => {
      const admin = as();
      const wanted = podsByNamespace([...appliedObjects(), ...objectsIn('rendered/a/payments.k8s.yaml')]);
      expect(wanted.get('psc-payments')).toBeGreaterThan(3);
      for (const [namespace, count] of wanted) {
        const pods = await eventually(
          () => admin.list('v1', 'Pod', namespace, ''),
          (found) => found.length === count,
          PODS_TIMEOUT_MS,
        );
        expect(pods).toHaveLength(count);
      }
    },
    APPLY_TIMEOUT_MS,
  );

  test.each([
    ['sync-service', 'a namespace that is no PSC’s', namespaceOf('evil'), 'only namespaces of PSCs'],
    ['operator', 'a ConfigMap of the cluster’s own', configMapIn('kube-system'), 'only into namespaces of PSCs'],
    [
      'operator',
      'a binding of a role of others',
      bindingTo('flotilla-external-dns'),
      /no other cluster role|not currently held/,
    ],
  ])('keep the %s from writing %s', async (service, _, object, reason) => {
    const cluster = as(service);
    const refusal = await eventually(
      () => refusalOf(cluster.apply(object, DRY_RUN)),
      (text) => text !== '',
      POLICY_TIMEOUT_MS,
    );
    expect(refusal).toMatch(reason);
  });

  test('keep the sync-service from secrets, and the balancer from deleting anything', async () => {
    const secret = { ...configMapIn('psc-payments'), kind: 'Secret' };
    expect(await refusalOf(as('sync-service').apply(secret, DRY_RUN))).toContain('forbidden');
    const psc = await as().read(refOf(lastOf('a/70-tenants/payments.k8s.yaml')));
    if (psc === undefined) throw new Error('the PSC was not applied');
    expect(await refusalOf(as('balancer').delete(psc, DRY_RUN))).toContain('forbidden');
  });
});

/** What is there whatever tenants the cluster has. */
function appliedObjects(): readonly KubernetesObject[] {
  return files.filter(({ path }) => /^a\/[0-5]/.test(path)).flatMap(({ objects }) => objects);
}

function podsByNamespace(objects: readonly KubernetesObject[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const object of objects) {
    const namespace = String(object.metadata.namespace);
    counts.set(namespace, (counts.get(namespace) ?? 0) + podsOf(object));
  }
  return new Map([...counts].filter(([, count]) => count > 0));
}

/** A Job has its one pod for as long as nothing runs it. */
function podsOf({ kind, spec }: KubernetesObject): number {
  if (kind === 'Job') return 1;
  return kind === 'Deployment' || kind === 'StatefulSet' ? (spec as { readonly replicas: number }).replicas : 0;
}

async function applyAll(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects) {
    await cluster.apply(object, persist);
    if (object.kind === 'CustomResourceDefinition') await cluster.waitUntilServed(refOf(object));
  }
}

/** The administrator's config, or one that acts as a service of the data plane. */
function kubeConfigFor({ kubeconfig }: ControlPlane, service: string | undefined): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  if (service === undefined) return config;
  const impersonateUser = `system:serviceaccount:flotilla-system:${service}`;
  config.loadFromOptions({
    clusters: config.clusters,
    contexts: config.contexts,
    currentContext: config.currentContext,
    users: config.users.map((user) => ({ ...user, impersonateUser })),
  });
  return config;
}

async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  return await attempt.then(
    () => '',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

function objectsIn(path: string): readonly KubernetesObject[] {
  const file = files.find((each) => each.path === path);
  if (file === undefined) throw new Error(`there is no file ${path}`);
  return file.objects;
}

function lastOf(path: string): KubernetesObject {
  const object = objectsIn(path).at(-1);
  if (object === undefined) throw new Error(`${path} is empty`);
  return object;
}

function namespaceOf(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function configMapIn(namespace: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'example', namespace } };
}

function bindingTo(name: string): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'psc-example' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [],
  };
}
