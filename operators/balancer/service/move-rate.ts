interface Mark {
  readonly atMs: number;
  readonly bytesLeft: number;
}

/** How fast what is left becomes less, over the last while. */
export class MoveRate {
  #marks: readonly Mark[] = [];

  /** Bytes a second; undefined where that is not known yet, or more came than was moved. */
  after(atMs: number, bytesLeft: number): number | undefined {
    if (bytesLeft === 0) {
      this.#marks = [];
      return undefined;
    }
    this.#marks = [...this.#marks.filter((mark) => atMs - mark.atMs <= WINDOW_MS), { atMs, bytesLeft }];
    const [first] = this.#marks;
    if (first === undefined || atMs - first.atMs < LEAST_MS) return undefined;
    // The first moves of small topics tell nothing of the rest.
    if (first.bytesLeft - bytesLeft <= first.bytesLeft * LEAST_SHARE) return undefined;
    return ((first.bytesLeft - bytesLeft) * 1000) / (atMs - first.atMs);
  }
}

const WINDOW_MS = 60_000;
const LEAST_MS = 5_000;
const LEAST_SHARE = 0.02;
