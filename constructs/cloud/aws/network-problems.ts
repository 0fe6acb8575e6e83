import { knownZones } from '../../capacity/zones.ts';
import { networkRangeProblem } from '../address-plan.ts';
import { problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { regionProblems } from './region-problems.ts';

/** Everything that is wrong with the arguments of a network on AWS. */
export function networkProblems(args: {
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'zones' | 'addressRange'>;
}): readonly InputProblem[] {
  const { name, zones, addressRange } = args.region;
  const known = knownZones('aws', name) ?? [];
  const rangeProblem = networkRangeProblem(addressRange);
  return [
    ...regionProblems(args),
    ...problemUnless(rangeProblem === undefined, 'region.addressRange', addressRange, rangeProblem ?? ''),
    ...problemUnless(
      zones.length >= MIN_ZONES,
      'region.zones',
      zones.join(', '),
      `data is kept in ${MIN_ZONES} zones: name at least as many`,
    ),
    ...zones.flatMap((zone, index) => [
      ...problemUnless(known.includes(zone), `region.zones[${index}]`, zone, `${name} has ${known.join(', ')}`),
      ...problemUnless(zones.indexOf(zone) === index, `region.zones[${index}]`, zone, 'it stands here twice'),
    ]),
  ];
}

const MIN_ZONES = 3;
