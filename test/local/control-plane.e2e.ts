import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { type ApiConnection, connect } from '../../cli/apply/api-connection.ts';
import { type Cluster, clusterOf } from '../../cli/apply/cluster.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { type ControlPlane, startControlPlane } from '../../local/kubernetes/control-plane.ts';
import { eventually } from './eventually.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS, startTestControlPlane, testKubernetesBinary } from './test-control-plane.ts';

const STOP_TIMEOUT_MS = 30_000;
/** A policy works once the API server's own watch has seen it. */
const POLICY_TIMEOUT_MS = 10_000;
const DEATH_TIMEOUT_MS = 5_000;
const persist = { conflicts: 'refuse', effect: 'persist' } as const;
const DRY_RUN = { conflicts: 'refuse', effect: 'dry-run' } as const;

describe('a local Kubernetes control plane', () => {
  let controlPlane: ControlPlane;
  let connection: ApiConnection;
  let cluster: Cluster;

  beforeAll(async () => {
    controlPlane = await startTestControlPlane();
    const config = new KubeConfig();
    config.loadFromFile(controlPlane.kubeconfig);
    connection = connect(config);
    cluster = clusterOf(connection);
  }, CONTROL_PLANE_START_TIMEOUT_MS);

  afterAll(async () => {
    await controlPlane.stop();
  }, STOP_TIMEOUT_MS);

  test('serves Kubernetes 1.34', async () => {
    const { body } = await connection({ method: 'GET', path: '/version' });
    expect(body).toMatchObject({ major: '1', minor: '34' });
  });

  test('serves a custom resource once its definition is established, and holds it to its CEL rules', async () => {
    await cluster.apply(WIDGET_DEFINITION, persist);
    await cluster.waitUntilServed({ ...WIDGET_DEFINITION, name: WIDGET_DEFINITION.metadata.name });
    const created = await cluster.apply(widget('good', 3), persist);
    expect(created.metadata.uid).not.toBe('');
    await expect(cluster.apply(widget('bad', 4), persist)).rejects.toThrow('size must be odd');
  });

  test('holds objects to a validating admission policy soon after it is bound', async () => {
    for (const object of NO_SECRET_NAMES) await cluster.apply(object, persist);
    const tryOne = (): Promise<string> => refusalOf(cluster.apply(configMap('secret-things'), DRY_RUN));
    const refusal = await eventually(tryOne, (text) => text !== '', POLICY_TIMEOUT_MS);
    expect(refusal).toContain('no secrets in ConfigMaps');
    await cluster.apply(configMap('plain-things'), persist);
  });

  test('enforces Pod Security in namespaces that ask for it', async () => {
    await cluster.apply(RESTRICTED_NAMESPACE, persist);
    // No controller manager makes it here, and without one no pod gets as far as Pod Security.
    await cluster.apply(SERVICE_ACCOUNT, persist);
    const refusal = await refusalOf(cluster.apply(PRIVILEGED_POD, persist));
    expect(refusal).toContain('violates PodSecurity "restricted:latest"');
  });

  test('refuses clients without a certificate of its authority', async () => {
    const config = new KubeConfig();
    config.loadFromFile(controlPlane.kubeconfig);
    config.users = config.users.map(({ name }) => ({ name }));
    const { status } = await connect(config)({ method: 'GET', path: '/api' });
    expect(status).toBe(401);
  });
});

describe('stopping a control plane', () => {
  test(
    'leaves no process, and may be repeated',
    async () => {
      const controlPlane = await startTestControlPlane({ controllerManager: 'run' });
      expect(controlPlane.pids.filter(isAlive)).toHaveLength(3);
      await controlPlane.stop();
      await controlPlane.stop();
      expect(controlPlane.pids.filter(isAlive)).toEqual([]);
    },
    CONTROL_PLANE_START_TIMEOUT_MS,
  );

  test(
    'is done by a start that fails, whose error ends with the log of the program that failed',
    async () => {
      const workDir = await mkdtemp(join(tmpdir(), 'flotilla-failed-start-'));
      try {
        const binary = await testKubernetesBinary();
        const start = startControlPlane({ workDir, binary, admissionPlugins: ['NoSuchPlugin'] });
        await expect(start).rejects.toThrow(/kube-apiserver ended with exit code 1[^]*NoSuchPlugin/);
        expect(processesMentioning(workDir)).toEqual([]);
      } finally {
        await rm(workDir, { recursive: true });
      }
    },
    CONTROL_PLANE_START_TIMEOUT_MS,
  );
});

describe('a process that started a control plane', () => {
  test.each(['SIGKILL', 'SIGINT'] as const)(
    'takes it along when it ends by %s',
    async (signal) => {
      const workDir = await mkdtemp(join(tmpdir(), 'flotilla-orphans-'));
      const program = join(import.meta.dirname, 'start-and-wait.ts');
      const child = spawn(process.execPath, [program, await testKubernetesBinary(), workDir], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      try {
        const [line] = (await once(child.stdout, 'data')) as [Buffer];
        const pids = JSON.parse(line.toString()) as readonly number[];
        expect(pids.filter(isAlive)).toHaveLength(2);
        child.kill(signal);
        await eventually(
          () => pids.filter(isAlive),
          (alive) => alive.length === 0,
          DEATH_TIMEOUT_MS,
        );
      } finally {
        child.kill('SIGKILL');
        await rm(workDir, { recursive: true, force: true });
      }
    },
    CONTROL_PLANE_START_TIMEOUT_MS,
  );
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return '';
  } catch (error) {
    return String(error);
  }
}

/** Command lines of running processes that name a path. */
function processesMentioning(path: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine)
    .filter((line) => line.includes(path));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

const WIDGET_DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.test.flotilla.dev' },
  spec: {
    group: 'test.flotilla.dev',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { size: { type: 'integer' } },
                'x-kubernetes-validations': [{ rule: 'self.size % 2 == 1', message: 'size must be odd' }],
              },
            },
          },
        },
      },
    ],
  },
} satisfies KubernetesObject;

function widget(name: string, size: number): KubernetesObject {
  return {
    apiVersion: 'test.flotilla.dev/v1',
    kind: 'Widget',
    metadata: { name, namespace: 'default' },
    spec: { size },
  };
}

function configMap(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { key: 'value' } };
}

const NO_SECRET_NAMES: readonly KubernetesObject[] = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'no-secrets' },
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
        ],
      },
      validations: [{ expression: '!object.metadata.name.startsWith("secret")', message: 'no secrets in ConfigMaps' }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'no-secrets' },
    spec: { policyName: 'no-secrets', validationActions: ['Deny'] },
  },
];

const RESTRICTED_NAMESPACE: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'restricted', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
};

const SERVICE_ACCOUNT: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace: 'restricted' },
};

const PRIVILEGED_POD: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'privileged', namespace: 'restricted' },
  spec: {
    serviceAccountName: 'default',
    containers: [{ name: 'shell', image: 'registry.example/shell:1', securityContext: { privileged: true } }],
  },
};
