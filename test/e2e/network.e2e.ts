import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { BlockList, createServer, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { NAMESPACES, pscNamespace } from '../../contracts/names.ts';
import type { Pod, Service } from '../../local/agent/kubernetes-types.ts';
import type { DnsEndpoint } from '../../local/agent/zone-file.ts';
import { command } from '../../local/host/command.ts';
import { daemonPid } from '../../local/processes/daemon.ts';
import { FORWARDER } from '../../local/region/start-region.ts';
import { REGION_LOOPBACK } from '../../local/region/forwarder-addresses.ts';
import { eventually } from '../local/eventually.ts';
import { type TestRegion, testRegion, UP_MAX_MS } from './region.ts';
import { connectScript, outcomes } from './support/connections.ts';
import { machineInterfaces, regionInterfaces } from './support/interfaces.ts';
import { platformImage, smallPod } from './support/small-pod.ts';
import { RESTRICTED, type TestNamespace, testNamespace } from './support/test-namespace.ts';

const TENANT = 'demo';
const TEST_MAX_MS = 120_000;
const KUBERNETES_MAX_MS = 30_000;
/** A name that is not found in this time stops a Kafka client that has work to do. */
const LOOKUP_MAX_SECONDS = 2;
/** Of nobody whom a test may trouble: nothing ever gets there, and what would is the failure. */
const PUBLIC_ADDRESS = '1.1.1.1';
const DNS_PORT = 53;

jest.setTimeout(TEST_MAX_MS);

let region: TestRegion;
/** `server` and `friend` are in the first zone, `stranger` in the second; `guest` is of another namespace and in the third. */
let home: TestNamespace;
let away: TestNamespace;

beforeAll(async () => {
  region = await testRegion();
  const { layout, config } = region.local;
  const image = platformImage(config);
  home = await testNamespace(layout);
  away = await testNamespace(layout, { labels: { ...RESTRICTED, team: 'away' } });
  const pod = (name: string, zone: number, command?: readonly string[]): KubernetesObject =>
    smallPod({ name, image, node: region.nodeAt(zone).name, labels: { role: name }, ...(command && { command }) });
  await home.apply(pod('server', 0, SERVER), pod('friend', 0), pod('stranger', 1), SERVICE);
  await away.apply(pod('guest', 2));
  await Promise.all([home, away].map(async (each) => await each.kubectl('wait', ...READY)));
}, UP_MAX_MS);

afterAll(async () => {
  await home.remove();
  await away.remove();
}, TEST_MAX_MS);

describe('network policies', () => {
  it('shut a running pod, open it by label, port and namespace, and let all in again when they go', async () => {
    const shut = { '8080': 'silence', '9090': 'silence', service: 'silence' };
    const open = { '8080': 'connected', '9090': 'connected', service: 'connected' };
    await reached({ friend: open, stranger: open, guest: open });
    await home.apply(policy('deny', { podSelector: {}, policyTypes: ['Ingress'] }));
    await reached({ friend: shut, stranger: shut, guest: shut });
    const onlyFriend = { from: [{ podSelector: { matchLabels: { role: 'friend' } } }], ports: [{ port: 8080 }] };
    await home.apply(ingress('friend', onlyFriend));
    await reached({ friend: { ...open, '9090': 'silence' }, stranger: shut, guest: shut });
    await home.apply(ingress('away', { from: [{ namespaceSelector: { matchLabels: { team: 'away' } } }] }));
    await reached({ friend: { ...open, '9090': 'silence' }, stranger: shut, guest: open });
    await home.kubectl('delete', 'networkpolicy', '--all');
    await reached({ friend: open, stranger: open, guest: open });
  });

  it('hold a pod to what it may reach, the API server included, and leave other pods alone', async () => {
    const { hub } = region.local.layout;
    const apiServer = `${hub.address}:${hub.apiServerPort}`;
    const server = await serverAddress();
    const look = async (): Promise<Connections> => await connections('stranger', targetsOf(server, apiServer));
    const settles = async (wanted: Connections): Promise<void> => {
      await eventually(look, (seen) => isDeepStrictEqual(seen, wanted), KUBERNETES_MAX_MS);
    };
    const free = { [`${server}:8080`]: 'connected', [`${server}:9090`]: 'connected', [apiServer]: 'connected' };
    await settles(free);
    const to = [{ podSelector: { matchLabels: { role: 'server' } } }];
    const egress = [{ to, ports: [{ port: 8080, protocol: 'TCP' }] }];
    const podSelector = { matchLabels: { role: 'stranger' } };
    await home.apply(policy('stranger', { podSelector, policyTypes: ['Egress'], egress }));
    await settles({ ...free, [`${server}:9090`]: 'silence', [apiServer]: 'silence' });
    expect(await connections('friend', targetsOf(server, apiServer))).toEqual(free);
    await home.kubectl('delete', 'networkpolicy', '--all');
    await settles(free);
  });

  /** Waits until each pod's view of the server is as given. */
  async function reached(wanted: Readonly<Record<'friend' | 'stranger' | 'guest', Connections>>): Promise<void> {
    const server = await serverAddress();
    const service = `${(await home.get<Service>('service', 'server')).spec?.clusterIP ?? ''}:80`;
    const view = async (pod: string): Promise<Connections> => {
      const seen = await connections(pod, [`${server}:8080`, `${server}:9090`, service]);
      return { '8080': seen[`${server}:8080`], '9090': seen[`${server}:9090`], service: seen[service] };
    };
    await eventually(
      async () => {
        const [friend, stranger, guest] = await Promise.all([view('friend'), view('stranger'), view('guest')]);
        return { friend, stranger, guest };
      },
      (seen) => isDeepStrictEqual(seen, wanted),
      KUBERNETES_MAX_MS,
    );
  }

  function targetsOf(server: string, apiServer: string): readonly string[] {
    return [`${server}:8080`, `${server}:9090`, apiServer];
  }
});

describe('names in the region', () => {
  it('are those of Services, of single pods and of external records, on every node', async () => {
    for (const pod of PODS) await knowsNames(pod, PODS.length);
  });

  it("follow a DNSEndpoint's coming and going", async () => {
    const name = `${home.name}.${region.local.config.region.domain}`;
    const look = async (): Promise<readonly string[]> => await Promise.all(PODS.map((pod) => lookUp(pod, name)));
    await home.apply({
      apiVersion: 'externaldns.k8s.io/v1alpha1',
      kind: 'DNSEndpoint',
      metadata: { name: 'proof' },
      spec: { endpoints: [{ dnsName: name, recordType: 'A', recordTTL: 1, targets: ['192.0.2.7'] }] },
    });
    await eventually(look, (seen) => seen.every((address) => address === '192.0.2.7'), KUBERNETES_MAX_MS);
    await home.kubectl('delete', 'dnsendpoint', 'proof');
    await eventually(look, (seen) => seen.every((address) => address === ''), KUBERNETES_MAX_MS);
  });

  it('of the rest of the world are unknown, at once', async () => {
    for (const pod of PODS) expect(await lookUp(pod, 'example.org')).toBe('');
  });
});

describe('the region and the machine', () => {
  it('have no interface in common: whatever is up in the region has its other end in the region', async () => {
    const { layout } = region.local;
    const interfaces = await regionInterfaces(layout);
    const names = new Set(interfaces.map(({ place }) => place));
    const ends = interfaces.filter(({ kind }) => kind === 'veth');
    const others = interfaces.filter(({ kind }) => kind !== 'veth').map(({ place, name }) => `${place} ${name}`);
    expect(others.sort()).toEqual([...[...names].map((name) => `${name} lo`), `${layout.hub.namespace} switch`].sort());
    expect(ends.filter(({ peer = '' }) => !names.has(peer))).toEqual([]);
    expect(ends).toHaveLength(2 * (names.size - 1));
    const foreign = (await machineInterfaces()).filter(({ peer = '' }) => names.has(peer));
    expect(foreign).toEqual([]);
  });

  it("leave the machine's addresses, routes and packet filter without a trace of the region", async () => {
    const { ranges } = region.local.layout;
    const inRegion = new BlockList();
    for (const [network = '', bits] of [ranges.nodes, ranges.loadBalancers, ranges.pods, ranges.services].map((range) =>
      range.split('/'),
    )) {
      inRegion.addSubnet(network, Number(bits), 'ipv4');
    }
    const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const routes = JSON.parse(await command('ip', ['-4', '-json', 'route', 'show', 'table', 'all'])) as readonly {
      readonly dst: string;
    }[];
    const networks = routes.map(({ dst }) => dst.split('/')[0] ?? '').filter(isIPv4);
    const own = addresses.map(({ address }) => address).filter(isIPv4);
    expect([...networks, ...own].filter((address) => inRegion.check(address, 'ipv4'))).toEqual([]);
    expect(await command('nft', ['list', 'ruleset'])).not.toMatch(/flotilla|KUBE-/);
    const forwarder = await daemonPid(region.local.layout, FORWARDER);
    const listening = (await command('ss', ['-Hltnp']))
      .split('\n')
      .filter((line) => line.includes(`pid=${forwarder},`));
    expect(listening.map((line) => line.trim().split(/\s+/)[3]?.split(':')[0])).toEqual([
      REGION_LOOPBACK,
      REGION_LOOPBACK,
    ]);
  });

  it('exchange no packet: neither the machine, nor a resolver, nor the world can be reached from anywhere inside', async () => {
    const machine = await listenOnMachine();
    try {
      const own = machine.targets;
      const control = outcomes(await command('bash', ['-c', connectScript(own, 5)]));
      expect(control).toEqual(Object.fromEntries(own.map((target) => [target, 'connected'])));
      const reachedByMachine = machine.count();
      expect(reachedByMachine).toBe(own.length);
      const outside = [PUBLIC_ADDRESS, ...resolvers()].flatMap((host) => [
        `${host}:${DNS_PORT}`,
        `udp:${host}:${DNS_PORT}`,
      ]);
      const script = connectScript([...own, ...outside]);
      const { hub, nodes } = region.local.layout;
      const seen = await Promise.all([
        ...[hub, ...nodes].map(({ namespace }) =>
          command('nsenter', [`--net=/run/netns/${namespace}`, '--', 'bash', '-c', script]),
        ),
        ...PODS.map(async (pod) => await namespaceOf(pod).run(pod, script)),
      ]);
      for (const each of seen.map(outcomes)) {
        expect(Object.keys(each)).toHaveLength(own.length + outside.length);
        expect(Object.values(each)).not.toContain('connected');
      }
      expect(machine.count()).toBe(reachedByMachine);
    } finally {
      machine.close();
    }
  });

  it('part at the hub, which has no way out for anybody', async () => {
    const { hub, nodes } = region.local.layout;
    const inHub = ['-n', hub.namespace, 'route', 'get', PUBLIC_ADDRESS];
    const sources = [[], ...nodes.map(({ address }) => ['from', address, 'iif', 'switch'])];
    for (const source of sources)
      await expect(command('ip', [...inHub, ...source])).rejects.toThrow(/unreachable|No route/);
    const known = JSON.parse(
      await command('ip', ['-n', hub.namespace, '-json', 'route', 'show', 'default']),
    ) as readonly {
      readonly type?: string;
    }[];
    expect(known.map(({ type }) => type)).toEqual(['unreachable']);
  });
});

describe('the loss of a zone', () => {
  afterAll(async () => {
    await region.flotilla('fault', 'heal');
  }, TEST_MAX_MS);

  it('takes no other zone its names', async () => {
    const lost = region.nodeAt(2);
    expect((await region.flotilla('fault', 'zone-down', lost.zone)).code).toBe(0);
    for (const pod of ['friend', 'stranger'] as const) await knowsNames(pod, 2);
    expect((await region.flotilla('fault', 'heal')).code).toBe(0);
  });
});

type Connections = Readonly<Record<string, string | undefined>>;
type PodName = (typeof PODS)[number];

/** One in each zone. */
const PODS = ['friend', 'stranger', 'guest'] as const;
const READY = ['--for=condition=Ready', 'pod', '--all', '--timeout=50s'];
const SERVER = [
  '/opt/flotilla/bin/node',
  '--eval',
  "for (const port of [8080, 9090]) require('node:net').createServer((socket) => socket.end()).listen(port)",
];
const SERVICE: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'server' },
  spec: { selector: { role: 'server' }, ports: [{ port: 80, targetPort: 8080 }] },
};

function policy(name: string, spec: Readonly<Record<string, unknown>>): KubernetesObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec };
}

function ingress(name: string, rule: unknown): KubernetesObject {
  const podSelector = { matchLabels: { role: 'server' } };
  return policy(name, { podSelector, policyTypes: ['Ingress'], ingress: [rule] });
}

function namespaceOf(pod: string): TestNamespace {
  return pod === 'guest' ? away : home;
}

async function connections(pod: string, targets: readonly string[]): Promise<Connections> {
  return outcomes(await namespaceOf(pod).run(pod, connectScript(targets)));
}

async function serverAddress(): Promise<string> {
  return (await home.get<Pod>('pod', 'server')).status?.podIP ?? '';
}

/** Asks a pod for names of every kind; of brokers only for those in the first so many zones. */
async function knowsNames(pod: PodName, zones: number): Promise<void> {
  const psc = pscNamespace(TENANT);
  const gateway = await home.get<Service>('--namespace', NAMESPACES.gateway, 'service', 'gateway');
  const balancer = gateway.status?.loadBalancer?.ingress?.[0]?.ip;
  const { items } = await home.get<{ readonly items: readonly Pod[] }>('--namespace', psc, 'pods');
  const { spec: records } = await home.get<DnsEndpoint>('--namespace', psc, 'dnsendpoint', 'kafka');
  const external = records?.endpoints?.map(({ dnsName }) => dnsName) ?? [];
  expect(external.length).toBeGreaterThan(region.local.layout.nodes.length);
  const nodes = region.local.layout.nodes.slice(0, zones).map(({ name }) => name);
  const brokers = items.filter(
    ({ metadata, spec }) => /^kafka-\d$/.test(metadata?.name ?? '') && nodes.includes(spec?.nodeName ?? ''),
  );
  expect(brokers).toHaveLength(zones);
  const wanted = new Map([
    ['kubernetes.default', '10.96.0.1'],
    ...external.map((name) => [name, balancer] as const),
    ...brokers.map(({ metadata, status }) => [headless(metadata?.name ?? '', psc), status?.podIP] as const),
  ]);
  const found = await Promise.all([...wanted.keys()].map(async (name) => [name, await lookUp(pod, name)] as const));
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
}

function headless(pod: string, namespace: string): string {
  return `${pod}.kafka.${namespace}.svc.cluster.local`;
}

/** @returns the name's IPv4 addresses; nothing where it has none; `too late` */
async function lookUp(pod: PodName, name: string): Promise<string> {
  const script = `found=$(timeout ${LOOKUP_MAX_SECONDS} getent ahostsv4 ${name}); case $? in
    0) echo "$found" | sed -n 's/ *STREAM.*//p' ;;
    2) ;;
    *) echo too late ;;
  esac`;
  return (await namespaceOf(pod).run(pod, script)).trim();
}

interface Listener {
  /** As `connectScript` has them. */
  readonly targets: readonly string[];
  /** Connections and datagrams so far. */
  readonly count: () => number;
  readonly close: () => void;
}

/** Listens on every address of the machine that others could reach, and answers. */
async function listenOnMachine(): Promise<Listener> {
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    socket.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port');
  const datagrams = createSocket('udp4', (_, from) => {
    count += 1;
    datagrams.send('answer', from.port, from.address);
  });
  await new Promise<void>((resolve) => datagrams.bind(bound.port, '0.0.0.0', resolve));
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family }) => family === 'IPv4')
    .map(({ address }) => `${address}:${bound.port}`);
  return {
    targets: addresses.flatMap((address) => [address, `udp:${address}`]),
    count: () => count,
    close: () => {
      server.close();
      datagrams.close();
    },
  };
}

function resolvers(): readonly string[] {
  const text = readFileSync('/etc/resolv.conf', 'utf8');
  return [...text.matchAll(/^nameserver\s+(\S+)/gm)].map(([, address = '']) => address).filter(isIPv4);
}
