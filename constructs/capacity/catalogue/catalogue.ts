import type { Cloud } from '../../../contracts/cloud.ts';
import type { ClusterLimits } from '../cluster-shape.ts';

/** What a cloud publishes about its machines and volumes, and which of them a Kafka cluster is made of. */
export interface Catalogue {
  readonly cloud: Cloud;
  readonly instanceClasses: readonly InstanceClass[];
  /** The one network block storage type that brokers and controllers use. */
  readonly volumeType: VolumeType;
  /** Limits of one CKU on this cloud. */
  readonly limitsPerCku: PublishedLimits;
  readonly brokers: BrokerSizing;
  readonly controllers: ControllerSizing;
}

export interface Published {
  /** Address of the page that states the figures. */
  readonly source: string;
  /** Day, or month, in which the figures were looked up, as in `2026-11-22`. */
  readonly lookedUpOn: string;
  /** What a reader must know about the figures, where they are not simply the cloud's own for this very thing. */
  readonly remark?: string;
}

export interface PublishedLimits extends Published {
  readonly limits: ClusterLimits;
}

/** A reader's way back to published figures: address, day, and what to know about them. */
export function citation({ source, lookedUpOn, remark }: Published): string {
  return remark === undefined ? `${source} (${lookedUpOn})` : `${source} (${lookedUpOn}). ${remark}`;
}

/** Kind of virtual machine. */
export interface InstanceClass extends Published {
  readonly name: string;
  readonly architecture: 'amd64' | 'arm64';
  readonly vcpus: number;
  readonly memoryMib: number;
  /** Sustained, in each direction; never a burst figure where a baseline is published. */
  readonly networkBytesPerSecond: number;
  /** Sustained, toward network block storage, reads and writes together. */
  readonly diskBytesPerSecond: number;
  /** Sustained, toward network block storage. */
  readonly diskIops: number;
  readonly maxVolumes: number;
}

export interface VolumeType extends Published {
  readonly name: string;
  readonly minSizeGib: number;
  readonly maxSizeGib: number;
  /** 0 where performance is not sold apart from size. */
  readonly minIops: number;
  readonly maxIops: number;
  readonly minThroughputMibPerSecond: number;
  readonly maxThroughputMibPerSecond: number;
  /** Most IOPS that a GiB of size allows. */
  readonly maxIopsPerGib: number;
  /** Most MiB/s that one IOPS allows. */
  readonly maxThroughputMibPerIops: number;
}

export type BrokerSizing = DerivedSizing | PerZoneSizing;

/** The number of brokers follows from what they must carry. */
export interface DerivedSizing {
  readonly kind: 'derived';
  /** Used from `smallUpToCkus` + 1 CKUs on. */
  readonly instanceClass: string;
  readonly smallInstanceClass: string;
  readonly smallUpToCkus: number;
  /** Why these classes. */
  readonly reason: string;
  /** Whether volume writes count against the machine's outgoing network bandwidth. */
  readonly volumeWritesUseNetwork: 'yes' | 'no';
}

/** One broker in every zone for each CKU, of a fixed shape: the cloud is one machine. */
export interface PerZoneSizing extends NodeResources {
  readonly kind: 'per-zone';
}

export interface ControllerSizing extends NodeResources {
  readonly count: 3;
}

export interface NodeResources {
  readonly instanceClass: string;
  readonly cpuMillis: number;
  readonly cpuLimitMillis: number;
  readonly memoryMib: number;
  readonly heapMib: number;
  readonly volumeSizeGib: number;
  readonly volumeGrowthLimitGib: number;
}
