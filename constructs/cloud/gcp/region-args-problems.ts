import { movedProblems, namingProblems, uniqueProblems } from '../composed-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionArgs } from '../region-args.ts';
import { budgetProblems } from './budget.ts';
import { databaseProblems } from './database-problems.ts';
import { dnsZoneProblems } from './dns-zone.ts';
import { kubernetesProblems } from './kubernetes-problems.ts';
import { isLinked, mothershipLinkProblems } from './mothership-link-problems.ts';
import { networkProblems } from './network-problems.ts';
import { tenantStorageProblems } from './tenant-storage-problems.ts';

/**
 * Everything that is wrong with the arguments of a region on GCP: what each of its parts would say, and what only their
 * sum shows. All of it is asked before the first part is made, for what was registered by then would be made.
 */
export function regionArgsProblems(args: RegionArgs): readonly InputProblem[] {
  const { kubernetesClusters, tenants, controlPlane, mothership, budget } = args;
  return uniqueProblems([
    ...networkProblems(args),
    ...dnsZoneProblems(args),
    ...namingProblems(args),
    ...kubernetesClusters.flatMap((cluster, index) =>
      kubernetesProblems({ ...args, cluster }, `kubernetesClusters[${index}]`),
    ),
    ...tenants.flatMap((tenant, index) =>
      movedProblems(tenantStorageProblems({ ...args, tenant, owner: 'stack' }), 'tenant.', `tenants[${index}].`),
    ),
    ...(controlPlane === undefined
      ? []
      : databaseProblems({ ...args, database: controlPlane.database }, 'controlPlane.database')),
    ...(isLinked(mothership) ? mothershipLinkProblems({ ...args, mothership }) : []),
    ...(budget === undefined ? [] : budgetProblems(budget)),
  ]);
}
