import { LEAST_SPAN_MS } from './broker-meter.ts';

/** First and next offset of a partition. */
export interface OffsetRange {
  readonly start: number;
  readonly end: number;
}

interface Mark {
  readonly atMs: number;
  readonly end: number;
}

/**
 * What one look cannot tell and two can: records that came in between, and since when a broker is fenced or silent. A record counts as
 * many bytes as those that are kept do on the average.
 */
export class RateMeter {
  readonly #marks = new Map<string, Mark>();
  readonly #rates = new Map<string, number>();
  readonly #fencedSinceMs = new Map<number, number>();
  readonly #silentSinceMs = new Map<number, number>();

  /** KB/s that producers send to a partition; 0 at the first look. */
  kilobytesIn(key: string, range: OffsetRange | undefined, bytes: number, atMs: number): number {
    if (range === undefined) return this.#rates.get(key) ?? 0;
    const mark = this.#marks.get(key);
    const records = range.end - range.start;
    // Sooner than that, a single batch more or less would look like a change of load.
    if (mark !== undefined && atMs - mark.atMs < LEAST_SPAN_MS) return this.#rates.get(key) ?? 0;
    this.#marks.set(key, { atMs, end: range.end });
    if (mark === undefined) return 0;
    const came = Math.max(0, range.end - mark.end);
    const seconds = (atMs - mark.atMs) / 1000;
    const now = records > 0 ? (came * (bytes / records)) / 1024 / seconds : 0;
    // What a minute shows counts half: a batch more or less is no change of load.
    const before = this.#rates.get(key) ?? now;
    const rate = before + (1 - 2 ** (-seconds / HALF_LIFE_S)) * (now - before);
    this.#rates.set(key, rate);
    return rate;
  }

  /** When a broker was first seen to be fenced, if it is. */
  fencedSince(id: number, isFenced: boolean, atMs: number): number | undefined {
    return since(this.#fencedSinceMs, id, isFenced, atMs);
  }

  /** When a broker that is in service first did not answer, if it does not. */
  silentSince(id: number, isSilent: boolean, atMs: number): number | undefined {
    return since(this.#silentSinceMs, id, isSilent, atMs);
  }
}

/** Seconds after which a new rate counts as much as all before it. */
const HALF_LIFE_S = 60;

function since(times: Map<number, number>, id: number, isSo: boolean, atMs: number): number | undefined {
  if (!isSo) times.delete(id);
  else if (!times.has(id)) times.set(id, atMs);
  return times.get(id);
}
