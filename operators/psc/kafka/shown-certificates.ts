import type { LookupFunction } from 'node:net';
import type { HeldCertificates, ShownCertificate } from '../credentials/held-certificates.ts';
import type { Observed } from '../observed.ts';
import { Slots } from '../../runtime/slots.ts';
import { shownCertificate, showingPlace } from './shown-certificate.ts';

/** How long a pod that has shown what it was given is not asked again. */
export const SHOWN_BELIEF_MS = 30 * 60_000;
/** From one question to the next to a pod that shows something else, or does not answer. */
export const SHOWN_RETRY_MS = 5_000;
const AT_A_TIME = 16;

export interface ShownCertificatesSettings {
  readonly psc: string;
  readonly lookup: LookupFunction | undefined;
  readonly nowMs: () => number;
  /** What a pod shows has changed. */
  readonly onChange: () => void;
}

interface Answer {
  /** When it was asked for. */
  readonly atMs: number;
  readonly shown?: ShownCertificate;
}

/** What the pods of one PSC show to whoever connects. */
export class ShownCertificates {
  readonly #settings: ShownCertificatesSettings;
  readonly #known = new Map<string, Answer>();
  readonly #slots = new Slots(AT_A_TIME);
  readonly #asking = new Map<string, Promise<void>>();
  #isStopped = false;

  constructor(settings: ShownCertificatesSettings) {
    this.#settings = settings;
  }

  /** `cached`: without waiting for anybody; who is to be asked is asked meanwhile. Never rejects. */
  async look(held: HeldCertificates, freshness: Observed['freshness']): Promise<ReadonlyMap<string, ShownCertificate>> {
    const pods = [...held.pods.keys()];
    if (freshness === 'fresh') {
      // A question that is under way may have been put before something changed.
      await Promise.all(pods.map((pod) => this.#ask(pod)));
    } else {
      for (const pod of pods) if (this.#isDue(pod, held)) void this.#askOnce(pod);
    }
    return new Map(
      pods.flatMap((pod): [string, ShownCertificate][] => {
        const shown = this.#known.get(pod)?.shown;
        return shown === undefined ? [] : [[pod, shown]];
      }),
    );
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Asked again after a wait: it may have changed meanwhile. */
  #hasStopped(): boolean {
    return this.#isStopped;
  }

  #isDue(pod: string, held: HeldCertificates): boolean {
    const known = this.#known.get(pod);
    if (known === undefined) return true;
    const isAsGiven = known.shown?.fingerprint === held.pods.get(pod)?.fingerprint;
    return this.#settings.nowMs() - known.atMs >= (isAsGiven ? SHOWN_BELIEF_MS : SHOWN_RETRY_MS);
  }

  async #askOnce(pod: string): Promise<void> {
    if (this.#asking.has(pod) || this.#isStopped) return;
    const before = this.#known.get(pod)?.shown?.fingerprint;
    const asking = this.#ask(pod).finally(() => this.#asking.delete(pod));
    this.#asking.set(pod, asking);
    await asking;
    if (!this.#hasStopped() && this.#known.get(pod)?.shown?.fingerprint !== before) this.#settings.onChange();
  }

  async #ask(pod: string): Promise<void> {
    const { psc, lookup, nowMs } = this.#settings;
    const atMs = nowMs();
    try {
      const shown = await this.#slots.run(() => shownCertificate(showingPlace(psc, pod), lookup));
      this.#keep(pod, { atMs, shown });
    } catch {
      // Why it does not answer, other looks at it tell.
      this.#keep(pod, { atMs });
    }
  }

  /** An answer to an earlier question never replaces one to a later. */
  #keep(pod: string, answer: Answer): void {
    if ((this.#known.get(pod)?.atMs ?? -Infinity) <= answer.atMs) this.#known.set(pod, answer);
  }
}
