import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { type GoProgram, goProgram, type GoProgramOptions } from '../tools/go-program.ts';
import { systemErrorCode } from '../tools/tool-error.ts';

export type PulumiEngineOptions = GoProgramOptions;

export interface PulumiEngine {
  /** `path`: the user's own; `built`: compiled from pinned Go modules and kept in the cache. */
  readonly source: 'path' | 'built';
  /** What to start: a name that the PATH resolves, or an absolute path. */
  readonly command: string;
  /** As in `3.230.0`. */
  readonly version: string;
  /** For `PulumiCommand.get` of the Automation API: its own search in the PATH, or the folder above `bin`. */
  readonly installation: { readonly root?: string };
}

/** The user's own engine, where the PATH has one that is new enough; nothing is built. */
export async function ownPulumiEngine(env: NodeJS.ProcessEnv): Promise<PulumiEngine | undefined> {
  const version = await ownVersion(env);
  if (version === undefined || !isAtLeast(version, PULUMI_VERSION)) return undefined;
  return { source: 'path', command: 'pulumi', version, installation: {} };
}

/** Oldest engine that the stacks' `@pulumi/pulumi` is tested with, and the one that is built where there is none. */
export const PULUMI_VERSION = '3.230.0';

/**
 * The Pulumi engine: the user's own `pulumi` from the PATH when it is {@link PULUMI_VERSION} or newer, else one that Go
 * builds and the cache keeps (2 minutes, 1.1 GB of memory and 2.4 GB of disk from nothing on 2 cores, 2026-11-22).
 * Throws `ToolError` when neither can be had.
 */
export async function pulumiEngine(options: PulumiEngineOptions): Promise<PulumiEngine> {
  const own = await ownVersion(options.env);
  if (own !== undefined && isAtLeast(own, PULUMI_VERSION)) {
    return { source: 'path', command: 'pulumi', version: own, installation: {} };
  }
  if (own !== undefined) {
    options.onProgress?.(`pulumi ${own} in the PATH is older than ${PULUMI_VERSION}, which is built instead`);
  }
  const command = await goProgram(PULUMI, options);
  return { source: 'built', command, version: PULUMI_VERSION, installation: { root: dirname(dirname(command)) } };
}

const PULUMI: GoProgram = {
  name: 'pulumi',
  file: 'bin/pulumi',
  called: 'the Pulumi engine',
  purpose: `where the PATH has no pulumi ${PULUMI_VERSION} or newer`,
  alternative: `install Pulumi ${PULUMI_VERSION} or newer (https://www.pulumi.com/docs/install)`,
  moduleFolder: import.meta.dirname,
  // Its main package keeps the root command to itself, so there is no smaller main of ours.
  mainPackage: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
  // The release's version is given to the linker only; without it the Automation API refuses the engine.
  linkerFlags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI_VERSION}`,
  buildTime: 'about 2 minutes on 2 cores',
  disk: '2.5 GB',
  memory: '1.5 GB',
};

const VERSION_TIMEOUT_MS = 30_000;
const run = promisify(execFile);

/** Undefined where there is none, or where what is there does not say its version as Pulumi does. */
async function ownVersion(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const { stdout } = await run('pulumi', ['version'], {
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: 'true' },
      timeout: VERSION_TIMEOUT_MS,
    });
    return VERSION.exec(stdout.trim())?.[1];
  } catch (error) {
    // A command that fails has an exit code; a pulumi that cannot tell its version is not used either.
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'EACCES' || isFailedRun(error))
      return undefined;
    throw error;
  }
}

/** Releases only: a pre-release such as `3.230.0-alpha.1` comes before its release. */
const VERSION = /^v?(\d+\.\d+\.\d+)$/;

function isFailedRun(error: unknown): boolean {
  // Not instanceof: under Jest the system's errors come from another realm.
  return typeof error === 'object' && error !== null && 'killed' in error;
}

function isAtLeast(found: string, wanted: string): boolean {
  const [have, need] = [found.split('.').map(Number), wanted.split('.').map(Number)];
  for (const [place, number] of need.entries()) {
    const difference = (have[place] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
