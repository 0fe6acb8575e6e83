/** A line that Kafka's verifiable producer or consumer prints; what is of no interest here is left out. */
export interface ToolEvent {
  readonly name: string;
  /** Milliseconds since 1970, when it was printed. */
  readonly timestamp: number;
  readonly value?: string;
  readonly partition?: number;
  /** What went wrong with a record that was not acknowledged. */
  readonly message?: string;
}

export interface VerifiedReport {
  readonly acknowledged: number;
  /** Records that the producer gave up. */
  readonly failed: number;
  /** Values that were acknowledged and never read. */
  readonly lost: readonly string[];
  /** What was said last of a record that was given up; empty when there was none. */
  readonly failure: string;
}

/** What was acknowledged, what was read, and the longest time without. */
export class VerifiedRecords {
  readonly #unread = new Set<string>();
  readonly #read = new Set<string>();
  readonly #acknowledgedMs = new Map<number, number>();
  #acknowledged = 0;
  #failed = 0;
  #failure = '';
  #longestMs = 0;

  /** Tells of one line; those that say nothing of records are passed over. */
  add({ name, timestamp, value = '', partition = 0, message = '' }: ToolEvent): void {
    switch (name) {
      case 'producer_send_success':
        this.#acknowledged += 1;
        this.#longestMs = Math.max(this.#longestMs, timestamp - (this.#acknowledgedMs.get(partition) ?? timestamp));
        this.#acknowledgedMs.set(partition, timestamp);
        // Whoever reads may be faster than whoever is told.
        if (!this.#read.has(value)) this.#unread.add(value);
        return;
      case 'producer_send_error':
        this.#failed += 1;
        this.#failure = message;
        return;
      case 'record_data':
        this.#read.add(value);
        this.#unread.delete(value);
        return;
      default:
    }
  }

  /** Number of records that were acknowledged so far. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  get isAllRead(): boolean {
    return this.#unread.size === 0;
  }

  /** The longest time in milliseconds from one acknowledgement of a partition to its next, since the last call. */
  takeLongestPauseMs(): number {
    const longest = this.#longestMs;
    this.#longestMs = 0;
    return longest;
  }

  report(): VerifiedReport {
    return {
      acknowledged: this.#acknowledged,
      failed: this.#failed,
      lost: [...this.#unread],
      failure: this.#failure,
    };
  }
}
