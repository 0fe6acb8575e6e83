import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { connect } from '../../../cli/apply/api-connection.ts';
import { type Cluster, clusterOf, type LiveObject } from '../../../cli/apply/cluster.ts';
import { loadKubeConfig } from '../../../cli/apply/kube-config.ts';
import { dataPlaneJson } from '../../../constructs/kubernetes/data-plane/data-plane-config.ts';
import { DataPlaneServices } from '../../../constructs/kubernetes/data-plane/data-plane-services.ts';
import { NodeZoneReader } from '../../../constructs/kubernetes/platform/node-zone-reader.ts';
import { externalHosts } from '../../../operators/psc/gates.ts';
import { viewCluster } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { DNS_ENDPOINT_CRD } from '../../../constructs/kubernetes/platform/dns-endpoint-crd.ts';
import { ANNOTATIONS, LABELS } from '../../../contracts/labels.ts';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { NAMESPACES } from '../../../contracts/names.ts';
import { PSC_CRD } from '../../../contracts/psc-crd.ts';
import type { ControlPlane } from '../../../local/kubernetes/control-plane.ts';
import { freePorts } from '../../../local/kubernetes/free-ports.ts';
import { exampleContext, objectsOf } from '../../constructs/kubernetes/support/objects-of.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS, startTestControlPlane } from '../../local/test-control-plane.ts';
import { exampleDataPlane, examplePsc } from '../../support/example-psc.ts';
import { eventually } from '../../support/kafka-wait.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PERSIST = { conflicts: 'force', effect: 'persist' } as const;
const WAIT_MAX_MS = 60_000;
const ZONE = 'example.test';
const psc = examplePsc('local', { name: 'orders' });
const dataPlane = exampleDataPlane('local');

jest.setTimeout(2 * WAIT_MAX_MS);

let controlPlane: ControlPlane;
let cluster: Cluster;
let root: string;
let names: TestNames;
const operators: Operator[] = [];

beforeAll(async () => {
  controlPlane = await startTestControlPlane();
  const connection = connect(loadKubeConfig({ KUBECONFIG: controlPlane.kubeconfig }, undefined));
  cluster = clusterOf(connection);
  for (const definition of [PSC_CRD, DNS_ENDPOINT_CRD]) {
    await apply(definition);
    await cluster.waitUntilServed({ ...definition, name: definition.metadata.name });
  }
  for (const name of [NAMESPACES.system, NAMESPACES.gateway]) await apply(namespaceOf(name));
  await apply(namespaceOf('psc-orders', { [LABELS.psc]: 'orders' }));
  const rights = objectsOf((scope) => {
    new DataPlaneServices(scope, 'services', { context: exampleContext('local') });
    new NodeZoneReader(scope, 'zones');
  }).filter(({ kind }) => !['Deployment', 'PodDisruptionBudget', 'NetworkPolicy'].includes(kind));
  for (const object of rights) await apply(object);
  const answer = await connection({
    method: 'POST',
    path: `/api/v1/namespaces/${NAMESPACES.system}/serviceaccounts/operator/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } },
  });
  const { token } = (answer.body as { readonly status: { readonly token: string } }).status;
  root = await mkdtemp(join(tmpdir(), 'flotilla-serve-operator-'));
  await mkdir(join(root, 'account'));
  await writeFile(join(root, 'account', 'token'), token);
  await writeFile(join(root, 'account', 'ca.crt'), controlPlane.admin.authority);
  await writeFile(join(root, 'account', 'namespace'), NAMESPACES.system);
  await writeFile(join(root, 'data-plane.json'), dataPlaneJson(dataPlane));
  names = await testNames();
}, CONTROL_PLANE_START_TIMEOUT_MS);

afterAll(async () => {
  for (const operator of operators) await ended(operator, 'SIGKILL');
  names.close();
  await controlPlane.stop();
  await rm(root, { recursive: true, force: true });
}, WAIT_MAX_MS);

describe('flotilla serve operator, with the rights of its service account', () => {
  let first: Operator;
  let second: Operator;

  test('is ready when it has read everything, and one of two leads', async () => {
    first = await startOperator();
    await leads(first);
    second = await startOperator();
    await isReady(second);
    expect(await metric(first, 'flotilla_operator_is_leader')).toBe('1');
    expect(await metric(second, 'flotilla_operator_is_leader')).toBe('0');
  });

  test('makes what comes before the pods, says what it waits for, and since when', async () => {
    await apply(psc);
    const resizing = await condition('flotilla.dev/ClusterResizing', 'WaitingForExternalDns');
    expect(resizing).toMatchObject({ status: 'True', observedGeneration: 1 });
    expect(Date.now() - Date.parse(resizing.lastTransitionTime)).toBeLessThan(WAIT_MAX_MS);
    expect(await read('v1', 'Service', 'kafka-0-external')).toBeDefined();
    expect(await read('v1', 'Secret', 'kafka-tls')).toBeDefined();
    expect(await read('v1', 'Secret', 'orders-ca-key', NAMESPACES.system)).toBeDefined();
    expect(await read('v1', 'PersistentVolumeClaim', 'data-kafka-0')).toBeUndefined();
    expect(await read('apps/v1', 'StatefulSet', 'kafka')).toBeUndefined();
    const waiting = 'flotilla_operator_waiting{task="resize",reason="WaitingForExternalDns"}';
    expect(await metric(first, waiting)).toBe('1');
  });

  test('goes on as soon as the servers of the zone know the names', async () => {
    for (const host of externalHosts(viewCluster(psc, dataPlane), viewCluster(psc, dataPlane).brokers)) names.add(host);
    const set = await eventually(
      { what: 'the brokers', withinMs: WAIT_MAX_MS },
      async () => await read('apps/v1', 'StatefulSet', 'kafka'),
    );
    expect((set as unknown as { readonly spec: { readonly replicas: number } }).spec.replicas).toBe(3);
    expect(await read('v1', 'PersistentVolumeClaim', 'data-kafka-0')).toBeDefined();
    await condition('flotilla.dev/ClusterResizing', 'WaitingForPods');
    expect(await condition('flotilla.dev/Ready', 'KafkaUnreachable')).toMatchObject({ status: 'Unknown' });
  });

  test('is explained to a person from outside, who changes nothing by it', async () => {
    const before = await read('flotilla.dev/v1', 'PhysicalStatefulCluster', 'orders');
    const text = await flotilla('psc', 'explain', 'orders');
    expect(text).toMatch(/flotilla\.dev\/ClusterResizing +True +WaitingForPods/);
    expect(text).toMatch(/kafka-0 .* Starting .* has no pod/);
    expect(await flotilla('psc', 'get')).toMatch(/^orders +1 +0\/3 +0\/6 +Unknown/m);
    await writeFile(join(root, 'larger.json'), JSON.stringify(examplePsc('local', { name: 'orders', brokers: 6 })));
    const larger = await flotilla('psc', 'explain', '--file', join(root, 'larger.json'), '--dry-run', '--json');
    expect((JSON.parse(larger) as { readonly ahead: readonly string[] }).ahead.join()).toMatch(/add .*kafka-5/);
    const after = await read('flotilla.dev/v1', 'PhysicalStatefulCluster', 'orders');
    expect(after?.metadata['generation']).toBe(before?.metadata['generation']);
    expect(await read('v1', 'Service', 'kafka-5-external')).toBeUndefined();
  });

  test('hands over when it is told to end: another leads long before the lease has run out', async () => {
    const startedMs = performance.now();
    expect(await ended(first, 'SIGTERM')).toBe(0);
    expect(first.lines.at(-1)).toMatch(/leads no longer/);
    await leads(second);
    expect(performance.now() - startedMs).toBeLessThan(LEASE_MS);
  });

  test('leaves a PSC alone that is annotated so, and says so', async () => {
    await apply({
      ...(psc as unknown as KubernetesObject),
      metadata: { ...psc.metadata, annotations: { [ANNOTATIONS.ignore]: 'true' } },
    });
    expect(await condition('Reconciling', 'Ignored')).toMatchObject({ status: 'False' });
  });

  test('was never refused for want of a right', () => {
    const lines = operators.flatMap((operator) => operator.lines);
    expect(lines.filter((line) => /forbidden|internal error/i.test(line))).toEqual([]);
    expect(lines).not.toEqual([]);
  });

  test('needs no more memory than its container has in a local region', async () => {
    const status = await readFile(`/proc/${second.child.pid ?? 0}/status`, 'utf8');
    const mib = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
    process.stderr.write(
      `flotilla serve operator: ${mib('RssAnon').toFixed(0)} MiB of its own, ${mib('VmHWM').toFixed(0)} MiB with programs at its peak\n`,
    );
    expect(mib('RssAnon')).toBeLessThan(LOCAL_LIMIT_MIB);
  });
});

const LEASE_MS = 15_000;
const LOCAL_LIMIT_MIB = 160;

interface Operator {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  readonly healthPort: number;
  readonly metricsPort: number;
}

async function startOperator(): Promise<Operator> {
  const url = new URL(controlPlane.server);
  const [healthPort = 0, metricsPort = 0, webhookPort = 0] = await freePorts(3, '127.0.0.1');
  const child = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', join(ROOT, 'node_modules', 'node', 'bin', 'node'), join(ROOT, 'cli', 'main.ts')],
      ...['serve', 'operator', `--data-plane=${join(root, 'data-plane.json')}`, '--account', join(root, 'account')],
      ...['--dns-zone', ZONE, '--dns-servers', names.server],
      ...['--health-port', String(healthPort), '--metrics-port', String(metricsPort)],
      ...['--webhook-port', String(webhookPort)],
    ],
    {
      env: { KUBERNETES_SERVICE_HOST: url.hostname, KUBERNETES_SERVICE_PORT: url.port, PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const operator = { child, lines, healthPort, metricsPort };
  operators.push(operator);
  return operator;
}

/** Output of a command of a person with the administrator's kubeconfig. */
async function flotilla(...args: readonly string[]): Promise<string> {
  const main = [join(ROOT, 'cli', 'main.ts'), ...args, '--kubeconfig', controlPlane.kubeconfig];
  const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules', 'node', 'bin', 'node'), main);
  return stdout;
}

async function ended({ child }: Operator, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return await exit;
}

async function leads(operator: Operator): Promise<void> {
  await eventually({ what: 'it leads', withinMs: WAIT_MAX_MS }, () =>
    Promise.resolve(operator.lines.some((line) => line.endsWith(' leads')) ? true : undefined),
  );
}

async function isReady({ healthPort }: Operator): Promise<void> {
  await eventually({ what: 'it is ready', withinMs: WAIT_MAX_MS }, async () =>
    (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).ok ? true : undefined,
  );
}

async function metric({ metricsPort }: Operator, name: string): Promise<string | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  return text
    .split('\n')
    .find((line) => line.startsWith(`${name} `))
    ?.slice(name.length + 1);
}

async function apply(object: KubernetesObject): Promise<void> {
  await cluster.apply(object, PERSIST);
}

async function read(
  apiVersion: string,
  kind: string,
  name: string,
  namespace = 'psc-orders',
): Promise<LiveObject | undefined> {
  return await cluster.read({ apiVersion, kind, namespace, name });
}

type Condition = NonNullable<NonNullable<PhysicalStatefulCluster['status']>['conditions']>[number];

async function condition(type: string, reason: string): Promise<Condition> {
  return await eventually({ what: `${type} says ${reason}`, withinMs: WAIT_MAX_MS }, async () => {
    const live = await read('flotilla.dev/v1', 'PhysicalStatefulCluster', 'orders');
    const { status } = (live ?? {}) as unknown as Partial<PhysicalStatefulCluster>;
    return status?.conditions?.find((each) => each.type === type && each.reason === reason);
  });
}

function namespaceOf(name: string, labels: Readonly<Record<string, string>> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** A server of the zone that knows the names that it was told, and says of all others that they do not exist. */
interface TestNames {
  readonly server: string;
  readonly add: (host: string) => void;
  readonly close: () => void;
}

async function testNames(): Promise<TestNames> {
  const known = new Set<string>();
  const socket: Socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    socket.send(answer(query, known), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { server: `127.0.0.1:${socket.address().port}`, add: (host) => known.add(host), close: () => socket.close() };
}

const HEADER_LENGTH = 12;
const TYPE_A = 1;
/** Of an authoritative answer, and of one that says "no such name" (RFC 1035, 4.1.1). */
const ANSWER_FLAGS = 0x8400;
const NO_SUCH_NAME = 0x8403;

function answer(query: Buffer, known: ReadonlySet<string>): Buffer {
  const labels: string[] = [];
  let at = HEADER_LENGTH;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = query.readUInt16BE(at + 1);
  const isKnown = known.has(labels.join('.').toLowerCase());
  const hasAnswer = isKnown && type === TYPE_A;
  const header = Buffer.alloc(HEADER_LENGTH);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(isKnown ? ANSWER_FLAGS : NO_SUCH_NAME, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(hasAnswer ? 1 : 0, 6);
  const question = query.subarray(HEADER_LENGTH, at + 5);
  // The name by a pointer to the question's, class IN, one minute, an address of four bytes.
  const record = Buffer.from([0xc0, HEADER_LENGTH, 0, TYPE_A, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
  return Buffer.concat([header, question, ...(hasAnswer ? [record] : [])]);
}
