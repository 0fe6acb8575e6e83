import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** An image unpacked into a folder, in which programs run as they would in a pod. */
export interface UnpackedImage {
  /** What the image says of itself, as in `User` and `Entrypoint`. */
  readonly config: ImageConfig;
  /** Runs a shell script in the image and resolves with what it printed and its exit code. */
  readonly run: (script: string, options?: RunOptions) => Promise<RunResult>;
  readonly remove: () => Promise<void>;
}

export interface ImageConfig {
  readonly User?: string;
  readonly Entrypoint?: readonly string[];
  readonly Env?: readonly string[];
  readonly StopSignal?: string;
}

export interface RunOptions {
  /** Files that a pod would have mounted, by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Folders that a pod may write to, besides /tmp. */
  readonly scratch?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunResult {
  readonly exitCode: number;
  readonly output: string;
}

/** Unpacks a docker-archive. Needs root. */
export async function unpackImage(archive: string): Promise<UnpackedImage> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-image-'));
  const [layers, root] = [join(folder, 'layers'), join(folder, 'root')];
  await mkdir(layers);
  await mkdir(root);
  await run('tar', ['-xf', archive, '-C', layers]);
  const [manifest] = (await json(join(layers, 'manifest.json'))) as readonly [Manifest];
  for (const layer of manifest.Layers) await run('tar', ['-xf', join(layers, layer), '-C', root]);
  const { config } = (await json(join(layers, manifest.Config))) as { readonly config: ImageConfig };
  await rm(layers, { recursive: true });
  return {
    config,
    run: async (script, options = {}) => await runConfined(folder, config, script, options),
    remove: async () => {
      await rm(folder, { recursive: true });
    },
  };
}

interface Manifest {
  readonly Config: string;
  readonly Layers: readonly string[];
}

const run = promisify(execFile);
const RUN_MAX_MS = 120_000;

/** As its own user, on a read-only root, without a network but loopback: what the pods' security contexts ask for. */
async function runConfined(
  folder: string,
  config: ImageConfig,
  script: string,
  { files = {}, scratch = [], env = {} }: RunOptions,
): Promise<RunResult> {
  const root = join(folder, 'root');
  const folders = [...scratch, ...new Set(Object.keys(files).map((path) => dirname(path)))];
  for (const path of folders) await mkdir(join(root, path), { recursive: true });
  for (const [path, content] of Object.entries(files)) await writeFile(join(root, path), content);
  await writeFile(join(folder, 'script.sh'), script);
  const enter = [
    'set -e; root=$1; shift; ip link set lo up',
    'mount --bind "$root" "$root"; mount -o remount,ro,bind "$root"',
    'mount -t proc proc "$root/proc"; mount --bind /dev "$root/dev"; mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"',
    'mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"; cp "$root/../script.sh" "$root/tmp/script.sh"',
    ...scratch.map((path) => `mount -t tmpfs -o mode=0777 tmpfs "$root${path}"`),
    'exec chroot --userspec=10001:10001 --groups= "$root" env -i "$@" sh /tmp/script.sh',
  ].join('\n');
  const environment = [...(config.Env ?? []), ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', '--'];
  const args = ['--pdeathsig', 'KILL', 'unshare', ...namespaces, 'sh', '-c', enter, 'enter', root, ...environment];
  try {
    const { stdout, stderr } = await run('setpriv', args, { timeout: RUN_MAX_MS, maxBuffer: 64 * 1024 * 1024 });
    return { exitCode: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { exitCode: code, output: `${stdout ?? ''}${stderr ?? ''}` };
  }
}

async function json(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8')) as unknown;
}
