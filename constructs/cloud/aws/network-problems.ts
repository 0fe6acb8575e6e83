import { networkRangeProblem } from '../address-plan.ts';
import { problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { zoneProblems } from '../zone-problems.ts';
import { regionProblems } from './region-problems.ts';

/** Everything that is wrong with the arguments of a network on AWS. */
export function networkProblems(args: {
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'zones' | 'addressRange'>;
}): readonly InputProblem[] {
  const { addressRange } = args.region;
  const rangeProblem = networkRangeProblem(addressRange);
  return [
    ...regionProblems(args),
    ...problemUnless(rangeProblem === undefined, 'region.addressRange', addressRange, rangeProblem ?? ''),
    ...zoneProblems('aws', args.region),
  ];
}
