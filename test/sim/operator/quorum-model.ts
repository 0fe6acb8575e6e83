import type { QuorumView } from '../../../operators/psc/observed.ts';
import type { Prng } from '../kernel/prng.ts';
import type { Scheduler } from '../kernel/scheduler.ts';

interface Voter {
  isAlive: boolean;
  isCaughtUp: boolean;
  run: number;
  /** Until when the leader that it followed takes it for alive. */
  missedFromMs: number;
}

/** As long after its last question as a voter counts as one that follows (quorum-view.ts); it asks twice a second. */
const UNNOTICED_MS = 5_000;

/** Three controllers that elect one of them, as long as two of them live and one of these has the whole log. */
export class QuorumModel {
  readonly #scheduler: Scheduler;
  readonly #random: Prng;
  readonly #voters = new Map<number, Voter>();
  readonly #onChange: () => void;
  #leaderId = -1;
  #epoch = 0;

  constructor(scheduler: Scheduler, random: Prng, onChange: () => void) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#onChange = onChange;
  }

  get leaderId(): number {
    return this.#leaderId;
  }

  get epoch(): number {
    return this.#epoch;
  }

  start(id: number): void {
    const voter = this.#voters.get(id) ?? { isAlive: false, isCaughtUp: true, run: 0, missedFromMs: 0 };
    voter.isAlive = true;
    voter.run += 1;
    this.#voters.set(id, voter);
    if (this.#leaderId < 0) this.#electLater();
    else this.#catchUp(voter);
    this.#onChange();
  }

  stop(id: number): void {
    const voter = this.#voters.get(id);
    if (voter?.isAlive !== true) return;
    voter.isAlive = false;
    voter.run += 1;
    voter.missedFromMs = voter.isCaughtUp && this.#leaderId !== id ? this.#scheduler.nowMs + UNNOTICED_MS : 0;
    if (this.#leaderId === id || this.#alive().length < MAJORITY) this.#leaderId = -1;
    if (this.#leaderId >= 0) voter.isCaughtUp = false;
    else this.#electLater();
    this.#onChange();
  }

  /** Voters that can vote now: alive and with the whole log. */
  voting(): readonly number[] {
    return this.#alive().filter((id) => this.#voters.get(id)?.isCaughtUp === true);
  }

  isVoting(id: number): boolean {
    return this.voting().includes(id);
  }

  view(): QuorumView {
    if (this.#leaderId < 0) return { leaderId: -1, leaderEpoch: 0, voters: [] };
    const { nowMs } = this.#scheduler;
    const voters = [...this.#voters].map(([id, { isAlive, isCaughtUp, missedFromMs }]) => ({
      id,
      isCaughtUp: isAlive ? isCaughtUp : nowMs < missedFromMs,
    }));
    return { leaderId: this.#leaderId, leaderEpoch: this.#epoch, voters };
  }

  #alive(): readonly number[] {
    return [...this.#voters].filter(([, { isAlive }]) => isAlive).map(([id]) => id);
  }

  #electLater(): void {
    this.#scheduler.after(this.#random.int(1_000, 3_000), () => {
      const candidates = this.voting();
      if (this.#leaderId >= 0 || this.#alive().length < MAJORITY || candidates.length === 0) return;
      this.#leaderId = this.#random.pick(candidates);
      this.#epoch += 1;
      for (const voter of this.#voters.values()) {
        // A new leader has never heard of one that is gone.
        voter.missedFromMs = 0;
        if (!voter.isAlive) voter.isCaughtUp = false;
        else if (!voter.isCaughtUp) this.#catchUp(voter);
      }
      this.#onChange();
    });
  }

  #catchUp(voter: Voter): void {
    const { run } = voter;
    this.#scheduler.after(this.#random.int(500, 8_000), () => {
      if (voter.run !== run || this.#leaderId < 0) return;
      voter.isCaughtUp = true;
      this.#onChange();
    });
  }
}

const MAJORITY = 2;
