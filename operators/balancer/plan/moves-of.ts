import { type ClusterModel } from '../model/cluster-model.ts';
import { i32 } from '../model/typed-arrays.ts';

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
  const pairs = paired(model, removed, added);
  const leaves = removed.includes(oldLeader);
  const goesAlong = pairs.some(({ from, to }) => from === oldLeader && to === newLeader);
  const change: readonly Step[] =
    oldLeader === newLeader || goesAlong ? [] : [{ kind: 'leader-change', partition, from: oldLeader, to: newLeader }];
  const moveOf = ({ from, to }: Pair): Step => ({
    kind: 'replica-move',
    partition,
    from,
    to,
    role: from === oldLeader && to === newLeader ? 'leader' : 'follower',
  });
  if (!added.includes(newLeader)) return [...change, ...pairs.map(moveOf)];
  // The new leader has to arrive before it can lead, and the old one must not go before that.
  const arrival = pairs.filter(({ to }) => to === newLeader);
  const others = pairs.filter(({ to }) => to !== newLeader);
  const [early, late] = leaves ? [[], others] : [others, []];
  return [...early.map(moveOf), ...arrival.map(moveOf), ...change, ...late.map(moveOf)];
}

interface Pair {
  readonly from: number;
  readonly to: number;
}

/** Who comes for whom: within a rack where that is possible, so that the partition is in as many racks at each moment. */
function paired({ rackOf }: ClusterModel, removed: readonly number[], added: readonly number[]): readonly Pair[] {
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
