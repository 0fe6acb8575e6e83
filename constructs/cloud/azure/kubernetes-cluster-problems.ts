import { nameProblem, problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import { nodeClassProblems } from '../node-class-problems.ts';
import { isRange, rangesOverlap } from '../range-overlap.ts';
import type { KubernetesClusterArgs, NodeClassArgs, RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { parseAdministrator } from './cluster-administrators.ts';
import { regionProblems } from './region-problems.ts';

/** The part of the arguments of a Kubernetes cluster that is known before anything runs. */
export interface JudgedClusterArgs {
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'zones'>;
  readonly cluster: KubernetesClusterArgs;
  readonly nodeSubnetIds: Readonly<Record<string, unknown>>;
}

/** Everything that is wrong with the arguments of a Kubernetes cluster on Azure. */
export function kubernetesClusterProblems(args: JudgedClusterArgs): readonly InputProblem[] {
  const { cluster, region, nodeSubnetIds } = args;
  const { name, version, apiAccessRanges, administrators } = cluster;
  return [
    ...regionProblems(args),
    ...nameProblem('cluster.name', name, MAX_CLUSTER_NAME),
    ...problemUnless(/^1\.\d+$/.test(version), 'cluster.version', version, 'name a minor version, as in 1.36'),
    ...rangeProblems(cluster),
    ...problemUnless(
      apiAccessRanges.length <= MAX_ACCESS_RANGES,
      'cluster.apiAccessRanges',
      `${apiAccessRanges.length} ranges`,
      `AKS takes at most ${MAX_ACCESS_RANGES}`,
    ),
    ...apiAccessRanges.flatMap((range, index) =>
      problemUnless(
        isRange(range) && !range.endsWith('/0'),
        `cluster.apiAccessRanges[${index}]`,
        range,
        'name the blocks of those who may reach the API server, as in 198.51.100.0/24; not everybody',
      ),
    ),
    ...administrators.flatMap((administrator, index) =>
      problemUnless(
        parseAdministrator(administrator) !== undefined && administrators.indexOf(administrator) === index,
        `cluster.administrators[${index}]`,
        administrator,
        'name an object id (UUID) of Entra with what it is, once: user:<id>, group:<id> or servicePrincipal:<id>',
      ),
    ),
    ...region.zones.flatMap((zone) =>
      problemUnless(
        Object.hasOwn(nodeSubnetIds, zone),
        `nodeSubnetIds[${JSON.stringify(zone)}]`,
        undefined,
        'each zone of the region has a subnet for its nodes',
      ),
    ),
    ...poolProblems(cluster.nodeClasses),
    ...problemUnless(
      cluster.nodeClasses.length * region.zones.length + region.zones.length <= MAX_POOLS,
      'cluster.nodeClasses',
      `${cluster.nodeClasses.length} classes in ${region.zones.length} zones`,
      `each has a pool in each zone, and AKS takes at most ${MAX_POOLS} with its own: use another cluster`,
    ),
  ];
}

function rangeProblems({ podRange, serviceRange }: KubernetesClusterArgs): readonly InputProblem[] {
  return [
    ...problemUnless(
      isRange(podRange) && !/\/2[5-9]$|\/3\d$/.test(podRange),
      'cluster.podRange',
      podRange,
      'an IPv4 block, as in 10.4.0.0/16: each node takes 256 addresses of it',
    ),
    ...problemUnless(
      isRange(serviceRange) && /\/(1[3-9]|2[0-8])$/.test(serviceRange),
      'cluster.serviceRange',
      serviceRange,
      'AKS takes an IPv4 block from /13 to /28, as in 10.1.0.0/20',
    ),
    ...problemUnless(
      !rangesOverlap(podRange, serviceRange),
      'cluster.serviceRange',
      serviceRange,
      `it has addresses of the pods' range ${podRange}`,
    ),
  ];
}

function poolProblems(classes: readonly NodeClassArgs[]): readonly InputProblem[] {
  const names = classes.map(({ name }) => name);
  return [
    ...problemUnless(
      classes.some(({ purpose, maxPerZone }) => purpose === 'platform' && maxPerZone > 0),
      'cluster.nodeClasses',
      names.join(', '),
      "one class has the purpose platform: AKS' own pools take in nothing of ours",
    ),
    ...nodeClassProblems(classes, {
      instanceClass: {
        form: /^Standard_[A-Za-z0-9_]+$/,
        rule: 'name a size of virtual machines, as in Standard_D8s_v6',
      },
      maxNodes: MAX_NODES,
    }),
  ];
}

/** With the longest stack (40) and a dash, below the 63 characters of a cluster's identifier. */
const MAX_CLUSTER_NAME = 22;
// learn.microsoft.com/azure/aks/quotas-skus-regions and learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges
const MAX_NODES = 1000;
const MAX_POOLS = 100;
const MAX_ACCESS_RANGES = 200;
