import type { PartitionView } from '../../../operators/psc/observed.ts';

export interface Partition {
  readonly topic: string;
  readonly partition: number;
  replicas: number[];
  isr: number[];
  leader: number;
  adding: number[];
  removing: number[];
  /** Broker ▶ when it has all records, as long as it runs. */
  readonly caughtUpAtMs: Map<number, number>;
  /** Replicas that have left the ISR with all records, since it fell below the min ISR (eligible leader replicas, KIP-966). */
  eligible: number[];
}

const DEFAULT_MIN_ISR = 2;

/** Topics of the tenant; replicas are spread over zones. */
export class PartitionsModel {
  readonly all: Partition[] = [];
  readonly #minIsr = new Map<string, number>();

  /** Three replicas of each partition, spread over zones. @param brokersByZone ids of the brokers of each zone */
  create(topic: string, partitions: number, brokersByZone: readonly (readonly number[])[]): void {
    const first = this.all.length;
    const replicas = Array.from({ length: partitions }, (_, partition) => {
      const seed = first + partition;
      return [0, 1, 2].flatMap((offset) => {
        const zone = brokersByZone[(seed + offset) % brokersByZone.length] ?? [];
        return zone[Math.floor(seed / brokersByZone.length) % zone.length] ?? [];
      });
    });
    this.add(topic, replicas, DEFAULT_MIN_ISR);
  }

  /** @param replicas of each partition, the preferred leader first */
  add(topic: string, replicas: readonly (readonly number[])[], minIsr: number): void {
    this.#minIsr.set(topic, minIsr);
    for (const [partition, ids] of replicas.entries()) {
      const [leader = -1] = ids;
      const empty = { adding: [], removing: [], eligible: [], caughtUpAtMs: new Map<number, number>() };
      this.all.push({ topic, partition, replicas: [...ids], isr: [...ids], leader, ...empty });
    }
  }

  setMinIsr(topic: string, minIsr: number): void {
    this.#minIsr.set(topic, minIsr);
  }

  minIsr(topic: string): number {
    return this.#minIsr.get(topic) ?? DEFAULT_MIN_ISR;
  }

  of(broker: number): readonly Partition[] {
    return this.all.filter(({ replicas }) => replicas.includes(broker));
  }

  /** Whether the broker has nothing to catch up on. */
  isInSync(broker: number): boolean {
    return this.all.every(
      ({ replicas, isr, adding }) => !replicas.includes(broker) || isr.includes(broker) || adding.includes(broker),
    );
  }

  /** Takes a broker that is gone out of every ISR, and gives its leaderships to the next replica in order. */
  withdraw(broker: number, isServing: (id: number) => boolean): void {
    for (const each of this.of(broker)) {
      if (each.isr.includes(broker)) {
        each.isr = each.isr.filter((id) => id !== broker);
        if (each.isr.length < this.minIsr(each.topic)) each.eligible = [...each.eligible, broker];
      }
      if (each.leader === broker) {
        each.leader = each.replicas.find((id) => each.isr.includes(id) && isServing(id)) ?? -1;
      }
      each.caughtUpAtMs.delete(broker);
    }
  }

  /** Takes a broker that copies nothing any more out of each ISR that has another, and has that one lead. */
  fallBehind(broker: number, isServing: (id: number) => boolean): void {
    for (const each of this.of(broker)) {
      const others = each.isr.filter((id) => id !== broker && isServing(id));
      each.caughtUpAtMs.delete(broker);
      if (!each.isr.includes(broker) || others.length === 0) continue;
      each.isr = each.isr.filter((id) => id !== broker);
      if (each.leader === broker) each.leader = others[0] ?? -1;
    }
  }

  /** A broker that did not end in order may have lost what it had last; the last of all is all that there is. */
  endedBadly(broker: number): void {
    for (const each of this.of(broker)) {
      const others = each.eligible.filter((id) => id !== broker);
      if (each.isr.length + others.length > 0) each.eligible = others;
    }
  }

  /**
   * Lets replicas that have all records back into the ISR, and leads what has no leader. Whether anything changed.
   *
   * @param stalled brokers whose disk takes nothing: they are behind on what has come to them since as well, a new topic or a reassignment
   */
  advance(nowMs: number, isServing: (id: number) => boolean, stalled: readonly number[]): boolean {
    let isChanged = false;
    for (const id of stalled) this.fallBehind(id, isServing);
    for (const each of this.all) {
      const { isr, replicas, caughtUpAtMs } = each;
      if (each.leader < 0) {
        const leader = replicas.find((id) => [...isr, ...each.eligible].includes(id) && isServing(id));
        if (leader === undefined) continue;
        each.leader = leader;
        if (!isr.includes(leader)) each.isr = [leader];
        isChanged = true;
      }
      for (const id of replicas) {
        if (each.isr.includes(id) || !isServing(id) || (caughtUpAtMs.get(id) ?? Infinity) > nowMs) continue;
        each.isr = [...each.isr, id];
        isChanged = true;
      }
      each.eligible =
        each.isr.length < this.minIsr(each.topic) ? each.eligible.filter((id) => !each.isr.includes(id)) : [];
      if (each.adding.length > 0 && each.adding.every((id) => each.isr.includes(id))) {
        finishReassignment(each);
        isChanged = true;
      }
    }
    return isChanged;
  }

  /** @param moves whether the controllers can be asked, who alone know of reassignments */
  views(moves: 'with-moves' | 'without-moves'): readonly PartitionView[] {
    const known = (ids: readonly number[]): readonly number[] => (moves === 'with-moves' ? [...ids] : []);
    return this.all.map(({ topic, partition, leader, replicas, isr, adding, removing }) => ({
      topic,
      partition,
      leader,
      replicas: [...replicas],
      isr: [...isr],
      adding: known(adding),
      removing: known(removing),
      minIsr: this.minIsr(topic),
    }));
  }
}

/** The new replicas come first in the order, and those that shall go stay until all new ones are in sync (KIP-455). */
export function beginReassignment(each: Partition, target: readonly number[]): void {
  each.adding = target.filter((id) => !each.replicas.includes(id));
  each.removing = each.replicas.filter((id) => !target.includes(id));
  each.replicas = [...target, ...each.removing];
  if (each.adding.length === 0) finishReassignment(each);
}

function finishReassignment(each: Partition): void {
  each.replicas = each.replicas.filter((id) => !each.removing.includes(id));
  each.isr = each.isr.filter((id) => each.replicas.includes(id));
  each.eligible = each.eligible.filter((id) => each.replicas.includes(id));
  if (!each.isr.includes(each.leader)) each.leader = each.replicas.find((id) => each.isr.includes(id)) ?? -1;
  each.adding = [];
  each.removing = [];
}
