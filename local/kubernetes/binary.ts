import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { cached, type CacheOptions } from '../tools/cache.ts';
import { systemErrorCode, ToolError } from '../tools/tool-error.ts';

export interface KubernetesBinaryOptions extends Omit<CacheOptions, 'root'> {
  /** Folder of the cache: `cacheRoot(process.env)`. */
  readonly cacheRoot: string;
  /** Environment for Go, which reads its caches and its proxy from there. */
  readonly env: NodeJS.ProcessEnv;
  /** @default go, from the path */
  readonly goCommand?: string;
}

/**
 * Path of the one binary that holds every Kubernetes program, built by Go unless the cache has it (about 5 minutes and
 * 2.3 GB of memory from nothing on 2 cores, 2026-11-22). Throws {@link ToolError} when Go is missing, too old or fails.
 */
export async function kubernetesBinary(options: KubernetesBinaryOptions): Promise<string> {
  const goVersion = await checkedGoVersion(options);
  const key = await cacheKey(goVersion);
  const folder = await cached(NAME, key, (dir) => build(join(dir, NAME), options), {
    ...options,
    root: options.cacheRoot,
  });
  return join(folder, NAME);
}

const NAME = 'kubernetes';
const MODULE_FOLDER = import.meta.dirname;
const KEY_DIGITS = 16;
const BUILD_FLAGS = ['-trimpath', '-ldflags', '-s -w'] as const;
const PROGRESS_INTERVAL_MS = 5_000;
const KEPT_OUTPUT_LINES = 20;
const run = promisify(execFile);

async function cacheKey(goVersion: string): Promise<string> {
  const hash = createHash('sha256').update(goVersion).update(BUILD_FLAGS.join('\0'));
  const sources = (await readdir(MODULE_FOLDER)).filter((file) => /\.go$|^go\.(mod|sum)$/.test(file)).sort();
  for (const source of sources) hash.update(`\0${source}\0`).update(await readFile(join(MODULE_FOLDER, source)));
  return hash.digest('hex').slice(0, KEY_DIGITS);
}

/** As in `go version go1.26.8 linux/amd64`. */
async function checkedGoVersion(options: KubernetesBinaryOptions): Promise<string> {
  const wanted = /^go (\d+)\.(\d+)/m.exec(await readFile(join(MODULE_FOLDER, 'go.mod'), 'utf8'));
  if (wanted === null) throw new Error('go.mod names no Go version');
  const version = await goVersion(options, `${wanted[1] ?? ''}.${wanted[2] ?? ''}`);
  const found = /go(\d+)\.(\d+)/.exec(version);
  if (found !== null && isAtLeast(found, wanted)) return version;
  throw new ToolError(`Go is too old: ${version}`, {
    hint: `install Go ${wanted[1] ?? ''}.${wanted[2] ?? ''} or newer (https://go.dev/dl)`,
  });
}

function isAtLeast(found: RegExpExecArray, wanted: RegExpExecArray): boolean {
  const [major, minor] = [Number(found[1]) - Number(wanted[1]), Number(found[2]) - Number(wanted[2])];
  return major > 0 || (major === 0 && minor >= 0);
}

async function goVersion(options: KubernetesBinaryOptions, wanted: string): Promise<string> {
  try {
    // Outside the module: inside it a Go that is too old tries to fetch a newer one instead of answering.
    const { stdout } = await run(options.goCommand ?? 'go', ['version'], { cwd: '/', env: options.env });
    return stdout.trim();
  } catch (error) {
    const reason = systemErrorCode(error) === 'ENOENT' ? 'Go is not installed' : `Go does not run: ${String(error)}`;
    throw new ToolError(`${reason}; the Kubernetes programs of the local region are built with it`, {
      hint: `install Go ${wanted} or newer (https://go.dev/dl) and have it in the PATH`,
      cause: error,
    });
  }
}

async function build(output: string, options: KubernetesBinaryOptions): Promise<void> {
  const startedMs = performance.now();
  let packages = 0;
  const say = (): void => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    options.onProgress?.(
      `building the Kubernetes programs with Go, ${packages} packages compiled, ${seconds} s ` +
        '(once per machine; about 5 minutes on 2 cores)',
    );
  };
  const timer = setInterval(say, PROGRESS_INTERVAL_MS);
  try {
    await compile(output, options, () => {
      packages += 1;
    });
  } finally {
    clearInterval(timer);
  }
}

async function compile(output: string, options: KubernetesBinaryOptions, onPackage: () => void): Promise<void> {
  const child = spawn(options.goCommand ?? 'go', ['build', '-v', ...BUILD_FLAGS, '-o', output, '.'], {
    cwd: MODULE_FOLDER,
    env: options.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stop = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', stop);
  const kept: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    // With -v Go prints the path of each package that it compiles; anything with a blank is a message.
    if (!line.includes(' ')) onPackage();
    kept.push(line);
    if (kept.length > KEPT_OUTPUT_LINES) kept.shift();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  process.off('exit', stop);
  if (code !== 0) throw buildFailure(kept.join('\n'));
}

function buildFailure(output: string): ToolError {
  const hint = output.includes('no space left on device')
    ? 'free about 4 GB of disk for Go (its caches are shown by "go env GOCACHE GOMODCACHE") and run the command again'
    : 'mend what Go reports (modules come through "go env GOPROXY"; the build needs about 2.5 GB of memory)';
  return new ToolError(`Go could not build the Kubernetes programs:\n${output}`, { hint });
}
