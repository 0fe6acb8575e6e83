import { readFile, rename, writeFile } from 'node:fs/promises';
import { apiServer } from '../../operators/runtime/api-server.ts';
import { loadStack, requireParsed } from '../../stacks/config.ts';
import { commandIn } from '../host/command.ts';
import { adminAccess } from '../kubernetes/region-control-plane.ts';
import { nodeInitPid } from '../nodes/node.ts';
import { regionLayout, zoneFilePath } from '../region/layout.ts';
import type {
  EndpointSlice,
  Namespace,
  NetworkPolicy,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Service,
  StorageClass,
} from './kubernetes-types.ts';
import { systemErrorCode } from '../tools/tool-error.ts';
import { planLoadBalancers } from './load-balancer-plan.ts';
import { currentRoutes, executeLoadBalancerAction, healthyNodes } from './load-balancers.ts';
import { policyRules } from './network-policy-rules.ts';
import { planVolumes } from './volume-plan.ts';
import { executeVolumeAction, mountAll, volumeFiles } from './volumes.ts';
import { watchObjects } from './watched-objects.ts';
import { type DnsEndpoint, nextSerial, zoneFile } from './zone-file.ts';

/* What a cloud does for a Kubernetes cluster, for a local region: `node local/agent/main.ts STACKS_DIR STACK FOLDER`. */

interface Kinds {
  readonly claims: PersistentVolumeClaim;
  readonly volumes: PersistentVolume;
  readonly classes: StorageClass;
  readonly nodes: Node;
  readonly services: Service;
  readonly endpoints: EndpointSlice;
  readonly policies: NetworkPolicy;
  readonly pods: Pod;
  readonly namespaces: Namespace;
  readonly names: DnsEndpoint;
}

const PATHS: Readonly<Record<Exclude<keyof Kinds, 'names'>, string>> = {
  claims: '/api/v1/persistentvolumeclaims',
  volumes: '/api/v1/persistentvolumes',
  classes: '/apis/storage.k8s.io/v1/storageclasses',
  nodes: '/api/v1/nodes',
  services: '/api/v1/services',
  endpoints: '/apis/discovery.k8s.io/v1/endpointslices',
  policies: '/apis/networking.k8s.io/v1/networkpolicies',
  pods: '/api/v1/pods',
  namespaces: '/api/v1/namespaces',
};

/** Their definition comes with the platform, after this process: the API server knows no such path until then. */
const NAMES_PATH = '/apis/externaldns.k8s.io/v1alpha1/dnsendpoints';

/** Also the time between probes of nodes, which no object of Kubernetes tells of. */
const INTERVAL_MS = 1_000;

const [stacksDir = '', stack = '', folder = ''] = process.argv.slice(2);
const config = requireParsed(loadStack(stacksDir, stack));
const layout = regionLayout(config, folder);
const stopping = new AbortController();
const { signal } = stopping;
process.once('SIGTERM', () => {
  stopping.abort();
  process.exit(0);
});

const api = await apiServer(await adminAccess(layout));
const watching = { signal, onTrouble: say };
const objects = await watchObjects<Omit<Kinds, 'names'>>(api, PATHS, watching);
let names: readonly DnsEndpoint[] = [];
void watchObjects<Pick<Kinds, 'names'>>(api, { names: NAMES_PATH }, { signal, onTrouble: () => undefined }).then(
  async (watched) => {
    for (;;) {
      names = watched.list('names');
      await watched.changed(INTERVAL_MS);
    }
  },
);

const rulesInPlace = new Map<number, string>();
let records = '';
/** Whether an object has changed since the last round. */
let isChanged = true;
for (;;) {
  await attempt('volumes', volumes);
  await attempt('load balancers', loadBalancers);
  await attempt('names', zone);
  await attempt('network policies', networkPolicies);
  isChanged = await objects.changed(INTERVAL_MS);
}

function say(message: string): void {
  process.stderr.write(`${new Date().toISOString()} ${message}\n`);
}

/** What fails is tried again a moment later, and keeps nothing else from its work. */
async function attempt(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    say(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function volumes(): Promise<void> {
  for (const node of layout.nodes) await mountAll(layout, node);
  const plan = planVolumes({
    claims: objects.list('claims'),
    volumes: objects.list('volumes'),
    classes: objects.list('classes'),
    nodes: objects.list('nodes'),
    files: await volumeFiles(layout),
  });
  for (const action of plan) await executeVolumeAction({ layout, api, signal }, action);
}

async function loadBalancers(): Promise<void> {
  const plan = planLoadBalancers(
    {
      services: objects.list('services'),
      endpoints: objects.list('endpoints'),
      healthy: await healthyNodes(layout),
      routes: await currentRoutes(layout),
    },
    layout.ranges,
  );
  for (const action of plan) await executeLoadBalancerAction({ api, signal }, action);
}

async function zone(): Promise<void> {
  const state = { domain: config.region.domain, endpoints: names, services: objects.list('services') };
  const text = zoneFile({ ...state, serial: 0 });
  if (text === records) return;
  const file = zoneFilePath(layout);
  const previous = await readFile(file, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return '';
    throw error;
  });
  await writeFile(`${file}.new`, zoneFile({ ...state, serial: nextSerial(previous, Date.now()) }));
  await rename(`${file}.new`, file);
  records = text;
}

/** Rules are worked out when an object changed, and for a node that has none: one that was started again, or refused them. */
async function networkPolicies(): Promise<void> {
  const pids = await Promise.all(layout.nodes.map(async (node) => ({ node, pid: await nodeInitPid(layout, node) })));
  const isSettled = pids.every(({ pid }) => pid === undefined || rulesInPlace.has(pid));
  if (!isChanged && isSettled) return;
  const state = {
    policies: objects.list('policies'),
    pods: objects.list('pods'),
    namespaces: objects.list('namespaces'),
  };
  for (const { node, pid } of pids) {
    if (pid === undefined) continue;
    const rules = policyRules(state, node.name);
    if (rulesInPlace.get(pid) === rules) continue;
    rulesInPlace.delete(pid);
    await commandIn(node.namespace, 'nft', ['-f', '-'], { input: rules });
    rulesInPlace.set(pid, rules);
  }
}
