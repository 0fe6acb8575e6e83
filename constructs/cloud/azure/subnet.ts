import type { CustomResourceOptions, Input, Resource } from '@pulumi/pulumi';
import { NetworkSecurityGroup } from '@pulumi/azure-native/network/networkSecurityGroup.js';
import { Subnet } from '@pulumi/azure-native/network/subnet.js';
import { securityRules } from './network-rules.ts';
import type { SubnetKind } from './network-rules.ts';

export interface GuardedSubnetArgs {
  readonly kind: SubnetKind;
  /** Name within the network. */
  readonly subnetName: string;
  readonly range: string;
  readonly network: {
    readonly name: Input<string>;
    readonly range: string;
    readonly resourceGroupName: Input<string>;
    readonly location: string;
  };
  readonly natGatewayId?: Input<string>;
  readonly tags: Record<string, string>;
  /** Azure changes one subnet of a network at a time, and refuses a second one meanwhile. */
  readonly after: Resource;
  readonly options: CustomResourceOptions;
}

/** A subnet with a security group of its own, whose machines have no way out but the one that they are given. */
export function makeGuardedSubnet(name: string, args: GuardedSubnetArgs): Subnet {
  const { kind, network, natGatewayId, options } = args;
  const rules = new NetworkSecurityGroup(
    `${name}-rules`,
    {
      networkSecurityGroupName: args.subnetName,
      resourceGroupName: network.resourceGroupName,
      location: network.location,
      securityRules: securityRules(kind, network.range),
      tags: args.tags,
    },
    options,
  );
  const delegated = DELEGATIONS[kind];
  return new Subnet(
    name,
    {
      subnetName: args.subnetName,
      resourceGroupName: network.resourceGroupName,
      virtualNetworkName: network.name,
      addressPrefix: args.range,
      networkSecurityGroup: { id: rules.id },
      ...(natGatewayId === undefined ? {} : { natGateway: { id: natGatewayId } }),
      ...(delegated === undefined ? {} : { delegations: [{ name: kind, serviceName: delegated }] }),
      defaultOutboundAccess: false,
      // Or the security group would not hold for the endpoints in it.
      privateEndpointNetworkPolicies: 'Enabled',
      // learn.microsoft.com/azure/private-link/disable-private-link-service-network-policy: asked for where its addresses are.
      privateLinkServiceNetworkPolicies: kind === 'privateLink' ? 'Disabled' : 'Enabled',
    },
    { ...options, dependsOn: args.after },
  );
}

/** Services of Azure that put machines of their own into a subnet. */
const DELEGATIONS: Partial<Readonly<Record<SubnetKind, string>>> = {
  apiServers: 'Microsoft.ContainerService/managedClusters',
  database: 'Microsoft.DBforPostgreSQL/flexibleServers',
};
