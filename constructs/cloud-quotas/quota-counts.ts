import { catalogueOf, findInstanceClass } from '../capacity/catalogue/index.ts';
import type { InstanceClass } from '../capacity/catalogue/catalogue.ts';
import { BROKER_MEMORY, NODE_RESERVE_CPU_MILLIS } from '../capacity/assumptions.ts';
import type { CostedRegion, CostedTenant } from '../cost/costed-region.ts';
import { type Inventory, inventoryOf } from '../cost/inventory.ts';
import type { ItemGroup } from '../cost/item.ts';
import { kafkaClustersOf } from '../cost/kafka-clusters.ts';
import type { PublicCloud } from '../cloud/region-args.ts';

/** What quotas are held against: a region as its config has it, and one more tenant of the smallest kind. */
export interface QuotaCounts {
  readonly zones: number;
  readonly kubernetesClusters: number;
  readonly controlPlanes: 0 | 1;
  /** Of all Kubernetes clusters, one who is of several counted in each. */
  readonly administrators: number;
  /** Of the cluster that has most node classes, pools that follow from no class aside. */
  readonly nodeClasses: number;
  /** Quantity of the items of a key, the cloud's name left out. */
  readonly platform: (key: string) => number;
  readonly perTenant: (key: string) => number;
  readonly vcpus: { readonly platform: number; readonly perTenant: number };
  /** Of the brokers' and controllers' volumes. */
  readonly volumeGib: { readonly platform: number; readonly perTenant: number };
  /** Volumes of Kafka that a node can be given, by what its pods ask for, and what its machine takes. */
  readonly volumesPerNode: readonly VolumesPerNode[];
}

export interface VolumesPerNode {
  readonly instanceClass: string;
  readonly volumes: number;
  /** Of the capacity catalogue. */
  readonly limit: number;
}

export function quotaCountsOf(region: CostedRegion, cloud: PublicCloud): QuotaCounts {
  const platform = inventoryOf({ ...region, tenants: [] });
  const tenant = inventoryOf({ ...region, mothership: { hosted: false }, tenants: [smallestTenant(region)] });
  const own = tenant.groups.filter(({ owner }) => owner.kind === 'tenant');
  return {
    zones: region.region.zones.length,
    kubernetesClusters: region.kubernetesClusters.length,
    controlPlanes: region.controlPlane === undefined ? 0 : 1,
    administrators: region.kubernetesClusters.reduce((sum, { administrators }) => sum + administrators.length, 0),
    nodeClasses: Math.max(...region.kubernetesClusters.map(({ nodeClasses }) => nodeClasses.length)),
    platform: (key) => quantityOf(platform.groups, `${cloud}.${key}`),
    perTenant: (key) => quantityOf(own, `${cloud}.${key}`),
    vcpus: { platform: vcpusOf(platform, cloud), perTenant: brokerVcpus(region, cloud) },
    volumeGib: { platform: volumeGib(platform), perTenant: volumeGib(tenant) },
    volumesPerNode: volumesPerNode(region, cloud),
  };
}

/** One CKU over all zones, a key of its own, no Infinite Storage. */
function smallestTenant({ region, kubernetesClusters }: CostedRegion): CostedTenant {
  const [first] = kubernetesClusters;
  if (first === undefined) throw new Error('a region without a Kubernetes cluster: the config was not judged');
  return { name: 'smallest', ckus: 1, cluster: first.name, zones: region.zones, limits: {}, config: {} };
}

function quantityOf(groups: readonly ItemGroup[], key: string): number {
  return groups.flatMap(({ items }) => items).reduce((sum, item) => sum + (item.key === key ? item.quantity : 0), 0);
}

function vcpusOf({ nodes }: Inventory, cloud: PublicCloud): number {
  return nodes.reduce((sum, { asNeeded, instanceClass }) => sum + asNeeded * machineOf(cloud, instanceClass).vcpus, 0);
}

/** Brokers have nodes of their own; the controllers' are shared, so that a tenant's part of them is no whole node. */
function brokerVcpus(region: CostedRegion, cloud: PublicCloud): number {
  const tenants = kafkaClustersOf({ ...region, mothership: { hosted: false }, tenants: [smallestTenant(region)] });
  return tenants.reduce(
    (sum, { shape: { brokers } }) => sum + brokers.count * machineOf(cloud, brokers.instanceClass).vcpus,
    0,
  );
}

function volumeGib({ volumes }: Inventory): number {
  return volumes.reduce((sum, { count, sizeGib }) => sum + count * sizeGib, 0);
}

function volumesPerNode(region: CostedRegion, cloud: PublicCloud): readonly VolumesPerNode[] {
  const classes = new Set(
    region.kubernetesClusters.flatMap(({ nodeClasses }) => nodeClasses.map((each) => each.instanceClass)),
  );
  const { controllers } = catalogueOf(cloud);
  return [...classes].map((instanceClass) => {
    const machine = machineOf(cloud, instanceClass);
    return { instanceClass, volumes: podsThatFit(machine, controllers), limit: machine.maxVolumes };
  });
}

/** Controllers are the smallest pods that have a volume. */
function podsThatFit(machine: InstanceClass, pod: { readonly cpuMillis: number; readonly memoryMib: number }): number {
  const byCpu = (machine.vcpus * 1000 - NODE_RESERVE_CPU_MILLIS) / pod.cpuMillis;
  const byMemory = (machine.memoryMib * BROKER_MEMORY.podShare) / pod.memoryMib;
  return Math.floor(Math.min(byCpu, byMemory));
}

function machineOf(cloud: PublicCloud, name: string): InstanceClass {
  const machine = findInstanceClass(cloud, name);
  if (machine === undefined) throw new Error(`the catalogue of ${cloud} has no ${name}: the config was not judged`);
  return machine;
}
