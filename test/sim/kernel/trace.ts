const KEPT = 40;

/** The last events of a run, for people who look into a failing seed. */
export class Trace {
  readonly #lines: string[] = [];
  readonly #onEvent: ((line: string) => void) | undefined;

  constructor(onEvent?: (line: string) => void) {
    this.#onEvent = onEvent;
  }

  add(nowMs: number, text: string): void {
    const line = `${(nowMs / 1000).toFixed(3).padStart(10)} s  ${text}`;
    this.#onEvent?.(line);
    this.#lines.push(line);
    if (this.#lines.length > 4 * KEPT) this.#lines.splice(0, this.#lines.length - KEPT);
  }

  /** The newest, oldest first. */
  last(): readonly string[] {
    return this.#lines.slice(-KEPT);
  }
}
