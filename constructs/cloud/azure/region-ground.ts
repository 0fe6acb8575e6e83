import type { CustomResourceOptions } from '@pulumi/pulumi';
import type { RegionArgs } from '../region-args.ts';
import { AzureDnsZone } from './dns-zone.ts';
import { AzureLogStorage } from './log-storage.ts';
import { AzureNetwork } from './network.ts';
import { AzurePlatformKey } from './platform-key.ts';
import { AzureResourceGroup } from './resource-group.ts';
import type { ResourceGroupKind } from './resource-group.ts';

/** What everything else in a region on Azure stands on. */
export interface RegionGround {
  readonly groups: Readonly<Record<ResourceGroupKind, AzureResourceGroup>>;
  readonly logs: AzureLogStorage;
  readonly network: AzureNetwork;
  readonly key: AzurePlatformKey;
  readonly dns: AzureDnsZone;
}

/** Groups, logs, network, platform key and zone; the key and the zone in one group, by which external-dns finds the zone. */
export function makeRegionGround(
  name: string,
  { stack, region }: RegionArgs,
  child: CustomResourceOptions,
): RegionGround {
  const group = (kind: ResourceGroupKind): AzureResourceGroup =>
    new AzureResourceGroup(`${name}-${kind}`, { stack, region, kind }, child);
  const groups = { region: group('region'), data: group('data'), tenants: group('tenants') };
  const place = { stack, region, resourceGroupName: groups.region.name };
  const logs = new AzureLogStorage(`${name}-logs`, { stack, region, resourceGroupName: groups.data.name }, child);
  const logged = { ...place, logStorageAccountId: logs.storageAccountId };
  const network = new AzureNetwork(`${name}-network`, logged, child);
  const key = new AzurePlatformKey(
    `${name}-platform`,
    {
      ...logged,
      directoryId: network.directoryId,
      privateEndpoint: { subnetId: network.privateEndpointSubnetId, privateDnsZoneId: network.vaultZoneId },
    },
    child,
  );
  return { groups, logs, network, key, dns: new AzureDnsZone(`${name}-dns`, place, child) };
}
