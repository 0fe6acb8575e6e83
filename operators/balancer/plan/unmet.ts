import {
  type BalanceSettings,
  CAPACITY_GOALS,
  COLUMN,
  DIMENSION_COUNT,
  DIMENSIONS,
  type Goal,
  LIMITED,
  SOFT_GOALS,
} from '../goals.ts';
import { f64, i32, u8 } from '../model/typed-arrays.ts';
import { triggerDeviation } from './improve.ts';
import type { PurposefulStep } from './order-steps.ts';
import type { Unmet } from './plan.ts';
import type { Placement } from './placement.ts';
import { idOf, isBeyond, percent } from './purpose.ts';
import { hasLiveReplica, isExcluded } from './repair.ts';

/** What a plan leaves as it should not be, each with why. `after` is how things are at its end. */
export function unmetAfter(
  after: Placement,
  stuck: readonly PurposefulStep[],
  settings: BalanceSettings,
): readonly Unmet[] {
  return [
    ...leadersLeft(after),
    ...replicasLeft(after, 'dead-brokers', (broker) => u8(after.dead, broker) === 1),
    ...replicasLeft(after, 'drain', (broker) => u8(after.mustEmpty, broker) === 1 && u8(after.dead, broker) === 0),
    ...racksLeft(after),
    ...capacitiesLeft(after, settings),
    ...noRoom(stuck),
    ...unevenLeft(after, settings),
  ];
}

function leadersLeft(after: Placement): readonly Unmet[] {
  const left = countBy(after.leaderOf.length, (partition) => {
    if (u8(after.leads, i32(after.leaderOf, partition)) === 1) return undefined;
    return isExcluded(after, partition) ? 'of excluded topics' : 'without another replica that may lead and has room';
  });
  return told('leadership', left, 'partitions are led by a broker that shall lead nothing');
}

function replicasLeft(after: Placement, goal: Goal, isTo: (broker: number) => boolean): readonly Unmet[] {
  const left = countBy(after.brokerOf.length, (replica) => {
    if (!isTo(i32(after.brokerOf, replica))) return undefined;
    const partition = i32(after.partitionOf, replica);
    if (isExcluded(after, partition)) return 'of excluded topics';
    if (!hasLiveReplica(after, partition)) return 'of partitions that have no live replica to copy from';
    return 'for which no broker has room in a rack that is allowed';
  });
  return told(goal, left, `replicas stay on brokers that are ${goal === 'drain' ? 'being drained' : 'dead'}`);
}

function racksLeft(after: Placement): readonly Unmet[] {
  const left = countBy(after.leaderOf.length, (partition) => {
    if (after.racksOf(partition, -1, -1) >= after.racksWanted(partition)) return undefined;
    return isExcluded(after, partition) ? 'of excluded topics' : 'for which no broker has room in another rack';
  });
  return told('rack-awareness', left, 'partitions are in fewer racks than they could be');
}

function capacitiesLeft(after: Placement, { usableShare }: BalanceSettings): readonly Unmet[] {
  return LIMITED.flatMap((dimension): readonly Unmet[] => {
    const beyond = brokersOf(after).filter((broker) => isBeyond(after, broker, dimension));
    if (beyond.length === 0) return [];
    const column = COLUMN[dimension];
    const total = (of: Float64Array): number =>
      brokersOf(after).reduce((sum, broker) => sum + f64(of, broker * DIMENSION_COUNT + column), 0);
    const needs = total(after.carried) / total(after.limits);
    const why =
      needs > 1
        ? `all brokers together would need ${percent(needs)} of what they may use`
        : 'nothing that may move fits anywhere else';
    const ids = beyond.map((broker) => idOf(after, broker)).join(', ');
    const limit = dimension === 'replicas' ? 'their limit' : `${percent(usableShare)} of their capacity`;
    return [
      { goal: CAPACITY_GOALS[dimension], count: beyond.length, message: `brokers ${ids} are beyond ${limit}: ${why}` },
    ];
  });
}

function noRoom(stuck: readonly PurposefulStep[]): readonly Unmet[] {
  const counts = new Map<Goal, number>();
  for (const { goal } of stuck) counts.set(goal, (counts.get(goal) ?? 0) + 1);
  return [...counts].map(([goal, count]) => ({
    goal,
    count,
    message: `${count} moves are left out: while they ran there would not be room for both copies`,
  }));
}

function unevenLeft(after: Placement, settings: BalanceSettings): readonly Unmet[] {
  const trigger = triggerDeviation(after, settings);
  return DIMENSIONS.flatMap((dimension): readonly Unmet[] => {
    const uneven = brokersOf(after)
      .map((broker) => ({ broker, deviation: after.deviation(broker, COLUMN[dimension]) }))
      .filter(({ deviation }) => Math.abs(deviation) > trigger)
      .sort((a, b) => Math.abs(b.deviation) - Math.abs(a.deviation) || a.broker - b.broker);
    const [worst] = uneven;
    if (worst === undefined) return [];
    const message = `${uneven.length} brokers stay more than ${percent(trigger)} off their fair share, broker ${idOf(after, worst.broker)} the most: it carries ${percent(1 + worst.deviation)}`;
    return [{ goal: SOFT_GOALS[dimension], count: uneven.length, message }];
  });
}

/** Brokers that may hold replicas for good. */
function brokersOf(placement: Placement): readonly number[] {
  return Array.from({ length: placement.brokerCount }, (_, broker) => broker).filter(
    (broker) => u8(placement.mustEmpty, broker) === 0,
  );
}

function countBy(count: number, reasonOf: (index: number) => string | undefined): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let index = 0; index < count; index += 1) {
    const reason = reasonOf(index);
    if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}

function told(goal: Goal, counts: ReadonlyMap<string, number>, what: string): readonly Unmet[] {
  const reasons = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return reasons.map(([reason, count]) => ({ goal, count, message: `${count} ${what}: ${reason}` }));
}
