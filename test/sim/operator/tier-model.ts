import type { RemoteCopy } from '../../../operators/psc/observed.ts';
import { COPY_ERRORS } from '../../../operators/psc/plan-tiering.ts';
import type { Weather } from './weather.ts';

/** Shares of a volume that wait to be copied while all is well: never nothing, and never the same twice. */
const NOISE = { least: 0.02, most: 0.055 } as const;
/** By which the backlog grows, or becomes less, each second. */
const BACKLOG_PER_SECOND = 0.001;
const MAX_BACKLOG = 0.4;
/** Of a store that refuses: what partitions that try again and again make of it. */
const ERRORS_PER_SECOND = 0.05;
/** Brokers show an average of so long. */
const AVERAGE_MS = 300_000;

/** How brokers copy segments into the bucket. */
export class TierModel {
  readonly #weather: () => Weather;
  #atMs = 0;
  #backlog = 0;
  #errorsPerSecond = 0;

  constructor(weather: () => Weather) {
    this.#weather = weather;
  }

  remoteCopy(broker: number, nowMs: number, totalBytes: number): RemoteCopy {
    this.#advance(nowMs);
    const noise = NOISE.least + (NOISE.most - NOISE.least) * chanceOf(broker, nowMs);
    return { lagBytes: Math.floor(totalBytes * (this.#backlog + noise)), errorsPerSecond: this.#errorsPerSecond };
  }

  /** Whether what a store that did not take left behind is over; the averages tell of it for some minutes longer. */
  isWell(nowMs: number): boolean {
    this.#advance(nowMs);
    return this.#backlog === 0 && this.#errorsPerSecond < COPY_ERRORS.ends;
  }

  /** From the last look to this one the weather counts as it is now. */
  #advance(nowMs: number): void {
    const passedMs = nowMs - this.#atMs;
    this.#atMs = nowMs;
    const { objectStore } = this.#weather();
    const grown = (objectStore === 'takes' ? -1 : 1) * BACKLOG_PER_SECOND * (passedMs / 1000);
    this.#backlog = Math.min(MAX_BACKLOG, Math.max(0, this.#backlog + grown));
    const weight = 1 - Math.exp(-passedMs / AVERAGE_MS);
    this.#errorsPerSecond += ((objectStore === 'refuses' ? ERRORS_PER_SECOND : 0) - this.#errorsPerSecond) * weight;
  }
}

/** From 0 to 1, the same for the same broker and time: a look must not change what comes after it. */
function chanceOf(broker: number, nowMs: number): number {
  const mixed = Math.imul(Math.floor(nowMs) ^ Math.imul(broker + 1, 0x9e37_79b1), 0x85eb_ca6b);
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
}
