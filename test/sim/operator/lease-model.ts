/** How long a lease holds without being renewed, how soon its holder gives up, and how often it tries. */
export const LEASE_MS = 15_000;
export const RENEW_DEADLINE_MS = 10_000;
export const RETRY_PERIOD_MS = 2_000;

/** The Lease object, and what the truth about it is. */
export class LeaseModel {
  #holder = '';
  #renewedAtMs = -LEASE_MS;
  #changes = 0;

  get changes(): number {
    return this.#changes;
  }

  isHeldBy(holder: string, nowMs: number): boolean {
    return this.#holder === holder && nowMs < this.#renewedAtMs + LEASE_MS;
  }

  /** Takes or renews the lease; false while it is another's. */
  acquire(holder: string, nowMs: number): boolean {
    if (this.#holder !== holder && nowMs < this.#renewedAtMs + LEASE_MS) return false;
    if (this.#holder !== holder) this.#changes += 1;
    this.#holder = holder;
    this.#renewedAtMs = nowMs;
    return true;
  }

  /** The holder stops in good order: the next may begin at once. */
  release(holder: string): void {
    if (this.#holder === holder) this.#renewedAtMs = -LEASE_MS;
  }
}
