import { copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** How one file differs from what would be generated. */
export interface Drift {
  /** Path below the compared folder. */
  readonly file: string;
  readonly kind: 'missing' | 'changed' | 'stale';
}

/** Compares two folders by content; `stale` files are in `actual` only. Sorted by path; a folder that is absent is empty. */
export async function compareFolders(actual: string, expected: string): Promise<readonly Drift[]> {
  const present = new Set(await filesOf(actual));
  const wanted = new Set(await filesOf(expected));
  const drifts: Drift[] = [];
  for (const file of [...present.union(wanted)].sort()) {
    if (!wanted.has(file)) drifts.push({ file, kind: 'stale' });
    else if (!present.has(file)) drifts.push({ file, kind: 'missing' });
    else if (!(await readFile(join(actual, file))).equals(await readFile(join(expected, file)))) {
      drifts.push({ file, kind: 'changed' });
    }
  }
  return drifts;
}

/** Makes the drifted files of `actual` equal to those of `expected`, each in one step. */
export async function mendDrift(actual: string, expected: string, drifts: readonly Drift[]): Promise<void> {
  for (const { file, kind } of drifts) {
    const target = join(actual, file);
    if (kind === 'stale') {
      await rm(target);
      continue;
    }
    await mkdir(dirname(target), { recursive: true });
    const beside = `${target}.${process.pid}.tmp`;
    await copyFile(join(expected, file), beside);
    await rename(beside, target);
  }
}

async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
