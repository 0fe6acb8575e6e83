import { VOLUME } from '../capacity/assumptions.ts';
import { catalogueOf } from '../capacity/catalogue/index.ts';
import type { NodeShape } from '../capacity/cluster-shape.ts';
import type { PublicCloud } from '../cloud/region-args.ts';
import { bucketStorageOf } from './bucket-storage.ts';
import { type CloudItems, itemsOf } from './cloud-items.ts';
import type { CostedRegion } from './costed-region.ts';
import { type Item, type ItemGroup, type ItemOwner, mergeItems } from './item.ts';
import { AWS_ITEMS } from './items/aws.ts';
import { AZURE_ITEMS } from './items/azure.ts';
import { GCP_ITEMS } from './items/gcp.ts';
import { type KafkaCluster, kafkaClustersOf } from './kafka-clusters.ts';
import { type NodeNeed, nodeNeedsOf } from './node-needs.ts';

/** All that a region has at any time while its tenants have what they ask for. */
export interface Inventory {
  readonly nodes: readonly NodeNeed[];
  readonly volumes: readonly VolumeNeed[];
  /** The region, each Kubernetes cluster, the mothership where it is hosted, each tenant. Empty for `local`. */
  readonly groups: readonly ItemGroup[];
  /** What costs money and is not counted, in words. */
  readonly notCounted: readonly string[];
}

/** Equal volumes of one Kafka cluster. */
export interface VolumeNeed {
  readonly kafkaCluster: string;
  /** Name of the Kubernetes cluster. */
  readonly cluster: string;
  readonly role: 'brokers' | 'controllers';
  readonly count: number;
  readonly sizeGib: number;
  readonly iops: number;
  readonly throughputMibPerSecond: number;
}

/**
 * Counts what a region is made of, from its config alone.
 *
 * @throws CapacityError where a number of CKUs or zones is out of range
 */
export function inventoryOf(region: CostedRegion): Inventory {
  const kafkaClusters = kafkaClustersOf(region);
  const { cloud } = region.region;
  const items = cloud === 'local' ? undefined : CLOUD_ITEMS[cloud];
  const nodes = [...nodeNeedsOf(region, kafkaClusters), ...(items === undefined ? [] : extraNodeNeeds(region, items))];
  return {
    nodes,
    volumes: kafkaClusters.flatMap(volumesOf),
    groups: items === undefined ? [] : groupsOf(region, { items, kafkaClusters, nodes }),
    notCounted: items === undefined ? [] : [...NOT_COUNTED, ...kafkaClusters.flatMap(unboundedNote)],
  };
}

/** Every key that a price list for the region can have, with what it is for; each once. */
export function itemKeysOf({ groups }: Inventory): readonly Item[] {
  return mergeItems(groups.flatMap(({ items }) => items)).toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

const CLOUD_ITEMS: Readonly<Record<PublicCloud, CloudItems>> = { aws: AWS_ITEMS, gcp: GCP_ITEMS, azure: AZURE_ITEMS };

interface Counted {
  readonly items: CloudItems;
  readonly kafkaClusters: readonly KafkaCluster[];
  readonly nodes: readonly NodeNeed[];
}

function groupsOf(region: CostedRegion, counted: Counted): readonly ItemGroup[] {
  const { items, kafkaClusters, nodes } = counted;
  return [
    { owner: { kind: 'region' }, items: mergeItems(items.region(region)) },
    ...region.kubernetesClusters.map(({ name: cluster }): ItemGroup => ({
      owner: { kind: 'cluster', cluster },
      items: mergeItems([...sharedNodes(cluster, items, nodes), ...items.cluster(region)]),
    })),
    ...kafkaClusters.map((kafkaCluster) => ({
      owner: ownerOf(kafkaCluster),
      items: mergeItems([
        ...ownNodes(kafkaCluster, items, nodes),
        ...volumeItems(kafkaCluster, items),
        ...items.tenantStorage(kafkaCluster.tenant ?? {}),
        ...storedItems(kafkaCluster, items.cloud),
      ]),
    })),
  ];
}

function ownerOf({ name, cluster, tenant }: KafkaCluster): ItemOwner {
  return tenant === undefined ? { kind: 'mothership', cluster } : { kind: 'tenant', tenant: name, cluster };
}

function extraNodeNeeds(region: CostedRegion, items: CloudItems): readonly NodeNeed[] {
  return region.kubernetesClusters.flatMap(({ name: cluster }) =>
    items.extraNodes(region).map((extra) => ({ ...extra, cluster, asNeeded: extra.atMinimum, ownNodes: new Map() })),
  );
}

function sharedNodes(cluster: string, items: CloudItems, nodes: readonly NodeNeed[]): readonly Item[] {
  return nodes
    .filter((need) => need.cluster === cluster)
    .flatMap(({ instanceClass, asNeeded, ownNodes: own }) =>
      nodeItems(items, instanceClass, asNeeded - [...own.values()].reduce((sum, count) => sum + count, 0)),
    );
}

function ownNodes({ name, cluster }: KafkaCluster, items: CloudItems, nodes: readonly NodeNeed[]): readonly Item[] {
  return nodes
    .filter((need) => need.cluster === cluster)
    .flatMap(({ instanceClass, ownNodes: own }) => nodeItems(items, instanceClass, own.get(name) ?? 0));
}

function nodeItems(items: CloudItems, instanceClass: string, count: number): readonly Item[] {
  return [
    itemsOf(items.cloud)(`instance.${instanceClass}`, `nodes of ${instanceClass}`, count, 'node'),
    items.bootDisks(count),
  ];
}

function volumesOf({ name, cluster, shape }: KafkaCluster): readonly VolumeNeed[] {
  const need = (role: VolumeNeed['role'], { count, volume }: NodeShape): VolumeNeed => ({
    kafkaCluster: name,
    cluster,
    role,
    count,
    sizeGib: volume.sizeGib,
    iops: volume.iops,
    throughputMibPerSecond: volume.throughputMibPerSecond,
  });
  return [need('brokers', shape.brokers), need('controllers', shape.controllers)];
}

function volumeItems(kafkaCluster: KafkaCluster, { cloud, throughput }: CloudItems): readonly Item[] {
  const { volumeType } = catalogueOf(cloud);
  const item = itemsOf(cloud);
  return volumesOf(kafkaCluster).flatMap(({ count, sizeGib, iops, throughputMibPerSecond }) => {
    const extraThroughput = Math.max(0, throughput.sold(throughputMibPerSecond) - throughput.included);
    const beyond = (included: string) => `of ${volumeType.name} beyond ${included} of each volume`;
    return [
      item(`volume.${volumeType.name}.size`, `${volumeType.name} storage`, count * sizeGib, 'GiB'),
      item(
        `volume.${volumeType.name}.iops`,
        `IOPS ${beyond(String(volumeType.minIops))}`,
        count * Math.max(0, iops - volumeType.minIops),
        'IOPS',
      ),
      item(
        `volume.${volumeType.name}.throughput`,
        `throughput ${beyond(`${throughput.included} ${throughput.unit}`)}`,
        count * extraThroughput,
        throughput.unit,
      ),
    ];
  });
}

function storedItems(kafkaCluster: KafkaCluster, cloud: PublicCloud): readonly Item[] {
  const stored = bucketStorageOf(kafkaCluster);
  if (stored?.kind !== 'estimated') return [];
  const what = `Infinite Storage, estimated at ${VOLUME.meanLoad * 100} % of the ingress limit`;
  return [itemsOf(cloud)('bucket-storage', what, stored.gib, 'GiB')];
}

function unboundedNote(kafkaCluster: KafkaCluster): readonly string[] {
  return bucketStorageOf(kafkaCluster)?.kind === 'unbounded'
    ? [`Infinite Storage of ${kafkaCluster.name}: its records are kept for ever, so its bucket only grows.`]
    : [];
}

const NOT_COUNTED: readonly string[] = [
  'Traffic: to the internet, between zones and regions, and through NAT gateways, load balancers and endpoints.',
  "Requests to buckets, keys and secrets; versions of keys beyond the first; the control plane's backups and logs.",
  "Growth: nodes beyond what the tenants' shapes need, one more during an upgrade, volumes that grow by themselves.",
];
