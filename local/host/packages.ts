import { commandLines } from './command-lines.ts';
import { ToolError } from '../tools/tool-error.ts';
import { missingPackages } from './preflight.ts';

export interface PackageOptions {
  readonly onProgress: (line: string) => void;
  /** @default - of this machine */
  readonly missing?: () => Promise<readonly string[]>;
  /** Runs apt-get. @default - this machine's */
  readonly apt?: (args: readonly string[]) => Promise<void>;
}

/**
 * Installs the Debian packages that are missing. Only for root, and with apt.
 *
 * @throws ToolError with the exact command where they cannot be installed
 */
export async function ensurePackages({
  onProgress,
  missing: missingNow = missingPackages,
  apt = async (args) => commandLines('apt-get', args, onProgress),
}: PackageOptions): Promise<void> {
  const missing = await missingNow();
  if (missing.length === 0) return;
  const args = ['install', '--yes', '--no-install-recommends', ...missing];
  onProgress(`apt-get install ${missing.join(' ')}`);
  try {
    await apt(['update']);
    await apt(args);
  } catch (error) {
    throw new ToolError(`the packages ${missing.join(', ')} could not be installed: ${String(error)}`, {
      hint: `install them yourself (on Debian: apt-get ${args.join(' ')}), then run ./flotilla up again`,
      cause: error,
    });
  }
  const still = await missingNow();
  if (still.length > 0) {
    throw new ToolError(`${still.join(', ')} are installed and their programs still missing`, {
      hint: 'look whether /usr/sbin and /usr/lib/cni are as Debian has them',
    });
  }
}
