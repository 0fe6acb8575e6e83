import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RouteFiles, RoutePlan } from './route-files.ts';

/** Route files in a folder that HAProxy reads. */
export async function readRoutes(folder: string): Promise<RouteFiles> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ENDING)).sort();
  const entries = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  );
  return new Map(entries);
}

/** Each file changes at once: HAProxy may start anew at any moment, and must never read half of one. */
export async function writeRoutes(folder: string, { write, remove }: RoutePlan): Promise<void> {
  for (const [name, content] of write) {
    // HAProxy reads no file whose name ends otherwise.
    const unfinished = join(folder, `${name}.new`);
    await writeFile(unfinished, content);
    await rename(unfinished, join(folder, name));
  }
  for (const name of remove) await rm(join(folder, name), { force: true });
}

const ENDING = '.cfg';
