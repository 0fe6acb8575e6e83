import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StackConfig } from '../../stacks/stack-config.ts';
import { forgetFaults } from '../faults/fault-store.ts';
import { rememberSysctls } from '../host/sysctls.ts';
import { DNS_USER, ensureControlPlane, kubectl, stopControlPlane } from '../kubernetes/region-control-plane.ts';
import { ensureNetwork, namespaces, removeNetwork } from '../network/region-network.ts';
import { ensureImages, type ImageArchive } from '../nodes/images.ts';
import { seedImages } from '../nodes/image-store.ts';
import { ensureNode, stopNode } from '../nodes/node.ts';
import { daemonNames, ensureDaemon, stopDaemon } from '../processes/daemon.ts';
import { forwarderAddresses } from './forwarder-addresses.ts';
import { type NodeLayout, type RegionLayout, zoneFilePath } from './layout.ts';

export interface RegionParts {
  readonly config: StackConfig;
  readonly layout: RegionLayout;
  /** Path of the Kubernetes programs. */
  readonly kubernetes: string;
  readonly nameServer: string;
  readonly helper: string;
  readonly images: readonly ImageArchive[];
  /** The same, unpacked: {@link imageStore}. */
  readonly imageStore: string;
  /** Folder of the stack files, which the agent reads its config from. */
  readonly stacksDir: string;
  /** Path of the Node that runs the agent. */
  readonly node: string;
  /** Memory of the machine in MiB, and how much of it a node may promise to pods. */
  readonly memory: { readonly totalMib: number; readonly perNodeMib: number };
}

/** What a stage is called, and the work of it. */
export interface Stage {
  readonly title: string;
  readonly run: () => Promise<void>;
}

/**
 * Stages that bring Kubernetes up on this machine, each of which does nothing where its work is done: a region that was
 * interrupted, or of which something was killed, is whole again after them.
 */
export function regionStages(parts: RegionParts): readonly Stage[] {
  const { layout } = parts;
  return [
    {
      title: 'network',
      run: async () => {
        await network(layout);
      },
    },
    {
      title: 'Kubernetes control plane',
      run: async () => {
        await ensureControlPlane(layout, parts.kubernetes);
      },
    },
    {
      title: 'nodes',
      run: async () => {
        await nodes(parts);
      },
    },
    {
      title: 'cloud services of the region',
      run: async () => {
        await services(parts);
      },
    },
  ];
}

/** Takes a region's processes, mounts, namespaces and control groups away; its folder stays. Harmless when repeated. */
export async function stopRegion(layout: RegionLayout): Promise<void> {
  await stopDaemon(layout, FORWARDER, STOP_GRACE_MS);
  await stopDaemon(layout, AGENT, STOP_GRACE_MS);
  await Promise.all(
    layout.nodes.map(async (node) => {
      await stopNode(layout, node);
    }),
  );
  await stopControlPlane(layout);
  for (const name of await daemonNames(layout)) await stopDaemon(layout, name, STOP_GRACE_MS);
  await removeNetwork(layout);
  await rm(networkMark(layout), { force: true });
  await forgetFaults(layout);
}

export const AGENT = 'agent';
export const FORWARDER = 'forwarder';
const STOP_GRACE_MS = 5_000;

function networkMark({ folder }: RegionLayout): string {
  return join(folder, 'run', 'network-complete');
}

/** What is half there is made anew; whatever ran in it has lost its place, and is started again. */
async function network(layout: RegionLayout): Promise<void> {
  const wanted = [layout.hub.namespace, ...layout.nodes.map(({ namespace }) => namespace)];
  const present = new Set(await namespaces(layout));
  const mark = await readFile(networkMark(layout), 'utf8').catch(() => '');
  if (mark === (await bootId()) && wanted.every((name) => present.has(name))) return;
  await stopRegion(layout);
  await rememberSysctls(layout.folder);
  await ensureNetwork(layout);
  await mkdir(dirname(networkMark(layout)), { recursive: true, mode: 0o700 });
  await writeFile(networkMark(layout), await bootId());
}

async function bootId(): Promise<string> {
  return await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
}

async function nodes(parts: RegionParts): Promise<void> {
  const { layout, config, kubernetes } = parts;
  await mkdir(dirname(zoneFilePath(layout)), { recursive: true });
  const [nodeClass] = config.kubernetesClusters[0]?.nodeClasses ?? [];
  const objects = [...layout.nodes.map((node) => nodeObject(node, nodeClass?.name ?? '')), ...nameServerAccess()];
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await kubectl(layout, kubernetes, ['apply', '--server-side', '--force-conflicts', '-f', '-'], list);
  await Promise.all(
    layout.nodes.map(async (node) => {
      await seedImages(node, parts.imageStore);
      await ensureNode(layout, {
        node,
        binary: kubernetes,
        nameServer: parts.nameServer,
        domain: config.region.domain,
        zoneFile: zoneFilePath(layout),
        podRange: layout.ranges.pods,
        reservedMib: Math.max(0, parts.memory.totalMib - parts.memory.perNodeMib),
      });
      await ensureImages(node, parts.images);
    }),
  );
  await kubectl(layout, kubernetes, ['wait', '--for=condition=Ready', 'node', '--all', '--timeout=55s']);
}

async function services({ layout, config, helper, node, stacksDir }: RegionParts): Promise<void> {
  const inHub = [`--net=/run/netns/${layout.hub.namespace}`, '--', node];
  const agent = join(import.meta.dirname, '..', 'agent', 'main.ts');
  await ensureDaemon(layout, {
    name: AGENT,
    command: 'nsenter',
    args: [...inHub, agent, stacksDir, config.stack, layout.folder],
  });
  const pairs = forwarderAddresses(layout).map(({ listen, target }) => `${listen}=${target}`);
  await ensureDaemon(layout, {
    name: FORWARDER,
    command: helper,
    args: ['forward', layout.hub.namespace, ...pairs],
  });
}

/** Made before the kubelet comes, for a kubelet may not give its node such labels, nor a range of pods. */
function nodeObject({ name, zone, podRange }: NodeLayout, nodeClass: string): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'topology.kubernetes.io/zone': zone,
        'topology.kubernetes.io/region': 'local',
        'flotilla.dev/node-class': nodeClass,
      },
    },
    spec: { podCIDR: podRange, podCIDRs: [podRange] },
  };
}

function nameServerAccess(): readonly Readonly<Record<string, unknown>>[] {
  const metadata = { name: DNS_USER };
  const verbs = ['list', 'watch'];
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata,
      rules: [
        { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: DNS_USER },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: DNS_USER }],
    },
  ];
}
