import { LABELS } from '../../contracts/labels.ts';
import type { RegionPlace } from './region-args.ts';

/** Tags of everything that belongs to a region as a whole; `shownName` is what consoles list it under. */
export function regionTags(
  { stack, region }: { readonly stack: string; readonly region: RegionPlace },
  shownName: string,
): Record<string, string> {
  return { ...region.tags, Name: shownName, [LABELS.stack]: stack };
}
