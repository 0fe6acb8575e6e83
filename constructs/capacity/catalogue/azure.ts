import { gibibytes, gigabitsPerSecond, megabytesPerSecond } from '../units.ts';
import type { Catalogue, InstanceClass } from './catalogue.ts';
import { CONFLUENT_CKU } from './confluent-cku.ts';

const LOOKED_UP_ON = '2026-11-22';
const REMARK =
  'Disk: uncached, Premium SSD v2, without burst. Network: the published maximum, for Azure publishes no baseline; memory in GB of 2^30 bytes.';
const DSV6 = {
  source: 'https://learn.microsoft.com/azure/virtual-machines/sizes/general-purpose/dsv6-series',
  lookedUpOn: LOOKED_UP_ON,
  remark: REMARK,
} as const;
const ESV6 = {
  source: 'https://learn.microsoft.com/azure/virtual-machines/sizes/memory-optimized/esv6-series',
  lookedUpOn: LOOKED_UP_ON,
  remark: REMARK,
} as const;

/** Both series publish the same figures for the same number of vCPUs, memory aside. */
const SIZES = [
  { vcpus: 4, networkGbps: 12.5, diskMegabytesPerSecond: 248, diskIops: 8333, maxVolumes: 12 },
  { vcpus: 8, networkGbps: 12.5, diskMegabytesPerSecond: 496, diskIops: 16_667, maxVolumes: 24 },
  { vcpus: 16, networkGbps: 12.5, diskMegabytesPerSecond: 992, diskIops: 33_333, maxVolumes: 48 },
  { vcpus: 32, networkGbps: 16, diskMegabytesPerSecond: 1984, diskIops: 66_667, maxVolumes: 64 },
  { vcpus: 48, networkGbps: 24, diskMegabytesPerSecond: 2976, diskIops: 100_000, maxVolumes: 64 },
] as const;

export const AZURE_CATALOGUE: Catalogue = {
  cloud: 'azure',
  instanceClasses: SIZES.flatMap((size): readonly InstanceClass[] => {
    const shared = {
      architecture: 'amd64',
      vcpus: size.vcpus,
      networkBytesPerSecond: gigabitsPerSecond(size.networkGbps),
      diskBytesPerSecond: megabytesPerSecond(size.diskMegabytesPerSecond),
      diskIops: size.diskIops,
      maxVolumes: size.maxVolumes,
    } as const;
    return [
      { name: `Standard_D${size.vcpus}s_v6`, memoryMib: gibibytes(4 * size.vcpus), ...shared, ...DSV6 },
      { name: `Standard_E${size.vcpus}s_v6`, memoryMib: gibibytes(8 * size.vcpus), ...shared, ...ESV6 },
    ];
  }),
  volumeType: {
    name: 'PremiumV2_LRS',
    minSizeGib: 1,
    maxSizeGib: 65_536,
    minIops: 3000,
    maxIops: 80_000,
    minThroughputMibPerSecond: 125,
    // Published as 2,000 MB/s (10^6 bytes): 1,907 MiB/s.
    maxThroughputMibPerSecond: 1907,
    maxIopsPerGib: 500,
    // Published as 0.25 MB/s for each IOPS.
    maxThroughputMibPerIops: 0.238,
    source: 'https://learn.microsoft.com/azure/virtual-machines/disks-types#premium-ssd-v2',
    lookedUpOn: LOOKED_UP_ON,
  },
  limitsPerCku: CONFLUENT_CKU,
  brokers: {
    kind: 'derived',
    instanceClass: 'Standard_D16s_v6',
    smallInstanceClass: 'Standard_D8s_v6',
    smallUpToCkus: 1,
    reason:
      '4,000 replicas take 16 vCPUs: smaller machines carry fewer for the same money, larger ones no more; only 1 CKU takes smaller machines, as many as 2 CKUs have of these',
    volumeWritesUseNetwork: 'no',
  },
  controllers: {
    count: 3,
    instanceClass: 'Standard_D4s_v6',
    cpuMillis: 1000,
    cpuLimitMillis: 2000,
    memoryMib: gibibytes(4),
    heapMib: gibibytes(2),
    volumeSizeGib: 64,
    volumeGrowthLimitGib: 128,
  },
};
