import { gibibytes, gigabitsPerSecond, megabytesPerSecond } from '../units.ts';
import type { Catalogue } from './catalogue.ts';

const OWN_CHOICE = {
  source: 'the project itself: a whole region on one machine with 8 GiB',
  lookedUpOn: '2026-11-22',
} as const;

/**
 * The local region: a CKU is one broker in each zone. Its limits are small enough that a laptop reaches them, and its
 * pods small enough that mothership and a tenant of 2 CKUs fit into {@link LOCAL_MEMORY_MIB}.
 */
export const LOCAL_CATALOGUE: Catalogue = {
  cloud: 'local',
  instanceClasses: [
    {
      name: 'local-node',
      architecture: 'amd64',
      vcpus: 2,
      memoryMib: gibibytes(8),
      // Loopback and a local folder: no figures are published for them, these bound nothing.
      networkBytesPerSecond: gigabitsPerSecond(1),
      diskBytesPerSecond: megabytesPerSecond(100),
      diskIops: 1000,
      maxVolumes: 256,
      ...OWN_CHOICE,
      remark: 'One machine plays every node; network and disk figures bound nothing.',
    },
  ],
  volumeType: {
    name: 'local-folder',
    minSizeGib: 1,
    maxSizeGib: 16,
    // A folder has no performance to buy: its volumes have no volume attributes class.
    minIops: 0,
    maxIops: 0,
    minThroughputMibPerSecond: 0,
    maxThroughputMibPerSecond: 0,
    maxIopsPerGib: 0,
    maxThroughputMibPerIops: 0,
    ...OWN_CHOICE,
  },
  limitsPerCku: {
    limits: {
      ingressBytesPerSecond: megabytesPerSecond(2),
      egressBytesPerSecond: megabytesPerSecond(6),
      partitions: 500,
      connections: 600,
      connectionAttemptsPerSecond: 50,
      requestsPerSecond: 500,
    },
    ...OWN_CHOICE,
    remark:
      "A thirtieth of the bytes, connections and requests of the clouds' CKU; more partitions and connection attempts, so that internal topics and tests have room.",
  },
  brokers: {
    kind: 'per-zone',
    instanceClass: 'local-node',
    cpuMillis: 100,
    // All of the machine for as long as nobody else wants it: what a limit throttles is a start, an election, a leader's first
    // records. Brokers without controllers spin, but no more than their share of it (requests) while others have work.
    cpuLimitMillis: 2000,
    // 300 MB are resident with this heap; the rest is page cache, which counts toward the pod.
    memoryMib: 512,
    heapMib: 256,
    volumeSizeGib: 2,
    volumeGrowthLimitGib: 4,
  },
  controllers: {
    count: 3,
    instanceClass: 'local-node',
    cpuMillis: 50,
    cpuLimitMillis: 1000,
    memoryMib: 288,
    heapMib: 128,
    volumeSizeGib: 1,
    volumeGrowthLimitGib: 2,
  },
};

/** Memory of the local region as a whole. */
export const LOCAL_MEMORY_MIB = gibibytes(8);
/** Of it, for Kubernetes itself and for the other services of the platform. */
export const LOCAL_PLATFORM_MEMORY_MIB = gibibytes(1.5);
