import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { connect } from '../../../cli/apply/api-connection.ts';
import { type Cluster, clusterOf } from '../../../cli/apply/cluster.ts';
import { loadKubeConfig } from '../../../cli/apply/kube-config.ts';
import { renderGateway } from '../../../constructs/kubernetes/gateway/gateway.ts';
import { GATEWAY_PORTS, haproxyConfig } from '../../../constructs/kubernetes/gateway/haproxy-config.ts';
import { renderKafkaCluster } from '../../../constructs/kubernetes/kafka/kafka-cluster.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { NAMESPACES } from '../../../contracts/names.ts';
import type { ControlPlane } from '../../../local/kubernetes/control-plane.ts';
import { freePorts } from '../../../local/kubernetes/free-ports.ts';
import { haproxyBinary } from '../../constructs/kubernetes/gateway/haproxy-binary.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS, startTestControlPlane } from '../../local/test-control-plane.ts';
import { exampleDataPlane, examplePsc } from '../../support/example-psc.ts';
import { eventually } from '../../support/kafka-wait.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PERSIST = { conflicts: 'force', effect: 'persist' } as const;
const WAIT_MAX_MS = 60_000;
/** Limit of the container in the gateway's manifest. */
const MEMORY_LIMIT_MIB = 96;
const namespace = NAMESPACES.gateway;
const dataPlane = exampleDataPlane('local');
const address = `127.34.${1 + (process.pid % 250)}.1`;

jest.setTimeout(2 * WAIT_MAX_MS);

let controlPlane: ControlPlane;
let cluster: Cluster;
let root: string;
let port: number;
const running: ChildProcess[] = [];

beforeAll(async () => {
  controlPlane = await startTestControlPlane();
  const kubeConfig = loadKubeConfig({ KUBECONFIG: controlPlane.kubeconfig }, undefined);
  const connection = connect(kubeConfig);
  cluster = clusterOf(connection);
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const access = renderGateway({ dataPlane, hostname: 'gateway.test' }).filter(({ kind }) =>
    ['ServiceAccount', 'Role', 'RoleBinding', 'ConfigMap'].includes(kind),
  );
  for (const object of access) await apply(object);
  const answer = await connection({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/gateway/token`,
    query: {},
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } },
  });
  const { token } = (answer.body as { readonly status: { readonly token: string } }).status;
  root = await mkdtemp(join(tmpdir(), 'flotilla-serve-gateway-'));
  for (const folder of ['account', 'routes']) await mkdir(join(root, folder));
  await writeFile(join(root, 'account', 'token'), token);
  await writeFile(join(root, 'account', 'ca.crt'), controlPlane.admin.authority);
  await writeFile(join(root, 'account', 'namespace'), namespace);
  await writeFile(
    join(root, 'haproxy.cfg'),
    haproxyConfig({ domain: dataPlane.domain, maxConnections: 50, bindAddress: address, nameserver: '127.0.0.1:1' }),
  );
  [port = 0] = await freePorts(1, '127.0.0.1');
}, CONTROL_PLANE_START_TIMEOUT_MS);

afterAll(async () => {
  for (const child of running) await end(child);
  await controlPlane.stop();
  await rm(root, { recursive: true, force: true });
}, WAIT_MAX_MS);

describe('flotilla serve gateway, with the rights of its service account', () => {
  let sidecar: ChildProcess;

  test('lives, and is not ready while HAProxy is not there', async () => {
    await apply(route('orders'));
    sidecar = startSidecar();
    expect(await eventually({ what: 'its health', withinMs: WAIT_MAX_MS }, async () => await health('livez'))).toBe(
      200,
    );
    expect(await health('readyz')).toBe(503);
  });

  test('is ready when HAProxy has loaded the routes', async () => {
    await startHaproxy();
    await eventually({ what: 'ready', withinMs: WAIT_MAX_MS }, async () =>
      (await health('readyz')) === 200 ? true : undefined,
    );
    expect(await backends()).toEqual(['psc-orders']);
  });

  test('adds the route of a new cluster, and takes that of a cluster that went away', async () => {
    await apply(route('payments'));
    await backendsAre(['psc-orders', 'psc-payments']);
    const { name } = route('orders').metadata;
    const live = await cluster.read({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
    if (live === undefined) throw new Error('the route was never there');
    await cluster.delete(live, PERSIST);
    await backendsAre(['psc-payments']);
    expect(await readdir(join(root, 'routes'))).toEqual(['route-payments.cfg']);
  });

  test('takes no ConfigMap without the label, and leaves out a route that HAProxy refuses', async () => {
    const { data } = route('other') as { readonly data?: Readonly<Record<string, string>> };
    await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'route-other', namespace }, data });
    const bad = route('bad');
    await apply({ ...bad, data: { 'route-bad.cfg': 'backend psc-bad\n  no such keyword\n' } });
    await apply(route('users'));
    await backendsAre(['psc-payments', 'psc-users']);
  });

  test('needs less than half of the memory of its container, apart from pages of programs, which the kernel takes back', async () => {
    const status = await readFile(`/proc/${sidecar.pid ?? 0}/status`, 'utf8');
    const mib = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
    process.stderr.write(
      `flotilla serve gateway: ${mib('RssAnon').toFixed(0)} MiB of its own, ${mib('VmHWM').toFixed(0)} MiB with programs at its peak\n`,
    );
    expect(mib('RssAnon')).toBeLessThan(MEMORY_LIMIT_MIB / 2);
  });

  test('finds its way back to what is wanted after it was killed', async () => {
    await end(sidecar);
    await apply(route('later'));
    sidecar = startSidecar();
    await backendsAre(['psc-later', 'psc-payments', 'psc-users']);
  });

  test('ends when it is told to', async () => {
    const ended = new Promise((resolve) => sidecar.once('exit', resolve));
    sidecar.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});

async function apply(object: KubernetesObject): Promise<void> {
  await cluster.apply(object, PERSIST);
}

/** The ConfigMap that is rendered for a cluster. */
function route(psc: string): KubernetesObject {
  const objects = renderKafkaCluster(examplePsc('local', { name: psc }), dataPlane);
  const found = objects.find(({ metadata }) => metadata.namespace === namespace);
  if (found === undefined) throw new Error('a cluster without a route was rendered');
  return found;
}

function startSidecar(): ChildProcess {
  const url = new URL(controlPlane.server);
  const args = ['--routes', join(root, 'routes'), '--master-socket', join(root, 'master.sock')];
  const child = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', join(ROOT, 'node_modules', 'node', 'bin', 'node'), join(ROOT, 'cli', 'main.ts')],
      ...['serve', 'gateway', ...args, '--port', String(port), '--account', join(root, 'account')],
    ],
    {
      env: { KUBERNETES_SERVICE_HOST: url.hostname, KUBERNETES_SERVICE_PORT: url.port, PATH: process.env['PATH'] },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  running.push(child);
  return child;
}

async function startHaproxy(): Promise<void> {
  const haproxy = await haproxyBinary();
  const config = ['-f', join(root, 'haproxy.cfg'), '-f', join(root, 'routes')];
  const master = ['-W', '-db', '-S', join(root, 'master.sock')];
  running.push(
    spawn('setpriv', ['--pdeathsig', 'KILL', haproxy.program, ...master, ...config], {
      env: haproxy.env,
      stdio: 'ignore',
    }),
  );
}

async function health(path: string): Promise<number> {
  return (await fetch(`http://127.0.0.1:${port}/${path}`)).status;
}

/** Back ends of clusters that the newest worker has. */
async function backends(): Promise<readonly string[]> {
  const text = await (await fetch(`http://${address}:${GATEWAY_PORTS.status}/metrics`)).text();
  const names = [...text.matchAll(/^haproxy_backend_status\{proxy="(psc-[^"]+)"/gm)].map(([, name = '']) => name);
  return [...new Set(names)].sort();
}

async function backendsAre(wanted: readonly string[]): Promise<void> {
  await eventually({ what: `HAProxy has ${wanted.join(', ')}`, withinMs: WAIT_MAX_MS }, async () =>
    (await backends()).join() === wanted.join() ? true : undefined,
  );
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
