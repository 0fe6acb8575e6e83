import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, readdir, stat } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import { cached } from '../tools/cache.ts';
import { systemErrorCode } from '../tools/tool-error.ts';
import {
  ownPulumiEngine,
  PULUMI_VERSION,
  pulumiEngine,
  type PulumiEngine,
  type PulumiEngineOptions,
} from './engine.ts';
import { languageHost } from './language-host.ts';

export interface PulumiTools {
  readonly engine: PulumiEngine;
  /** What to start: a name that `env` resolves. */
  readonly command: 'pulumi';
  /** Environment to start it in, with the project's Node and the engine first in the PATH. */
  readonly env: NodeJS.ProcessEnv;
}

export interface PulumiToolsOptions extends PulumiEngineOptions {
  /** Folder with the `node` that runs the program: `dirname(process.execPath)` of the command line. */
  readonly nodeFolder: string;
}

/**
 * Finds or builds all that runs the stacks' program with `pulumi`: the engine, and for one that is built here the
 * language host.
 *
 * @throws ToolError when neither can be had
 */
export async function pulumiTools(options: PulumiToolsOptions): Promise<PulumiTools> {
  const engine = await pulumiEngine(options);
  return toolsOf(engine, engine.source === 'built' ? [await withLanguageHost(engine.command, options)] : [], options);
}

/** The tools where they are there already, and undefined where they would have to be built. */
export async function installedPulumiTools(options: PulumiToolsOptions): Promise<PulumiTools | undefined> {
  const own = await ownPulumiEngine(options.env);
  if (own !== undefined) return toolsOf(own, [], options);
  const folder = await newestBuilt(options.cacheRoot);
  if (folder === undefined) return undefined;
  const command = join(folder, 'bin', 'pulumi');
  const engine = { source: 'built', command, version: PULUMI_VERSION, installation: { root: folder } } as const;
  return toolsOf(engine, [join(folder, 'bin')], options);
}

function toolsOf(engine: PulumiEngine, folders: readonly string[], options: PulumiToolsOptions): PulumiTools {
  const path = [options.nodeFolder, ...folders, options.env['PATH'] ?? ''].filter((folder) => folder !== '');
  return { engine, command: 'pulumi', env: { ...options.env, PATH: path.join(delimiter), ...SETTINGS } };
}

/** Which one belongs to this version of the project takes Go to say; the newest does for reading. */
async function newestBuilt(cacheFolder: string): Promise<string | undefined> {
  const names = await readdir(cacheFolder).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const folders = names.filter((name) => ENTRY.test(name)).map((name) => join(cacheFolder, name));
  const made = await Promise.all(folders.map(async (folder) => [folder, (await stat(folder)).mtimeMs] as const));
  return made.toSorted(([, a], [, b]) => b - a)[0]?.[0];
}

const ENTRY = /^pulumi-with-host-[0-9a-f]+$/;

/** The engine's reminder of newer versions would tell people to leave the version that the project is tested with. */
const SETTINGS = { PULUMI_SKIP_UPDATE_CHECK: 'true' };

/** Folder with both programs: the engine takes a host from anywhere else only with a warning in each run. */
async function withLanguageHost(engine: string, options: PulumiToolsOptions): Promise<string> {
  const programs = [engine, await languageHost(options)];
  const key = createHash('sha256').update(programs.join('\0')).digest('hex').slice(0, KEY_DIGITS);
  const fill = async (folder: string): Promise<void> => {
    await mkdir(join(folder, 'bin'));
    for (const program of programs) await linkOrCopy(program, join(folder, 'bin', basename(program)));
  };
  return join(await cached('pulumi-with-host', key, fill, { ...options, root: options.cacheRoot }), 'bin');
}

const KEY_DIGITS = 16;

/** A hard link takes no space; a symbolic one would be followed back to where the other program is not. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // File systems without links, and those that link only inside one folder.
    if (!['EPERM', 'EXDEV', 'ENOTSUP', 'EMLINK'].includes(systemErrorCode(error) ?? '')) throw error;
    await copyFile(from, to);
  }
}
