import type { PublicCloud } from '../cloud/region-args.ts';
import type { CostedRegion, CostedTenant } from './costed-region.ts';
import type { Item } from './item.ts';

/** What a cloud's components make beside nodes and volumes of Kafka: the constants and counts of constructs/cloud. */
export interface CloudItems {
  readonly cloud: PublicCloud;
  /** Of the region as a whole. */
  readonly region: (region: CostedRegion) => readonly Item[];
  /** Of one Kubernetes cluster, its nodes aside. */
  readonly cluster: (region: CostedRegion) => readonly Item[];
  /** Of one tenant's storage, or the mothership's; the filling of its bucket aside. */
  readonly tenantStorage: (tenant: Pick<CostedTenant, 'encryptionKey'>) => readonly Item[];
  /** Nodes of each Kubernetes cluster that follow from no node class. */
  readonly extraNodes: (region: CostedRegion) => readonly ExtraNodes[];
  /** Disks that so many nodes start from. */
  readonly bootDisks: (nodes: number) => Item;
  /** What volumes are billed by beyond their size. */
  readonly throughput: {
    readonly unit: 'MiB/s' | 'MB/s';
    /** Volume's MiB/s as the cloud sells it. */
    readonly sold: (mebibytesPerSecond: number) => number;
    /** In `unit`, in the price of the size. */
    readonly included: number;
  };
}

export interface ExtraNodes {
  readonly nodeClass: string;
  readonly instanceClass: string;
  readonly atMinimum: number;
  readonly atMaximum: number;
}

/** Tools that the lists of the clouds are written with. */
export function itemsOf(cloud: PublicCloud): (key: string, what: string, quantity: number, unit: string) => Item {
  return (key, what, quantity, unit) => ({ key: `${cloud}.${key}`, what, quantity, unit });
}

/** PostgreSQL of the control plane: two machines, each with all of the storage. */
export function databaseItems(
  cloud: PublicCloud,
  { controlPlane }: CostedRegion,
  storageType: string,
): readonly Item[] {
  if (controlPlane === undefined) return [];
  const item = itemsOf(cloud);
  const { instanceClass, storageGib } = controlPlane.database;
  return [
    item(`database.${instanceClass}`, 'database machines, one of them the standby', 2, 'machine'),
    item(`database-storage.${storageType}`, 'database storage, on both machines', 2 * storageGib, 'GiB'),
    item('secret', "secrets: the database's credentials", 1, 'secret'),
  ];
}

/** The tenant's own key; a customer's key is on the customer's bill. */
export function ownKeys({ encryptionKey }: Pick<CostedTenant, 'encryptionKey'>): number {
  return encryptionKey === undefined ? 1 : 0;
}

/** Whether the region hosts the control plane, as a number of provisioners. */
export function provisioners({ controlPlane }: CostedRegion): number {
  return controlPlane === undefined ? 0 : 1;
}
