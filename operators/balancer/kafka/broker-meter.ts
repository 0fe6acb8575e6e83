import type { Pressure } from '../execute/observed.ts';
import type { BrokerCounters } from './broker-counters.ts';

/** What a broker carried between two looks. */
export interface BrokerRates {
  /** KB/s by topic, of what it leads. */
  readonly kbIn: ReadonlyMap<string, number>;
  readonly kbOut: ReadonlyMap<string, number>;
  /** Percent of one core. */
  readonly cpu: number;
  readonly pressure: Pressure;
  /** Its request handlers were all taken, and it neither carried nor computed anything: they wait for its storage. */
  readonly isStuck: boolean;
}

interface Mark {
  readonly atMs: number;
  readonly counters: BrokerCounters;
}

/** Shorter spans would take a single batch for a load. */
export const LEAST_SPAN_MS = 10_000;
/** From a first look to one that shows rates, however its questions are delayed. */
export const SECOND_LOOK_MS = LEAST_SPAN_MS + 500;
/** Rates that are older tell nothing any more. */
const MOST_AGE_MS = 3 * 60_000;
/** Handlers that have nothing to do for less than this share of the time: Kafka's own advice is to keep it above 30 %. */
const BUSY_IDLE_SHARE = 0.2;
/** Of the 500 that may wait: a queue that stands. */
const BUSY_QUEUE = 100;
/** Handlers that never come back are counted as busy; some rounding aside. */
const STUCK_IDLE_SHARE = 0.02;
/** Percent of one core: a broker that waits for its storage still answers its exporter, its controllers and its collector. */
const STUCK_CPU = 25;
/** A broker that was slow counts as slow until it has not been for so long: its leaders must not come and go. */
const SLOW_AGAIN_MS = 10 * 60_000;

/** Makes rates of counters from look to look, and knows since when a broker serves its clients slowly. */
export class BrokerMeter {
  readonly #marks = new Map<number, Mark>();
  readonly #rates = new Map<number, BrokerRates & { readonly atMs: number }>();
  readonly #stuck = new Map<number, number>();
  readonly #slow = new Map<number, { readonly sinceMs: number; lastMs: number }>();

  /** Undefined where nobody knows: at the first look, after a restart of the broker, or when it has not told for long. */
  rates(id: number, counters: BrokerCounters | undefined, atMs: number): BrokerRates | undefined {
    if (counters !== undefined) this.#count(id, counters, atMs);
    const known = this.#rates.get(id);
    return known === undefined || atMs - known.atMs > MOST_AGE_MS ? undefined : known;
  }

  /** Since when clients have waited at it, with pauses that are too short to count. */
  slowSince(id: number, pressure: Pressure, atMs: number): number | undefined {
    const slow = this.#slow.get(id);
    if (pressure === 'some') {
      if (slow === undefined) this.#slow.set(id, { sinceMs: atMs, lastMs: atMs });
      else slow.lastMs = atMs;
    } else if (slow !== undefined && atMs - slow.lastMs > SLOW_AGAIN_MS) this.#slow.delete(id);
    return this.#slow.get(id)?.sinceMs;
  }

  /** Since when it has been stuck without a pause. It counts only while the broker itself tells it. */
  stuckSince(id: number, counters: BrokerCounters | undefined, atMs: number): number | undefined {
    const rates = counters === undefined ? undefined : this.#rates.get(id);
    if (rates?.isStuck === true) this.#stuck.set(id, this.#stuck.get(id) ?? atMs);
    else this.#stuck.delete(id);
    return this.#stuck.get(id);
  }

  #count(id: number, counters: BrokerCounters, atMs: number): void {
    const mark = this.#marks.get(id);
    if (mark !== undefined && atMs - mark.atMs < LEAST_SPAN_MS) return;
    this.#marks.set(id, { atMs, counters });
    // It was started anew, and counts from nothing.
    if (mark === undefined || counters.cpuSeconds < mark.counters.cpuSeconds) this.#rates.delete(id);
    else this.#rates.set(id, { ...ratesBetween(mark, { atMs, counters }), atMs });
  }
}

function ratesBetween(before: Mark, after: Mark): BrokerRates {
  const seconds = (after.atMs - before.atMs) / 1000;
  const idleShare = (after.counters.idleNanos - before.counters.idleNanos) / 1e9 / seconds;
  const isBusy = idleShare < BUSY_IDLE_SHARE || after.counters.queuedRequests >= BUSY_QUEUE;
  const kbIn = kilobytes(before.counters.bytesIn, after.counters.bytesIn, seconds);
  const kbOut = kilobytes(before.counters.bytesOut, after.counters.bytesOut, seconds);
  const cpu = ((after.counters.cpuSeconds - before.counters.cpuSeconds) / seconds) * 100;
  const carriesNothing = [...kbIn.values(), ...kbOut.values()].every((rate) => rate === 0);
  return {
    kbIn,
    kbOut,
    cpu,
    pressure: isBusy ? 'some' : 'none',
    isStuck: idleShare < STUCK_IDLE_SHARE && carriesNothing && cpu < STUCK_CPU,
  };
}

/** A topic that was not there before has come since; one that has gone counts no longer. */
function kilobytes(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  seconds: number,
): ReadonlyMap<string, number> {
  return new Map(
    [...after].map(([topic, bytes]) => [topic, Math.max(0, bytes - (before.get(topic) ?? 0)) / 1024 / seconds]),
  );
}
