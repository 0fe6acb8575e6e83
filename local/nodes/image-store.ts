import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { command } from '../host/command.ts';
import { SYSTEM_PATH } from '../host/system-path.ts';
import { logTail, startProcess } from '../processes/managed-process.ts';
import type { NodeLayout } from '../region/layout.ts';
import { cached, type CacheOptions } from '../tools/cache.ts';
import { ToolError } from '../tools/tool-error.ts';
import { CONTAINERD_ROOT } from './node-files.ts';
import { type ImageArchive, importImages, ready, removeOtherImages } from './images.ts';

/**
 * Path of a folder as containerd keeps it, with all images unpacked: made once, and then shared by every node of every
 * region of this machine.
 *
 * @throws ToolError when an image cannot be unpacked
 */
export async function imageStore(images: readonly ImageArchive[], options: CacheOptions): Promise<string> {
  const name = `image-store-${digest([FORMAT, await command('containerd', ['--version'])])}`;
  const build = async (folder: string): Promise<void> => {
    // A change of one image leaves the others as they are.
    const earlier = await newestStore(options.root, name);
    if (earlier !== undefined) await copyTree(earlier, folder);
    await unpack(images, folder);
  };
  // Of tens of thousands of files, one by one would take longer than to unpack them.
  return await cached(name, digest(images), build, { ...options, durable: 'file-system' });
}

/**
 * Gives a node that has no images those of the store. Layers and blobs are the store's own files, linked, for containerd
 * never writes to them: nodes that run the same program share its pages in memory, and no byte is copied.
 */
export async function seedImages({ folder }: NodeLayout, store: string): Promise<void> {
  const target = join(folder, CONTAINERD_ROOT);
  if (await isThere(target)) return;
  const part = `${target}.part`;
  // Of a start that was cut off.
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  await copyTree(store, part);
  await rename(part, target);
}

/** Of this program's way to make a store. */
const FORMAT = 1;

function digest(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, KEY_DIGITS);
}

async function newestStore(cache: string, name: string): Promise<string | undefined> {
  const names = (await readdir(cache)).filter((entry) => entry.startsWith(`${name}-`) && !entry.includes('.'));
  const stores = await Promise.all(
    names.map(async (entry) => ({ path: join(cache, entry), madeMs: (await stat(join(cache, entry))).mtimeMs })),
  );
  return stores.sort((a, b) => b.madeMs - a.madeMs)[0]?.path;
}
const KEY_DIGITS = 16;
const COPY_TIMEOUT_MS = 300_000;
/** As cp says it (EXDEV): the cache and the region's folder need not be in one place. */
const OTHER_FILE_SYSTEM = 'Invalid cross-device link';
/** Folders whose files containerd writes once. */
const WRITTEN_ONCE = /\/(blobs|snapshots)(\/|$)/;

async function copyTree(store: string, target: string): Promise<void> {
  try {
    await command('cp', ['--archive', '--link', `${store}/.`, target], { timeoutMs: COPY_TIMEOUT_MS });
  } catch (error) {
    if (!String(error).includes(OTHER_FILE_SYSTEM)) throw error;
    await rm(target, { recursive: true, force: true });
    await command('cp', ['--archive', '--reflink=auto', store, target], { timeoutMs: COPY_TIMEOUT_MS });
    return;
  }
  for (const file of await mutableFiles(store)) {
    const path = join(target, relative(store, file));
    await rm(path);
    await copyFile(file, path);
  }
}

/** Databases, which each node's containerd writes to. */
async function mutableFiles(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !WRITTEN_ONCE.test(path)) files.push(...(await mutableFiles(path)));
    else if (entry.isFile()) files.push(path);
  }
  return files;
}

/** By a containerd of its own, which unpacks and runs nothing. */
async function unpack(images: readonly ImageArchive[], folder: string): Promise<void> {
  // The path of a socket is at most 107 characters long.
  const work = await mkdtemp(join(tmpdir(), 'flotilla-images-'));
  const socket = join(work, 'containerd.sock');
  const config = join(work, 'containerd.toml');
  await writeFile(config, containerdConfig(folder, work, socket));
  const containerd = startProcess({
    name: 'containerd that unpacks the images',
    command: 'containerd',
    args: ['--config', config],
    env: { PATH: SYSTEM_PATH },
    logFile: join(work, 'containerd.log'),
  });
  try {
    await ready(socket, containerd.name);
    await importImages(socket, images);
    await removeOtherImages(socket, images);
  } catch (error) {
    throw new ToolError(`the images could not be unpacked:\n${logTail(containerd.logFile)}`, {
      hint: 'free some disk space if that is what the lines say; then run ./flotilla up again',
      cause: error,
    });
  } finally {
    await containerd.stop(STOP_GRACE_MS);
    await rm(work, { recursive: true, force: true });
  }
}

const STOP_GRACE_MS = 10_000;

function containerdConfig(root: string, work: string, socket: string): string {
  return `version = 2
root = "${root}"
state = "${join(work, 'state')}"
oom_score = 0
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "${socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${join(work, 'opt')}"
`;
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
