import { randomBytes } from 'node:crypto';
import { isAborted, pause } from './abort-signals.ts';
import { type ApiServer, ApiServerError } from './api-server.ts';
import { leaseRecord, type LeaseRecord, type LeaseStore, leaseStore } from './lease-store.ts';

/** That somebody leads now, as they know it themselves. */
export interface Leadership {
  /** False before anybody else may take over, also when the API server cannot be reached. Asked before every write. */
  readonly isLeader: () => boolean;
  /** Aborted when the leadership is lost, and when it is to be handed over. */
  readonly signal: AbortSignal;
}

export interface LeaderLeaseOptions {
  readonly api: ApiServer;
  readonly namespace: string;
  readonly name: string;
  /** From {@link leaseIdentity}. */
  readonly identity: string;
  /** The work of the leader. Must end soon after its signal is aborted; the lease is given up only then. */
  readonly lead: (leadership: Leadership) => Promise<void>;
  /** Called when the lease cannot be read or written; it is tried again. */
  readonly onTrouble: (error: ApiServerError) => void;
  /** Ends everything: a leader hands over. */
  readonly signal: AbortSignal;
  /** @default DEFAULT_LEASE_TIMES */
  readonly times?: LeaseTimes;
  /** @default - the machine's */
  readonly clock?: LeaseClock;
}

/** `renewDeadlineMs` < `durationMs`: a leader stops in between, and nobody else begins. */
export interface LeaseTimes {
  readonly durationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

export const DEFAULT_LEASE_TIMES: LeaseTimes = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

export interface LeaseClock {
  /** Never goes backwards, but may stand still while the machine does. */
  readonly monotonicMs: () => number;
  /** May be set, but goes on while the machine stands still. */
  readonly wallMs: () => number;
  /** Resolves after a time, or as soon as `signal` is aborted. */
  readonly pause: (timeMs: number, signal: AbortSignal) => Promise<void>;
}

/** Name of one process among those that may lead: its pod, and something that an earlier process of the pod had not. */
export function leaseIdentity(pod: string): string {
  return `${pod}_${randomBytes(IDENTITY_BYTES).toString('hex')}`;
}

/**
 * Takes part in the election of a leader until `signal` is aborted: waits for the lease, leads while it holds it, and stands
 * again when it was lost. Rejects when `lead` does; the lease is given up before.
 *
 * A lease of another counts from when this process saw it last renewed, by its own clock: clocks of two machines are never
 * compared.
 */
export async function takePartInElection(options: LeaderLeaseOptions): Promise<void> {
  const { times = DEFAULT_LEASE_TIMES, clock = SYSTEM_CLOCK, signal } = options;
  const election = new Election({ ...options, times, clock }, leaseStore(options.api, options));
  while (!isAborted(signal)) {
    if (await election.tryToAcquire()) await election.lead();
    else await clock.pause(times.retryMs, signal);
  }
}

const IDENTITY_BYTES = 4;

const SYSTEM_CLOCK: LeaseClock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  pause,
};

type ElectionOptions = LeaderLeaseOptions & Required<Pick<LeaderLeaseOptions, 'times' | 'clock'>>;

interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

class Election {
  readonly #options: ElectionOptions;
  readonly #store: LeaseStore;
  /** The lease as it was last seen, and since when it has been so. */
  #seen: { readonly record: LeaseRecord; readonly at: Moment } | undefined;
  /** When the renewal that holds now was sent: others count from later on. */
  #renewedAt: Moment | undefined;

  constructor(options: ElectionOptions, store: LeaseStore) {
    this.#options = options;
    this.#store = store;
  }

  isLeader(): boolean {
    return this.#renewedAt !== undefined && this.#sinceMs(this.#renewedAt) < this.#options.times.renewDeadlineMs;
  }

  /** Whether the lease is this process's now. */
  async tryToAcquire(): Promise<boolean> {
    try {
      const current = await this.#look();
      if (current !== undefined && !this.#isFree(current)) return false;
      return await this.#write(current);
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  /** Leads until the leadership is lost or to be handed over; then the work has ended. */
  async lead(): Promise<void> {
    const { signal } = this.#options;
    const end = new AbortController();
    const worked = new AbortController();
    const stop = (): void => {
      end.abort();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (isAborted(signal)) stop();
    // Also while the work comes to its end: nobody may begin before.
    const renewed = this.#renewUntil(worked.signal, stop);
    try {
      await this.#options.lead({ isLeader: () => this.isLeader(), signal: end.signal });
    } finally {
      signal.removeEventListener('abort', stop);
      worked.abort();
      await renewed;
      await this.#release();
    }
  }

  async #renewUntil(worked: AbortSignal, onLost: () => void): Promise<void> {
    const { times, clock } = this.#options;
    for (;;) {
      await clock.pause(times.retryMs, worked);
      if (isAborted(worked)) return;
      try {
        await this.#renew();
      } catch (error) {
        this.#report(error);
      }
      if (!this.isLeader()) {
        // Never again in this term: what has ended must not begin to write once more.
        this.#renewedAt = undefined;
        onLost();
        return;
      }
    }
  }

  async #renew(): Promise<void> {
    if (await this.#write(this.#seen?.record)) return;
    // An answer may have been lost, people may have written a label, or somebody has taken over.
    const current = await this.#look();
    if (current?.holder === this.#options.identity && (await this.#write(current))) return;
    if (current?.holder !== this.#options.identity) this.#renewedAt = undefined;
  }

  async #look(): Promise<LeaseRecord | undefined> {
    const record = await this.#store.read();
    if (record === undefined) this.#seen = undefined;
    else if (this.#seen?.record.resourceVersion !== record.resourceVersion) this.#seen = { record, at: this.#now() };
    return record;
  }

  #isFree({ holder, durationMs }: LeaseRecord): boolean {
    if (holder === '' || holder === this.#options.identity) return true;
    // By the clock that never jumps: one that was set forward must not end another's lease.
    const at = this.#seen?.at;
    return at !== undefined && this.#options.clock.monotonicMs() - at.monotonicMs >= durationMs;
  }

  /** @returns false when the lease is not as it was seen */
  async #write(current: LeaseRecord | undefined): Promise<boolean> {
    const { identity, times, clock } = this.#options;
    const at = this.#now();
    const next = leaseRecord(current, { identity, durationMs: times.durationMs, nowMs: clock.wallMs() });
    const stored = await this.#store.write(current, next);
    if (stored === undefined) return false;
    this.#seen = { record: stored, at };
    this.#renewedAt = at;
    return true;
  }

  /** So that the next need not wait for its end. */
  async #release(): Promise<void> {
    this.#renewedAt = undefined;
    const held = this.#seen?.record;
    if (held?.holder !== this.#options.identity) return;
    try {
      await this.#store.release(held);
    } catch (error) {
      // It ends by itself.
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    if (!(error instanceof ApiServerError)) throw error;
    this.#options.onTrouble(error);
  }

  #now(): Moment {
    const { clock } = this.#options;
    return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
  }

  /** By whichever clock says that more time has passed: one of them may have stood still. */
  #sinceMs(then: Moment): number {
    const now = this.#now();
    return Math.max(now.monotonicMs - then.monotonicMs, now.wallMs - then.wallMs);
  }
}
