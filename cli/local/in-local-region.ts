import { withLock } from '../../local/tools/lock-file.ts';
import { ToolError } from '../../local/tools/tool-error.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';
import { type LocalRegion, localRegion } from './region-folder.ts';

/**
 * Runs a command's work on the region of this machine.
 *
 * @throws UserError where it is not root's, and in the place of every failure that a person can mend
 */
export async function inLocalRegion<T>(env: NodeJS.ProcessEnv, work: (region: LocalRegion) => Promise<T>): Promise<T> {
  const region = localRegion(env);
  if (process.getuid?.() !== 0) {
    throw new UserError("a region's namespaces, keys and logs are root's", {
      hint: 'run the same command with sudo',
      exitCode: EXIT_CODES.environment,
    });
  }
  try {
    return await work(region);
  } catch (error) {
    throw error instanceof ToolError ? userErrorOf(error) : error;
  }
}

/** {@link inLocalRegion} with the faults of the region held by this process alone. */
export async function withFaultsLocked<T>(
  env: NodeJS.ProcessEnv,
  work: (region: LocalRegion) => Promise<T>,
): Promise<T> {
  return await inLocalRegion(env, async (region) => {
    // Beside the folder, as the lock of `up` is: the folder may not be there.
    const lock = `${region.layout.folder}.faults.lock`;
    return await withLock(lock, { timeoutMs: FAULT_TIMEOUT_MS }, async () => await work(region));
  });
}

/** The longest fault waits for a node to be ready. */
const FAULT_TIMEOUT_MS = 120_000;

function userErrorOf(error: ToolError): UserError {
  const what = error.message.slice(0, -`\nwhat to do: ${error.hint}`.length);
  return new UserError(what, { hint: error.hint, exitCode: EXIT_CODES.environment, cause: error });
}
