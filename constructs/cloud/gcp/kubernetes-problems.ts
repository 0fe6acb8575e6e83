import { GCP_CATALOGUE } from '../../capacity/catalogue/gcp.ts';
import { nameProblem, problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import { isRange } from '../range-overlap.ts';
import type { KubernetesClusterArgs, NodeClassArgs, RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { networkProblems } from './network-problems.ts';

/** Everything that is wrong with the arguments of a Kubernetes cluster on GCP; `path` leads to the cluster's own. */
export function kubernetesProblems(
  args: {
    readonly stack: string;
    readonly region: RegionPlace & Pick<RegionNetworkArgs, 'zones' | 'addressRange'>;
    readonly cluster: KubernetesClusterArgs;
  },
  path = 'cluster',
): readonly InputProblem[] {
  const { name, version, apiAccessRanges, administrators, nodeClasses } = args.cluster;
  return [
    ...networkProblems({ ...args, kubernetesClusters: [] }),
    ...nameProblem(`${path}.name`, name, MAX_CLUSTER_NAME),
    ...problemUnless(/^1\.\d+$/.test(version), `${path}.version`, version, 'name a minor version, as in 1.36'),
    ...apiAccessRanges.flatMap((range, index) =>
      problemUnless(isRange(range), `${path}.apiAccessRanges[${index}]`, range, 'use an IPv4 CIDR block'),
    ),
    ...problemUnless(
      !apiAccessRanges.some((range) => range.endsWith('/0')),
      `${path}.apiAccessRanges`,
      apiAccessRanges.join(', '),
      'everybody may not reach an API server: name the blocks that may, or none for private access only',
    ),
    ...administrators.flatMap((administrator, index) =>
      problemUnless(
        MEMBER.test(administrator) && administrators.indexOf(administrator) === index,
        `${path}.administrators[${index}]`,
        administrator,
        'name a member, once: user:<e-mail>, group:<e-mail> or serviceAccount:<e-mail>',
      ),
    ),
    ...problemUnless(nodeClasses.length > 0, `${path}.nodeClasses`, '', 'a cluster has at least one class of nodes'),
    ...nodeClasses.flatMap((nodeClass, index) => [
      ...nodeClassProblems(nodeClass, `${path}.nodeClasses[${index}]`),
      ...problemUnless(
        nodeClasses.findIndex((other) => other.name === nodeClass.name) === index,
        `${path}.nodeClasses[${index}].name`,
        nodeClass.name,
        'it stands here twice',
      ),
    ]),
  ];
}

function nodeClassProblems(nodeClass: NodeClassArgs, path: string): readonly InputProblem[] {
  const { name, instanceClass, minPerZone, maxPerZone } = nodeClass;
  return [
    ...nameProblem(`${path}.name`, name, MAX_NODE_CLASS_NAME),
    ...problemUnless(
      GCP_CATALOGUE.instanceClasses.some((known) => known.name === instanceClass),
      `${path}.instanceClass`,
      instanceClass,
      'use a machine type that the capacity catalogue knows (constructs/capacity/catalogue/gcp.ts)',
    ),
    ...problemUnless(
      Number.isInteger(minPerZone) && minPerZone >= 0,
      `${path}.minPerZone`,
      String(minPerZone),
      'nodes are counted in whole numbers from 0',
    ),
    ...problemUnless(
      Number.isInteger(maxPerZone) && maxPerZone >= Math.max(1, minPerZone),
      `${path}.maxPerZone`,
      String(maxPerZone),
      'use a whole number of nodes, at least 1 and at least minPerZone',
    ),
  ];
}

/** Somebody in particular: never allUsers, allAuthenticatedUsers or a whole domain. */
const MEMBER = /^(user|group|serviceAccount):[^\s:@]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/;
/** A cluster's name has at most 40 characters (docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters). */
const MAX_CLUSTER_NAME = 20;
/** A pool's name has at most 40 characters too, and takes a dash and a zone's letter besides. */
const MAX_NODE_CLASS_NAME = 38;
