import type { ShapeRequest } from '../../../constructs/capacity/cluster-shape.ts';
import type { Cloud } from '../../../contracts/cloud.ts';

export const PUBLIC_CLOUDS = ['aws', 'gcp', 'azure'] as const satisfies readonly Cloud[];

/** From the fewest zones that a cluster takes to the most that a known region has. */
export const ZONE_COUNTS = [3, 4, 5, 6] as const;

export const ALL_CKUS: readonly number[] = Array.from({ length: 152 }, (_, index) => index + 1);

export function zonesNamed(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `zone-${index}`);
}

export function request(
  cloud: Cloud,
  ckus: number,
  zoneCount = 3,
  infiniteStorage: ShapeRequest['infiniteStorage'] = 'on',
): ShapeRequest {
  return { cloud, ckus, zones: zonesNamed(zoneCount), infiniteStorage };
}
