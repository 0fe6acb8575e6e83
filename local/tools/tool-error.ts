/** A tool or the machine that it runs on failed in a way that a person can mend: says what happened and what to do. */
export class ToolError extends Error {
  /** What happened, without what to do. */
  readonly what: string;
  readonly hint: string;

  constructor(what: string, options: { readonly hint: string; readonly cause?: unknown }) {
    super(`${what}\nwhat to do: ${options.hint}`, { cause: options.cause });
    this.name = 'ToolError';
    this.what = what;
    this.hint = options.hint;
  }
}

/** Code of a system call's error, as in `ENOSPC`; undefined for any other error. */
export function systemErrorCode(error: unknown): string | undefined {
  // Not instanceof: under Jest the system's errors come from another realm.
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
