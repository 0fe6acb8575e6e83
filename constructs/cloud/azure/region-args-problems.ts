import { movedProblems, namingProblems, uniqueProblems } from '../composed-problems.ts';
import { networkRangeProblem, regionSubnets } from '../address-plan.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionArgs } from '../region-args.ts';
import { budgetProblems } from './budget.ts';
import { databaseProblems } from './database-problems.ts';
import { dnsZoneProblems } from './dns-zone.ts';
import { kubernetesClusterProblems } from './kubernetes-cluster-problems.ts';
import { mothershipLinkProblems } from './mothership-link.ts';
import { mothershipServiceProblems } from './mothership-service.ts';
import { networkProblems } from './network-problems.ts';
import { tenantStorageProblems } from './tenant-storage-problems.ts';
import { issuerProblems } from './workload-identity.ts';

/**
 * Everything that is wrong with the arguments of a region on Azure: what each of its parts would say, and what only their
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
  const names = clusters.map(({ name }) => name);
  // Subnets are not there yet; that each zone will have one is all that matters.
  const nodeSubnetIds = Object.fromEntries(region.zones.map((zone) => [zone, zone]));
  return [
    ...clusters.flatMap((cluster, index) =>
      movedProblems(
        kubernetesClusterProblems({ ...args, cluster, nodeSubnetIds }),
        'cluster.',
        `kubernetesClusters[${index}].`,
      ),
    ),
    ...(clusters.length === 0
      ? []
      : issuerProblems('kubernetesClusters', Object.fromEntries(names.map((name) => [name, name])))),
  ];
}

function tenantProblems(args: RegionArgs): readonly InputProblem[] {
  return args.tenants.flatMap((tenant, index) =>
    movedProblems(
      // That the region has the tenant's cluster is asked of all tenants together.
      tenantStorageProblems({ ...args, tenant, owner: 'stack', clusters: { [tenant.cluster]: tenant.cluster } }),
      'tenant.',
      `tenants[${index}].`,
    ),
  );
}

function controlPlaneProblems(args: RegionArgs): readonly InputProblem[] {
  // Without a range there are no subnets, which the network says already.
  if (args.controlPlane === undefined || networkRangeProblem(args.region.addressRange) !== undefined) return [];
  const { database: addressRange } = regionSubnets(args.region.addressRange);
  return databaseProblems({ ...args, database: args.controlPlane.database, addressRange });
}

function mothershipProblems(args: RegionArgs): readonly InputProblem[] {
  const { mothership } = args;
  if (mothership.privateLink === undefined) return [];
  if (mothership.hosted) return mothershipServiceProblems({ ...args, privateLink: mothership.privateLink });
  const { bootstrapServer, privateLink } = mothership;
  return mothershipLinkProblems({ ...args, mothership: { bootstrapServer, privateLink } });
}
