import type { Member } from '../classify.ts';

/**
 * Pods whose eviction somebody asked for, those that may go together in one group, in the order in which they are tried: zone by
 * zone, and in each its brokers before its controllers. The zone with pods that no node takes comes first: they are back when its drain
 * has ended, and until then no other zone may begin.
 */
export function evictionGroups(
  due: readonly Member[],
  members: readonly Member[],
): readonly (readonly [Member, ...Member[]])[] {
  const homeless = new Set(members.filter(({ isHomeless }) => isHomeless).map(({ placed }) => placed.zone));
  const byZone = Map.groupBy(
    due.filter(({ isEvicted }) => isEvicted),
    ({ placed }) => placed.zone,
  );
  return [...byZone]
    .sort(([a], [b]) => Number(homeless.has(b)) - Number(homeless.has(a)) || (a < b ? -1 : 1))
    .flatMap(([, asked]) => {
      const brokers = asked.filter(({ role }) => role === 'broker');
      const [first, ...others] = (brokers.length > 0 ? brokers : asked).toSorted(
        (a, b) => a.placed.ordinal - b.placed.ordinal,
      );
      return first === undefined ? [] : [[first, ...others] as const];
    });
}
