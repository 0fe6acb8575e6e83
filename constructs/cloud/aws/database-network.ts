import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { RouteTable } from '@pulumi/aws/ec2/routeTable.js';
import { RouteTableAssociation } from '@pulumi/aws/ec2/routeTableAssociation.js';
import { SecurityGroup } from '@pulumi/aws/ec2/securityGroup.js';
import { Subnet } from '@pulumi/aws/ec2/subnet.js';
import { SubnetGroup } from '@pulumi/aws/rds/subnetGroup.js';
import { databaseSubnet } from '../address-plan.ts';
import { regionTags } from '../region-tags.ts';
import { letIn } from './client-ranges.ts';
import type { JudgedDatabaseArgs } from './database-problems.ts';

export interface DatabaseNetworkArgs extends JudgedDatabaseArgs {
  readonly vpcId: Input<string>;
  readonly port: number;
  readonly options: CustomResourceOptions;
}

export interface DatabaseNetwork {
  readonly subnetGroupName: Output<string>;
  readonly securityGroupId: Output<string>;
}

/** Subnets with no way out of the network, and a security group that answers to named ranges on one port. */
export function makeDatabaseNetwork(name: string, args: DatabaseNetworkArgs): DatabaseNetwork {
  const { stack, region, vpcId, options } = args;
  const tags = (what: string): Record<string, string> => regionTags(args, `${stack}-${what}`);
  // Left to the network's main table, a way out that somebody adds there would be the database's too.
  const routes = new RouteTable(`${name}-routes`, { vpcId, tags: tags('database') }, options);
  const subnets = region.zones.map((zone) => {
    const subnet = new Subnet(
      `${name}-${zone}`,
      {
        vpcId,
        availabilityZone: zone,
        cidrBlock: databaseSubnet(region.addressRange, zone),
        mapPublicIpOnLaunch: false,
        tags: tags(`database-${zone}`),
      },
      options,
    );
    new RouteTableAssociation(`${name}-${zone}-routes`, { subnetId: subnet.id, routeTableId: routes.id }, options);
    return subnet;
  });
  const subnetGroup = new SubnetGroup(
    `${name}-subnets`,
    { subnetIds: subnets.map(({ id }) => id), tags: tags('database') },
    options,
  );
  // No rule lets it reach anybody: AWS' own one goes when a group is made.
  const group = new SecurityGroup(
    `${name}-security-group`,
    { vpcId, description: 'PostgreSQL of the control plane', tags: tags('database') },
    options,
  );
  letIn(name, { ...args, group });
  return { subnetGroupName: subnetGroup.name, securityGroupId: group.id };
}
