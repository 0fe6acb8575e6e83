import type { Cloud } from '../../contracts/cloud.ts';

/** Zone ▶ pods whose volumes live there: the design's form of a placement. */
export type Placement = Readonly<Record<string, { readonly pods: readonly string[] }>>;

export interface ShapeRequest {
  readonly cloud: Cloud;
  /** 1 to 152. */
  readonly ckus: number;
  /** Zones in placement order; at least three. */
  readonly zones: readonly string[];
  /** With Infinite Storage the volumes hold the hot set only. */
  readonly infiniteStorage: 'on' | 'off';
}

/** Everything that a number of CKUs stands for on one cloud. */
export interface ClusterShape {
  readonly request: ShapeRequest;
  readonly brokers: NodeShape;
  readonly controllers: NodeShape;
  readonly replication: { readonly factor: number; readonly minInsync: number };
  /** Limits of the whole cluster. */
  readonly limits: ClusterLimits;
  /** What one broker grants to all clients together: the cluster's limits spread over its brokers. */
  readonly brokerQuotas: BrokerQuotas;
  /** The arithmetic, step by step, so that a person can check it. */
  readonly derivation: readonly DerivationStep[];
}

export interface NodeShape {
  readonly count: number;
  /** Name in the catalogue of the cloud. */
  readonly instanceClass: string;
  readonly cpuMillis: number;
  readonly cpuLimitMillis: number;
  readonly memoryMib: number;
  /** Java heap; the rest of the memory is page cache. */
  readonly heapMib: number;
  readonly volume: VolumeShape;
  readonly placement: Placement;
}

export interface VolumeShape {
  readonly sizeGib: number;
  readonly iops: number;
  readonly throughputMibPerSecond: number;
  /** Size up to which the volume may grow by itself. */
  readonly growthLimitGib: number;
}

export interface ClusterLimits {
  readonly ingressBytesPerSecond: number;
  readonly egressBytesPerSecond: number;
  /** Partitions before replication. */
  readonly partitions: number;
  readonly connections: number;
  readonly connectionAttemptsPerSecond: number;
  readonly requestsPerSecond: number;
}

export interface BrokerQuotas {
  readonly producerBytesPerSecond: number;
  readonly consumerBytesPerSecond: number;
  readonly connections: number;
  readonly connectionAttemptsPerSecond: number;
}

/** One line of arithmetic: `result unit = formula`, with the reason and where its figures come from. */
export interface DerivationStep {
  readonly name: string;
  readonly formula: string;
  readonly result: number;
  readonly unit: string;
  readonly reason: string;
  readonly source?: string;
  /** Part of the derivation that the step belongs to. */
  readonly section?: DerivationSection;
  /** On the step that decided the number of brokers. */
  readonly binding?: true;
}

export const DERIVATION_SECTIONS = ['limits', 'brokers', 'broker', 'volume', 'quotas'] as const;
export type DerivationSection = (typeof DERIVATION_SECTIONS)[number];
