/** A record of the demo as its producer and its consumer saw it. */
export interface DemoReport {
  readonly acknowledged: number;
  readonly received: number;
  /** Times that a record was found in a second place of the log. */
  readonly duplicated: number;
  /** Acknowledged and not received (yet). */
  readonly missing: number;
  readonly failed: number;
}

/** Counts what a producer and a consumer of numbered records did, and how long records took. */
export class DemoMeter {
  readonly #onTheWay = new Set<number>();
  /** Sequence number ▶ place in the log of the records received last. */
  readonly #places = new Map<number, string>();
  #acknowledged = 0;
  #received = 0;
  #duplicated = 0;
  #failed = 0;
  #latenciesMs: number[] = [];
  #sentInWindow = 0;
  #receivedInWindow = 0;

  acknowledged(sequence: number): void {
    this.#acknowledged += 1;
    this.#sentInWindow += 1;
    // A consumer may be told of a record before its producer is.
    if (!this.#places.has(sequence)) this.#onTheWay.add(sequence);
  }

  failed(records: number): void {
    this.#failed += records;
  }

  /**
   * `place`: partition and offset. The same record read again from its place is no duplicate; the same record in another
   * place is. `latencyMs`: from the moment at which the producer was given the record.
   */
  received(sequence: number, place: string, latencyMs: number): void {
    const before = this.#places.get(sequence);
    if (before === place) return;
    this.#places.set(sequence, place);
    this.#places.delete(sequence - REMEMBERED_RECORDS);
    this.#onTheWay.delete(sequence);
    this.#receivedInWindow += 1;
    this.#latenciesMs.push(latencyMs);
    if (before === undefined) this.#received += 1;
    else this.#duplicated += 1;
  }

  report(): DemoReport {
    return {
      acknowledged: this.#acknowledged,
      received: this.#received,
      duplicated: this.#duplicated,
      missing: this.#onTheWay.size,
      failed: this.#failed,
    };
  }

  /** One line about the time since the last call. */
  line(windowMs: number): string {
    const perSecond = (count: number): string => (windowMs > 0 ? ((count * 1000) / windowMs).toFixed(0) : '0');
    const sorted = this.#latenciesMs.toSorted((one, other) => one - other);
    const { missing, duplicated, failed } = this.report();
    const text = [
      `sent ${perSecond(this.#sentInWindow)}/s`,
      `received ${perSecond(this.#receivedInWindow)}/s`,
      sorted.length === 0
        ? 'latency -'
        : `latency p50 ${percentile(sorted, 0.5).toFixed(0)} ms, p99 ${percentile(sorted, 0.99).toFixed(0)} ms`,
      `on the way ${missing}`,
      ...(duplicated > 0 ? [`twice ${duplicated}`] : []),
      ...(failed > 0 ? [`failed ${failed}`] : []),
    ].join(', ');
    this.#latenciesMs = [];
    this.#sentInWindow = 0;
    this.#receivedInWindow = 0;
    return text;
  }
}

/** Nearest rank of a sorted list that is not empty. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** How far back a duplicate is noticed. */
const REMEMBERED_RECORDS = 1_000_000;
