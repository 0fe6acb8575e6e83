import { readFileSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import type { Parsed, Problem } from './problem.ts';

/** Text of a file, or the problem with reading it. */
export function readText(path: string): Parsed<string> {
  try {
    return { ok: true, value: readFileSync(path, 'utf8'), warnings: [] };
  } catch (error) {
    return { ok: false, problems: [unreadable(path, error)] };
  }
}

/** Path as a person in the current folder would name it. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') || isAbsolute(near) ? path : near;
}

/** A problem with a file as a whole. */
export function fileProblem(path: string, message: string): Problem {
  const rule = 'file';
  return {
    severity: 'error',
    file: shownPath(path),
    line: 1,
    column: 1,
    excerpt: '',
    path: '',
    value: '',
    rule,
    message,
  };
}

/** The problem that a failed system call stands for; errors of our own go on. */
export function unreadable(path: string, error: unknown): Problem {
  if (!isSystemError(error)) throw error;
  return fileProblem(path, `This cannot be read: ${error.message}.`);
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
