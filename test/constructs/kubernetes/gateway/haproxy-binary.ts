import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** HAProxy and the environment that it needs. */
export interface Haproxy {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The machine's own HAProxy, or Debian's, unpacked into the cache without installing anything.
 *
 * @throws Error when there is neither
 */
export async function haproxyBinary(): Promise<Haproxy> {
  for (const program of (process.env['PATH'] ?? '')
    .split(':')
    .concat('/usr/sbin')
    .map((dir) => join(dir, 'haproxy'))) {
    if (existsSync(program)) return { program, env: process.env };
  }
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'flotilla', 'haproxy-debian');
  if (!existsSync(cache)) await unpackInto(cache);
  const libraries = join(cache, 'usr/lib', await multiarchFolder(cache));
  return { program: join(cache, 'usr/sbin/haproxy'), env: { ...process.env, LD_LIBRARY_PATH: libraries } };
}

async function unpackInto(cache: string): Promise<void> {
  const partial = `${cache}.partial-${process.pid}`;
  process.stderr.write('haproxy: fetching the Debian package\n');
  try {
    await mkdir(partial, { recursive: true });
    await download(partial);
    for (const file of await readdir(partial)) {
      if (file.endsWith('.deb')) await run('dpkg', ['-x', file, '.'], { cwd: partial });
    }
    await rename(partial, cache);
  } catch (error) {
    throw new Error('there is no HAProxy here, and none could be fetched: install the package haproxy', {
      cause: error,
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** A new machine has no package lists yet, so a download that fails is tried again with fresh ones. */
async function download(folder: string): Promise<void> {
  const fetch = (): Promise<unknown> =>
    run('apt-get', ['download', ...PACKAGES], { cwd: folder, timeout: FETCH_MAX_MS });
  try {
    await fetch();
  } catch {
    await run('apt-get', ['update'], { timeout: FETCH_MAX_MS });
    await fetch();
  }
}

async function multiarchFolder(cache: string): Promise<string> {
  const folder = (await readdir(join(cache, 'usr/lib'))).find((name) => name.endsWith('-linux-gnu'));
  if (folder === undefined) throw new Error(`${cache} is incomplete: remove it and try again`);
  return folder;
}

/** HAProxy and the libraries of its own that a Debian without it lacks. */
const PACKAGES = ['haproxy', 'liblua5.3-0', 'libopentracing-c-wrapper0', 'libopentracing1'];
const FETCH_MAX_MS = 120_000;
