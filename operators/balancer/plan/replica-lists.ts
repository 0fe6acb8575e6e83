import { i32 } from '../model/typed-arrays.ts';
import type { Placement } from './placement.ts';
import { isExcluded } from './repair.ts';

/** Movable replicas of each broker, in an order that follows from the placement alone, and that stays cheap to draw from while replicas move. */
export class ReplicaLists {
  private readonly lists: Int32Array[];
  private readonly lengths: Int32Array;
  /** Place of each replica in the list of its broker. */
  private readonly placeOf: Int32Array;
  private readonly placement: Placement;

  constructor(placement: Placement) {
    this.placement = placement;
    const { brokerCount, brokerOf, partitionOf } = placement;
    this.lengths = new Int32Array(brokerCount);
    this.placeOf = new Int32Array(brokerOf.length);
    const counts = new Int32Array(brokerCount);
    for (const broker of brokerOf) counts[broker] = i32(counts, broker) + 1;
    this.lists = Array.from(counts, (count) => new Int32Array(count));
    for (let replica = 0; replica < brokerOf.length; replica += 1) {
      if (!isExcluded(placement, i32(partitionOf, replica))) this.append(replica, i32(brokerOf, replica));
    }
  }

  of(broker: number): Int32Array {
    return (this.lists[broker] ?? NONE).subarray(0, i32(this.lengths, broker));
  }

  move(replica: number, to: number): void {
    const from = i32(this.placement.brokerOf, replica);
    const list = this.lists[from] ?? NONE;
    const last = i32(this.lengths, from) - 1;
    const place = i32(this.placeOf, replica);
    const moved = i32(list, last);
    list[place] = moved;
    this.placeOf[moved] = place;
    this.lengths[from] = last;
    this.placement.move(replica, to);
    this.append(replica, to);
  }

  private append(replica: number, broker: number): void {
    const place = i32(this.lengths, broker);
    let list = this.lists[broker] ?? NONE;
    if (place >= list.length) {
      const longer = new Int32Array(Math.max(16, place * 2));
      longer.set(list);
      this.lists[broker] = list = longer;
    }
    list[place] = replica;
    this.placeOf[replica] = place;
    this.lengths[broker] = place + 1;
  }
}

const NONE = new Int32Array(0);
