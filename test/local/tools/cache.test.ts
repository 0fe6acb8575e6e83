import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cached, cacheRoot } from '../../../local/tools/cache.ts';

describe('the cache of tools', () => {
  let root: string;

  beforeEach(async () => {
    root = join(await mkdtemp(join(tmpdir(), 'flotilla-cache-')), 'flotilla');
  });

  afterEach(async () => {
    await rm(join(root, '..'), { recursive: true, force: true });
  });

  test('builds an entry once and finds it afterwards', async () => {
    let builds = 0;
    const build = async (dir: string): Promise<void> => {
      builds += 1;
      await writeFile(join(dir, 'tool'), 'ready');
    };
    const first = await cached('tool', '1', build, { root });
    const second = await cached('tool', '1', build, { root });
    expect(second).toBe(first);
    expect(first).toBe(join(root, 'tool-1'));
    expect(readFileSync(join(first, 'tool'), 'utf8')).toBe('ready');
    expect(builds).toBe(1);
    expect(readdirSync(root)).toEqual(['tool-1']);
  });

  test('leaves nothing of a build that fails, and builds again', async () => {
    const failing = async (dir: string): Promise<void> => {
      await writeFile(join(dir, 'half'), 'made');
      throw new Error('the compiler gave up');
    };
    await expect(cached('tool', '1', failing, { root })).rejects.toThrow('the compiler gave up');
    expect(readdirSync(root)).toEqual([]);
    await cached('tool', '1', () => Promise.resolve(), { root });
    expect(readdirSync(root)).toEqual(['tool-1']);
  });

  test('builds each entry once however many ask for it at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 8 }), async (keys) => {
        const folder = await mkdtemp(join(tmpdir(), 'flotilla-cache-many-'));
        const builds: string[] = [];
        const ask = (key: string): Promise<string> =>
          cached('tool', key, (dir) => record(dir, key), { root: folder, lockWait: { pollMs: 1 } });
        const record = async (dir: string, key: string): Promise<void> => {
          builds.push(key);
          await writeFile(join(dir, 'tool'), key);
        };
        const paths = await Promise.all(keys.map(ask));
        expect([...builds].sort()).toEqual([...new Set(keys)].sort());
        expect(paths.map((path) => readFileSync(join(path, 'tool'), 'utf8'))).toEqual(keys);
        await rm(folder, { recursive: true });
      }),
      { numRuns: 30 },
    );
  });

  test('takes over the lock and clears the parts of a process that is gone', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    mkdirSync(join(root, 'tool-1.part-old'), { recursive: true });
    await writeFile(join(root, 'tool-1.lock'), JSON.stringify({ pid, started: '1' }));
    await cached('tool', '1', () => Promise.resolve(), { root });
    expect(readdirSync(root)).toEqual(['tool-1']);
  });

  test('takes over the lock of a process whose id now belongs to another', async () => {
    mkdirSync(root);
    await writeFile(join(root, 'tool-1.lock'), JSON.stringify({ pid: process.pid, started: '1' }));
    await cached('tool', '1', () => Promise.resolve(), { root });
    expect(readdirSync(root)).toEqual(['tool-1']);
  });

  test('says whom it waits for, and gives up after its limit', async () => {
    const said: string[] = [];
    const begun = Promise.withResolvers<undefined>();
    const finished = Promise.withResolvers<undefined>();
    const build = async (): Promise<void> => {
      begun.resolve(undefined);
      await finished.promise;
    };
    const slow = cached('tool', '1', build, { root });
    // Two callers at once may take the lock in either order: the second is to come when the first holds it.
    await begun.promise;
    const options = { root, lockWait: { timeoutMs: 50, pollMs: 5 }, onProgress: (line: string) => said.push(line) };
    await expect(cached('tool', '1', () => Promise.resolve(), options)).rejects.toThrow(
      `still held by process ${process.pid}`,
    );
    expect(said).toEqual([`waiting for process ${process.pid}, which is building tool`]);
    finished.resolve(undefined);
    await slow;
    expect(existsSync(join(root, 'tool-1'))).toBe(true);
  });

  test('says what to do when a file stands where the folder should be', async () => {
    await writeFile(root, '');
    const attempt = cached('tool', '1', () => Promise.resolve(), { root });
    await expect(attempt).rejects.toThrow(/cannot be written[^]*set XDG_CACHE_HOME/);
  });

  test('says what to do when the folder may not be written', async () => {
    // Root may write anywhere, so the refusal is made here.
    const refused = Object.assign(new Error('mkdir failed'), { code: 'EACCES' });
    const attempt = cached('tool', '1', () => Promise.reject(refused), { root });
    await expect(attempt).rejects.toThrow(/cannot be written[^]*set XDG_CACHE_HOME/);
  });

  test('says what to do when the disk is full', async () => {
    const full = Object.assign(new Error('write failed'), { code: 'ENOSPC' });
    const attempt = cached('tool', '1', () => Promise.reject(full), { root });
    await expect(attempt).rejects.toThrow(/no space is left[^]*free some space/);
    expect(readdirSync(root)).toEqual([]);
  });

  test('is where the XDG base directory specification puts it', () => {
    expect(cacheRoot({ XDG_CACHE_HOME: '/var/cache/me', HOME: '/home/me' })).toBe('/var/cache/me/flotilla');
    expect(cacheRoot({ HOME: '/home/me' })).toBe('/home/me/.cache/flotilla');
    expect(cacheRoot({ XDG_CACHE_HOME: 'relative', HOME: '/home/me' })).toBe('/home/me/.cache/flotilla');
  });
});
