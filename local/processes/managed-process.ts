import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ToolError } from '../tools/tool-error.ts';

export interface ProcessCommand {
  /** Name that messages call it by. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Takes standard output and error; overwritten. */
  readonly logFile: string;
}

export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly isRunning: () => boolean;
  /** Resolves once the process has ended, with the way it ended, as in `exit code 1` or `signal SIGKILL`. */
  readonly ended: Promise<string>;
  /** Asks the process to end, makes it after `graceMs`, and resolves when it is gone; harmless when repeated. */
  readonly stop: (graceMs: number) => Promise<void>;
}

/** Starts a process that cannot outlive this one: it is killed when this process exits or is interrupted. */
export function startProcess(options: ProcessCommand): ManagedProcess {
  const log = openSync(options.logFile, 'w', 0o600);
  const child = spawn(options.command, options.args, { stdio: ['ignore', log, log], env: options.env });
  closeSync(log);
  const { pid } = child;
  const ended = endOf(child);
  if (pid === undefined) {
    throw new ToolError(`${options.name} cannot be started from ${options.command}`, {
      hint: 'check that the file exists and may be executed',
    });
  }
  guard(child, ended);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    name: options.name,
    pid,
    logFile: options.logFile,
    isRunning,
    ended,
    stop: async (graceMs) => {
      if (!isRunning()) return;
      child.kill('SIGTERM');
      const timer = new AbortController();
      const timedOut = delay(graceMs, 'timeout' as const, { signal: timer.signal }).catch(() => 'ended' as const);
      if ((await Promise.race([ended, timedOut])) === 'timeout') child.kill('SIGKILL');
      timer.abort();
      await ended;
    },
  };
}

const LOG_TAIL_LINES = 12;

/** Last lines of a process's log, for messages about its failure. */
export function logTail(logFile: string): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `exit code ${code ?? 0}` : `signal ${signal}`);
    });
    child.once('error', (error) => {
      resolve(error.message);
    });
  });
}

const live = new Set<ChildProcess>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function guard(child: ChildProcess, ended: Promise<string>): void {
  if (live.size === 0) {
    process.on('exit', killAll);
    for (const signal of SIGNALS) process.on(signal, killAllAndDie);
  }
  live.add(child);
  void ended.then(() => {
    live.delete(child);
    if (live.size > 0) return;
    process.off('exit', killAll);
    for (const signal of SIGNALS) process.off(signal, killAllAndDie);
  });
}

function killAll(): void {
  for (const child of live) child.kill('SIGKILL');
}

/** A listener takes away the signal's own effect, so it has to be brought about again, unless others decide on it. */
function killAllAndDie(signal: NodeJS.Signals): void {
  killAll();
  if (process.listenerCount(signal) > 1) return;
  process.off(signal, killAllAndDie);
  process.kill(process.pid, signal);
}
