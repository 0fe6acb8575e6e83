import { ComponentResource } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output, Resource } from '@pulumi/pulumi';
import type { Subnet } from '@pulumi/azure-native/network/subnet.js';
import { VirtualNetwork } from '@pulumi/azure-native/network/virtualNetwork.js';
import { regionSubnets } from '../address-plan.ts';
import type { RegionSubnets } from '../address-plan.ts';
import { azureRegionTags } from '../azure-tags.ts';
import { refuseProblems } from '../input-problems.ts';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { makeFlowLog } from './flow-log.ts';
import type { NetworkWatcherPlace } from './flow-log.ts';
import { networkProblems } from './network-problems.ts';
import { makePrivateZone } from './private-zone.ts';
import { makeGuardedSubnet } from './subnet.ts';
import { makeZoneNetwork } from './zone-network.ts';

export interface AzureNetworkArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'zones' | 'addressRange'>;
  /** Group of kind `region`. */
  readonly resourceGroupName: Input<string>;
  /** Storage account of the region that flow logs go to. */
  readonly logStorageAccountId: Input<string>;
  /** Default: the one that Azure makes by itself with the first network of a subscription in a region. */
  readonly networkWatcher?: NetworkWatcherPlace;
}

/**
 * A region's network on Azure: for each zone a subnet for its nodes with a NAT gateway in that zone; for the region,
 * subnets for API servers, load balancers, the database, private endpoints and private links; private names of blobs and
 * vaults, so that no traffic to either leaves the network; flow logs.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzureNetwork extends ComponentResource {
  readonly vnetId: Output<string>;
  /** Zone ▶ subnet of its nodes. */
  readonly privateSubnetIds: Readonly<Record<string, Output<string>>>;
  /** Delegated to AKS, for API servers that lie in the network. */
  readonly apiServerSubnetId: Output<string>;
  readonly loadBalancerSubnetId: Output<string>;
  /** Delegated to Azure Database for PostgreSQL. */
  readonly databaseSubnetId: Output<string>;
  /** CIDR block of {@link databaseSubnetId}. */
  readonly databaseRange: string;
  readonly privateEndpointSubnetId: Output<string>;
  /** Addresses that guests of a private link service seem to come from. */
  readonly privateLinkSubnetId: Output<string>;
  /** Private zone of blobs, given out once the network resolves by it. */
  readonly blobZoneId: Output<string>;
  /** Private zone of key vaults. */
  readonly vaultZoneId: Output<string>;
  /** Directory (Entra tenant) of the subscription, which vaults are asked for. */
  readonly directoryId: Output<string>;
  /** Zone ▶ public address that its nodes come from: what others open for this region. */
  readonly egressAddresses: Readonly<Record<string, Output<string>>>;

  constructor(name: string, args: AzureNetworkArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`network ${name}`, networkProblems(args));
    super('flotilla:azure:Network', name, {}, options);

    const { stack, region, resourceGroupName } = args;
    const child = { parent: this };
    const tags = azureRegionTags(args);
    const vnet = new VirtualNetwork(
      `${name}-vnet`,
      {
        virtualNetworkName: `flotilla-${stack}`,
        resourceGroupName,
        location: region.name,
        addressSpace: { addressPrefixes: [region.addressRange] },
        tags,
      },
      // Subnets are resources of their own: what a read of the network finds of them is none of its business.
      { ...child, ignoreChanges: ['subnets'] },
    );
    const network = { name: vnet.name, range: region.addressRange, resourceGroupName, location: region.name };
    let last: Resource = vnet;
    const ranges = regionSubnets(region.addressRange);
    const shared = (kind: keyof RegionSubnets, label: string): Subnet => {
      const place = { subnetName: label, range: ranges[kind], network };
      const subnet = makeGuardedSubnet(`${name}-${label}`, { kind, ...place, tags, after: last, options: child });
      last = subnet;
      return subnet;
    };
    this.apiServerSubnetId = shared('apiServers', 'api-servers').id;
    this.loadBalancerSubnetId = shared('loadBalancers', 'load-balancers').id;
    this.databaseSubnetId = shared('database', 'database').id;
    this.privateEndpointSubnetId = shared('privateEndpoints', 'private-endpoints').id;
    this.privateLinkSubnetId = shared('privateLink', 'private-link').id;
    const made = region.zones.map((zone) => {
      const zoneNetwork = makeZoneNetwork(`${name}-${zone}`, { zone, network, tags, after: last, options: child });
      last = zoneNetwork.privateSubnet;
      return zoneNetwork;
    });
    const inNetwork = { vnetId: vnet.id, resourceGroupName, tags, options: child };
    this.blobZoneId = makePrivateZone(`${name}-blobs`, { ...inNetwork, zone: 'privatelink.blob.core.windows.net' });
    this.vaultZoneId = makePrivateZone(`${name}-vaults`, { ...inNetwork, zone: 'privatelink.vaultcore.azure.net' });
    this.directoryId = makeFlowLog(name, { ...args, vnet, tags, options: child });

    this.vnetId = vnet.id;
    this.databaseRange = ranges.database;
    this.privateSubnetIds = Object.fromEntries(made.map(({ zone, privateSubnet }) => [zone, privateSubnet.id]));
    this.egressAddresses = Object.fromEntries(made.map(({ zone, egressAddress }) => [zone, egressAddress]));
    this.registerOutputs({
      vnetId: this.vnetId,
      privateSubnetIds: this.privateSubnetIds,
      egressAddresses: this.egressAddresses,
    });
  }
}
