import { knownRegions } from '../capacity/zones.ts';
import { nameProblem, problemUnless } from './input-problems.ts';
import type { InputProblem } from './input-problems.ts';
import type { PublicCloud, RegionPlace } from './region-args.ts';

/** Where a component is made, and for which stack. */
export interface Place {
  readonly stack: string;
  readonly region: RegionPlace;
}

/** What a cloud takes for an account, and how long its names let that of a stack be. */
export interface PlaceLimits {
  readonly account: RegExp;
  readonly accountRule: string;
  readonly maxStackLength: number;
}

/** Everything that is wrong with the place of a component, apart from its tags. */
export function placeProblems(
  wanted: PublicCloud,
  { stack, region }: Place,
  { account, accountRule, maxStackLength }: PlaceLimits,
): readonly InputProblem[] {
  return [
    ...problemUnless(
      region.cloud === wanted,
      'region.cloud',
      region.cloud,
      `this component makes resources of ${wanted}`,
    ),
    ...problemUnless(
      knownRegions(wanted).includes(region.name),
      'region.name',
      region.name,
      'use a region that the capacity catalogue knows (constructs/capacity/zones.ts)',
    ),
    ...problemUnless(account.test(region.account), 'region.account', region.account, accountRule),
    ...nameProblem('stack', stack, maxStackLength),
  ];
}
