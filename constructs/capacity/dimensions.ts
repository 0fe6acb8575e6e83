import {
  BROKER_MEMORY,
  LAGGING_SHARE,
  MEAN_IO_BYTES,
  MEGABYTES_PER_CONNECTION,
  CONNECTION,
  PAGE_CACHE_SECONDS,
  PROVEN_BROKER,
  REPLICA_DENSITY,
  REPLICATION,
  TARGET_UTILIZATION,
} from './assumptions.ts';
import { type Catalogue, type DerivedSizing, type InstanceClass, citation } from './catalogue/catalogue.ts';
import { MAX_PARTITIONS_PER_CLUSTER } from './catalogue/confluent-cku.ts';
import { MEBIBYTE, MEGABYTE } from './units.ts';

/** Something that a broker has only so much of. */
export interface Dimension {
  readonly name: string;
  readonly unit: string;
  /** What one CKU takes of it, over the whole cluster. */
  readonly perCku: Arithmetic;
  /** Most that a cluster takes of it, whatever its CKUs. */
  readonly mostPerCluster?: number;
  /** What one broker may give. */
  readonly perBroker: Arithmetic;
  /** Whether the brokers of a lost zone are missed: load moves to the others, replicas and their files don't. */
  readonly carriedBy: 'all brokers' | 'brokers outside one lost zone';
  readonly reason: string;
  readonly source?: string;
}

/** A number and how it comes about, in plain arithmetic that evaluates to exactly that number. */
export interface Arithmetic {
  readonly value: number;
  readonly formula: string;
}

/** Everything that bounds the number of brokers of one class; MB are 10^6 bytes. */
export function dimensionsOf(
  catalogue: Catalogue,
  sizing: DerivedSizing,
  instanceClass: InstanceClass,
): readonly Dimension[] {
  return [
    replicas(catalogue, instanceClass),
    ...network(catalogue, sizing, instanceClass),
    ...disk(catalogue, instanceClass),
    cpu(catalogue, instanceClass),
    memory(catalogue, instanceClass),
  ];
}

/** Brokers that a dimension asks for, the same number in every zone. */
export function brokersFor(dimension: Dimension, ckus: number, zoneCount: number): number {
  const demand = Math.min(dimension.mostPerCluster ?? Infinity, ckus * dimension.perCku.value);
  const carryingZones = dimension.carriedBy === 'all brokers' ? zoneCount : zoneCount - 1;
  return Math.ceil(demand / dimension.perBroker.value / carryingZones) * zoneCount;
}

/** The formula of {@link brokersFor}. */
export function brokersFormula(dimension: Dimension, ckus: number, zoneCount: number): string {
  const demand = `${ckus} × ${dimension.perCku.value}`;
  const capped = dimension.mostPerCluster === undefined ? demand : `min(${dimension.mostPerCluster}, ${demand})`;
  const carryingZones = dimension.carriedBy === 'all brokers' ? `${zoneCount}` : `(${zoneCount} − 1)`;
  return `ceil(${capped} / (${dimension.perBroker.formula}) / ${carryingZones}) × ${zoneCount}`;
}

/** Memory of a broker's pod on a machine of that class. */
export function podMemoryMib(instanceClass: InstanceClass): number {
  return Math.floor((instanceClass.memoryMib * BROKER_MEMORY.podShare) / 1024) * 1024;
}

function replicas(catalogue: Catalogue, { vcpus }: InstanceClass): Dimension {
  const { partitions } = catalogue.limitsPerCku.limits;
  const { perBroker, perVcpu, source } = REPLICA_DENSITY;
  return {
    name: 'replicas',
    unit: 'replicas',
    perCku: {
      value: partitions * REPLICATION.factor,
      formula: `${partitions} × ${REPLICATION.factor}`,
    },
    mostPerCluster: MAX_PARTITIONS_PER_CLUSTER * REPLICATION.factor,
    perBroker: {
      value: Math.min(perBroker, perVcpu * vcpus),
      formula: `min(${perBroker}, ${perVcpu} × ${vcpus})`,
    },
    carriedBy: 'all brokers',
    reason:
      'each replica costs files, mapped indexes and fetch work, and its leader election at every roll: 4,000 a broker, fewer on a small one; a lost zone moves none',
    source,
  };
}

function network(catalogue: Catalogue, sizing: DerivedSizing, instanceClass: InstanceClass): readonly Dimension[] {
  const { ingress, egress } = traffic(catalogue);
  const copies = REPLICATION.factor;
  const volumeWrites = sizing.volumeWritesUseNetwork === 'yes' ? copies * ingress : 0;
  const common = {
    unit: 'MB/s',
    perBroker: shareOf(instanceClass.networkBytesPerSecond / MEGABYTE),
    carriedBy: 'brokers outside one lost zone',
    source: citation(instanceClass),
  } as const;
  return [
    {
      ...common,
      name: 'network in',
      perCku: {
        value: copies * ingress + LAGGING_SHARE * egress,
        formula: `${copies} × ${ingress} + ${LAGGING_SHARE} × ${egress}`,
      },
      reason:
        'every byte arrives at its leader and at two followers; what lagging consumers read comes from the bucket',
    },
    {
      ...common,
      name: 'network out',
      perCku: {
        value: (copies - 1) * ingress + egress + ingress + volumeWrites,
        formula: `(${copies} − 1) × ${ingress} + ${egress} + ${ingress} + ${volumeWrites}`,
      },
      reason: `two copies to followers, the consumers, one copy to the bucket${volumeWrites > 0 ? ', and the volume writes, which this cloud counts as egress' : ''}`,
    },
  ];
}

function disk(catalogue: Catalogue, instanceClass: InstanceClass): readonly Dimension[] {
  const { volumeType } = catalogue;
  const perCku = diskTraffic(catalogue);
  const throughput = Math.min(instanceClass.diskBytesPerSecond, volumeType.maxThroughputMibPerSecond * MEBIBYTE);
  return [
    {
      name: 'disk throughput',
      unit: 'MB/s',
      perCku,
      perBroker: shareOf(throughput / MEGABYTE),
      carriedBy: 'brokers outside one lost zone',
      reason: 'three copies are written; lagging consumers read from the volumes where there is no bucket',
      source: citation(instanceClass),
    },
    {
      name: 'disk operations',
      unit: 'IOPS',
      perCku: {
        value: (perCku.value * MEGABYTE) / MEAN_IO_BYTES,
        formula: `${perCku.value} × ${MEGABYTE} / ${MEAN_IO_BYTES}`,
      },
      perBroker: shareOf(Math.min(instanceClass.diskIops, volumeType.maxIops)),
      carriedBy: 'brokers outside one lost zone',
      reason: 'the same bytes in operations of 64 KiB in the mean (own assumption)',
      source: citation(instanceClass),
    },
  ];
}

function cpu(catalogue: Catalogue, { vcpus }: InstanceClass): Dimension {
  const { ingress, egress } = traffic(catalogue);
  const { ingressMegabytesPerSecond, egressMegabytesPerSecond, vcpus: provenVcpus, source } = PROVEN_BROKER;
  return {
    name: 'CPU',
    unit: 'MB/s of clients',
    perCku: { value: ingress + egress, formula: `${ingress} + ${egress}` },
    perBroker: {
      value: ((ingressMegabytesPerSecond + egressMegabytesPerSecond) / provenVcpus) * vcpus,
      formula: `(${ingressMegabytesPerSecond} + ${egressMegabytesPerSecond}) / ${provenVcpus} × ${vcpus}`,
    },
    carriedBy: 'brokers outside one lost zone',
    reason:
      'client traffic per vCPU that AWS sustains on its own brokers, headroom included; TLS, requests and connection attempts are in it, for no figure of their own is published',
    source,
  };
}

function memory(catalogue: Catalogue, instanceClass: InstanceClass): Dimension {
  const { ingress } = traffic(catalogue);
  const { connections } = catalogue.limitsPerCku.limits;
  const { heapMib, besidesHeapMib } = BROKER_MEMORY;
  const podMib = podMemoryMib(instanceClass);
  const copies = REPLICATION.factor;
  return {
    name: 'memory',
    unit: 'MB',
    perCku: {
      value: connections * MEGABYTES_PER_CONNECTION + PAGE_CACHE_SECONDS * copies * ingress,
      formula: `${connections} × ${MEGABYTES_PER_CONNECTION} + ${PAGE_CACHE_SECONDS} × ${copies} × ${ingress}`,
    },
    perBroker: {
      value: ((podMib - heapMib - besidesHeapMib) * MEBIBYTE) / MEGABYTE,
      formula: `(${podMib} − ${heapMib} − ${besidesHeapMib}) × ${MEBIBYTE} / ${MEGABYTE}`,
    },
    carriedBy: 'brokers outside one lost zone',
    reason: `socket buffers of every connection, and the last ${PAGE_CACHE_SECONDS} s of every log in the page cache, beside the heap`,
    source: CONNECTION.source,
  };
}

/** MB/s that one CKU writes to and reads from all volumes together. */
export function diskTraffic(catalogue: Catalogue): Arithmetic {
  const { ingress, egress } = traffic(catalogue);
  return {
    value: REPLICATION.factor * ingress + LAGGING_SHARE * egress,
    formula: `${REPLICATION.factor} × ${ingress} + ${LAGGING_SHARE} × ${egress}`,
  };
}

/** MB/s of one CKU. */
function traffic({ limitsPerCku: { limits } }: Catalogue): { readonly ingress: number; readonly egress: number } {
  return { ingress: limits.ingressBytesPerSecond / MEGABYTE, egress: limits.egressBytesPerSecond / MEGABYTE };
}

function shareOf(published: number): Arithmetic {
  return { value: TARGET_UTILIZATION * published, formula: `${TARGET_UTILIZATION} × ${published}` };
}
