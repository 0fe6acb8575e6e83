import { type ClusterModel } from '../model/cluster-model.ts';
import { i32 } from '../model/typed-arrays.ts';
import { legalOrder, type Pair } from './legal-order.ts';

/** A move by indexes, before it has its place in the order. Those of one partition have to come in the order in which they are listed. */
export type Step =
  | {
      readonly kind: 'replica-move';
      readonly partition: number;
      readonly from: number;
      readonly to: number;
      readonly role: 'leader' | 'follower';
    }
  | { readonly kind: 'leader-change'; readonly partition: number; readonly from: number; readonly to: number };

/** The shortest way of one partition from how the model has it to how it shall be. */
export function stepsOf(
  model: ClusterModel,
  partition: number,
  brokerOf: Int32Array,
  leaderOf: Int32Array,
): readonly Step[] {
  const first = i32(model.firstReplica, partition);
  const end = i32(model.firstReplica, partition + 1);
  const oldLeader = i32(model.leaderOf, partition);
  const newLeader = i32(leaderOf, partition);
  if (oldLeader === newLeader && isSame(model.brokerOf, brokerOf, first, end)) return [];
  const before = [...model.brokerOf.subarray(first, end)];
  const after = [...brokerOf.subarray(first, end)].sort((a, b) => a - b);
  const removed = before.filter((broker) => !after.includes(broker));
  const added = after.filter((broker) => !before.includes(broker));
  const arrives = (pair: Pair): boolean => pair.to === newLeader;
  const paired = pairedByRack(model, removed, added);
  const others = paired.filter((pair) => !arrives(pair));
  const arrival = paired.filter(arrives);
  // The new leader has to arrive before it can lead, and the old one must not go before that.
  const usual = removed.includes(oldLeader) ? [...arrival, ...others] : [...others, ...arrival];
  const pairs = legalOrder(model, before, usual, { oldLeader, newLeader });
  const steps = pairs.map(({ from, to }): Step => {
    const role = from === oldLeader && to === newLeader ? 'leader' : 'follower';
    return { kind: 'replica-move', partition, from, to, role };
  });
  const goesAlong = pairs.some(({ from, to }) => from === oldLeader && to === newLeader);
  if (oldLeader === newLeader || goesAlong) return steps;
  const change: Step = { kind: 'leader-change', partition, from: oldLeader, to: newLeader };
  return steps.toSpliced(pairs.findIndex(arrives) + 1, 0, change);
}

/** Who comes for whom: within a rack where that is possible, so that the partition is in as many racks at each moment. */
function pairedByRack({ rackOf }: ClusterModel, removed: readonly number[], added: readonly number[]): readonly Pair[] {
  const left = [...added];
  const pairs = new Map<number, number>();
  for (const from of removed) {
    const place = left.findIndex((to) => i32(rackOf, to) === i32(rackOf, from));
    if (place >= 0) pairs.set(from, left.splice(place, 1)[0] ?? -1);
  }
  return removed.map((from) => ({ from, to: pairs.get(from) ?? left.shift() ?? -1 }));
}

/** The new replicas may have been told in any order. */
function isSame(before: Int32Array, after: Int32Array, first: number, end: number): boolean {
  for (let replica = first; replica < end; replica += 1) {
    const broker = i32(before, replica);
    let other = first;
    while (other < end && i32(after, other) !== broker) other += 1;
    if (other === end) return false;
  }
  return true;
}
