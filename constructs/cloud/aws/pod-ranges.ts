import type { RegionArgs } from '../region-args.ts';

/**
 * Addresses that a cluster's pods come from, or those of every cluster: a word for each IPv4 block, as in `pods-a`.
 * Inside the VPC they keep their own addresses (docs.aws.amazon.com/eks/latest/userguide/external-snat.html).
 */
export function podRanges(
  { kubernetesClusters }: Pick<RegionArgs, 'kubernetesClusters'>,
  only?: string,
): Readonly<Record<string, string>> {
  const clusters = kubernetesClusters.filter(({ name }) => only === undefined || name === only);
  return Object.fromEntries(clusters.map(({ name, podRange }) => [`pods-${name}`, podRange]));
}
