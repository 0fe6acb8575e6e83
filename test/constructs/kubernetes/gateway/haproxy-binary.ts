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
    await run('apt-get', ['download', 'haproxy', 'liblua5.3-0'], { cwd: partial, timeout: FETCH_MAX_MS });
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

async function multiarchFolder(cache: string): Promise<string> {
  const folder = (await readdir(join(cache, 'usr/lib'))).find((name) => name.endsWith('-linux-gnu'));
  if (folder === undefined) throw new Error(`${cache} is incomplete: remove it and try again`);
  return folder;
}

const FETCH_MAX_MS = 120_000;
