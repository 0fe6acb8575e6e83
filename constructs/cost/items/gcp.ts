import { type CloudItems, databaseItems, itemsOf, ownKeys, provisioners } from '../cloud-items.ts';
import type { CostedRegion } from '../costed-region.ts';
import type { Item } from '../item.ts';

const item = itemsOf('gcp');

export const GCP_ITEMS: CloudItems = {
  cloud: 'gcp',
  region: (region) => [
    // One for the region; its machines are the hosts themselves.
    item('nat-gateway', 'Cloud NAT gateways', 1, 'gateway'),
    item('public-address', 'public IPv4 addresses', region.region.zones.length, 'address'),
    item('key', 'KMS keys, each with one version', 1, 'key'),
    item('bucket', 'buckets', 1, 'bucket'),
    item('identity', 'service accounts', 1 + provisioners(region), 'account'),
    item('dns-zone', 'managed zones', 1, 'zone'),
    // googleapis.com, pkg.dev and gcr.io, as the network sees them.
    item('private-dns-zone', 'private managed zones', 3, 'zone'),
    ...databaseItems('gcp', region, 'PD_SSD'),
    ...privateLink(region),
  ],
  cluster: () => [
    item('kubernetes-cluster', 'GKE control planes', 1, 'cluster'),
    item('load-balancer', 'passthrough load balancers: the gateway', 1, 'forwarding rule'),
    item('public-address', 'public IPv4 addresses', 1, 'address'),
    // Of the nodes.
    item('identity', 'service accounts', 1, 'account'),
  ],
  tenantStorage: (tenant) => [
    item('bucket', 'buckets', 1, 'bucket'),
    item('key', 'KMS keys, each with one version', ownKeys(tenant), 'key'),
    item('identity', 'service accounts', 1, 'account'),
  ],
  extraNodes: () => [],
  bootDisks: (nodes) =>
    item('volume.pd-balanced.size', 'pd-balanced storage: boot disks', nodes * BOOT_DISK_GIB, 'GiB'),
  throughput: { unit: 'MiB/s', sold: (mebibytesPerSecond) => mebibytesPerSecond, included: 140 },
};

function privateLink({ mothership }: CostedRegion): readonly Item[] {
  if (mothership.privateLink === undefined) return [];
  return mothership.hosted
    ? [item('service-attachment', 'service attachments: the mothership is offered', 1, 'attachment')]
    : [
        item('private-endpoint', "Private Service Connect endpoints: the mothership's", 1, 'endpoint'),
        item('private-dns-zone', 'private managed zones', 1, 'zone'),
      ];
}

const BOOT_DISK_GIB = 100;
