import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { AccessEntry } from '@pulumi/aws/eks/accessEntry.js';
import { AccessPolicyAssociation } from '@pulumi/aws/eks/accessPolicyAssociation.js';
import type { Cluster } from '@pulumi/aws/eks/cluster.js';
import { OpenIdConnectProvider } from '@pulumi/aws/iam/openIdConnectProvider.js';
import { refuseProblems } from '../input-problems.ts';
import type { KubernetesClusterArgs, RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { makeNetworkAddOns, makeWorkloadAddOns } from './cluster-add-ons.ts';
import type { ClusterParts } from './cluster-parts.ts';
import { clusterTags } from './cluster-parts.ts';
import { makeClusterIdentities } from './cluster-identities.ts';
import { makeControlPlane } from './control-plane.ts';
import { kubernetesClusterProblems } from './kubernetes-cluster-problems.ts';
import { makeNodePools } from './node-pools.ts';
import { makePodNetwork } from './pod-network.ts';

export interface AwsKubernetesClusterArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'zones'>;
  readonly cluster: KubernetesClusterArgs;
  /** The region's network, as `AwsNetwork` gives it out. */
  readonly network: {
    readonly vpcId: Input<string>;
    /** Zone ▶ subnet of its nodes. */
    readonly privateSubnetIds: Readonly<Record<string, Input<string>>>;
  };
  /** Encrypts Kubernetes' secrets, the nodes, the volumes and the control plane's logs. */
  readonly platformKeyArn: Input<string>;
}

/**
 * A Kubernetes cluster on EKS: private API server, secrets under the platform's key, all logs of the control plane, a
 * node group for each zone and class, pods with addresses of their own range, and identities for the workloads by their
 * own tokens. A zone or a class more changes nothing of the other ones' nodes.
 *
 * Its administrators are let in by access entries. Without any, nobody is at first: who may call `eks:CreateAccessEntry`
 * lets himself in, and AWS' audit trail has it.
 *
 * The node groups' sizes move within their bounds only while a cluster autoscaler runs under `autoscalerRoleArn`, as
 * `flotilla-system/cluster-autoscaler`: EKS has none of its own for managed node groups.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AwsKubernetesCluster extends ComponentResource {
  /** Name in the account, given out once nodes and add-ons are there. */
  readonly clusterName: Output<string>;
  readonly endpoint: Output<string>;
  /** URL of the issuer of service accounts' tokens. */
  readonly issuer: Output<string>;
  readonly oidcProviderArn: Output<string>;
  readonly volumeDriverRoleArn: Output<string>;
  /** EKS' own role: its cloud controller makes the gateway's load balancer. */
  readonly gatewayRoleArn: Output<string>;
  readonly autoscalerRoleArn: Output<string>;
  /** Security group of the nodes, of their pods and of the API server's interfaces: what a database lets in. */
  readonly nodeSecurityGroupId: Output<string>;

  constructor(name: string, args: AwsKubernetesClusterArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`Kubernetes cluster ${name}`, kubernetesClusterProblems(args));
    super('flotilla:aws:KubernetesCluster', name, {}, options);

    const { stack, region, cluster: kubernetes, network, platformKeyArn } = args;
    const parts: ClusterParts = { stack, region, cluster: kubernetes.name, parent: this };
    const podSubnetIds = makePodNetwork(name, {
      parts,
      zones: region.zones,
      podRange: kubernetes.podRange,
      vpcId: network.vpcId,
    });
    const { cluster, role } = makeControlPlane(name, {
      parts,
      kubernetes,
      subnetIds: controlPlaneSubnets(args),
      platformKeyArn,
    });
    admit(name, cluster, parts, kubernetes.administrators);
    const issuer = cluster.identities.apply(issuerOf);
    const provider = new OpenIdConnectProvider(
      `${name}-oidc`,
      { url: issuer, clientIdLists: ['sts.amazonaws.com'], tags: clusterTags(parts, 'oidc') },
      { parent: this },
    );
    const identities = makeClusterIdentities(name, { parts, oidcProviderArn: provider.arn, issuer, platformKeyArn });
    const networkAddOns = makeNetworkAddOns(name, {
      parts,
      cluster,
      podSubnetIds,
      roleArn: identities.networkRoleArn,
      dependsOn: [],
    });
    const pools = makeNodePools(name, {
      parts,
      kubernetes,
      cluster,
      zones: region.zones,
      subnetIds: network.privateSubnetIds,
      platformKeyArn,
      dependsOn: networkAddOns,
    });
    const workloadAddOns = makeWorkloadAddOns(name, {
      parts,
      cluster,
      volumeDriverRoleArn: identities.volumeDriverRoleArn,
      dependsOn: pools,
    });

    const ready = workloadAddOns.map((addOn) => addOn.id);
    this.clusterName = output({ name: cluster.name, ready }).apply((all) => all.name);
    this.endpoint = cluster.endpoint;
    this.issuer = issuer;
    this.oidcProviderArn = provider.arn;
    this.volumeDriverRoleArn = identities.volumeDriverRoleArn;
    this.gatewayRoleArn = role.arn;
    this.autoscalerRoleArn = identities.autoscalerRoleArn;
    this.nodeSecurityGroupId = cluster.vpcConfig.apply(({ clusterSecurityGroupId }) => clusterSecurityGroupId);
    this.registerOutputs({ clusterName: this.clusterName, endpoint: this.endpoint, issuer: this.issuer });
  }
}

/**
 * The API server keeps to the zones that it began with: EKS moves it to no other ones, and its three stay in place when
 * nodes come to a fourth (aws.amazon.com/blogs/containers/enhanced-vpc-flexibility-modify-subnets-and-security-groups-in-amazon-eks).
 */
function controlPlaneSubnets({ region, network }: AwsKubernetesClusterArgs): readonly Input<string>[] {
  return region.zones.slice(0, CONTROL_PLANE_ZONES).flatMap((zone) => network.privateSubnetIds[zone] ?? []);
}

function admit(name: string, cluster: Cluster, parts: ClusterParts, administrators: readonly string[]): void {
  for (const principalArn of administrators) {
    const who = administratorName(principalArn, parts.region);
    const entry = new AccessEntry(
      `${name}-administrator-${who}`,
      { clusterName: cluster.name, principalArn, type: 'STANDARD', tags: clusterTags(parts, 'administrator') },
      { parent: parts.parent },
    );
    new AccessPolicyAssociation(
      `${name}-administrator-policy-${who}`,
      {
        clusterName: cluster.name,
        principalArn: entry.principalArn,
        policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
        accessScope: { type: 'cluster' },
      },
      { parent: parts.parent },
    );
  }
}

/** Roles of two accounts may have one name; people know those of the region's own by it alone. */
function administratorName(roleArn: string, { account }: Pick<RegionPlace, 'account'>): string {
  const role = roleArn.slice(roleArn.indexOf(ROLE) + ROLE.length);
  return roleArn.includes(`::${account}${ROLE}`) ? role : `${roleArn.split(':')[4] ?? ''}-${role}`;
}

function issuerOf(identities: Cluster['identities'] extends Output<infer T> ? T : never): string {
  const issuer = identities[0]?.oidcs[0]?.issuer;
  if (issuer === undefined) throw new Error('EKS names no issuer for the cluster: it gives one to each that it makes');
  return issuer;
}

const ROLE = ':role/';
const CONTROL_PLANE_ZONES = 3;
