import { output } from '@pulumi/pulumi';
import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { PrivateZone } from '@pulumi/azure-native/privatedns/privateZone.js';
import { VirtualNetworkLink } from '@pulumi/azure-native/privatedns/virtualNetworkLink.js';

export interface PrivateZoneArgs {
  readonly zone: string;
  readonly vnetId: Input<string>;
  readonly resourceGroupName: Input<string>;
  readonly tags: Record<string, string>;
  readonly options: CustomResourceOptions;
}

/** A zone that one network alone resolves by; its id is given out once the network does. */
export function makePrivateZone(name: string, args: PrivateZoneArgs): Output<string> {
  const { zone, vnetId, resourceGroupName, tags, options } = args;
  const made = new PrivateZone(
    `${name}-zone`,
    { privateZoneName: zone, resourceGroupName, location: 'Global', tags },
    options,
  );
  const link = new VirtualNetworkLink(
    `${name}-zone-link`,
    {
      virtualNetworkLinkName: 'network',
      privateZoneName: made.name,
      resourceGroupName,
      location: 'Global',
      virtualNetwork: { id: vnetId },
      registrationEnabled: false,
      // Someone else's account or vault that has private endpoints elsewhere has no name here; without this it could
      // not be found by its public one either (learn.microsoft.com/azure/dns/private-dns-fallback). Only for Azure's own zones.
      ...(zone.startsWith('privatelink.') ? { resolutionPolicy: 'NxDomainRedirect' } : {}),
      tags,
    },
    options,
  );
  return output({ id: made.id, link: link.id }).apply(({ id }) => id);
}
