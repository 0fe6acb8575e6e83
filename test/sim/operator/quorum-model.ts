import type { QuorumMember, QuorumView } from '../../../operators/psc/observed.ts';
import { RefusedError } from '../../../operators/psc/ports.ts';
import type { QuorumVoter } from '../../../operators/psc/plan.ts';
import type { Prng } from '../kernel/prng.ts';
import { NetworkError } from '../kernel/courier.ts';
import type { Scheduler } from '../kernel/scheduler.ts';

/** A controller's process, and what is on its volume. */
interface Controller {
  /** Of the folder on its volume. */
  directory: string;
  isAlive: boolean;
  isCaughtUp: boolean;
  run: number;
  /** Until when the leader that it followed takes it for alive. */
  missedFromMs: number;
}

/** As long after its last question as a controller counts as one that follows (quorum-view.ts); it asks twice a second. */
export const UNNOTICED_MS = 5_000;

/** Voters that the first start of each controller is formatted with. */
const FIRST_VOTERS = 3;

/** Controllers that elect one of them, as long as most voters live and one of these has the whole log. */
export class QuorumModel {
  readonly #scheduler: Scheduler;
  readonly #random: Prng;
  readonly #controllers = new Map<number, Controller>();
  /** Voter's id ▶ its directory. */
  readonly #voters = new Map<number, string>();
  readonly #everVoters = new Set<number>();
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

  /** Directory that a vote is bound to; undefined of a controller that has none. */
  voteOf(id: number): string | undefined {
    return this.#voters.get(id);
  }

  /** @param directory that of its volume. @default - the one that it is formatted with at the cluster's first start */
  start(id: number, directory = firstDirectory(id)): void {
    if (!this.#everVoters.has(id) && directory === firstDirectory(id)) {
      this.#everVoters.add(id);
      this.#voters.set(id, directory);
    }
    const former = this.#controllers.get(id);
    const isSame = former?.directory === directory;
    // An empty log has everything only where nothing has been written yet.
    const isCaughtUp = isSame ? former.isCaughtUp : this.#epoch === 0 || former === undefined;
    const controller = { directory, isAlive: true, isCaughtUp, run: (former?.run ?? 0) + 1, missedFromMs: 0 };
    this.#controllers.set(id, controller);
    if (this.#leaderId < 0) this.#electLater();
    else this.#catchUp(controller);
    this.#onChange();
  }

  stop(id: number): void {
    const controller = this.#controllers.get(id);
    if (controller?.isAlive !== true) return;
    controller.isAlive = false;
    controller.run += 1;
    controller.missedFromMs = controller.isCaughtUp && this.#leaderId !== id ? this.#scheduler.nowMs + UNNOTICED_MS : 0;
    if (this.#leaderId === id || this.#alive().length < this.#majority()) this.#leaderId = -1;
    if (this.#leaderId >= 0) controller.isCaughtUp = false;
    else this.#electLater();
    this.#onChange();
  }

  /** @throws RefusedError where it is no voter's directory */
  remove({ id, directory }: QuorumVoter): void {
    if (!this.#voters.has(id)) return;
    if (this.#voters.get(id) !== directory) throw new RefusedError(`${id} votes with another directory`);
    this.#voters.delete(id);
    if (this.#leaderId === id || this.#alive().length < this.#majority()) {
      this.#leaderId = -1;
      this.#electLater();
    }
    this.#onChange();
  }

  /** @throws NetworkError where it does not follow, or not yet far enough */
  add({ id, directory }: QuorumVoter): void {
    if (this.#voters.has(id)) return;
    const controller = this.#controllers.get(id);
    if (controller?.isAlive !== true || controller.directory !== directory || !controller.isCaughtUp)
      throw new NetworkError(`controller ${id} does not catch up in time`);
    this.#voters.set(id, directory);
    this.#onChange();
  }

  /** Voters that can vote now: alive and with the whole log. */
  voting(): readonly number[] {
    return this.#alive().filter((id) => this.#controllers.get(id)?.isCaughtUp === true);
  }

  isVoting(id: number): boolean {
    return this.voting().includes(id);
  }

  view(): QuorumView {
    if (this.#leaderId < 0) return { leaderId: -1, leaderEpoch: 0, voters: [], joining: [] };
    const voters = [...this.#voters].map(([id, directory]) => this.#member(id, directory));
    const joining = [...this.#controllers].flatMap(([id, { directory }]) =>
      this.#isVoter(id) ? [] : [this.#member(id, directory)],
    );
    return { leaderId: this.#leaderId, leaderEpoch: this.#epoch, voters, joining };
  }

  #member(id: number, directory: string): QuorumMember {
    const controller = this.#controllers.get(id);
    if (controller?.directory !== directory) return { id, directory, isCaughtUp: false };
    const { isAlive, isCaughtUp, missedFromMs } = controller;
    return { id, directory, isCaughtUp: isAlive ? isCaughtUp : this.#scheduler.nowMs < missedFromMs };
  }

  #isVoter(id: number): boolean {
    return this.#voters.has(id) && this.#voters.get(id) === this.#controllers.get(id)?.directory;
  }

  /** Voters that live. */
  #alive(): readonly number[] {
    return [...this.#controllers].filter(([id, { isAlive }]) => isAlive && this.#isVoter(id)).map(([id]) => id);
  }

  /** Of three at the beginning, however many have come yet. */
  #majority(): number {
    const voters = this.#everVoters.size < FIRST_VOTERS ? FIRST_VOTERS : this.#voters.size;
    return Math.floor(voters / 2) + 1;
  }

  #electLater(): void {
    this.#scheduler.after(this.#random.int(1_000, 3_000), () => {
      const candidates = this.voting();
      if (this.#leaderId >= 0 || this.#alive().length < this.#majority() || candidates.length === 0) return;
      this.#leaderId = this.#random.pick(candidates);
      this.#epoch += 1;
      for (const controller of this.#controllers.values()) {
        // A new leader has never heard of one that is gone.
        controller.missedFromMs = 0;
        if (!controller.isAlive) controller.isCaughtUp = false;
        else if (!controller.isCaughtUp) this.#catchUp(controller);
      }
      this.#onChange();
    });
  }

  #catchUp(controller: Controller): void {
    const { run } = controller;
    this.#scheduler.after(this.#random.int(500, 8_000), () => {
      if (controller.run !== run || this.#leaderId < 0) return;
      controller.isCaughtUp = true;
      this.#onChange();
    });
  }
}

/** As the init container formats the first controllers: by their names. */
export function firstDirectory(id: number): string {
  return `first-of-${id}`;
}
