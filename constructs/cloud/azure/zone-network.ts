import type { CustomResourceOptions, Output, Resource } from '@pulumi/pulumi';
import { NatGateway } from '@pulumi/azure-native/network/natGateway.js';
import { PublicIPAddress } from '@pulumi/azure-native/network/publicIPAddress.js';
import type { Subnet } from '@pulumi/azure-native/network/subnet.js';
import { zoneSubnets } from '../address-plan.ts';
import { zoneNumber } from './pool-name.ts';
import { makeGuardedSubnet } from './subnet.ts';
import type { GuardedSubnetArgs } from './subnet.ts';

export interface ZoneNetworkArgs {
  /** As Kubernetes labels it, as in `westeurope-1`. */
  readonly zone: string;
  readonly network: GuardedSubnetArgs['network'];
  readonly tags: Record<string, string>;
  readonly after: Resource;
  readonly options: CustomResourceOptions;
}

export interface ZoneNetwork {
  readonly zone: string;
  readonly privateSubnet: Subnet;
  readonly egressAddress: Output<string>;
}

/**
 * One zone's part of a network. Azure's subnets span zones, but a NAT gateway lies in one: with a subnet for the nodes of
 * each zone, a zone that fails takes no other one's way out along
 * (learn.microsoft.com/azure/nat-gateway/nat-availability-zones).
 */
export function makeZoneNetwork(name: string, args: ZoneNetworkArgs): ZoneNetwork {
  const { zone, network, tags, options } = args;
  const { resourceGroupName, location } = network;
  const zones = [zoneNumber(zone)];
  const address = new PublicIPAddress(
    `${name}-egress`,
    {
      publicIpAddressName: `egress-${zone}`,
      resourceGroupName,
      location,
      sku: { name: 'Standard', tier: 'Regional' },
      publicIPAddressVersion: 'IPv4',
      publicIPAllocationMethod: 'Static',
      zones,
      tags,
    },
    options,
  );
  const nat = new NatGateway(
    `${name}-nat`,
    {
      natGatewayName: `nat-${zone}`,
      resourceGroupName,
      location,
      sku: { name: 'Standard' },
      publicIpAddresses: [{ id: address.id }],
      // Idle connections of Kafka's clients live up to ten minutes (connections.max.idle.ms).
      idleTimeoutInMinutes: 15,
      zones,
      tags,
    },
    options,
  );
  const privateSubnet = makeGuardedSubnet(`${name}-private`, {
    kind: 'private',
    subnetName: `private-${zone}`,
    range: zoneSubnets(network.range, zone).private,
    network,
    natGatewayId: nat.id,
    tags,
    after: args.after,
    options,
  });
  return { zone, privateSubnet, egressAddress: address.ipAddress.apply((ip) => known(ip, zone)) };
}

function known(address: string | undefined, zone: string): string {
  if (address === undefined)
    throw new Error(`Azure has given the NAT gateway of ${zone} no address, though it is static`);
  return address;
}
