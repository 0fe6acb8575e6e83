import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { ToolError } from '../tools/tool-error.ts';

export interface ToolRun {
  readonly program: string;
  /** Debian package that has the program. */
  readonly debianPackage: string;
  readonly args: readonly string[];
  /** @default - this process's */
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  /** What to do when it fails. */
  readonly hint: string;
  /** What it works on: with a `machine` it may mount and start what it likes, and all of that ends with it. Needs root. */
  readonly within: 'machine' | 'files';
}

/**
 * Output of a program, which ends when this process ends, however that happens.
 *
 * @throws ToolError when it is not installed, or fails: with the end of what it printed
 */
export async function runTool(run: ToolRun): Promise<string> {
  await needTool(run);
  const [program, ...args] = [...PREFIXES[run.within], run.program, ...run.args];
  const child = spawn(program, args, { cwd: run.cwd, env: run.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  const messages: string[] = [];
  createInterface(child.stdout).on('line', (line) => output.push(line));
  createInterface(child.stderr).on('line', (line) => messages.push(line));
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      resolve(exitCode ?? signal ?? 'unknown');
    });
  });
  if (code === 0) return output.join('\n');
  const printed = [...output, ...messages].filter((line) => line.trim() !== '').slice(-KEPT_LINES);
  throw new ToolError(`${run.program} ${run.args[0] ?? ''} failed (${code}):\n${printed.join('\n')}`, {
    hint: hasNoSpace(printed) ? 'free some gigabytes of disk and run the command again' : run.hint,
  });
}

/** @throws ToolError when a program is not in the PATH */
export async function needTool(tool: Pick<ToolRun, 'program' | 'debianPackage' | 'env'>): Promise<void> {
  const folders = (tool.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    const isThere = await access(join(folder, tool.program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return;
  }
  throw new ToolError(`${tool.program} is not installed; the images of the local region are built with it`, {
    hint: `apt-get install --yes ${tool.debianPackage}`,
  });
}

const KEPT_LINES = 30;

/** The kernel ends the program with us; with a process namespace it ends what the program started, too. */
const WITH_US = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;
const PREFIXES = {
  files: WITH_US,
  machine: [...WITH_US, 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'],
} as const satisfies Record<ToolRun['within'], readonly [string, ...string[]]>;

function hasNoSpace(lines: readonly string[]): boolean {
  return lines.some((line) => /no space left on device/i.test(line));
}
