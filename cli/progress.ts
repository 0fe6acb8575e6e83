const QUIET_MS = 2_000;
const TERMINAL_INTERVAL_MS = 200;
const LOG_INTERVAL_MS = 5_000;
const CLEAR_LINE = '\r\u001b[2K';

interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Says how far long work has come: nothing for the first two seconds, then one live line, or now and then a log line. */
export class Progress {
  readonly #output: ProgressOutput;
  readonly #nowMs: () => number;
  readonly #startMs: number;
  #shownMs: number;
  #isLineOpen = false;

  constructor(output: ProgressOutput, nowMs: () => number = () => performance.now()) {
    this.#output = output;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
    this.#shownMs = this.#startMs + QUIET_MS - this.#intervalMs;
  }

  /** Cheap enough for every step of a tight loop: `text` is made only when it will be shown. */
  update(text: () => string): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#startMs < QUIET_MS || nowMs - this.#shownMs < this.#intervalMs) return;
    this.#shownMs = nowMs;
    const seconds = Math.round((nowMs - this.#startMs) / 1000);
    if (this.#output.isTTY === true) {
      this.#output.write(`${CLEAR_LINE}${text()} (${seconds} s)`);
      this.#isLineOpen = true;
    } else {
      this.#output.write(`${text()} (${seconds} s)\n`);
    }
  }

  /** Takes the live line away, so that results start on a clean one. */
  done(): void {
    if (this.#isLineOpen) this.#output.write(CLEAR_LINE);
    this.#isLineOpen = false;
  }

  get #intervalMs(): number {
    return this.#output.isTTY === true ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS;
  }
}
