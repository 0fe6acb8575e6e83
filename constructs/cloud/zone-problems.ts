import { knownZones } from '../capacity/zones.ts';
import { problemUnless } from './input-problems.ts';
import type { InputProblem } from './input-problems.ts';
import type { RegionNetworkArgs, RegionPlace } from './region-args.ts';

/** Everything that is wrong with the zones of a region, on whichever cloud. */
export function zoneProblems(
  cloud: RegionPlace['cloud'],
  { name, zones }: Pick<RegionPlace, 'name'> & Pick<RegionNetworkArgs, 'zones'>,
): readonly InputProblem[] {
  const known = knownZones(cloud, name) ?? [];
  return [
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
