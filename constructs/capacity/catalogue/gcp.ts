import { gibibytes, gigabitsPerSecond, mebibytesPerSecond } from '../units.ts';
import type { Catalogue, InstanceClass } from './catalogue.ts';
import { CONFLUENT_CKU } from './confluent-cku.ts';

const LOOKED_UP_ON = '2026-11-22';
const C3 = {
  source: 'https://docs.cloud.google.com/compute/docs/general-purpose-machines#c3_series',
  lookedUpOn: LOOKED_UP_ON,
  remark:
    'Network: default egress, without Tier_1. Disk: published for Hyperdisk Balanced High Availability (release notes of 2025-09-04) and taken as a floor for Hyperdisk Balanced, whose table could not be read.',
} as const;

/** What sizes of the series publish; memory in GB as Google counts them, 2^30 bytes each. */
const SIZES = [
  { vcpus: 8, egressGbps: 23, diskMibPerSecond: 800, diskIops: 50_000, maxVolumes: 16 },
  { vcpus: 22, egressGbps: 23, diskMibPerSecond: 1800, diskIops: 120_000, maxVolumes: 32 },
  { vcpus: 44, egressGbps: 32, diskMibPerSecond: 2400, diskIops: 160_000, maxVolumes: 32 },
  { vcpus: 88, egressGbps: 62, diskMibPerSecond: 4800, diskIops: 160_000, maxVolumes: 32 },
] as const;

export const GCP_CATALOGUE: Catalogue = {
  cloud: 'gcp',
  instanceClasses: SIZES.flatMap((size): readonly InstanceClass[] => {
    const shared = {
      architecture: 'amd64',
      vcpus: size.vcpus,
      networkBytesPerSecond: gigabitsPerSecond(size.egressGbps),
      diskBytesPerSecond: mebibytesPerSecond(size.diskMibPerSecond),
      diskIops: size.diskIops,
      maxVolumes: size.maxVolumes,
      ...C3,
    } as const;
    return [
      { name: `c3-standard-${size.vcpus}`, memoryMib: gibibytes(4 * size.vcpus), ...shared },
      { name: `c3-highmem-${size.vcpus}`, memoryMib: gibibytes(8 * size.vcpus), ...shared },
    ];
  }),
  volumeType: {
    name: 'hyperdisk-balanced',
    minSizeGib: 4,
    maxSizeGib: 65_536,
    minIops: 3000,
    maxIops: 160_000,
    minThroughputMibPerSecond: 140,
    maxThroughputMibPerSecond: 2400,
    // Not read from Google's page: the rules of gp3 and Premium SSD v2, kept here too, on the safe side.
    maxIopsPerGib: 500,
    maxThroughputMibPerIops: 0.25,
    source: 'https://docs.cloud.google.com/compute/docs/disks/hd-types/hyperdisk-balanced',
    lookedUpOn: LOOKED_UP_ON,
    remark: 'The two ratios are not from this page: they are those of gp3, kept on the safe side.',
  },
  limitsPerCku: CONFLUENT_CKU,
  brokers: {
    kind: 'derived',
    instanceClass: 'c3-standard-22',
    smallInstanceClass: 'c3-standard-8',
    smallUpToCkus: 1,
    reason:
      '4,000 replicas take 16 vCPUs: smaller machines carry fewer for the same money, larger ones no more; only 1 CKU takes smaller machines, as many as 2 CKUs have of these',
    // Stated for Persistent Disk (https://docs.cloud.google.com/compute/docs/disks/optimizing-pd-performance); counted
    // for Hyperdisk too, on the safe side.
    volumeWritesUseNetwork: 'yes',
  },
  controllers: {
    count: 3,
    instanceClass: 'c3-standard-8',
    cpuMillis: 1000,
    cpuLimitMillis: 2000,
    memoryMib: gibibytes(4),
    heapMib: gibibytes(2),
    volumeSizeGib: 64,
    volumeGrowthLimitGib: 128,
  },
};
