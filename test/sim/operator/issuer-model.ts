import type { ObservedIssuer, Offer } from '../../../operators/psc/credentials/authority-issuer.ts';
import { ConflictError } from '../../../operators/psc/ports.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import { EPOCH_MS } from './wall-clock.ts';

export interface IssuerParts {
  readonly scheduler: Scheduler;
  readonly random: Prng;
  readonly note: (text: string) => void;
}

/**
 * cert-manager with the issuer of one PSC's authority: it takes its time, is not there yet, refuses for a while, and issues anew
 * when it is asked to and by itself. Authorities are names here.
 */
export class IssuerModel {
  readonly #parts: IssuerParts;
  #isInstalled = true;
  #refusesUntilMs = 0;
  #isAsked = false;
  #isIssuing = false;
  #askedAtMs: number | undefined;
  #offered: string | undefined;
  #count = 0;
  #isHealed = false;

  constructor(parts: IssuerParts) {
    this.#parts = parts;
  }

  /** What goes wrong with it until `endMs`, and when it issues anew by itself. */
  schedule(endMs: number): void {
    const { scheduler, random } = this.#parts;
    if (random.chance(0.3)) {
      this.#isInstalled = false;
      scheduler.at(random.int(10_000, 200_000), () => {
        this.#isInstalled = true;
      });
    }
    if (random.chance(0.4)) this.#refusesUntilMs = random.int(20_000, 400_000);
    for (let renewals = random.int(0, 4), atMs = random.int(30_000, endMs); renewals > 0; renewals -= 1) {
      scheduler.at(atMs, () => {
        if (this.#offered !== undefined && !this.#isHealed) this.#issueAnew();
      });
      atMs += random.int(5_000, 240_000);
    }
  }

  heal(): void {
    this.#isHealed = true;
    this.#isInstalled = true;
    this.#refusesUntilMs = 0;
  }

  /** What was asked for, or came by itself, is still to come. */
  get isIssuing(): boolean {
    return this.#isIssuing;
  }

  /** As it is seen beside the authority that is in use. */
  observed(current: string | undefined): ObservedIssuer {
    if (!this.#isInstalled)
      return { request: { state: 'unavailable', reason: 'it is not installed' }, offer: this.#offer(current) };
    if (!this.#isAsked) return { request: { state: 'absent' }, offer: this.#offer(current) };
    return {
      request: {
        state: 'there',
        isIssuing: this.#isIssuing,
        ...(this.#askedAtMs === undefined ? {} : { askedAtMs: this.#askedAtMs }),
      },
      offer: this.#offer(current),
    };
  }

  ask(): void {
    if (!this.#isInstalled) throw new Error('no such kind');
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#issueAnew();
  }

  renew(): void {
    if (!this.#isAsked || !this.#isInstalled) throw new ConflictError('nothing was asked for');
    this.#issueAnew();
  }

  /** @throws ConflictError where it is not the one that was decided on */
  taken(mark: string | undefined): string {
    if (this.#offered === undefined || (mark !== undefined && mark !== this.#offered)) {
      throw new ConflictError('another one was issued meanwhile');
    }
    return this.#offered;
  }

  #offer(current: string | undefined): Offer {
    if (this.#offered === undefined) return { state: 'none' };
    return this.#offered === current ? { state: 'current' } : { state: 'other', mark: this.#offered };
  }

  #issueAnew(): void {
    const { scheduler } = this.#parts;
    this.#askedAtMs = EPOCH_MS + scheduler.nowMs;
    if (this.#isIssuing) return;
    this.#isIssuing = true;
    this.#try();
  }

  #try(): void {
    const { scheduler, random, note } = this.#parts;
    scheduler.after(random.int(1_000, this.#isHealed ? 20_000 : 60_000), () => {
      if (scheduler.nowMs < this.#refusesUntilMs) {
        this.#try();
        return;
      }
      this.#count += 1;
      this.#offered = `issued-${this.#count}`;
      this.#isIssuing = false;
      note(`the issuer has come up with ${this.#offered}`);
    });
  }
}
