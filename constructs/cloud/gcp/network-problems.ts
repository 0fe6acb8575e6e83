import { nameProblem, problemUnless } from '../input-problems.ts';
import { clusterNameProblems } from '../composed-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import { isRange, rangesOverlap } from '../range-overlap.ts';
import type { KubernetesClusterArgs, RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { zoneProblems } from '../zone-problems.ts';
import { regionProblems } from './region-problems.ts';
import { regionRangeProblem } from './region-ranges.ts';

/** What a cluster asks of the network: ranges that its pods and services get addresses from. */
export type ClusterRangesArgs = Pick<KubernetesClusterArgs, 'name' | 'podRange' | 'serviceRange'>;

/** Everything that is wrong with the arguments of a network on GCP. */
export function networkProblems(args: {
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'zones' | 'addressRange'>;
  readonly kubernetesClusters: readonly ClusterRangesArgs[];
}): readonly InputProblem[] {
  return [
    ...regionProblems(args),
    ...addressRangeProblems(args.region),
    ...zoneProblems('gcp', args.region),
    ...args.kubernetesClusters.flatMap((cluster, index) =>
      nameProblem(`kubernetesClusters[${index}].name`, cluster.name, MAX_CLUSTER_NAME),
    ),
    ...clusterNameProblems(args.kubernetesClusters),
    ...problemUnless(
      args.kubernetesClusters.length * 2 <= MAX_SECONDARY_RANGES,
      'kubernetesClusters',
      String(args.kubernetesClusters.length),
      `a subnet has room for ${MAX_SECONDARY_RANGES} secondary ranges, two for each cluster`,
    ),
    ...clusterRangeProblems(args),
  ];
}

/** The problem of a region's range; none where all that the region needs can be cut from it. */
export function addressRangeProblems({
  addressRange,
}: Pick<RegionNetworkArgs, 'addressRange'>): readonly InputProblem[] {
  const problem = regionRangeProblem(addressRange);
  return problemUnless(problem === undefined, 'region.addressRange', addressRange, problem ?? '');
}

/** All ranges are routed in one network: none may have an address of another's. */
function clusterRangeProblems(args: {
  readonly region: Pick<RegionNetworkArgs, 'addressRange'>;
  readonly kubernetesClusters: readonly ClusterRangesArgs[];
}): readonly InputProblem[] {
  const ranges = [
    { path: 'region.addressRange', range: args.region.addressRange },
    ...args.kubernetesClusters.flatMap(({ podRange, serviceRange }, index) => [
      { path: `kubernetesClusters[${index}].podRange`, range: podRange },
      { path: `kubernetesClusters[${index}].serviceRange`, range: serviceRange },
    ]),
  ];
  return ranges.slice(1).flatMap(({ path, range }, index) => {
    const taken = ranges.slice(0, index + 1).find((earlier) => rangesOverlap(earlier.range, range));
    return [
      ...problemUnless(isRange(range), path, range, 'use an IPv4 CIDR block, as in 10.20.0.0/16'),
      ...problemUnless(taken === undefined, path, range, `${taken?.path ?? ''} has addresses of it: use a free range`),
    ];
  });
}

/** cloud.google.com/vpc/docs/quota#per_network, seen on 2026-11-22. */
const MAX_SECONDARY_RANGES = 170;
/** Leaves the names of its secondary ranges room for what they are for. */
const MAX_CLUSTER_NAME = 40;
