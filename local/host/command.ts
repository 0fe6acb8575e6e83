import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SYSTEM_PATH } from './system-path.ts';
import { ToolError } from '../tools/tool-error.ts';

export interface CommandOptions {
  readonly input?: string;
  /** @default 60000 */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Output of a program of this machine; its failure is a {@link ToolError} with all that it printed. */
export async function command(
  program: string,
  args: readonly string[],
  { input, timeoutMs = COMMAND_TIMEOUT_MS, env = {} }: CommandOptions = {},
): Promise<string> {
  try {
    const running = run(program, args, {
      timeout: timeoutMs,
      maxBuffer: MAX_OUTPUT_BYTES,
      env: { PATH: SYSTEM_PATH, LC_ALL: 'C', ...env },
    });
    // A program that ends without reading says why by its exit code.
    running.child.stdin?.on('error', () => undefined);
    running.child.stdin?.end(input ?? '');
    return (await running).stdout;
  } catch (error) {
    const printed = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new ToolError(`${[program, ...args].join(' ')} failed: ${printed === '' ? String(error) : printed}`, {
      hint: 'run ./flotilla up again; if it fails the same way, ./flotilla down and then up',
      cause: error,
    });
  }
}

/** `program` inside a network namespace. */
export async function commandIn(
  namespace: string,
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  return await command('nsenter', [`--net=/run/netns/${namespace}`, '--', program, ...args], options);
}

const run = promisify(execFile);
const COMMAND_TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
