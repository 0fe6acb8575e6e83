import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type LockWait, withLock } from './lock-file.ts';
import { systemErrorCode, ToolError } from './tool-error.ts';

export interface CacheOptions {
  /** Folder that holds every entry: {@link cacheRoot} of the environment. */
  readonly root: string;
  /** Told in whole sentences what long work is doing. */
  readonly onProgress?: (line: string) => void;
  /** How long to wait for another process that builds the same entry. */
  readonly lockWait?: LockWait;
  /** How an entry is brought to the disk before it is published: each file, or all that the file system still holds back. */
  readonly durable?: 'files' | 'file-system';
}

/** Folder of tools that are slow to get: outside any clone, so that a second clone finds them made. */
export function cacheRoot(env: Readonly<Record<string, string | undefined>>): string {
  const xdg = env['XDG_CACHE_HOME'];
  // The XDG base directory specification has relative paths ignored.
  const base = xdg?.startsWith('/') === true ? xdg : join(env['HOME'] ?? homedir(), '.cache');
  return join(base, 'flotilla');
}

/**
 * Path of the folder `<root>/<name>-<key>`, which `build` fills when it is not there yet.
 *
 * The folder appears whole or not at all: `build` writes beside it and a rename publishes the result. Of several
 * processes that ask for one entry, one builds and the others wait for it. Throws {@link ToolError} when the cache
 * cannot be written, and whatever `build` throws.
 */
export async function cached(
  name: string,
  key: string,
  build: (dir: string) => Promise<void>,
  options: CacheOptions,
): Promise<string> {
  const target = join(options.root, `${name}-${key}`);
  if (await isFolder(target)) return target;
  try {
    await mkdir(options.root, { recursive: true });
    await withLock(`${target}.lock`, { ...options.lockWait, ...progressOf(options, name) }, async () => {
      // Another process may have published the entry while this one waited.
      if (await isFolder(target)) return;
      await removeLeftovers(target);
      await buildAndPublish(target, build, options.durable ?? 'files');
    });
  } catch (error) {
    throw explain(error, options.root);
  }
  return target;
}

function progressOf({ onProgress }: CacheOptions, name: string): { readonly onWait?: (pid: number) => void } {
  if (onProgress === undefined) return {};
  return {
    onWait: (pid) => {
      onProgress(`waiting for process ${pid}, which is building ${name}`);
    },
  };
}

async function buildAndPublish(
  target: string,
  build: (dir: string) => Promise<void>,
  durable: 'files' | 'file-system',
): Promise<void> {
  const part = await mkdtemp(`${target}${PART_INFIX}`);
  try {
    await build(part);
    await (durable === 'files' ? syncTree(part) : promisify(execFile)('sync', ['--file-system', part]));
    await publish(part, target);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

const PART_INFIX = '.part-';

async function publish(part: string, target: string): Promise<void> {
  try {
    await rename(part, target);
  } catch (error) {
    const code = systemErrorCode(error);
    // Two builders are possible when a stale lock was taken over twice; the first result stands.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

/** Parts of builds that were cut off; the caller holds the lock, so nobody is still writing them. */
async function removeLeftovers(target: string): Promise<void> {
  const folder = join(target, '..');
  const prefix = target.slice(folder.length + 1) + PART_INFIX;
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(prefix)) continue;
    // Renamed first: removal of a large tree must not be visible half done to the next builder.
    const doomed = join(folder, `${entry}-${randomUUID()}`);
    await rename(join(folder, entry), doomed);
    await rm(doomed, { recursive: true, force: true });
  }
}

/** Contents reach the disk before the rename does: after a power cut the entry must not exist with empty files in it. */
async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = await open(join(entry.parentPath, entry.name), 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw explain(error, path);
  }
}

function explain(error: unknown, folder: string): unknown {
  switch (systemErrorCode(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
      return new ToolError(`the cache folder ${folder} cannot be written`, {
        hint: 'make it writable, or set XDG_CACHE_HOME to a folder that is',
        cause: error,
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return new ToolError(`no space is left for the cache folder ${folder}`, {
        hint: 'free some space (entries of the cache may be deleted at any time), or set XDG_CACHE_HOME to a larger disk',
        cause: error,
      });
    case undefined:
    default:
      return error;
  }
}
