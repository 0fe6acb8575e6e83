import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiServer } from '../../operators/runtime/api-server.ts';
import { command } from '../host/command.ts';
import { commandOnNode, nodeInitPid } from '../nodes/node.ts';
import { nodePaths } from '../nodes/node-files.ts';
import type { NodeLayout, RegionLayout } from '../region/layout.ts';
import type { VolumeAction } from './volume-plan.ts';
import { systemErrorCode } from '../tools/tool-error.ts';

/** Names of volumes that have an image file, over all zones. */
export async function volumeFiles({ nodes }: RegionLayout): Promise<readonly string[]> {
  const files = await Promise.all(nodes.map(async (node) => await readdir(nodePaths(node).volumes)));
  return files.flat().flatMap((file) => (file.endsWith(IMAGE) ? [file.slice(0, -IMAGE.length)] : []));
}

export interface VolumeContext {
  readonly layout: RegionLayout;
  readonly api: ApiServer;
  readonly signal: AbortSignal;
}

/** Carries out one step of the plan of volumes. */
export async function executeVolumeAction(context: VolumeContext, action: VolumeAction): Promise<void> {
  const { layout, api, signal } = context;
  switch (action.kind) {
    case 'provision': {
      const node = nodeIn(layout, action.zone);
      const name = action.volume.metadata?.name ?? '';
      await makeVolume(layout, node, name, action.bytes);
      const path = mountPoint(node, name);
      const body = { ...action.volume, spec: { ...action.volume.spec, local: { path } } };
      await api.write({ method: 'POST', path: '/api/v1/persistentvolumes', body, signal });
      return;
    }
    case 'grow':
      await growVolume(context, action);
      return;
    case 'forget':
      await api.write({ method: 'DELETE', path: `/api/v1/persistentvolumes/${action.name}`, body: {}, signal });
      return;
    case 'remove':
      for (const node of layout.nodes) await removeVolume(layout, node, action.name);
  }
}

/** Mounts in a zone whatever has a file and is not mounted, as after the loss of its node. */
export async function mountAll(layout: RegionLayout, node: NodeLayout): Promise<void> {
  const mounts = await mountsOf(layout, node);
  if (mounts === undefined) return;
  for (const file of await readdir(nodePaths(node).volumes)) {
    const name = file.slice(0, -IMAGE.length);
    if (file.endsWith(IMAGE) && !isMounted(mounts, node, name)) await mount(layout, node, name);
  }
}

const IMAGE = '.img';

function nodeIn({ nodes }: RegionLayout, zone: string): NodeLayout {
  const node = nodes.find((each) => each.zone === zone);
  if (node === undefined) throw new RangeError(`the region has no zone ${zone}`);
  return node;
}

function imageFile(node: NodeLayout, name: string): string {
  return join(nodePaths(node).volumes, name + IMAGE);
}

function mountPoint(node: NodeLayout, name: string): string {
  return join(nodePaths(node).volumes, name);
}

/** A file with a file system of its own: a volume that is full is really full. XFS, as on the clouds. */
async function makeVolume(layout: RegionLayout, node: NodeLayout, name: string, bytes: number): Promise<void> {
  const file = imageFile(node, name);
  const isNew = await createSparse(file, bytes);
  // An image without a file system is one that an interruption left: nothing can have been written to it.
  if (isNew || !(await hasFileSystem(file))) await command('mkfs.xfs', ['-q', '-f', file]);
  await mount(layout, node, name);
}

async function mount(layout: RegionLayout, node: NodeLayout, name: string): Promise<void> {
  const mounts = await mountsOf(layout, node);
  if (mounts === undefined) return;
  const place = mountPoint(node, name);
  await mkdir(place, { recursive: true });
  if (isMounted(mounts, node, name)) return;
  await commandOnNode(layout, node, 'mount', ['-o', 'loop', imageFile(node, name), place]);
}

/** As in proc(5); undefined of a node that does not run. Read, not asked of a program: it is looked at every second. */
async function mountsOf(layout: RegionLayout, node: NodeLayout): Promise<string | undefined> {
  const pid = await nodeInitPid(layout, node);
  return pid === undefined ? undefined : await readFile(`/proc/${pid}/mounts`, 'utf8');
}

function isMounted(mounts: string, node: NodeLayout, name: string): boolean {
  return mounts.includes(` ${mountPoint(node, name)} `);
}

async function createSparse(file: string, bytes: number): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.truncate(bytes);
    await handle.close();
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function hasFileSystem(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('latin1') === 'XFSB';
  } finally {
    await handle.close();
  }
}

async function growVolume(
  { layout, api, signal }: VolumeContext,
  { zone, name, bytes, claim }: Extract<VolumeAction, { readonly kind: 'grow' }>,
): Promise<void> {
  const node = nodeIn(layout, zone);
  const file = imageFile(node, name);
  const handle = await open(file, 'r+');
  try {
    if ((await handle.stat()).size < bytes) await handle.truncate(bytes);
  } finally {
    await handle.close();
  }
  const device = (await command('losetup', ['--noheadings', '--output', 'NAME', '--associated', file])).trim();
  if (device !== '') await command('losetup', ['--set-capacity', device]);
  await commandOnNode(layout, node, 'xfs_growfs', [mountPoint(node, name)]);
  const capacity = { storage: String(bytes) };
  const patch = async (path: string, body: unknown): Promise<void> => {
    await api.write({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json', signal });
  };
  await patch(`/api/v1/persistentvolumes/${name}`, { spec: { capacity } });
  const claimPath = `/api/v1/namespaces/${claim.namespace}/persistentvolumeclaims/${claim.name}/status`;
  await patch(claimPath, { status: { capacity, conditions: [] } });
}

async function removeVolume(layout: RegionLayout, node: NodeLayout, name: string): Promise<void> {
  if (isMounted((await mountsOf(layout, node)) ?? '', node, name)) {
    await commandOnNode(layout, node, 'umount', [mountPoint(node, name)]);
  }
  await rm(mountPoint(node, name), { recursive: true, force: true });
  await rm(imageFile(node, name), { force: true });
}
