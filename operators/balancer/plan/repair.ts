import { COLUMN, DIMENSION_COUNT } from '../goals.ts';
import { LOAD, LOAD_COLUMNS } from '../model/cluster-model.ts';
import { f64, i32, u8 } from '../model/typed-arrays.ts';
import type { Placement } from './placement.ts';

/**
 * A replica that must go somewhere goes to a broker that is not new only if that one is fuller by less than this share: an expansion is for taking load, but
 * not for drowning in it.
 */
const NEW_BROKER_LEAD = 0.3;

/** Gives partitions whose leader may not lead another one of their replicas. */
export function repairLeaders(placement: Placement): void {
  const { leaderOf, leads } = placement;
  for (let partition = 0; partition < leaderOf.length; partition += 1) {
    if (u8(leads, i32(leaderOf, partition)) === 1 || isExcluded(placement, partition)) continue;
    const to = bestLeader(placement, partition);
    if (to >= 0) placement.lead(partition, to);
  }
}

/** Moves replicas apart that share a rack although another one is free. */
export function repairRacks(placement: Placement): void {
  for (let partition = 0; partition < placement.leaderOf.length; partition += 1) {
    if (isExcluded(placement, partition)) continue;
    const wanted = placement.racksWanted(partition);
    for (let racks = placement.racksOf(partition, -1, -1); racks < wanted; racks += 1) {
      if (!moveIntoFreeRack(placement, partition, racks)) break;
    }
  }
}

/** Empties the brokers that must be, the largest replicas first: small ones still fit where large ones no longer do. */
export function evacuate(placement: Placement): void {
  const { partitionOf, brokerOf, mustEmpty, model } = placement;
  const stranded: number[] = [];
  for (let replica = 0; replica < brokerOf.length; replica += 1) {
    if (u8(mustEmpty, i32(brokerOf, replica)) === 1 && isMovable(placement, i32(partitionOf, replica)))
      stranded.push(replica);
  }
  const size = (replica: number): number => f64(model.loads, i32(partitionOf, replica) * LOAD_COLUMNS + LOAD.disk);
  stranded.sort(
    (a, b) => size(b) - size(a) || i32(partitionOf, a) - i32(partitionOf, b) || i32(brokerOf, a) - i32(brokerOf, b),
  );
  for (const replica of stranded) {
    const to = bestTaker(placement, replica, (broker) => placement.keepsRacks(replica, broker));
    if (to >= 0) placement.move(replica, to);
  }
}

/** Whether a partition may be moved at all: not excluded, and with a replica that can be copied from. */
export function isMovable(placement: Placement, partition: number): boolean {
  return !isExcluded(placement, partition) && hasLiveReplica(placement, partition);
}

export function isExcluded({ model }: Placement, partition: number): boolean {
  return u8(model.excluded, i32(model.topicOf, partition)) === 1;
}

export function hasLiveReplica({ model, brokerOf, dead }: Placement, partition: number): boolean {
  const end = i32(model.firstReplica, partition + 1);
  for (let replica = i32(model.firstReplica, partition); replica < end; replica += 1) {
    if (u8(dead, i32(brokerOf, replica)) === 0) return true;
  }
  return false;
}

function bestLeader(placement: Placement, partition: number): number {
  const { model, brokerOf, leads } = placement;
  let best = -1;
  let bestCost = Infinity;
  const end = i32(model.firstReplica, partition + 1);
  for (let replica = i32(model.firstReplica, partition); replica < end; replica += 1) {
    const broker = i32(brokerOf, replica);
    if (u8(leads, broker) === 0 || !placement.fitsLeader(partition, broker)) continue;
    const cost = placement.deviation(broker, COLUMN.nwOut) + placement.deviation(broker, COLUMN.leaders);
    if (cost < bestCost || (cost === bestCost && broker < best)) [best, bestCost] = [broker, cost];
  }
  return best;
}

/** The move that costs least of those that bring the partition into one rack more. */
function moveIntoFreeRack(placement: Placement, partition: number, racks: number): boolean {
  if (!isMovable(placement, partition)) return false;
  const { model, brokerOf } = placement;
  const end = i32(model.firstReplica, partition + 1);
  let best = -1;
  let bestTo = -1;
  for (let replica = i32(model.firstReplica, partition); replica < end; replica += 1) {
    const to = bestTaker(placement, replica, (broker) => placement.racksOf(partition, replica, broker) > racks);
    if (to < 0) continue;
    // The fullest giver; of equals the one with the lowest id.
    const better = best < 0 ? 1 : fullness(placement, replica) - fullness(placement, best);
    if (better > 0 || (better === 0 && i32(brokerOf, replica) < i32(brokerOf, best))) [best, bestTo] = [replica, to];
  }
  if (best < 0) return false;
  placement.move(best, bestTo);
  return true;
}

function fullness(placement: Placement, replica: number): number {
  const broker = i32(placement.brokerOf, replica);
  return u8(placement.mustEmpty, broker) === 1 ? Infinity : placement.deviation(broker, COLUMN.disk);
}

/** Where a replica does least harm to the balance; -1 where it may go nowhere. */
function bestTaker(placement: Placement, replica: number, isAllowed: (broker: number) => boolean): number {
  const { partitionOf, leaderOf, brokerOf, rescues } = placement;
  const partition = i32(partitionOf, replica);
  const role = i32(leaderOf, partition) === i32(brokerOf, replica) ? 'leader' : 'follower';
  let best = -1;
  let bestCost = Infinity;
  for (let broker = 0; broker < placement.brokerCount; broker += 1) {
    if (u8(rescues, broker) === 0) continue;
    const cost = harm(placement, partition, broker);
    if (cost >= bestCost || placement.holds(partition, broker)) continue;
    if (!isAllowed(broker) || !placement.fits(partition, broker, role)) continue;
    [best, bestCost] = [broker, cost];
  }
  return best;
}

/** Growth of the squared deviations that a replica of a partition brings to a broker. */
function harm(placement: Placement, partition: number, broker: number): number {
  const { carried, perShare, model, takes } = placement;
  const handicap = u8(takes, broker) === 1 ? 0 : NEW_BROKER_LEAD;
  const of = partition * LOAD_COLUMNS;
  const grows = (column: number, load: number): number => {
    const at = broker * DIMENSION_COUNT + column;
    const share = load * f64(perShare, at);
    return share * (2 * (f64(carried, at) * f64(perShare, at) - 1 + handicap) + share);
  };
  return (
    grows(COLUMN.disk, f64(model.loads, of + LOAD.disk)) +
    grows(COLUMN.nwIn, f64(model.loads, of + LOAD.nwIn)) +
    grows(COLUMN.replicas, 1) +
    grows(COLUMN.potOut, f64(model.loads, of + LOAD.nwOut))
  );
}
