import { spawn } from 'node:child_process';
import { INSTALL_ROOT, PATHS } from './project.ts';

/**
 * Runs a program of the checkout in a process of its own, on the terminal of this one, with arguments of Node's own if need
 * be. Resolves with its exit code.
 */
export async function runInOwnProcess(
  file: string,
  args: readonly string[],
  nodeArgs: readonly string[] = [],
): Promise<number> {
  const child = spawn(PATHS.node, [...nodeArgs, file, ...args], { cwd: INSTALL_ROOT, stdio: 'inherit' });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}
