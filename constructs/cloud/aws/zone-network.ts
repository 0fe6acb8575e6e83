import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Eip } from '@pulumi/aws/ec2/eip.js';
import { NatGateway } from '@pulumi/aws/ec2/natGateway.js';
import { Route } from '@pulumi/aws/ec2/route.js';
import { RouteTable } from '@pulumi/aws/ec2/routeTable.js';
import { RouteTableAssociation } from '@pulumi/aws/ec2/routeTableAssociation.js';
import { Subnet } from '@pulumi/aws/ec2/subnet.js';
import { VpcEndpointRouteTableAssociation } from '@pulumi/aws/ec2/vpcEndpointRouteTableAssociation.js';
import { zoneSubnets } from '../address-plan.ts';

export interface ZoneNetworkArgs {
  readonly zone: string;
  /** Range of the whole network. */
  readonly addressRange: string;
  readonly vpcId: Input<string>;
  readonly publicRouteTableId: Input<string>;
  /** Gateway endpoint of S3. */
  readonly objectStoreId: Input<string>;
  /** Tags of what a phrase names. */
  readonly tags: (what: string) => Record<string, string>;
  /** Parent, and what must be there before. */
  readonly options: CustomResourceOptions;
}

export interface ZoneNetwork {
  readonly zone: string;
  readonly privateSubnetId: Output<string>;
  readonly publicSubnetId: Output<string>;
  readonly egressAddress: Output<string>;
}

/** One zone's part of a network; all of it is the zone's own, so that other zones don't see it come or go. */
export function makeZoneNetwork(name: string, args: ZoneNetworkArgs): ZoneNetwork {
  const { zone, vpcId, tags, options } = args;
  const ranges = zoneSubnets(args.addressRange, zone);
  const subnet = (kind: 'private' | 'public', role: string): Subnet =>
    new Subnet(
      `${name}-${kind}`,
      {
        vpcId,
        availabilityZone: zone,
        cidrBlock: ranges[kind],
        mapPublicIpOnLaunch: false,
        // By these EKS' cloud controller finds the subnets of load balancers (docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html).
        tags: { ...tags(`${kind}-${zone}`), [`kubernetes.io/role/${role}`]: '1' },
      },
      options,
    );
  const inside = subnet('private', 'internal-elb');
  const outward = subnet('public', 'elb');
  new RouteTableAssociation(
    `${name}-public-routes`,
    { subnetId: outward.id, routeTableId: args.publicRouteTableId },
    options,
  );
  const address = new Eip(`${name}-egress`, { domain: 'vpc', tags: tags(`egress-${zone}`) }, options);
  const nat = new NatGateway(
    `${name}-nat`,
    { subnetId: outward.id, allocationId: address.id, tags: tags(`nat-${zone}`) },
    options,
  );
  const routes = new RouteTable(`${name}-routes`, { vpcId, tags: tags(`private-${zone}`) }, options);
  new Route(
    `${name}-way-out`,
    { routeTableId: routes.id, destinationCidrBlock: '0.0.0.0/0', natGatewayId: nat.id },
    options,
  );
  new RouteTableAssociation(`${name}-private-routes`, { subnetId: inside.id, routeTableId: routes.id }, options);
  new VpcEndpointRouteTableAssociation(
    `${name}-object-store`,
    { routeTableId: routes.id, vpcEndpointId: args.objectStoreId },
    options,
  );
  return { zone, privateSubnetId: inside.id, publicSubnetId: outward.id, egressAddress: address.publicIp };
}
