import { type Goal, HARD_GOALS } from '../goals.ts';
import type { Move } from '../plan/plan.ts';
import { nameOf } from './choose-batch.ts';
import { type ObservedCluster, targetOf, type WaysLeft } from './observed.ts';
import type { Reassignment } from './steps.ts';

export const NOWHERE: WaysLeft = new Map();

/** So long nothing goes back to where it came from: each pass plans anew, and sees other ways to the same balance. */
const KEPT_MS = 60 * 60_000;

/** What has to leave a broker goes wherever there is room, whatever was there before. */
const URGENT: ReadonlySet<Goal> = new Set(HARD_GOALS);

export function withoutWaysBack(moves: readonly Move[], left: WaysLeft): readonly Move[] {
  const dropped = new Set<string>();
  return moves.filter((move) => {
    const name = nameOf(move);
    // What comes after it was planned for where it leads.
    const isWayBack = move.kind === 'replica-move' && left.get(name)?.brokers.includes(move.to) === true;
    if (isWayBack && !URGENT.has(move.goal)) dropped.add(name);
    return !dropped.has(name);
  });
}

/** With what a batch takes away, and without what is long ago. */
export function leftAfter(
  left: WaysLeft,
  batch: readonly Reassignment[],
  { atMs, partitions }: ObservedCluster,
): WaysLeft {
  const isOld = [...left.values()].some((way) => atMs - way.atMs > KEPT_MS);
  if (batch.length === 0 && !isOld) return left;
  const after = new Map([...left].filter(([, way]) => atMs - way.atMs <= KEPT_MS));
  const before = new Map(partitions.map((partition) => [nameOf(partition), targetOf(partition)]));
  for (const each of batch) {
    const name = nameOf(each);
    const gone = (before.get(name) ?? []).filter((id) => !each.replicas.includes(id));
    if (gone.length > 0) after.set(name, { brokers: [...(after.get(name)?.brokers ?? []), ...gone], atMs });
  }
  return after;
}
