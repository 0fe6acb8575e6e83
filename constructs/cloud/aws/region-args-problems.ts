import { NAME_PART_LIMITS } from '../../../contracts/name-limits.ts';
import { movedProblems, namingProblems, uniqueProblems } from '../composed-problems.ts';
import { nameProblem } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionArgs } from '../region-args.ts';
import { budgetProblems } from './budget.ts';
import { databaseProblems } from './database-problems.ts';
import { dnsZoneProblems } from './dns-zone.ts';
import { kubernetesClusterProblems } from './kubernetes-cluster-problems.ts';
import { mothershipLinkProblems } from './mothership-link.ts';
import { mothershipServiceProblems } from './mothership-service.ts';
import { networkProblems } from './network-problems.ts';
import { podRanges } from './pod-ranges.ts';
import { tenantStorageProblems } from './tenant-storage-problems.ts';

/**
 * Everything that is wrong with the arguments of a region on AWS: what each of its parts would say, and what only their
 * sum shows. All of it is asked before the first part is made, for what was registered by then would be made.
 */
export function regionArgsProblems(args: RegionArgs): readonly InputProblem[] {
  return uniqueProblems([
    ...networkProblems(args),
    ...dnsZoneProblems(args),
    ...namingProblems(args),
    ...clusterProblems(args),
    ...tenantProblems(args),
    ...controlPlaneProblems(args),
    ...mothershipProblems(args),
    ...(args.budget === undefined ? [] : budgetProblems({ ...args, budget: args.budget })),
  ]);
}

function clusterProblems(args: RegionArgs): readonly InputProblem[] {
  const { kubernetesClusters: clusters, region } = args;
  return clusters.flatMap((cluster, index) =>
    movedProblems(
      kubernetesClusterProblems({ ...args, cluster, network: { privateSubnetIds: byZone(region.zones) } }),
      'cluster.',
      `kubernetesClusters[${index}].`,
    ),
  );
}

function tenantProblems(args: RegionArgs): readonly InputProblem[] {
  return args.tenants.flatMap((tenant, index) => [
    ...nameProblem(`tenants[${index}].name`, tenant.name, NAME_PART_LIMITS.psc),
    ...movedProblems(
      // The volume drivers' roles are made with the clusters.
      tenantStorageProblems({ ...args, tenant, owner: 'stack', volumeDriverRoleArn: '' }),
      'tenant.',
      `tenants[${index}].`,
    ),
  ]);
}

function controlPlaneProblems(args: RegionArgs): readonly InputProblem[] {
  const { controlPlane } = args;
  if (controlPlane === undefined) return [];
  // Without its cluster there are no pods to let in, which is said already.
  if (!args.kubernetesClusters.some(({ name }) => name === controlPlane.cluster)) return [];
  return asPodRanges(
    databaseProblems({
      ...args,
      database: controlPlane.database,
      clientRanges: podRanges(args, controlPlane.cluster),
    }),
  );
}

function mothershipProblems(args: RegionArgs): readonly InputProblem[] {
  const { mothership, region } = args;
  if (mothership.privateLink === undefined) return [];
  if (mothership.hosted) return mothershipServiceProblems({ ...args, privateLink: mothership.privateLink });
  return asPodRanges(
    mothershipLinkProblems({
      ...args,
      mothership: { bootstrapServer: mothership.bootstrapServer, privateLink: mothership.privateLink },
      privateSubnetIds: byZone(region.zones),
      clientRanges: podRanges(args),
    }),
  );
}

/** Subnets are not there yet; that each zone will have one is all that matters. */
function byZone(zones: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(zones.map((zone) => [zone, zone]));
}

/** The ranges that parts let in are the clusters' pods'. */
function asPodRanges(problems: readonly InputProblem[]): readonly InputProblem[] {
  return movedProblems(problems, 'clientRanges', 'kubernetesClusters.podRange');
}
