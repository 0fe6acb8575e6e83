import { problemUnless } from './input-problems.ts';
import type { InputProblem } from './input-problems.ts';
import type { RegionArgs } from './region-args.ts';

/** Problems of a part, with the paths that they have in the region's arguments. */
export function movedProblems(problems: readonly InputProblem[], from: string, to: string): readonly InputProblem[] {
  return problems.map(({ propertyPath, reason }) => ({
    propertyPath: propertyPath.startsWith(from) ? `${to}${propertyPath.slice(from.length)}` : propertyPath,
    reason,
  }));
}

/** Each problem once: parts ask the same of what they share. */
export function uniqueProblems(problems: readonly InputProblem[]): readonly InputProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** What only all clusters and tenants together show, on whichever cloud: names twice, tenants of no cluster. */
export function namingProblems({ kubernetesClusters, tenants, controlPlane }: RegionArgs): readonly InputProblem[] {
  const clusters = kubernetesClusters.map(({ name }) => name);
  const names = tenants.map(({ name }) => name);
  const unknownCluster = (path: string, cluster: string): readonly InputProblem[] =>
    problemUnless(clusters.includes(cluster), path, cluster, `the region has the clusters ${clusters.join(', ')}`);
  return [
    ...problemUnless(clusters.length > 0, 'kubernetesClusters', undefined, 'a region has one data plane at least'),
    ...clusters.flatMap((name, index) =>
      problemUnless(
        clusters.indexOf(name) === index,
        `kubernetesClusters[${index}].name`,
        name,
        'another cluster has this name',
      ),
    ),
    ...names.flatMap((name, index) =>
      problemUnless(names.indexOf(name) === index, `tenants[${index}].name`, name, 'another tenant has this name'),
    ),
    ...tenants.flatMap(({ cluster }, index) => unknownCluster(`tenants[${index}].cluster`, cluster)),
    ...(controlPlane === undefined ? [] : unknownCluster('controlPlane.cluster', controlPlane.cluster)),
  ];
}
