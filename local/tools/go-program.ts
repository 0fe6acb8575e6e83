import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { cached, type CacheOptions } from './cache.ts';
import { systemErrorCode, ToolError } from './tool-error.ts';

/** A program whose pinned Go module lies in this repository. */
export interface GoProgram {
  /** Name of the cache's entry. */
  readonly name: string;
  /** Where the program lies inside its entry, as in `bin/pulumi`. */
  readonly file: string;
  /** What messages call it, as in `the Kubernetes programs`. */
  readonly called: string;
  /** Ends the sentence "Go builds …", as in `of the local region`. */
  readonly purpose: string;
  /** Another way to the program, as in `install Pulumi`. @default none */
  readonly alternative?: string;
  /** Folder with go.mod and go.sum, and the sources where the main package is ours. */
  readonly moduleFolder: string;
  /** Import path of the main package; `.` for the module's own. */
  readonly mainPackage: string;
  readonly linkerFlags: string;
  /** What a first build costs, as in `about 5 minutes on 2 cores`. */
  readonly buildTime: string;
  readonly disk: string;
  readonly memory: string;
}

export interface GoProgramOptions extends Omit<CacheOptions, 'root'> {
  /** Folder of the cache: `cacheRoot(process.env)`. */
  readonly cacheRoot: string;
  /** Environment for Go, which reads its caches and its proxy from there. */
  readonly env: NodeJS.ProcessEnv;
  /** @default go, from the path */
  readonly goCommand?: string;
}

/** Path of the program, built by Go unless the cache has it. Throws {@link ToolError} when Go is missing, too old or fails. */
export async function goProgram(program: GoProgram, options: GoProgramOptions): Promise<string> {
  const goVersion = await checkedGoVersion(program, options);
  const key = await cacheKey(program, goVersion);
  const folder = await cached(program.name, key, (dir) => build(program, join(dir, program.file), options), {
    ...options,
    root: options.cacheRoot,
  });
  return join(folder, program.file);
}

const KEY_DIGITS = 16;
const PROGRESS_INTERVAL_MS = 5_000;
const KEPT_OUTPUT_LINES = 20;
const run = promisify(execFile);

function buildFlags({ linkerFlags }: GoProgram): readonly string[] {
  return ['-trimpath', '-ldflags', linkerFlags];
}

async function cacheKey(program: GoProgram, goVersion: string): Promise<string> {
  const { mainPackage, moduleFolder } = program;
  const hash = createHash('sha256').update(goVersion).update(buildFlags(program).join('\0'));
  if (mainPackage !== '.') hash.update(`\0${mainPackage}`);
  const sources = (await readdir(moduleFolder)).filter((file) => /\.go$|^go\.(mod|sum)$/.test(file)).sort();
  for (const source of sources) hash.update(`\0${source}\0`).update(await readFile(join(moduleFolder, source)));
  return hash.digest('hex').slice(0, KEY_DIGITS);
}

/** As in `go version go1.26.8 linux/amd64`. */
async function checkedGoVersion(program: GoProgram, options: GoProgramOptions): Promise<string> {
  const wanted = /^go (\d+)\.(\d+)/m.exec(await readFile(join(program.moduleFolder, 'go.mod'), 'utf8'));
  if (wanted === null) throw new Error('go.mod names no Go version');
  const version = await goVersion(program, options, `${wanted[1] ?? ''}.${wanted[2] ?? ''}`);
  const found = /go(\d+)\.(\d+)/.exec(version);
  if (found !== null && isAtLeast(found, wanted)) return version;
  throw new ToolError(`Go is too old: ${version}`, {
    hint: `${otherwise(program)}install Go ${wanted[1] ?? ''}.${wanted[2] ?? ''} or newer (https://go.dev/dl)`,
  });
}

function isAtLeast(found: RegExpExecArray, wanted: RegExpExecArray): boolean {
  const [major, minor] = [Number(found[1]) - Number(wanted[1]), Number(found[2]) - Number(wanted[2])];
  return major > 0 || (major === 0 && minor >= 0);
}

async function goVersion(program: GoProgram, options: GoProgramOptions, wanted: string): Promise<string> {
  try {
    // Outside the module: inside it a Go that is too old tries to fetch a newer one instead of answering.
    const { stdout } = await run(options.goCommand ?? 'go', ['version'], { cwd: '/', env: options.env });
    return stdout.trim();
  } catch (error) {
    const reason = systemErrorCode(error) === 'ENOENT' ? 'Go is not installed' : `Go does not run: ${String(error)}`;
    throw new ToolError(`${reason}; it builds ${program.called} ${program.purpose}`, {
      hint: `${otherwise(program)}install Go ${wanted} or newer (https://go.dev/dl) and have it in the PATH`,
      cause: error,
    });
  }
}

function otherwise({ alternative }: GoProgram): string {
  return alternative === undefined ? '' : `${alternative}; or `;
}

async function build(program: GoProgram, output: string, options: GoProgramOptions): Promise<void> {
  const startedMs = performance.now();
  let packages = 0;
  const say = (): void => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    options.onProgress?.(
      `building ${program.called} with Go, ${packages} packages compiled, ${seconds} s ` +
        `(once per machine; ${program.buildTime})`,
    );
  };
  const timer = setInterval(say, PROGRESS_INTERVAL_MS);
  try {
    await mkdir(dirname(output), { recursive: true });
    await compile(program, output, options, () => {
      packages += 1;
    });
  } finally {
    clearInterval(timer);
  }
}

async function compile(
  program: GoProgram,
  output: string,
  options: GoProgramOptions,
  onPackage: () => void,
): Promise<void> {
  const args = ['build', '-v', ...buildFlags(program), '-o', output, program.mainPackage];
  const child = spawn(options.goCommand ?? 'go', args, {
    cwd: program.moduleFolder,
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
  if (code !== 0) throw buildFailure(program, kept.join('\n'));
}

function buildFailure({ called, disk, memory }: GoProgram, output: string): ToolError {
  const hint = output.includes('no space left on device')
    ? `free about ${disk} of disk for Go (its caches are shown by "go env GOCACHE GOMODCACHE") and run the command again`
    : `mend what Go reports (modules come through "go env GOPROXY"; the build needs about ${memory} of memory)`;
  return new ToolError(`Go could not build ${called}:\n${output}`, { hint });
}
