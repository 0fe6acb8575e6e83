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
}

/** Topics of the tenant; replicas are spread over zones. */
export class PartitionsModel {
  readonly all: Partition[] = [];
  readonly #minIsr = new Map<string, number>();

  /** @param brokersByZone ids of the brokers of each zone */
  create(topic: string, partitions: number, brokersByZone: readonly (readonly number[])[]): void {
    this.#minIsr.set(topic, 2);
    for (let partition = 0; partition < partitions; partition += 1) {
      const seed = this.all.length;
      const replicas = [0, 1, 2].flatMap((offset) => {
        const zone = brokersByZone[(seed + offset) % brokersByZone.length] ?? [];
        return zone[Math.floor(seed / brokersByZone.length) % zone.length] ?? [];
      });
      const [leader = -1] = replicas;
      const empty = { adding: [], removing: [], caughtUpAtMs: new Map<number, number>() };
      this.all.push({ topic, partition, replicas, isr: [...replicas], leader, ...empty });
    }
  }

  setMinIsr(topic: string, minIsr: number): void {
    this.#minIsr.set(topic, minIsr);
  }

  minIsr(topic: string): number {
    return this.#minIsr.get(topic) ?? 2;
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

  /** Takes a broker that is gone out of every ISR but where it is the last, and gives its leaderships away. */
  withdraw(broker: number, isServing: (id: number) => boolean): void {
    for (const each of this.of(broker)) {
      if (each.isr.length > 1) each.isr = each.isr.filter((id) => id !== broker);
      if (each.leader === broker) each.leader = each.isr.find((id) => id !== broker && isServing(id)) ?? -1;
      each.caughtUpAtMs.delete(broker);
    }
  }

  /** Lets replicas that have all records back into the ISR, and leads what has no leader. Whether anything changed. */
  advance(nowMs: number, isServing: (id: number) => boolean): boolean {
    let isChanged = false;
    for (const each of this.all) {
      const { isr, replicas, caughtUpAtMs } = each;
      if (each.leader < 0) {
        const leader = isr.find(isServing);
        if (leader === undefined) continue;
        each.leader = leader;
        isChanged = true;
      }
      for (const id of replicas) {
        if (isr.includes(id) || !isServing(id) || (caughtUpAtMs.get(id) ?? Infinity) > nowMs) continue;
        each.isr = [...each.isr, id];
        isChanged = true;
      }
      if (each.adding.length > 0 && each.adding.every((id) => each.isr.includes(id))) {
        finishReassignment(each);
        isChanged = true;
      }
    }
    return isChanged;
  }

  views(): readonly PartitionView[] {
    return this.all.map(({ topic, partition, leader, replicas, isr, adding, removing }) => ({
      topic,
      partition,
      leader,
      replicas: [...replicas],
      isr: [...isr],
      adding: [...adding],
      removing: [...removing],
      minIsr: this.minIsr(topic),
    }));
  }
}

function finishReassignment(each: Partition): void {
  each.replicas = each.replicas.filter((id) => !each.removing.includes(id));
  each.isr = each.isr.filter((id) => each.replicas.includes(id));
  if (!each.isr.includes(each.leader)) each.leader = each.isr[0] ?? -1;
  each.adding = [];
  each.removing = [];
}
