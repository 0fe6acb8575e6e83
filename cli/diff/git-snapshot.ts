import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT_CODES, UserError } from '../user-error.ts';

export interface Commit {
  readonly id: string;
  /** ISO date of the commit, which its config is held against: what was in support then. */
  readonly date: string;
}

/** Commit that a ref names; throws a {@link UserError} when there is none. */
export function resolveCommit(project: string, ref: string): Commit {
  const id = git(project, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], {
    what: `"${ref}" is neither a folder nor a commit of this repository`,
    hint: 'give --against a branch, a tag, a commit, or a folder with manifests that synth wrote before',
  });
  const date = git(project, ['show', '--no-patch', '--format=%cs', id.trim()], UNREADABLE);
  return { id: id.trim(), date: date.trim() };
}

/** Writes the named files and folders of a project, as they are in a commit, below another folder. */
export function materialize(
  project: string,
  { commit, paths, target }: { readonly commit: Commit; readonly paths: readonly string[]; readonly target: string },
): void {
  const listed = git(project, ['ls-tree', '-r', '-z', '--name-only', commit.id, '--', ...paths], UNREADABLE);
  for (const path of listed.split('\0').filter((name) => name !== '')) {
    const file = join(target, path);
    mkdirSync(dirname(file), { recursive: true });
    // The leading ./ makes the path relative to the project, which may be a folder of a larger repository.
    writeFileSync(file, git(project, ['show', `${commit.id}:./${path}`], UNREADABLE));
  }
}

interface Failure {
  readonly what: string;
  readonly hint: string;
}

const UNREADABLE: Failure = {
  what: 'the commit cannot be read',
  hint: 'check the repository with git fsck; a shallow clone may lack the commit: git fetch --unshallow',
};
const MAX_FILE_BYTES = 64 * 1024 * 1024;

function git(project: string, args: readonly string[], failure: Failure): string {
  try {
    return execFileSync('git', ['-C', project, ...args], {
      encoding: 'utf8',
      maxBuffer: MAX_FILE_BYTES,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    throw asUserError(error, failure);
  }
}

function asUserError(error: unknown, { what, hint }: Failure): UserError {
  const { code, stderr } = error as { readonly code?: string; readonly stderr?: string };
  if (code === 'ENOENT') {
    return new UserError('git is not installed', {
      hint: 'install git, or compare with a folder: --against <folder>',
      exitCode: EXIT_CODES.environment,
      cause: error,
    });
  }
  if (stderr?.includes('not a git repository') === true) {
    return new UserError('the project is not in a git repository', {
      hint: 'compare with a folder that synth wrote before: --against <folder>',
      cause: error,
    });
  }
  const said = (stderr ?? '').trim();
  return new UserError(said === '' ? what : `${what}: ${said}`, { hint, cause: error });
}
