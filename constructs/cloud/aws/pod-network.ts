import type { Input, Output } from '@pulumi/pulumi';
import { Subnet } from '@pulumi/aws/ec2/subnet.js';
import { VpcIpv4CidrBlockAssociation } from '@pulumi/aws/ec2/vpcIpv4CidrBlockAssociation.js';
import { zoneSubnets } from '../address-plan.ts';
import type { ClusterParts } from './cluster-parts.ts';
import { clusterTags } from './cluster-parts.ts';

export interface PodNetworkArgs {
  readonly parts: ClusterParts;
  readonly zones: readonly string[];
  readonly podRange: string;
  readonly vpcId: Input<string>;
}

/**
 * Subnets that the pods of a cluster take their addresses from, by zone.
 *
 * On EKS pods have addresses of the VPC. They would take them from the nodes' subnets, and network policies could not
 * tell one cluster's pods from nodes or from another cluster's: so each cluster's pod range is a further block of the
 * VPC, cut into zones like the network itself. A VPC has 5 blocks, 50 on request, of which each cluster takes one
 * (docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html). Each block is from /16 to /28, and a VPC of
 * 10.0.0.0/8 takes no others of RFC 1918 (docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html).
 *
 * They need no routes of their own: what pods send out of the VPC leaves by their node's first interface, in the node's
 * subnet (docs.aws.amazon.com/eks/latest/userguide/external-snat.html).
 */
export function makePodNetwork(name: string, args: PodNetworkArgs): Readonly<Record<string, Output<string>>> {
  const { parts, zones, podRange, vpcId } = args;
  const child = { parent: parts.parent };
  const block = new VpcIpv4CidrBlockAssociation(`${name}-pod-range`, { vpcId, cidrBlock: podRange }, child);
  return Object.fromEntries(
    zones.map((zone) => {
      const subnet = new Subnet(
        `${name}-${zone}-pods`,
        {
          vpcId,
          availabilityZone: zone,
          cidrBlock: zoneSubnets(podRange, zone).private,
          mapPublicIpOnLaunch: false,
          tags: clusterTags(parts, `pods-${zone}`),
        },
        { ...child, dependsOn: block },
      );
      return [zone, subnet.id];
    }),
  );
}
