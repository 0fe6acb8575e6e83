import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SYSTEM_PATH } from '../host/system-path.ts';
import { systemErrorCode, ToolError } from '../tools/tool-error.ts';

export interface DaemonCommand {
  /** Names the daemon's files; one daemon of a name runs at a time. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Folder that daemons leave their marks and logs in. */
export interface DaemonFolder {
  readonly folder: string;
}

/** A process that outlives the command that started it, known again by its id and the moment it started. */
interface Mark {
  readonly pid: number;
  /** Ticks since the machine started: an id that was given to another process later has another. */
  readonly startTicks: string;
}

/** Starts a daemon unless it runs already. @returns its process id */
export async function ensureDaemon({ folder }: DaemonFolder, options: DaemonCommand): Promise<number> {
  const running = await daemonPid({ folder }, options.name);
  if (running !== undefined) return running;
  await mkdir(join(folder, 'log'), { recursive: true, mode: 0o700 });
  await mkdir(join(folder, 'run'), { recursive: true, mode: 0o700 });
  const log = openSync(logFileOf({ folder }, options.name), 'a', 0o600);
  // A session of its own: what interrupts the command that starts it does not reach it.
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: folder,
    env: { PATH: SYSTEM_PATH, ...options.env },
  });
  closeSync(log);
  // Without a listener Node would end this process for it; the missing id below says the same.
  child.once('error', () => undefined);
  const { pid } = child;
  if (pid === undefined) {
    throw new ToolError(`${options.name} cannot be started from ${options.command}`, {
      hint: 'check that the file exists and may be executed',
    });
  }
  child.unref();
  // Whatever its state: while one thread of a program executes the next program, its first thread counts as ended.
  const stat = await statOf(pid);
  if (stat !== undefined) await writeMark({ folder }, options.name, { pid, startTicks: stat.startTicks });
  return pid;
}

/** Process id of a daemon that runs; undefined where it does not. */
export async function daemonPid({ folder }: DaemonFolder, name: string): Promise<number | undefined> {
  const mark = await readMark(markFileOf({ folder }, name));
  const stat = mark === undefined ? undefined : await statOf(mark.pid);
  if (stat === undefined || ENDED.has(stat.state) || stat.startTicks !== mark?.startTicks) return undefined;
  return mark.pid;
}

/** Names of the daemons that were started here and not stopped, running or not. */
export async function daemonNames({ folder }: DaemonFolder): Promise<readonly string[]> {
  const files = await readdir(join(folder, 'run')).catch(absent<string[]>([]));
  return files.filter((file) => file.endsWith('.json')).map((file) => basename(file, '.json'));
}

/** Ends a daemon: asks, and after `graceMs` makes it; resolves when it is gone. Harmless when it does not run. */
export async function stopDaemon({ folder }: DaemonFolder, name: string, graceMs: number): Promise<void> {
  const pid = await daemonPid({ folder }, name);
  if (pid !== undefined) {
    signal(pid, graceMs === 0 ? 'SIGKILL' : 'SIGTERM');
    const deadlineMs = performance.now() + graceMs;
    while ((await daemonPid({ folder }, name)) !== undefined) {
      if (performance.now() > deadlineMs) signal(pid, 'SIGKILL');
      await delay(POLL_MS);
    }
  }
  await rm(markFileOf({ folder }, name), { force: true });
}

export function logFileOf({ folder }: DaemonFolder, name: string): string {
  return join(folder, 'log', `${name}.log`);
}

const POLL_MS = 20;

function markFileOf({ folder }: DaemonFolder, name: string): string {
  return join(folder, 'run', `${name}.json`);
}

async function readMark(file: string): Promise<Mark | undefined> {
  const text = await readFile(file, 'utf8').catch(absent(''));
  if (text === '') return undefined;
  return JSON.parse(text) as Mark;
}

/** Written beside and renamed: an interruption never leaves half a mark. */
async function writeMark(folder: DaemonFolder, name: string, mark: Mark): Promise<void> {
  const file = markFileOf(folder, name);
  await writeFile(`${file}.new`, JSON.stringify(mark), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

interface ProcessStat {
  /** One letter, as ps(1) shows it. */
  readonly state: string;
  readonly startTicks: string;
}

/** States of a process that has ended and whose parent has not heard of it. */
const ENDED: ReadonlySet<string> = new Set(['Z', 'X']);

/** Fields 3 and 22 of proc(5)'s `stat`, counted after the name, which may hold anything; undefined where there is no process. */
async function statOf(pid: number): Promise<ProcessStat | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(absent(''));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  return state === undefined || startTicks === undefined ? undefined : { state, startTicks };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (systemErrorCode(error) !== 'ESRCH') throw error;
  }
}

const ABSENT: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ESRCH']);

function absent<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (ABSENT.has(systemErrorCode(error))) return value;
    throw error;
  };
}
