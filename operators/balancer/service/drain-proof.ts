import type { ObservedCluster } from '../execute/observed.ts';

/**
 * Proves that brokers are empty: two looks one after the other found no replica and no leader of theirs in fresh metadata, and no
 * log on their own disks. A broker that does not answer proves nothing.
 */
export class DrainProof {
  #before: ReadonlySet<number>;
  #beforeAtMs = -Infinity;

  /** @param before brokers that another balancer has proven to be empty: one look shows whether they still are */
  constructor(before: readonly number[] = []) {
    this.#before = new Set(before);
  }

  /** Ids of those that are proven, in their order. */
  proven({ atMs, brokers, partitions }: ObservedCluster, drain: readonly number[]): readonly number[] {
    const holders = new Set(partitions.flatMap(({ replicas, leader }) => [...replicas, leader]));
    const empty = new Set(
      brokers.filter(({ id, logs }) => drain.includes(id) && logs === 0 && !holders.has(id)).map(({ id }) => id),
    );
    const proven = atMs > this.#beforeAtMs ? [...empty].filter((id) => this.#before.has(id)) : [];
    this.#before = empty;
    this.#beforeAtMs = atMs;
    return proven.sort((a, b) => a - b);
  }
}
