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

/** The problem of each cluster that has the name of one before it. */
export function clusterNameProblems(clusters: readonly Named[]): readonly InputProblem[] {
  return repeatedNames('kubernetesClusters', clusters, 'another cluster has this name');
}

interface Named {
  readonly name: string;
}

function repeatedNames(list: string, items: readonly Named[], rule: string): readonly InputProblem[] {
  const names = items.map(({ name }) => name);
  return names.flatMap((name, index) =>
    problemUnless(names.indexOf(name) === index, `${list}[${index}].name`, name, rule),
  );
}

/** What only all clusters and tenants together show, on whichever cloud: names twice, tenants of no cluster. */
export function namingProblems({ kubernetesClusters, tenants, controlPlane }: RegionArgs): readonly InputProblem[] {
  const clusters = kubernetesClusters.map(({ name }) => name);
  const unknownCluster = (path: string, cluster: string): readonly InputProblem[] =>
    problemUnless(clusters.includes(cluster), path, cluster, `the region has the clusters ${clusters.join(', ')}`);
  return [
    ...problemUnless(clusters.length > 0, 'kubernetesClusters', undefined, 'a region has one data plane at least'),
    ...clusterNameProblems(kubernetesClusters),
    ...repeatedNames('tenants', tenants, 'another tenant has this name'),
    ...tenants.flatMap(({ cluster }, index) => unknownCluster(`tenants[${index}].cluster`, cluster)),
    ...(controlPlane === undefined ? [] : unknownCluster('controlPlane.cluster', controlPlane.cluster)),
  ];
}
