import { networkRangeProblem } from '../address-plan.ts';
import { nameProblem, problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import { nodeClassProblems } from '../node-class-problems.ts';
import type { KubernetesClusterArgs, NodeClassArgs, RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { zoneProblems } from '../zone-problems.ts';
import { regionProblems } from './region-problems.ts';

/** The part of the arguments of a Kubernetes cluster that is known before anything runs. */
export interface JudgedClusterArgs {
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'zones'>;
  readonly cluster: KubernetesClusterArgs;
  readonly network: { readonly privateSubnetIds: Readonly<Record<string, unknown>> };
}

/** Everything that is wrong with the arguments of a Kubernetes cluster on AWS. */
export function kubernetesClusterProblems(args: JudgedClusterArgs): readonly InputProblem[] {
  const { cluster, region, network } = args;
  const { administrators } = cluster;
  const podRangeProblem = networkRangeProblem(cluster.podRange);
  return [
    ...regionProblems(args),
    ...nameProblem('cluster.name', cluster.name, MAX_CLUSTER_NAME),
    ...problemUnless(
      /^1\.\d+$/.test(cluster.version),
      'cluster.version',
      cluster.version,
      'name a minor version, as in 1.36',
    ),
    ...problemUnless(podRangeProblem === undefined, 'cluster.podRange', cluster.podRange, podRangeProblem ?? ''),
    ...problemUnless(
      SERVICE_RANGE.test(cluster.serviceRange),
      'cluster.serviceRange',
      cluster.serviceRange,
      'EKS takes a private block from /12 to /24, as in 10.1.0.0/20',
    ),
    ...cluster.apiAccessRanges.flatMap((range, index) =>
      problemUnless(
        CIDR.test(range) && !range.endsWith('/0'),
        `cluster.apiAccessRanges[${index}]`,
        range,
        'name the blocks of those who may reach the API server, as in 198.51.100.0/24; not everybody',
      ),
    ),
    ...zoneProblems('aws', region),
    ...subnetProblems(region.zones, network.privateSubnetIds),
    ...poolProblems(cluster.nodeClasses),
    ...administrators.flatMap((administrator, index) =>
      problemUnless(
        ROLE_ARN.test(administrator) && administrators.indexOf(administrator) === index,
        `cluster.administrators[${index}]`,
        administrator,
        'name a role, once, arn:aws:iam::<account>:role/<role>: people and pipelines take roles, no keys of users',
      ),
    ),
  ];
}

function subnetProblems(zones: readonly string[], subnets: Readonly<Record<string, unknown>>): readonly InputProblem[] {
  return zones.flatMap((zone) =>
    problemUnless(
      Object.hasOwn(subnets, zone),
      `network.privateSubnetIds[${JSON.stringify(zone)}]`,
      undefined,
      'each zone of the region has a subnet for its nodes',
    ),
  );
}

function poolProblems(classes: readonly NodeClassArgs[]): readonly InputProblem[] {
  const names = classes.map(({ name }) => name);
  return [
    ...problemUnless(
      classes.some(({ purpose, minPerZone }) => purpose === 'platform' && minPerZone > 0),
      'cluster.nodeClasses',
      names.join(', '),
      'one class of purpose platform has a node in each zone at least: the cluster’s own DNS runs on no other',
    ),
    ...nodeClassProblems(classes, {
      instanceClass: { form: INSTANCE_CLASS, rule: 'as in m7i.4xlarge' },
      maxNodes: MAX_NODES,
    }),
  ];
}

/** With the longest stack (40) and a dash, below the 63 characters of a cluster's identifier. */
const MAX_CLUSTER_NAME = 22;
/** docs.aws.amazon.com/eks/latest/userguide/service-quotas.html: nodes per managed node group. */
const MAX_NODES = 450;
const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const CIDR = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}/(?:[0-9]|[12][0-9]|3[0-2])$`);
/** docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html */
const SERVICE_RANGE = new RegExp(
  `^(?:10\\.${OCTET}|172\\.(?:1[6-9]|2\\d|3[01])|192\\.168)(?:\\.${OCTET}){2}/(?:1[2-9]|2[0-4])$`,
);
const INSTANCE_CLASS = /^[a-z][a-z0-9-]*\d[a-z0-9-]*\.[a-z0-9-]+$/;
const ROLE_ARN = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/;
