import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { ToolError } from '../tools/tool-error.ts';
import { runTool } from './run-tool.ts';
import { npmPart, type SbomPart } from './sbom.ts';

export interface NpmOptions {
  /** Folder for files that only this work needs; must be there. */
  readonly scratch: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Puts the folder `native` of the package that `lockFile` pins into `into`, with its symbolic links, and says what it is.
 *
 * @throws ToolError when npm cannot fetch the package, or fetched another one
 */
export async function fetchNativePackage(lockFile: string, into: string, options: NpmOptions): Promise<SbomPart> {
  const pinned = NPM_LOCK.parse(JSON.parse(await readFile(lockFile, 'utf8')));
  const folder = join(options.scratch, 'npm');
  await mkdir(folder);
  await runTool({
    program: 'npm',
    debianPackage: 'npm',
    args: ['pack', '--silent', '--pack-destination', folder, `${pinned.name}@${pinned.version}`],
    cwd: folder,
    env: options.env,
    hint: 'see that npm reaches its registry (npm ping), and run the command again',
    within: 'files',
  });
  const [tarball] = await readdir(folder);
  if (tarball === undefined) throw new Error(`npm packed nothing for ${pinned.name}`);
  const digest = createHash('sha512').update(await readFile(join(folder, tarball)));
  const integrity = `sha512-${digest.digest('base64')}`;
  if (integrity !== pinned.integrity) {
    throw new ToolError(
      `${pinned.name}@${pinned.version} has the digest ${integrity}, ${lockFile} has ${pinned.integrity}`,
      {
        hint: 'find out who changed the package; a version is never published twice with other contents',
      },
    );
  }
  await unpackNative(join(folder, tarball), into, options);
  await rm(folder, { recursive: true });
  return npmPart(pinned.name, pinned.version, pinned.integrity);
}

const NPM_LOCK = z.strictObject({
  name: z.string(),
  version: z.string(),
  integrity: z.string().regex(/^sha512-\S+$/),
});

async function unpackNative(tarball: string, into: string, { env }: NpmOptions): Promise<void> {
  await mkdir(into, { recursive: true });
  await runTool({
    program: 'tar',
    debianPackage: 'tar',
    args: ['-xzf', tarball, '-C', into, '--no-same-owner', '--strip-components=2', 'package/native'],
    env,
    hint: 'run the command again',
    within: 'files',
  });
  // Archives of npm have no symbolic links: the package lists them, from its own root, for its install script.
  const list = join(into, 'pg-symlinks.json');
  for (const { source, target } of LINKS.parse(JSON.parse(await readFile(list, 'utf8')))) {
    const place = join(into, relative('native', target));
    const text = relative(dirname(target), source);
    if (relative(into, place).startsWith('..') || text.startsWith('..')) throw new Error(`${target} lies outside`);
    await symlink(text, place);
  }
  await rm(list);
  // For those who compile against it.
  for (const name of ['lib/pkgconfig', 'include']) await rm(join(into, name), { recursive: true, force: true });
  for (const name of await readdir(join(into, 'lib'))) if (name.endsWith('.a')) await rm(join(into, 'lib', name));
}

const LINKS = z.array(z.object({ source: z.string(), target: z.string() }));
