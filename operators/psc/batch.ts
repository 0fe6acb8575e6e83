import type { Member } from './classify.ts';
import type { Obstacle } from './safety.ts';

/** Brokers of one zone that may be down together where the PSC does not say. */
export const DEFAULT_MAX_UNAVAILABLE_PER_ZONE = 10;

/**
 * The next pods to replace together: of one zone, in the order of their ordinals, as many as `limit` and safety allow. Empty
 * with the obstacle of the first where not even one may go.
 */
export function chooseBatch(
  candidates: readonly Member[],
  limit: number,
  obstacleTo: (batch: readonly Member[]) => Obstacle | undefined,
): { readonly batch: readonly Member[]; readonly obstacle?: Obstacle } {
  const [first] = candidates;
  if (first === undefined) return { batch: [] };
  const obstacle = obstacleTo([first]);
  if (obstacle !== undefined) return { batch: [], obstacle };
  const neighbours = candidates.filter((each) => each !== first && each.placed.zone === first.placed.zone);
  let batch: readonly Member[] = [first];
  for (const each of neighbours) {
    if (batch.length >= limit) break;
    const larger = [...batch, each];
    if (obstacleTo(larger) === undefined) batch = larger;
  }
  return { batch };
}
