import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** How a command ended, and all that it printed. */
export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command as people call it. */
export const FLOTILLA = join(import.meta.dirname, '..', '..', 'flotilla');

/** Environment of a command that a test runs: Jest's own settings of Node are not for it, and colors for nobody. */
export function commandEnv(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...more };
}

/** Runs `./flotilla` with these arguments, and resolves when it has ended, however. */
export async function runFlotilla(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const child = spawn(FLOTILLA, args, { env: commandEnv(more), stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, code] = await Promise.all([
    child.stdout.setEncoding('utf8').toArray(),
    child.stderr.setEncoding('utf8').toArray(),
    new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    }),
  ]);
  return { code, out: out.join(''), err: err.join('') };
}
