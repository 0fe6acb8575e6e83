import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { command } from '../host/command.ts';
import { nodePaths } from '../nodes/node-files.ts';
import { daemonPid, type DaemonFolder, ensureDaemon, logFileOf, stopDaemon } from '../processes/daemon.ts';
import { logTail } from '../processes/managed-process.ts';
import { REGION_LOOPBACK } from '../region/forwarder-addresses.ts';
import type { NodeLayout, RegionLayout } from '../region/layout.ts';
import { ToolError } from '../tools/tool-error.ts';
import { kubeconfig, serverUrl, writeControlPlaneFiles } from './control-plane-files.ts';
import {
  apiServerArgs,
  controllerManagerArgs,
  controlPlaneFiles,
  type ControlPlaneLayout,
  etcdArgs,
  schedulerArgs,
} from './control-plane-layout.ts';
import type { ApiServerAccess } from '../../operators/runtime/api-server.ts';
import type { CertificateAuthority } from '../../operators/runtime/pki.ts';

/** Ports in the hub's namespace, where nothing else listens. */
const PORTS = { etcdClient: 2379, etcdPeer: 2380, apiServer: 6443, controllerManager: 10257 } as const;

/** Names of the control plane's daemons, in the order that they start in. */
export const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

/** The control plane of a region as `startControlPlane` knows one, on the hub's address. */
export function regionControlPlane({ folder, hub }: RegionLayout): ControlPlaneLayout {
  const workDir = join(folder, 'control-plane');
  const pki = (name: string): string => join(workDir, 'pki', name);
  return {
    workDir,
    address: hub.address,
    ports: PORTS,
    reachedAs: [REGION_LOOPBACK],
    admissionPlugins: [],
    kubelets: { certificate: pki('kubelet-client.crt'), key: pki('kubelet-client.key') },
  };
}

/** Path of the administrator's kubeconfig, for programs in the hub's namespace. */
export function adminKubeconfig(layout: RegionLayout): string {
  return controlPlaneFiles(regionControlPlane(layout).workDir).adminKubeconfig;
}

/** The administrator's access to the API, for programs in the hub's namespace. */
export async function adminAccess(layout: RegionLayout): Promise<ApiServerAccess> {
  const controlPlane = regionControlPlane(layout);
  const text = await readFile(adminKubeconfig(layout), 'utf8');
  const { users } = JSON.parse(text) as {
    readonly users: readonly { readonly user: Readonly<Record<`client-${'certificate' | 'key'}-data`, string>> }[];
  };
  const [admin] = users;
  if (admin === undefined) throw new Error(`${adminKubeconfig(layout)} has no user`);
  const pem = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
  return {
    server: serverUrl(controlPlane),
    caFile: controlPlaneFiles(controlPlane.workDir).authority,
    identity: { certificate: pem(admin.user['client-certificate-data']), key: pem(admin.user['client-key-data']) },
  };
}

/**
 * Starts what does not run of etcd, API server, controller manager and scheduler in the hub's namespace, and resolves when
 * the API server answers. Keys and certificates, the nodes' too, are made once.
 *
 * @throws ToolError with the end of the log when a program ends or is not ready in time
 */
export async function ensureControlPlane(region: RegionLayout, binary: string): Promise<void> {
  const layout = regionControlPlane(region);
  await ensureFiles(region, layout);
  const start = async (name: string, args: readonly string[]): Promise<void> => {
    const inHub = ['--net=/run/netns/' + region.hub.namespace, '--', binary, ...args];
    await ensureDaemon(region, { name, command: 'nsenter', args: inHub });
  };
  await start('etcd', etcdArgs(layout));
  await start('kube-apiserver', apiServerArgs(layout));
  await ready(region, binary);
  // Started earlier they end, for the roles that let them read are made by the API server.
  await start('kube-controller-manager', controllerManagerArgs(layout));
  await start('kube-scheduler', schedulerArgs(layout, schedulerKubeconfig(layout)));
}

/** Ends the control plane, etcd last. */
export async function stopControlPlane(region: DaemonFolder): Promise<void> {
  for (const name of [...CONTROL_PLANE].reverse()) await stopDaemon(region, name, STOP_GRACE_MS);
}

/** User of the nodes' name servers. */
export const DNS_USER = 'flotilla:coredns';

const STOP_GRACE_MS = 5_000;
const READY_TIMEOUT_MS = 120_000;
const READY_POLL_MS = 200;

async function ready(region: RegionLayout, binary: string): Promise<void> {
  const deadlineMs = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const answer = await kubectl(region, binary, ['get', '--raw=/readyz']).catch((error: unknown) => error);
    if (answer === 'ok') return;
    for (const name of ['etcd', 'kube-apiserver']) {
      if ((await daemonPid(region, name)) !== undefined) continue;
      throw new ToolError(`${name} ended:\n${logTail(logFileOf(region, name))}`, {
        hint: `read the log above; the whole of it is in ${logFileOf(region, name)}`,
      });
    }
    if (performance.now() > deadlineMs) {
      throw new ToolError(`the API server was not ready after ${READY_TIMEOUT_MS / 1000} s: ${String(answer)}`, {
        hint: 'see whether the machine is overloaded, then run ./flotilla up again',
      });
    }
    await delay(READY_POLL_MS);
  }
}

/** Output of kubectl as the region's administrator. */
export async function kubectl(
  region: RegionLayout,
  binary: string,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const inHub = [`--net=/run/netns/${region.hub.namespace}`, '--', binary, 'kubectl'];
  return await command('nsenter', [...inHub, `--kubeconfig=${adminKubeconfig(region)}`, ...args], {
    ...(input === undefined ? {} : { input }),
    // Its cache of the API's groups goes there.
    env: { HOME: region.folder },
  });
}

function schedulerKubeconfig({ workDir }: ControlPlaneLayout): string {
  return join(workDir, 'scheduler.kubeconfig');
}

/** The admin's kubeconfig is written after the authority: with it, all of an earlier run is there. */
async function ensureFiles(region: RegionLayout, layout: ControlPlaneLayout): Promise<void> {
  const marker = join(layout.workDir, 'complete');
  if (await exists(marker)) return;
  await writeControlPlaneFiles(layout, async (authority) => [
    ...(await controlPlaneCredentials(layout, authority)),
    ...(await Promise.all(region.nodes.map((node) => nodeCredentials(layout, node, authority)))).flat(),
    [marker, ''],
  ]);
}

async function controlPlaneCredentials(
  layout: ControlPlaneLayout,
  authority: CertificateAuthority,
): Promise<readonly (readonly [string, string])[]> {
  const scheduler = await authority.issue({ commonName: 'system:kube-scheduler', usages: ['client'] });
  const toKubelets = await authority.issue({
    commonName: 'apiserver-kubelet-client',
    organizations: ['system:masters'],
    usages: ['client'],
  });
  const { kubelets } = layout;
  if (kubelets === undefined) throw new Error("a region's control plane has kubelets");
  return [
    [schedulerKubeconfig(layout), kubeconfig(serverUrl(layout), authority.certificate, scheduler)],
    [kubelets.certificate, toKubelets.certificate],
    [kubelets.key, toKubelets.key],
  ];
}

async function nodeCredentials(
  layout: ControlPlaneLayout,
  node: NodeLayout,
  authority: CertificateAuthority,
): Promise<readonly (readonly [string, string])[]> {
  const paths = nodePaths(node);
  const commonName = `system:node:${node.name}`;
  const client = await authority.issue({ commonName, organizations: ['system:nodes'], usages: ['client'] });
  const server = await authority.issue({ commonName, usages: ['server'], ipAddresses: [node.address] });
  const proxy = await authority.issue({ commonName: 'system:kube-proxy', usages: ['client'] });
  const names = await authority.issue({ commonName: DNS_USER, usages: ['client'] });
  const url = serverUrl(layout);
  return [
    [paths.authority, authority.certificate],
    [paths.certificate, server.certificate],
    [paths.key, server.key],
    [paths.kubeletKubeconfig, kubeconfig(url, authority.certificate, client)],
    [paths.proxyKubeconfig, kubeconfig(url, authority.certificate, proxy)],
    [paths.dnsKubeconfig, kubeconfig(url, authority.certificate, names)],
  ];
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
