import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { systemErrorCode, ToolError } from './tool-error.ts';

export interface LockWait {
  /** Default 20 minutes: more than any build takes from nothing. */
  readonly timeoutMs?: number;
  readonly pollMs?: number;
}

interface LockOptions extends LockWait {
  /** Called once for each holder that is waited for, with its process id. */
  readonly onWait?: (pid: number) => void;
  /** What to throw when the holder still has it after the wait's limit. */
  readonly held?: (pid: number) => ToolError;
}

const TIMEOUT_MS = 20 * 60 * 1000;
const POLL_MS = 100;

/**
 * Runs `work` while this process alone holds the lock file at `path`; a lock whose process is gone is taken over.
 * Throws {@link ToolError} after the wait's limit.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await acquire(path, options);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** Process id of who holds the lock file at `path` now; undefined when nobody does. */
export async function lockHolder(path: string): Promise<number | undefined> {
  const holder = parseHolder((await readIfThere(path)) ?? '');
  return (await isAlive(holder)) ? holder.pid : undefined;
}

async function acquire(path: string, options: LockOptions): Promise<void> {
  const deadlineMs = performance.now() + (options.timeoutMs ?? TIMEOUT_MS);
  let announced: string | undefined;
  while (!(await tryCreate(path))) {
    const text = await readIfThere(path);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (!(await isAlive(holder))) {
      await takeAway(path, text);
      continue;
    }
    if (performance.now() > deadlineMs) {
      throw options.held?.(holder.pid) ?? stillHeld(path, holder.pid);
    }
    if (announced !== text) options.onWait?.(holder.pid);
    announced = text;
    await delay(options.pollMs ?? POLL_MS);
  }
}

function stillHeld(path: string, pid: number): ToolError {
  const hint = `wait for process ${pid} to end, or end it`;
  return new ToolError(`the lock ${path} is still held by process ${pid}`, { hint });
}

/** The lock appears together with its content: a hard link to a file that is already written. */
async function tryCreate(path: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify({ pid: process.pid, started: await startedAt(process.pid), id: randomUUID() }));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Removes a stale lock unless somebody replaced it meanwhile. The moment between the rename and the look is harmless:
 * what the lock protects is published by rename, so a second builder costs time and nothing else.
 */
async function takeAway(path: string, staleText: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return;
    throw error;
  }
  try {
    if ((await readIfThere(aside)) !== staleText) await link(aside, path);
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

interface Holder {
  readonly pid: number;
  readonly started: string;
}

/** A lock that cannot be read (a disk that filled up, an older version) has no living holder. */
function parseHolder(text: string): Holder {
  try {
    const { pid, started } = JSON.parse(text) as Partial<Holder>;
    if (typeof pid === 'number' && typeof started === 'string') return { pid, started };
  } catch {
    // Falls through to the holder that is never alive.
  }
  return { pid: 0, started: '' };
}

async function isAlive({ pid, started }: Holder): Promise<boolean> {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemErrorCode(error) !== 'EPERM') return false;
  }
  return (await startedAt(pid)) === started;
}

const START_TIME_FIELD = 19;

/** When a process started, in clock ticks since boot, so that a reused process id is not mistaken for the old process. */
async function startedAt(pid: number): Promise<string> {
  const text = await readIfThere(`/proc/${pid}/stat`);
  // The name in parentheses may hold blanks; field 22 of proc(5) is the 20th after it.
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[START_TIME_FIELD] ?? '';
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ESRCH') return undefined;
    throw error;
  }
}
