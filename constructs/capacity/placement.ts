import type { Placement } from './cluster-shape.ts';

/**
 * Pods dealt to the zones in turn: `<prefix>-i` lives in zone i modulo the number of zones, whatever the count, so
 * that growth never moves a pod and zones differ by one at most. Zones without a pod are absent.
 */
export function placeInTurn(prefix: string, count: number, zones: readonly string[]): Placement {
  return Object.fromEntries(
    zones.slice(0, count).map((zone, first) => {
      const pods: string[] = [];
      for (let index = first; index < count; index += zones.length) {
        pods.push(`${prefix}-${index}`);
      }
      return [zone, { pods }];
    }),
  );
}
