import { ComponentResource } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { PrivateEndpoint } from '@pulumi/azure-native/network/privateEndpoint.js';
import { PrivateRecordSet } from '@pulumi/azure-native/privatedns/privateRecordSet.js';
import { PrivateZone } from '@pulumi/azure-native/privatedns/privateZone.js';
import { VirtualNetworkLink } from '@pulumi/azure-native/privatedns/virtualNetworkLink.js';
import { MOTHERSHIP, externalHost } from '../../../contracts/names.ts';
import { networkRangeProblem, regionSubnets } from '../address-plan.ts';
import { azureRegionTags } from '../azure-tags.ts';
import { problemUnless, refuseProblems } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { regionProblems } from './region-problems.ts';

export interface AzureMothershipLinkArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'addressRange'>;
  readonly mothership: {
    /** `host:port` of the mothership's external bootstrap. */
    readonly bootstrapServer: string;
    readonly privateLink: {
      /** Resource id of the mothership's private link service. */
      readonly service: string;
    };
  };
  /** Group of kind `region`. */
  readonly resourceGroupName: Input<string>;
  readonly vnetId: Input<string>;
  readonly privateEndpointSubnetId: Input<string>;
}

/**
 * A private way from a region's network to the mothership of another: an endpoint, to which the mothership's own host names
 * resolve inside this network and nowhere else. So clients and certificates are the same with and without. The network's
 * rules for private endpoints let in the region's own addresses only.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzureMothershipLink extends ComponentResource {
  readonly endpointId: Output<string>;
  /** Where the mothership is found inside the network. */
  readonly address: string;

  constructor(name: string, args: AzureMothershipLinkArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`mothership link ${name}`, mothershipLinkProblems(args));
    super('flotilla:azure:MothershipLink', name, {}, options);

    const { stack, region, mothership, resourceGroupName } = args;
    const child = { parent: this };
    const tags = azureRegionTags(args);
    this.address = linkAddress(region.addressRange);
    const endpoint = new PrivateEndpoint(
      `${name}-endpoint`,
      {
        privateEndpointName: resourceName([stack, 'mothership', 'link'], { maxLength: MAX_ENDPOINT_NAME }),
        resourceGroupName,
        location: region.name,
        subnet: { id: args.privateEndpointSubnetId },
        privateLinkServiceConnections: [{ name: 'mothership', privateLinkServiceId: mothership.privateLink.service }],
        // Chosen here, for no property of an endpoint tells the address that Azure would choose; a service that is not
        // Azure's own has no groups and members to name.
        ipConfigurations: [{ name: 'mothership', privateIPAddress: this.address }],
        tags,
      },
      child,
    );
    const zone = new PrivateZone(
      `${name}-zone`,
      { privateZoneName: domainOf(mothership.bootstrapServer), resourceGroupName, location: 'Global', tags },
      child,
    );
    new VirtualNetworkLink(
      `${name}-zone-link`,
      {
        virtualNetworkLinkName: 'network',
        privateZoneName: zone.name,
        resourceGroupName,
        location: 'Global',
        virtualNetwork: { id: args.vnetId },
        registrationEnabled: false,
        tags,
      },
      child,
    );
    new PrivateRecordSet(
      `${name}-names`,
      {
        privateZoneName: zone.name,
        resourceGroupName,
        recordType: 'A',
        // One name for each broker: the gateway at the far side tells them apart.
        relativeRecordSetName: '*',
        ttl: TTL_SECONDS,
        aRecords: [{ ipv4Address: this.address }],
      },
      { ...child, dependsOn: endpoint },
    );

    this.endpointId = endpoint.id;
    this.registerOutputs({ endpointId: this.endpointId, address: this.address });
  }
}

/** The last address of the endpoints' subnet that a machine can have: Azure gives out others from the first on. */
function linkAddress(addressRange: string): string {
  const [start = '', prefixLength = ''] = regionSubnets(addressRange).privateEndpoints.split('/');
  const first = start.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const address = first + 2 ** (32 - Number(prefixLength)) - 2;
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** The mothership's own domain; empty only where {@link mothershipLinkProblems} has something to say. */
function domainOf(bootstrapServer: string): string {
  return BOOTSTRAP.exec(bootstrapServer)?.groups?.['domain'] ?? '';
}

/** Everything that is wrong with the arguments of a link to the mothership on Azure. */
export function mothershipLinkProblems(
  args: Pick<AzureMothershipLinkArgs, 'stack' | 'region' | 'mothership'>,
): readonly InputProblem[] {
  const { region, mothership } = args;
  const { bootstrapServer, privateLink } = mothership;
  const rangeProblem = networkRangeProblem(region.addressRange);
  return [
    ...regionProblems(args),
    ...problemUnless(rangeProblem === undefined, 'region.addressRange', region.addressRange, rangeProblem ?? ''),
    ...problemUnless(
      BOOTSTRAP.test(bootstrapServer),
      'mothership.bootstrapServer',
      bootstrapServer,
      // The private zone takes over all names beside it.
      `a link needs the mothership's own domain: ${externalHost('bootstrap', MOTHERSHIP, '<cluster>.<domain>')}:<port>`,
    ),
    ...problemUnless(
      SERVICE_ID.test(privateLink.service),
      'mothership.privateLink.service',
      privateLink.service,
      "name the private link service of the mothership's region, /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Network/privateLinkServices/<name>",
    ),
  ];
}

const BOOTSTRAP = new RegExp(`^bootstrap\\.(?<domain>${MOTHERSHIP}\\.[a-z0-9-]+(\\.[a-z0-9-]+)+):[1-9]\\d{0,4}$`);
const SERVICE_ID =
  /^\/subscriptions\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/resourceGroups\/[^/\s]+\/providers\/Microsoft\.Network\/privateLinkServices\/[^/\s]+$/;
const MAX_ENDPOINT_NAME = 64;
const TTL_SECONDS = 60;
