import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { PrivateDnsZoneGroup } from '@pulumi/azure-native/network/privateDnsZoneGroup.js';
import { PrivateEndpoint } from '@pulumi/azure-native/network/privateEndpoint.js';

/** Where a service of Azure gets its address inside a network. */
export interface PrivateEndpointPlace {
  readonly subnetId: Input<string>;
  /** Private zone that the service's names are resolved by inside the network. */
  readonly privateDnsZoneId: Input<string>;
}

export interface PrivateEndpointArgs {
  readonly place: PrivateEndpointPlace;
  readonly endpointName: string;
  readonly resourceGroupName: Input<string>;
  readonly location: string;
  /** Resource that is reached. */
  readonly targetId: Input<string>;
  /** Part of it, in Azure's word: `blob` or `vault`. */
  readonly groupId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly options: CustomResourceOptions;
}

/** Gives a service an address inside the network, and its name that address; the id is given out once both are there. */
export function makePrivateEndpoint(name: string, args: PrivateEndpointArgs): Output<string> {
  const { place, resourceGroupName, groupId, options } = args;
  const endpoint = new PrivateEndpoint(
    `${name}-endpoint`,
    {
      privateEndpointName: args.endpointName,
      resourceGroupName,
      location: args.location,
      subnet: { id: place.subnetId },
      privateLinkServiceConnections: [{ name: groupId, privateLinkServiceId: args.targetId, groupIds: [groupId] }],
      tags: args.tags,
    },
    options,
  );
  const names = new PrivateDnsZoneGroup(
    `${name}-endpoint-names`,
    {
      privateDnsZoneGroupName: 'default',
      privateEndpointName: endpoint.name,
      resourceGroupName,
      privateDnsZoneConfigs: [{ name: groupId, privateDnsZoneId: place.privateDnsZoneId }],
    },
    options,
  );
  return names.id;
}
