import { type CloudItems, databaseItems, itemsOf, ownKeys, provisioners } from '../cloud-items.ts';
import type { CostedRegion } from '../costed-region.ts';
import type { Item } from '../item.ts';

const item = itemsOf('aws');

export const AWS_ITEMS: CloudItems = {
  cloud: 'aws',
  region: (region) => {
    const zones = region.region.zones.length;
    return [
      item('nat-gateway', 'NAT gateways', zones, 'gateway'),
      item('public-address', 'public IPv4 addresses', zones, 'address'),
      item('key', 'KMS keys', 1, 'key'),
      item('bucket', 'S3 buckets', 1, 'bucket'),
      item('identity', 'IAM roles', 1 + provisioners(region), 'role'),
      item('dns-zone', 'hosted zones', 1, 'zone'),
      ...databaseItems('aws', region, 'gp3'),
      ...privateLink(region),
    ];
  },
  cluster: ({ region }) => [
    item('kubernetes-cluster', 'EKS control planes', 1, 'cluster'),
    item('load-balancer', 'network load balancers: the gateway', 1, 'load balancer'),
    // One in each zone that the load balancer serves.
    item('public-address', 'public IPv4 addresses', region.zones.length, 'address'),
    // Control plane, nodes, volume driver, network add-on and autoscaler.
    item('identity', 'IAM roles', 5, 'role'),
  ],
  tenantStorage: (tenant) => [
    item('bucket', 'S3 buckets', 1, 'bucket'),
    item('key', 'KMS keys', ownKeys(tenant), 'key'),
    item('identity', 'IAM roles', 1, 'role'),
  ],
  extraNodes: () => [],
  bootDisks: (nodes) => item('volume.gp3.size', 'gp3 storage', nodes * BOOT_DISK_GIB, 'GiB'),
  throughput: { unit: 'MiB/s', sold: (mebibytesPerSecond) => mebibytesPerSecond, included: 125 },
};

function privateLink({ region, mothership }: CostedRegion): readonly Item[] {
  if (mothership.privateLink === undefined) return [];
  return mothership.hosted
    ? [item('endpoint-service', 'endpoint services: the mothership is offered', 1, 'service')]
    : [
        item('endpoint-interface', "interfaces of the mothership's endpoint", region.zones.length, 'interface'),
        item('private-dns-zone', 'private hosted zones', 1, 'zone'),
      ];
}

const BOOT_DISK_GIB = 64;
