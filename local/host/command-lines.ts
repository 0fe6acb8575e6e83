import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SYSTEM_PATH } from './system-path.ts';

const KEPT_LINES = 15;

/** Runs a program and tells each line that it prints; rejects with the last of them when it fails. */
export async function commandLines(
  program: string,
  args: readonly string[],
  onLine: (line: string) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: SYSTEM_PATH, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive', ...env },
  });
  const kept: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      kept.push(line);
      if (kept.length > KEPT_LINES) kept.shift();
      onLine(line);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ended with ${code ?? 'a signal'}:\n${kept.join('\n')}`);
}
