import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../tools/tool-error.ts';

/** Files of this repository that the platform runs from, as paths below `root`, in alphabetical order. */
export async function runtimeFiles(root: string): Promise<readonly string[]> {
  const found = await Promise.all(
    RUNTIME_FOLDERS.map(async (folder) => {
      const names = await readdir(join(root, folder), { recursive: true }).catch((error: unknown) => {
        // Layers that nobody has begun.
        if (systemErrorCode(error) === 'ENOENT') return [];
        throw error;
      });
      return names
        .filter((name) => RUNTIME_FILE.test(name) && !name.includes('node_modules'))
        .map((name) => join(folder, name));
    }),
  );
  return [...found.flat(), ...RUNTIME_SINGLES].sort();
}

/** Digest of files and what they are called: paths below `root`, of files or of whole folders. */
export async function digestOfFiles(root: string, paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of await filesBelow(root, path)) {
      hash.update(`\0${file}\0`).update(await readFile(join(root, file)));
    }
  }
  return hash.digest('hex');
}

const RUNTIME_FOLDERS = [
  'cli',
  'constructs',
  'contracts',
  'control-plane',
  'images',
  'local',
  'operators',
  'policies',
  'stacks',
];
const RUNTIME_FILE = /\.(?:ts|js|mjs|json|ya?ml|proto|p?sql|sh|html|css)$/;
const RUNTIME_SINGLES = ['LICENSE', 'Pulumi.yaml', 'package.json'];

async function filesBelow(root: string, path: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, path), { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  });
  if (entries === undefined) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}
