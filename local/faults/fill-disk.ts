import { access } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { basename, dirname, join } from 'node:path';
import { commandOnNode } from '../nodes/node.ts';
import { nodePaths } from '../nodes/node-files.ts';
import type { NodeLayout, RegionLayout } from '../region/layout.ts';
import type { RunningRegion } from '../region/running-region.ts';
import { ToolError } from '../tools/tool-error.ts';
import type { FoundPod } from './pods.ts';

/** Sizes of a file system in bytes. */
export interface DiskUse {
  readonly total: number;
  readonly used: number;
  readonly available: number;
}

/** File that takes the space of a pod's one volume. @throws ToolError for a pod that has no volume, or several */
export async function fillingFile(region: RunningRegion, node: NodeLayout, pod: FoundPod): Promise<string> {
  const [claim] = pod.claims;
  if (claim === undefined || pod.claims.length > 1) {
    throw new ToolError(`${pod.namespace}/${pod.name} has ${pod.claims.length} volumes of its own`, {
      hint: 'choose a pod with one, as every broker and controller has',
    });
  }
  const get = ['--namespace', pod.namespace, 'get', 'persistentvolumeclaim', claim];
  const volume = await region.kubectl([...get, '--output=jsonpath={.spec.volumeName}', '--request-timeout=10s']);
  if (volume === '') {
    throw new ToolError(`the claim ${claim} of ${pod.namespace}/${pod.name} has no volume yet`, {
      hint: 'wait until the pod runs: ./flotilla status',
    });
  }
  return join(nodePaths(node).volumes, volume, FILE_NAME);
}

/** Bytes that have to be taken so that `percent` of a disk are used; 0 when they are. */
export function bytesToTake({ total, used, available }: DiskUse, percent: number): number {
  return Math.min(available, Math.max(0, Math.ceil((total * percent) / 100) - used));
}

/**
 * Takes space until `percent` of the file's disk are used, without writing: on this machine's own disk it takes next to
 * nothing. @returns what is used then, in percent
 */
export async function fillDisk(layout: RegionLayout, node: NodeLayout, file: string, percent: number): Promise<number> {
  await emptyDisk(layout, node, file);
  let left = bytesToTake(await diskUse(layout, node, file), percent);
  let offset = 0;
  let chunk = left;
  // A file system needs some of its space for the record of what is taken: the last bytes come in ever smaller pieces.
  while (left > 0 && chunk >= MIN_CHUNK_BYTES) {
    chunk = Math.min(chunk, left);
    const args = ['--offset', String(offset), '--length', String(chunk), file];
    const isTaken = await commandOnNode(layout, node, 'fallocate', args).then(
      () => true,
      (error: unknown) => {
        if (String(error).includes('No space left')) return false;
        throw error;
      },
    );
    if (isTaken) {
      offset += chunk;
      left -= chunk;
    } else {
      chunk = Math.floor(chunk / 2);
    }
  }
  const { used, total } = await diskUse(layout, node, file);
  return (used / total) * 100;
}

/** Undoes {@link fillDisk}; harmless when there is nothing to undo. @throws ToolError when the node does not run */
export async function emptyDisk(layout: RegionLayout, node: NodeLayout, file: string): Promise<void> {
  const volume = dirname(file);
  // A volume that is gone has taken the file along.
  if (!(await isThere(`${volume}.img`))) return;
  await mounted(layout, node, volume);
  await commandOnNode(layout, node, 'rm', ['-f', file]);
}

const FILE_NAME = '.flotilla-fill';
const MIN_CHUNK_BYTES = 64 * 1024;
const MOUNT_TIMEOUT_MS = 15_000;
const POLL_MS = 100;

/** A node that has just been started mounts its volumes first: without the mount, the folder below it would be meant. */
async function mounted(layout: RegionLayout, node: NodeLayout, volume: string): Promise<void> {
  const deadlineMs = performance.now() + MOUNT_TIMEOUT_MS;
  for (;;) {
    const failure = await commandOnNode(layout, node, 'mountpoint', ['-q', volume]).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) return;
    if (performance.now() > deadlineMs) {
      throw new ToolError(`the volume ${basename(volume)} is not mounted in ${node.zone}`, {
        hint: `see whether its node runs (./flotilla status); run ./flotilla up if not`,
        cause: failure,
      });
    }
    await delay(POLL_MS);
  }
}

async function isThere(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

async function diskUse(layout: RegionLayout, node: NodeLayout, file: string): Promise<DiskUse> {
  const args = ['--block-size=1', '--output=size,used,avail', dirname(file)];
  const output = await commandOnNode(layout, node, 'df', args);
  const [total = 0, used = 0, available = 0] = (output.trim().split('\n').at(-1) ?? '').trim().split(/\s+/).map(Number);
  return { total, used, available };
}
