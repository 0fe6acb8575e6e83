import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { command } from '../host/command.ts';
import type { NodeLayout, RegionLayout } from '../region/layout.ts';
import { daemonPid, ensureDaemon, stopDaemon } from '../processes/daemon.ts';
import { NODE_BINDS, nodeFiles, type NodeFilesOptions, nodePaths } from './node-files.ts';
import { systemErrorCode } from '../tools/tool-error.ts';

/**
 * Starts a node unless it runs: containerd, kubelet and kube-proxy in namespaces of their own, whose first process ends
 * all the others with it. Credentials must be in its folder already. @returns id of that first process's parent
 */
export async function ensureNode(layout: RegionLayout, options: NodeFilesOptions): Promise<number> {
  const { node } = options;
  const running = await daemonPid(layout, daemonName(node));
  if (running !== undefined) return running;
  const paths = nodePaths(node);
  for (const folder of [...Object.keys(NODE_BINDS), 'log', 'cni', 'volumes']) {
    await mkdir(join(node.folder, folder), { recursive: true });
  }
  // Mounts need a place to be mounted on, also on a machine that never had a kubelet.
  for (const place of MOUNT_POINTS) await mkdir(place, { recursive: true });
  for (const [file, content] of nodeFiles(options)) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode: file === paths.init ? 0o700 : 0o600 });
  }
  return await startNode(layout, node);
}

/** Starts a node unless it runs, from the files of an earlier start, as after a power cut. @returns as {@link ensureNode} */
export async function startNode(layout: RegionLayout, node: NodeLayout): Promise<number> {
  const running = await daemonPid(layout, daemonName(node));
  if (running !== undefined) return running;
  await makeCgroups(node);
  return await ensureDaemon(layout, {
    name: daemonName(node),
    command: 'nsenter',
    args: [
      `--net=/run/netns/${node.namespace}`,
      '--',
      'unshare',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      nodePaths(node).init,
    ],
  });
}

/** Ends a node at once, as a power cut would: its processes, mounts and containers are gone when this resolves. */
export async function stopNode(layout: RegionLayout, node: NodeLayout): Promise<void> {
  await stopDaemon(layout, daemonName(node), 0);
  await removeCgroups(node);
}

/** Process id of the node's first process, as the machine counts them, whose namespaces are the node's. */
export async function nodeInitPid(layout: RegionLayout, node: NodeLayout): Promise<number | undefined> {
  const pid = await daemonPid(layout, daemonName(node));
  if (pid === undefined) return undefined;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const [child] = children.trim().split(' ');
  return child === undefined || child === '' ? undefined : Number(child);
}

/** Runs a program where the node's mounts, processes and network are seen. */
export async function commandOnNode(
  layout: RegionLayout,
  node: NodeLayout,
  program: string,
  args: readonly string[],
): Promise<string> {
  const pid = await nodeInitPid(layout, node);
  if (pid === undefined) throw new Error(`the node ${node.name} does not run`);
  return await command('nsenter', ['-t', String(pid), '-m', '-p', '-n', '--', program, ...args]);
}

const MOUNT_POINTS = [...Object.values(NODE_BINDS), '/run/containerd', '/run/netns'];
const CGROUPS = '/sys/fs/cgroup';

function daemonName({ name }: NodeLayout): string {
  return `node-${name}`;
}

/** One below every controller of a machine with the first version of control groups; with the second kubelet makes its own. */
async function makeCgroups({ cgroup }: NodeLayout): Promise<void> {
  for (const controller of await controllers()) {
    const folder = join(CGROUPS, controller, cgroup);
    await mkdir(folder, { recursive: true });
    if (controller !== 'cpuset') continue;
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      await writeFile(join(folder, file), await readFile(join(CGROUPS, controller, file), 'utf8'));
    }
  }
}

const REMOVAL_TIMEOUT_MS = 60_000;
const REMOVAL_POLL_MS = 50;

async function removeCgroups({ cgroup }: NodeLayout): Promise<void> {
  const deadlineMs = performance.now() + REMOVAL_TIMEOUT_MS;
  for (const controller of await controllers()) await removeGroup(join(CGROUPS, controller, cgroup), deadlineMs);
}

/** Innermost first: a group with groups in it cannot be removed, nor one whose last process is still being ended. */
async function removeGroup(folder: string, deadlineMs: number): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) await removeGroup(join(folder, entry.name), deadlineMs);
  }
  for (;;) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'ENOENT') return;
      if (code !== 'EBUSY' || performance.now() > deadlineMs) throw error;
    }
    await delay(REMOVAL_POLL_MS);
  }
}

async function controllers(): Promise<readonly string[]> {
  const entries = await readdir(CGROUPS, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && !entry.isSymbolicLink()).map(({ name }) => name);
}
