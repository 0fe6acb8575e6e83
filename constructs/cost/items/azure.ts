import { wholeMegabytes } from '../../capacity/units.ts';
import { type CloudItems, databaseItems, itemsOf, ownKeys, provisioners } from '../cloud-items.ts';
import type { CostedRegion } from '../costed-region.ts';
import type { Item } from '../item.ts';

const item = itemsOf('azure');

export const AZURE_ITEMS: CloudItems = {
  cloud: 'azure',
  region: (region) => {
    const zones = region.region.zones.length;
    const databases = provisioners(region);
    return [
      item('nat-gateway', 'NAT gateways', zones, 'gateway'),
      item('public-address', 'public IPv4 addresses', zones, 'address'),
      item('key', 'Key Vault keys', 1, 'key'),
      item('key-vault', 'key vaults', 1, 'vault'),
      item('storage-account', 'storage accounts', 1, 'account'),
      // Flow log, clusters, external-dns; and where the control plane is, the provisioner and the database's use of the key.
      item('identity', 'managed identities', 3 + provisioners(region) + databases, 'identity'),
      item('private-endpoint', 'private endpoints', 1, 'endpoint'),
      item('dns-zone', 'DNS zones', 1, 'zone'),
      // Blobs and vaults; and the database's names.
      item('private-dns-zone', 'private DNS zones', 2 + databases, 'zone'),
      ...databaseItems('azure', region, 'flexible-server'),
      ...privateLink(region),
    ];
  },
  cluster: () => [
    item('kubernetes-cluster', 'AKS control planes of the Standard tier', 1, 'cluster'),
    item('load-balancer', 'Standard load balancers: the gateway', 1, 'load balancer'),
    item('public-address', 'public IPv4 addresses', 1, 'address'),
    item('key', 'Key Vault keys', 1, 'key'),
    item('key-vault', 'key vaults', 1, 'vault'),
    // Of the nodes.
    item('identity', 'managed identities', 1, 'identity'),
  ],
  tenantStorage: (tenant) => [
    item('storage-account', 'storage accounts', 1, 'account'),
    item('key', 'Key Vault keys', ownKeys(tenant), 'key'),
    item('identity', 'managed identities', 1, 'identity'),
    item('private-endpoint', 'private endpoints', 1, 'endpoint'),
  ],
  // AKS' own add-ons have a pool of their own in each zone.
  extraNodes: ({ region: { zones } }) => [
    { nodeClass: 'system', instanceClass: 'Standard_D4s_v6', atMinimum: zones.length, atMaximum: 2 * zones.length },
  ],
  // Sold by the disk, in steps of size.
  bootDisks: (nodes) => item('boot-disk.128-gib', "nodes' managed OS disks of 128 GiB", nodes, 'disk'),
  // learn.microsoft.com/azure/virtual-machines/disks-types#premium-ssd-v2 (2026-11-22): 3,000 IOPS and 125 MB/s with any size.
  throughput: { unit: 'MB/s', sold: wholeMegabytes, included: 125 },
};

function privateLink({ mothership }: CostedRegion): readonly Item[] {
  if (mothership.privateLink === undefined) return [];
  return mothership.hosted
    ? [item('private-link-service', 'private link services: the mothership is offered', 1, 'service')]
    : [
        item('private-endpoint', 'private endpoints', 1, 'endpoint'),
        item('private-dns-zone', 'private DNS zones', 1, 'zone'),
      ];
}
