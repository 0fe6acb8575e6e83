import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Root of the checkout: what buf's configuration files speak of. */
export const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

/** buf ended with a failure, or could not be run. */
export class BufError extends Error {
  /** `refused`: buf found something wrong in contracts/proto. `unavailable`: buf itself did not run to its end. */
  readonly reason: 'refused' | 'unavailable';

  constructor(message: string, options: { readonly reason: BufError['reason']; readonly cause: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'BufError';
    this.reason = options.reason;
  }
}

/**
 * Runs buf in the project's root and gives what it wrote to standard output.
 *
 * @throws BufError with what buf wrote when it ends with a failure.
 */
export async function runBuf(args: readonly string[]): Promise<Buffer> {
  const launcher = findLauncher();
  const command = `buf ${args[0] ?? ''}`;
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [launcher, ...args],
      { cwd: PROJECT_ROOT, encoding: 'buffer', maxBuffer: MAX_OUTPUT_BYTES, timeout: TIMEOUT_MS },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve(stdout);
          return;
        }
        const output = `${stderr.toString()}${stdout.toString()}`.trim();
        const reason = typeof error.code === 'number' ? 'refused' : 'unavailable';
        reject(new BufError(`${command} failed:\n${output || error.message}`, { reason, cause: error }));
      },
    );
  });
}

function findLauncher(): string {
  try {
    return createRequire(import.meta.url).resolve('@bufbuild/buf/bin/buf');
  } catch (cause) {
    throw new BufError('buf is not installed', { reason: 'unavailable', cause });
  }
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 120_000;
