import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OUTBOX_PSC } from '../../../contracts/names.ts';
import { connect } from '../../../cli/apply/api-connection.ts';
import { type Cluster, clusterOf } from '../../../cli/apply/cluster.ts';
import { loadKubeConfig } from '../../../cli/apply/kube-config.ts';
import { loadImageLock } from '../../../images/image-lock.ts';
import type { ControlPlane } from '../../../local/kubernetes/control-plane.ts';
import type { PlatformCluster } from '../../../local/platform/platform-cluster.ts';
import { regionPlatform } from '../../../local/platform/platform-stages.ts';
import type { SecretData, SecretRef } from '../../../operators/psc/credentials/credential-secrets.ts';
import { serveOperator } from '../../../operators/psc/serve-operator.ts';
import { apiServer } from '../../../operators/runtime/api-server.ts';
import { newPassword } from '../../../operators/runtime/new-password.ts';
import { loadStack, requireParsed } from '../../../stacks/config.ts';
import { loadRegionOutputs } from '../../../stacks/outputs.ts';
import { clusterContext } from '../../../stacks/cluster-context.ts';
import { eventually } from '../../support/kafka-wait.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS, startTestControlPlane } from '../test-control-plane.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PERSIST = { conflicts: 'force', effect: 'persist' } as const;
const INSTALL_TIMEOUT_MS = 180_000;
const SECRETS: readonly SecretRef[] = [
  { namespace: 'flotilla-system', name: 'mothership-ca-key' },
  { namespace: 'flotilla-system', name: 'demo-ca-key' },
  { namespace: 'flotilla-control-plane', name: 'mothership-credentials' },
  ...['psc-mothership', 'psc-demo'].flatMap((namespace) =>
    ['kafka-tls', 'kafka-ca', 'kafka-platform-users'].map((name) => ({ namespace, name })),
  ),
];

const CONFIG = requireParsed(loadStack(join(ROOT, 'stacks'), 'local'));
const INPUT = {
  config: CONFIG,
  outputs: requireParsed(loadRegionOutputs(join(ROOT, 'stacks', 'outputs'), CONFIG)),
  images: loadImageLock(join(ROOT, 'images', 'images.lock.json'), CONFIG.region.imageRegistry),
  services: new Set(['gateway', 'operator']),
};
const OPTIONS = { newPassword, ensureMothershipUser: () => Promise.resolve() };

describe('a real API server', () => {
  let controlPlane: ControlPlane;
  let cluster: Cluster;
  let folder: string;
  const stop = new AbortController();
  let operator: Promise<void> | undefined;

  beforeAll(async () => {
    controlPlane = await startTestControlPlane();
    cluster = clusterOf(connect(loadKubeConfig({ KUBECONFIG: controlPlane.kubeconfig }, undefined)));
    folder = await mkdtemp(join(tmpdir(), 'flotilla-platform-'));
    await writeFile(join(folder, 'ca.crt'), controlPlane.admin.authority);
  }, CONTROL_PLANE_START_TIMEOUT_MS);

  afterAll(async () => {
    stop.abort();
    await operator;
    await controlPlane.stop();
    await rm(folder, { recursive: true, force: true });
  }, INSTALL_TIMEOUT_MS);

  test(
    'takes every object of the platform in the order of the stages, twice, and its operator makes the Kafka of each PSC once',
    async () => {
      await install();
      const first = await Promise.all(SECRETS.map(readSecret));
      expect(first.filter((secret) => secret === undefined)).toEqual([]);
      await install();
      expect(await Promise.all(SECRETS.map(readSecret))).toEqual(first);
    },
    INSTALL_TIMEOUT_MS,
  );

  async function install(): Promise<void> {
    for (const { run } of regionPlatform(INPUT, platformCluster(), OPTIONS).stages) await run();
  }

  function platformCluster(): PlatformCluster {
    return {
      apply: async (objects) => {
        for (const object of objects) await cluster.apply(object, PERSIST);
        // There are no nodes here: what its Deployment would run, this process does.
        if (objects.some(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'operator')) {
          operator ??= runOperator();
        }
      },
      readSecret,
      served: async (definitions) => {
        for (const name of definitions) {
          await cluster.waitUntilServed({
            apiVersion: 'apiextensions.k8s.io/v1',
            kind: 'CustomResourceDefinition',
            name,
          });
        }
      },
      // What runs is shown by the region's own tests.
      ready: () => Promise.resolve(),
      jobDone: () => Promise.resolve(),
      pscReady: async (psc) => {
        // Its workers wait for a Kafka that nothing runs here.
        if (psc === OUTBOX_PSC) return;
        for (const name of ['controller', 'kafka']) {
          const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: `psc-${psc}`, name };
          await eventually({ what: `${name} of ${psc}`, withinMs: INSTALL_TIMEOUT_MS / 3 }, () => cluster.read(set));
        }
      },
      workersReady: () => Promise.resolve(),
      exec: () => Promise.resolve(),
    };
  }

  async function runOperator(): Promise<void> {
    const [kubernetes] = INPUT.config.kubernetesClusters;
    if (kubernetes === undefined) throw new Error('the stack has no Kubernetes cluster');
    const { certificate, key } = controlPlane.admin;
    await serveOperator({
      api: await apiServer({
        server: controlPlane.server,
        caFile: join(folder, 'ca.crt'),
        identity: { certificate, key },
      }),
      dataPlane: clusterContext(INPUT.config, kubernetes, INPUT.images).dataPlane,
      names: { resolved: (hosts) => Promise.resolve(new Set(hosts)) },
      namespace: 'flotilla-system',
      pod: 'operator',
      healthPort: 0,
      metricsPort: 0,
      log: () => undefined,
      signal: stop.signal,
    });
  }

  async function readSecret({ namespace, name }: SecretRef): Promise<SecretData | undefined> {
    const live = await cluster.read({ apiVersion: 'v1', kind: 'Secret', namespace, name });
    if (live === undefined) return undefined;
    const { data = {} } = live as { readonly data?: SecretData };
    const texts = Object.entries(data).map(([file, value]) => [file, Buffer.from(value, 'base64').toString('utf8')]);
    return Object.fromEntries(texts) as SecretData;
  }
});
