import { spawn } from 'node:child_process';
import type { PulumiTools } from './pulumi-tools.ts';

export interface PulumiRunOptions {
  /** Folder with Pulumi.yaml. */
  readonly project: string;
  /** Beside the tools' environment, as in `PULUMI_BACKEND_URL`. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface PulumiRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `pulumi <args>` to its end, asking nothing, and gives what it printed; never rejects because pulumi failed. */
export async function runPulumi(
  { command, env }: PulumiTools,
  args: readonly string[],
  options: PulumiRunOptions,
): Promise<PulumiRun> {
  const child = spawn(command, ['--non-interactive', '--color', 'never', ...args], {
    cwd: options.project,
    env: { ...env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout: string[] = [];
  const stderr: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve(code ?? SIGNALS[signal ?? ''] ?? 1);
    });
  });
  return { exitCode, stdout: stdout.join(''), stderr: stderr.join('') };
}

/** As shells report them. */
const SIGNALS: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGKILL: 137 };
