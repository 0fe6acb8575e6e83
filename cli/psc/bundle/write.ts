import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../user-error.ts';
import type { BundleFiles } from './collect.ts';

const OWNER_ONLY = 0o600;

/**
 * Packs a bundle into one file, below a folder of its own name; readable by its owner only.
 *
 * @throws UserError where the file is there already or cannot be written
 */
export async function writeBundle(files: BundleFiles, name: string, archive: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-bundle-'));
  try {
    for (const [path, text] of files) {
      const file = join(folder, name, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    const packed = join(folder, 'bundle.tar.gz');
    await promisify(execFile)('tar', ['-czf', packed, '-C', folder, name]);
    await chmod(packed, OWNER_ONLY);
    // Never on top of another one.
    await copyFile(packed, archive, constants.COPYFILE_EXCL);
  } catch (error) {
    throw new UserError(`${archive} cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'name a file with --out that is not there yet, in a folder that is there and is yours',
      cause: error,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
