import { execFile } from 'node:child_process';
import { readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePackages } from '../../../local/host/packages.ts';
import { cached, cacheRoot } from '../../../local/tools/cache.ts';

/** kcat as this machine can have it. */
export interface Kcat {
  /** Version of librdkafka that it runs with; undefined: there is no kcat, for the reason in `lack`. */
  readonly library?: readonly [number, number, number];
  /** Variables that make it run with that library. */
  readonly env: string;
  /** What could not be had, and why. */
  readonly lack?: string;
}

/** From here on its SCRAM is what Kafka 4.0 and newer let in: https://github.com/confluentinc/librdkafka/pull/4895. */
export const FIRST_GOOD_LIBRARY = [2, 6, 1] as const;

/** kcat of the machine, of Debian where root can install it, and with a new librdkafka where its own is too old. */
export async function findKcat(): Promise<Kcat> {
  try {
    const missing = async (): Promise<readonly string[]> => ((await isThere()) ? [] : ['kcat']);
    await ensurePackages({ missing, onProgress: () => undefined });
  } catch (error) {
    return { env: '', lack: `kcat could not be had: ${String(error)}` };
  }
  const own = await libraryVersion('');
  if (isGood(own)) return { library: own, env: '' };
  try {
    const env = `LD_LIBRARY_PATH=${await newLibrary()}`;
    return { library: await libraryVersion(env), env };
  } catch (error) {
    return { library: own, env: '', lack: `no librdkafka newer than ${own.join('.')} could be had: ${String(error)}` };
  }
}

export function isGood(version: readonly [number, number, number]): boolean {
  const [major, minor, patch] = version;
  const [leastMajor, leastMinor, leastPatch] = FIRST_GOOD_LIBRARY;
  if (major !== leastMajor) return major > leastMajor;
  return minor === leastMinor ? patch >= leastPatch : minor > leastMinor;
}

const run = promisify(execFile);
const INSTALL_MAX_MS = 120_000;

async function isThere(): Promise<boolean> {
  return await run('kcat', ['-V']).then(
    () => true,
    () => false,
  );
}

async function libraryVersion(env: string): Promise<readonly [number, number, number]> {
  const { stdout } = await run('sh', ['-c', `${env} kcat -V`]);
  const [, major, minor, patch] = /librdkafka (\d+)\.(\d+)\.(\d+)/.exec(stdout) ?? [];
  if (major === undefined) throw new Error(`kcat says nothing of its library: ${stdout}`);
  return [Number(major), Number(minor), Number(patch)];
}

/** Debian has none that is new enough: the one that Confluent's Python client (Apache-2.0) brings along. */
async function newLibrary(): Promise<string> {
  return await cached('librdkafka', CLIENT_VERSION, fetchLibrary, { root: cacheRoot(process.env) });
}

async function fetchLibrary(folder: string): Promise<void> {
  const wheels = join(folder, 'wheels');
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, `confluent-kafka==${CLIENT_VERSION} --hash=sha256:${CLIENT_SHA256}\n`);
  const target = ['--python-version=3.12', '--implementation=cp', '--abi=cp312', '--platform=manylinux_2_28_x86_64'];
  const options = ['--no-deps', '--only-binary=:all:', '--require-hashes', ...target, '--dest', wheels];
  await run('pip3', ['download', '--quiet', ...options, '--requirement', requirements], { timeout: INSTALL_MAX_MS });
  for (const wheel of await readdir(wheels)) {
    await run('python3', ['-m', 'zipfile', '--extract', join(wheels, wheel), wheels]);
  }
  const libraries = join(wheels, 'confluent_kafka.libs');
  for (const name of await readdir(libraries)) {
    await rename(join(libraries, name), join(folder, name));
    if (name.startsWith('librdkafka-')) await symlink(name, join(folder, 'librdkafka.so.1'));
  }
}

const CLIENT_VERSION = '2.16.1';
const CLIENT_SHA256 = 'fdb2c4d53e84e10f4e567f4e74bba45d0ce90276b81259c3fc58df6960caabf5';
