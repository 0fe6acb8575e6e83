import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { PATHS } from '../../../cli/project.ts';
import { commandEnv, type CommandResult } from '../../support/run-flotilla.ts';

export interface ShellOptions {
  /** Folders to look for programs in before PATH. */
  readonly folders?: readonly string[];
  readonly input?: string;
  /** Looks at what was printed so far: true sends Ctrl-C, as a person would who has seen enough. */
  readonly isEnough?: (out: string) => boolean;
  readonly timeoutMs: number;
}

/**
 * Runs a command in bash as a person in the project's folder would, the project's Node at hand, and resolves when it has
 * ended, however.
 *
 * @throws Error with all that was printed when it has not ended in time
 */
export async function inShell(command: string, options: ShellOptions): Promise<CommandResult> {
  const { folders = [], input = '', isEnough = () => false, timeoutMs } = options;
  const path = [...folders, dirname(PATHS.node), process.env['PATH'] ?? ''].join(delimiter);
  const child = spawn('bash', ['-c', command], {
    cwd: join(import.meta.dirname, '..', '..', '..'),
    env: commandEnv({ PATH: path }),
    // A process group of its own, as a terminal would give it: Ctrl-C reaches all of it.
    detached: true,
  });
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, name);
  };
  let [out, err, isInterrupted] = ['', '', false];
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (isInterrupted || !isEnough(out)) return;
    isInterrupted = true;
    signal('SIGINT');
  });
  // A command that ends without reading says why by its exit code.
  child.stdin.on('error', () => undefined).end(input);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    signal('SIGKILL');
    late.reject(new Error(`not ended after ${timeoutMs} ms: ${command}\n${out}${err}`));
  }, timeoutMs);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  try {
    return { code: await Promise.race([ended, late.promise]), out, err };
  } finally {
    clearTimeout(timer);
  }
}
