import { KIBIBYTE, MEGABYTE } from './units.ts';

/**
 * What the sizing rests on besides published limits and machines. Each figure either has a source or is the project's
 * own choice, to be replaced by a measurement.
 */

export const REPLICATION = { factor: 3, minInsync: 2 } as const;

/** Share of a published network or disk figure that is planned for; own choice: a quarter is left for bursts. */
export const TARGET_UTILIZATION = 0.75;

/**
 * Share of the egress that lagging consumers read from the volumes, or from the bucket, and not from the page cache;
 * own choice.
 */
export const LAGGING_SHARE = 0.2;

/** Mean size of one disk operation of a broker; own choice: appends of many partitions, merged by the page cache. */
export const MEAN_IO_BYTES = 64 * KIBIBYTE;

/** Tail of the log that stays in the page cache, so that followers and consumers this far behind read no disk. */
export const PAGE_CACHE_SECONDS = 60;

export const REPLICA_DENSITY = {
  /** Most replicas on one broker, however large. */
  perBroker: 4000,
  /** 1,000 on 4 vCPUs, 2,000 on 8, 4,000 on 16 and on everything larger. */
  perVcpu: 250,
  source:
    'https://docs.aws.amazon.com/msk/latest/developerguide/bestpractices.html and https://cwiki.apache.org/confluence/display/KAFKA/KIP-578 (2026-11-22)',
} as const;

/** Client traffic that AWS holds one of its managed brokers to carry all day, on a machine of 16 vCPUs (m7g.4xlarge). */
export const PROVEN_BROKER = {
  ingressMegabytesPerSecond: 124.9,
  egressMegabytesPerSecond: 249.8,
  vcpus: 16,
  source:
    'https://docs.aws.amazon.com/msk/latest/developerguide/limits.html#msk-express-quota (2026-11-22, read in copies of the table)',
} as const;

/** Socket buffers of one connection, `socket.send.buffer.bytes` + `socket.receive.buffer.bytes` at their defaults. */
export const CONNECTION = {
  bytes: 2 * 102_400,
  source: 'https://kafka.apache.org/documentation/#brokerconfigs (2026-11-22)',
} as const;

export const BROKER_MEMORY = {
  /** Heap of the largest clusters that Kafka's own documentation describes. */
  heapMib: 6144,
  /** Metaspace, threads, direct buffers. */
  besidesHeapMib: 1024,
  /** Share of the machine that the broker's pod gets: kubelet, system and per-node agents keep the rest; own choice. */
  podShare: 0.8,
  source: 'https://kafka.apache.org/41/operations/java-version (2026-11-22)',
} as const;

/** CPU of a broker's machine that is left to kubelet, system and per-node agents; own choice. */
export const NODE_RESERVE_CPU_MILLIS = 1000;

export const VOLUME = {
  /** Mean ingress over days, as a share of the limit; own choice. */
  meanLoad: 0.25,
  /** Hot set with Infinite Storage: the default `localRetentionHours` of a tenant. */
  hotSetHours: 24,
  /** Without it everything stays: Kafka's default `log.retention.hours`. */
  retentionHours: 168,
  /** Share of a volume that is full when the assumptions hold; own choice. */
  fill: 0.8,
  sizeStepGib: 50,
  /** Few steps, because each pair of figures is a volume attributes class. */
  throughputStepMibPerSecond: 125,
  /** A volume may grow by itself to so many times its first size; own choice. */
  growth: 2,
} as const;

/** Megabytes that one connection holds. */
export const MEGABYTES_PER_CONNECTION = CONNECTION.bytes / MEGABYTE;
