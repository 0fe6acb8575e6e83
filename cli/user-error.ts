/** Something that the person at the keyboard can mend: shown as one message with what to do, never as a stack trace. */
export class UserError extends Error {
  readonly hint: string;
  readonly exitCode: number;

  constructor(
    message: string,
    options: { readonly hint: string; readonly exitCode?: number; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = 'UserError';
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? EXIT_CODES.usage;
  }
}

/** Exit codes that CI can tell apart. */
export const EXIT_CODES = {
  ok: 0,
  /** The command ran and found violations, differences or failed tests. */
  findings: 1,
  /** Wrong arguments or wrong config. */
  usage: 2,
  /** Something that the command needs is missing or failed: a tool, the network, the cluster. */
  environment: 3,
  /** Ended by the person (Ctrl-C). */
  interrupted: 130,
} as const;
