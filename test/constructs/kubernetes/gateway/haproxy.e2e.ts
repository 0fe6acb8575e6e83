import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type Server } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  GATEWAY_HEALTH_PATH,
  GATEWAY_PORTS,
  haproxyConfig,
} from '../../../../constructs/kubernetes/gateway/haproxy-config.ts';
import { renderKafkaCluster } from '../../../../constructs/kubernetes/kafka/kafka-cluster.ts';
import { NAMESPACES } from '../../../../contracts/names.ts';
import { createAuthority, splitPem, type TestAuthority } from '../../../support/certificates.ts';
import { exampleDataPlane, examplePsc } from '../../../support/example-psc.ts';
import { eventually } from '../../../support/kafka-wait.ts';
import { serveDns, type DnsServer } from './dns-server.ts';
import { haproxyBinary, type Haproxy } from './haproxy-binary.ts';

const dataPlane = exampleDataPlane('local');
const { domain } = dataPlane;
// A loopback network per process: two test runs on one machine do not meet.
const network = `127.32.${1 + (process.pid % 250)}`;
const gateway = `${network}.1`;
const friend = `${network}.50`;
const stranger = `${network}.60`;
const START_MAX_MS = 150_000;
const WAIT_MAX_MS = 20_000;

jest.setTimeout(2 * WAIT_MAX_MS);

let haproxy: Haproxy;
let root: string;
let authority: TestAuthority;
let dns: DnsServer;
let gatewayProcess: ChildProcess | undefined;
const brokers: Server[] = [];

beforeAll(async () => {
  haproxy = await haproxyBinary();
  root = await mkdtemp(join(tmpdir(), 'flotilla-gateway-'));
  authority = await createAuthority('gateway-test');
  dns = await serveDns(`${network}.2`);
  await startBroker('orders', 'kafka-0', 10);
  await startBroker('orders', 'kafka-1', 11);
  await startBroker('orders', 'bootstrap', 12);
  await startBroker('payments', 'kafka-0', 20);
  const options = { domain, maxConnections: 200, bindAddress: gateway, nameserver: dns.endpoint };
  await writeConfig('live', haproxyConfig(options), [
    routeOf('orders', [`${friend}/32`, '2001:db8::/32']),
    routeOf('payments', []),
  ]);
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', haproxy.program, '-db', ...configArguments('live')], {
    env: haproxy.env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  gatewayProcess = child;
  await eventually({ what: 'the gateway is healthy', withinMs: WAIT_MAX_MS }, async () => {
    const response = await fetch(`http://${gateway}:${GATEWAY_PORTS.status}${GATEWAY_HEALTH_PATH}`);
    return response.ok ? true : undefined;
  });
}, START_MAX_MS);

afterAll(async () => {
  if (gatewayProcess !== undefined) await end(gatewayProcess);
  for (const broker of brokers) broker.close();
  await dns.close();
  await rm(root, { recursive: true, force: true });
}, START_MAX_MS);

describe('the configuration', () => {
  test('is valid with no route, and with routes of as many source ranges as a PSC may have', async () => {
    const ranges = Array.from({ length: 64 }, (_, index) =>
      index % 2 === 0 ? `10.${index}.0.0/16` : `2001:db8:${index}::/48`,
    );
    const config = haproxyConfig({ domain, maxConnections: 200 });
    await writeConfig('empty', config, []);
    await writeConfig('full', config, [routeOf('orders', ranges), routeOf('p'.repeat(40), ranges), routeOf('any', [])]);
    for (const name of ['empty', 'full']) {
      const { stderr } = await promisify(execFile)(haproxy.program, ['-c', ...configArguments(name)], {
        env: haproxy.env,
      });
      expect(stderr).not.toMatch(/warning|alert/i);
    }
  });
});

describe('a client that the cluster allows', () => {
  test.each([
    ['kafka-0', 'orders'],
    ['kafka-1', 'orders'],
    ['bootstrap', 'orders'],
    ['kafka-0', 'payments'],
  ])('reaches %s of %s by its name, with TLS from end to end', async (pod, psc) => {
    expect(await ask(`${pod}.${psc}.${domain}`, friend)).toBe(`${pod} of ${psc}`);
  });

  test('writes names as it likes', async () => {
    expect(await ask(`KAFKA-1.Orders.${domain}`, friend)).toBe('kafka-1 of orders');
  });

  test('reaches a broker that came later, without a reload of the gateway', async () => {
    expect(await ask(`kafka-2.orders.${domain}`, friend)).toBe(REFUSED);
    await startBroker('orders', 'kafka-2', 13);
    await eventually({ what: 'kafka-2 answering', withinMs: WAIT_MAX_MS }, async () => {
      return (await ask(`kafka-2.orders.${domain}`, friend)) === 'kafka-2 of orders' ? true : undefined;
    });
  });
});

describe('the gateway refuses', () => {
  test('a client from outside of the source ranges, whichever broker it names', async () => {
    for (const pod of ['bootstrap', 'kafka-0']) expect(await ask(`${pod}.orders.${domain}`, stranger)).toBe(REFUSED);
  });

  test('nobody where a cluster has no source ranges', async () => {
    expect(await ask(`kafka-0.payments.${domain}`, stranger)).toBe('kafka-0 of payments');
  });

  test.each([
    ['a cluster that it has no route to', `kafka-0.nobody.${domain}`],
    ['a broker that does not exist', `kafka-9.orders.${domain}`],
    ['a name of another domain', 'kafka-0.orders.example.org'],
    ['a name without a cluster', domain],
  ])('%s', async (_, host) => {
    expect(await ask(host, friend)).toBe(REFUSED);
  });

  test.each(['kafka-0-external', 'kafka-00', 'controller-0', 'www', 'kafka-1234'])(
    'the label %s, without looking it up',
    async (label) => {
      expect(await ask(`${label}.orders.${domain}`, friend)).toBe(REFUSED);
      expect([...dns.asked].filter((name) => name.startsWith(`${label}-external`))).toEqual([]);
    },
  );

  test('a client that does not speak TLS', async () => {
    const received = await new Promise<number>((resolve) => {
      let bytes = 0;
      const socket = connectPlain({ host: gateway, port: GATEWAY_PORTS.external, localAddress: friend });
      socket.on('connect', () => socket.write('GET / HTTP/1.1\r\n\r\n'));
      socket.on('data', (data) => (bytes += data.length));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        resolve(bytes);
      });
    });
    expect(received).toBe(0);
  });
});

describe('its metrics', () => {
  test('count connections per cluster', async () => {
    const response = await fetch(`http://${gateway}:${GATEWAY_PORTS.status}/metrics`);
    expect(await response.text()).toMatch(/^haproxy_backend_sessions_total\{proxy="psc-orders"\} [1-9]/m);
  });
});

const REFUSED = 'refused';

/** What the broker behind `host` calls itself, seen from a client at `from` that trusts the brokers' authority. */
async function ask(host: string, from: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const plain = connectPlain({ host: gateway, port: GATEWAY_PORTS.external, localAddress: from });
    const socket = connect({ socket: plain, servername: host, ca: authority.certificate });
    plain.on('error', () => {
      resolve(REFUSED);
    });
    socket.on('data', (data: Buffer) => (text += data.toString()));
    socket.on('error', () => {
      resolve(REFUSED);
    });
    socket.on('close', () => {
      resolve(text === '' ? REFUSED : text);
    });
  });
}

/** A TLS server that says its name, behind the service name by which the gateway looks it up. */
async function startBroker(psc: string, pod: string, lastByte: number): Promise<void> {
  const address = `${network}.${lastByte}`;
  const pem = await authority.issue(`${pod}.psc-${psc}`, [`${pod}.${psc}.${domain}`]);
  const server = createServer(splitPem(pem), (socket) => socket.end(`${pod} of ${psc}`));
  await new Promise<void>((resolve) => {
    server.listen(GATEWAY_PORTS.external, address, resolve);
  });
  brokers.push(server);
  dns.records.set(`${pod}-external.psc-${psc}.svc.cluster.local`, address);
}

/** The route file that a cluster's rendered ConfigMap holds. */
function routeOf(name: string, allowedSourceRanges: readonly string[]): Readonly<Record<string, string>> {
  const psc = examplePsc('local', { name, kafka: { externalAccess: { allowedSourceRanges } } });
  const route = renderKafkaCluster(psc, dataPlane).find(({ metadata }) => metadata.namespace === NAMESPACES.gateway);
  return route?.['data'] as Readonly<Record<string, string>>;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

async function writeConfig(
  name: string,
  config: string,
  routes: readonly Readonly<Record<string, string>>[],
): Promise<void> {
  await mkdir(join(root, name, 'routes'), { recursive: true });
  await writeFile(join(root, name, 'haproxy.cfg'), config);
  for (const [file, content] of routes.flatMap((route) => Object.entries(route))) {
    await writeFile(join(root, name, 'routes', file), content);
  }
}

function configArguments(name: string): readonly string[] {
  return ['-f', join(root, name, 'haproxy.cfg'), '-f', join(root, name, 'routes')];
}
