import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EXIT_CODES, UserError } from '../user-error.ts';

/**
 * A folder that is replaced whole or not at all: written beside its place, then swapped in by renames. Whatever ends
 * the process in between, the last good folder is still there, or is put back by the next {@link stageFolder}.
 */
export interface StagedFolder {
  readonly target: string;
  /** Writes one file; `path` is relative to the folder. */
  write(path: string, content: string): void;
  /** Takes the place of the last good folder. */
  commit(): void;
  /** Leaves the last good folder as it was. */
  discard(): void;
}

/** @throws UserError when the parent cannot be written. */
export function stageFolder(target: string, pid: number): StagedFolder {
  const partial = sibling(target, pid, 'partial');
  const previous = sibling(target, pid, 'previous');
  const made = new Set<string>();
  explained(target, () => {
    mkdirSync(dirname(target), { recursive: true });
    recover(target);
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
  });
  return {
    target,
    write(path, content) {
      const file = join(partial, path);
      explained(target, () => {
        if (!made.has(dirname(file))) {
          mkdirSync(dirname(file), { recursive: true });
          made.add(dirname(file));
        }
        writeFileSync(file, content);
      });
    },
    commit() {
      explained(target, () => {
        if (existsSync(target)) renameSync(target, previous);
        renameSync(partial, target);
        rmSync(previous, { recursive: true, force: true });
      });
    },
    discard() {
      rmSync(partial, { recursive: true, force: true });
    },
  };
}

function sibling(target: string, pid: number, role: 'partial' | 'previous'): string {
  return join(dirname(target), `.${basename(target)}.${pid}.${role}`);
}

/** Puts back what an interrupted swap moved away, and clears what processes that are gone left behind. */
function recover(target: string): void {
  const leftovers = readdirSync(dirname(target)).flatMap((name) => {
    const match = /^\.(.+)\.(\d+)\.(partial|previous)$/.exec(name);
    return match?.[1] === basename(target)
      ? [{ path: join(dirname(target), name), pid: Number(match[2]), role: match[3] }]
      : [];
  });
  const abandoned = leftovers.filter(({ pid }) => !isAlive(pid));
  const [lastGood] = abandoned
    .filter(({ role }) => role === 'previous')
    .sort((a, b) => statSync(b.path).mtimeMs - statSync(a.path).mtimeMs);
  if (lastGood !== undefined && !existsSync(target)) renameSync(lastGood.path, target);
  for (const { path } of abandoned) rmSync(path, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process is there, but another user's.
    return errorCode(error) === 'EPERM';
  }
}

function explained(target: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    const hint = HINTS[errorCode(error) ?? ''];
    if (hint === undefined) throw error;
    throw new UserError(`${target} cannot be written: ${Error.isError(error) ? error.message : String(error)}`, {
      hint,
      exitCode: EXIT_CODES.environment,
      cause: error,
    });
  }
}

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'give yourself write access to the folder, or choose another with --out',
  EPERM: 'give yourself write access to the folder, or choose another with --out',
  EROFS: 'the file system is read-only: choose another folder with --out',
  ENOSPC: 'the disk is full: free some space and run the command again',
  ENOTDIR: 'a file stands where a folder is needed: move it away, or choose another folder with --out',
  EEXIST: 'a file stands where a folder is needed: move it away, or choose another folder with --out',
};

function errorCode(error: unknown): string | undefined {
  return Error.isError(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
