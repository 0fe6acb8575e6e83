import { gibibytes, gigabitsPerSecond, megabytesPerSecond } from '../units.ts';
import type { Catalogue, InstanceClass } from './catalogue.ts';
import { CONFLUENT_CKU } from './confluent-cku.ts';

const LOOKED_UP_ON = '2026-11-22';
const GENERAL_PURPOSE = {
  source: 'https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html',
  lookedUpOn: LOOKED_UP_ON,
  remark:
    "Edition of August 2024; baselines, not bursts. Network checked against Karpenter's generated table, volume counts taken from the EBS CSI driver's.",
} as const;
const MEMORY_OPTIMIZED = {
  ...GENERAL_PURPOSE,
  source: 'https://docs.aws.amazon.com/ec2/latest/instancetypes/mo.html',
} as const;

/** Nitro machines share 28 attachments between network interfaces and volumes; each has one interface at least. */
const SHARED_ATTACHMENTS = 27;
const DEDICATED_ATTACHMENTS = 32;

/** Figures that depend on the size alone in these generations: EBS baseline in MB/s and IOPS. */
const EBS_BASELINES = {
  xlarge: { vcpus: 4, diskBytesPerSecond: megabytesPerSecond(156.25), diskIops: 6000 },
  '2xlarge': { vcpus: 8, diskBytesPerSecond: megabytesPerSecond(312.5), diskIops: 12_000 },
  '4xlarge': { vcpus: 16, diskBytesPerSecond: megabytesPerSecond(625), diskIops: 20_000 },
  '8xlarge': { vcpus: 32, diskBytesPerSecond: megabytesPerSecond(1250), diskIops: 40_000 },
} as const;
type Size = keyof typeof EBS_BASELINES;

const INTEL_NETWORK_GBPS: Readonly<Record<Size, number>> = {
  xlarge: 1.562,
  '2xlarge': 3.125,
  '4xlarge': 6.25,
  '8xlarge': 12.5,
};
const GRAVITON_NETWORK_GBPS: Readonly<Record<Size, number>> = {
  xlarge: 1.876,
  '2xlarge': 3.75,
  '4xlarge': 7.5,
  '8xlarge': 15,
};
const SIZES: readonly Size[] = ['xlarge', '2xlarge', '4xlarge', '8xlarge'];

export const AWS_CATALOGUE: Catalogue = {
  cloud: 'aws',
  instanceClasses: SIZES.flatMap((size): readonly InstanceClass[] => {
    const { vcpus } = EBS_BASELINES[size];
    const intel = {
      ...EBS_BASELINES[size],
      architecture: 'amd64',
      networkBytesPerSecond: gigabitsPerSecond(INTEL_NETWORK_GBPS[size]),
      maxVolumes: DEDICATED_ATTACHMENTS,
    } as const;
    const graviton = {
      ...EBS_BASELINES[size],
      architecture: 'arm64',
      networkBytesPerSecond: gigabitsPerSecond(GRAVITON_NETWORK_GBPS[size]),
    } as const;
    return [
      { name: `m7i.${size}`, ...intel, memoryMib: gibibytes(4 * vcpus), ...GENERAL_PURPOSE },
      { name: `r7i.${size}`, ...intel, memoryMib: gibibytes(8 * vcpus), ...MEMORY_OPTIMIZED },
      {
        name: `m7g.${size}`,
        ...graviton,
        memoryMib: gibibytes(4 * vcpus),
        maxVolumes: SHARED_ATTACHMENTS,
        ...GENERAL_PURPOSE,
      },
      {
        name: `r7g.${size}`,
        ...graviton,
        memoryMib: gibibytes(8 * vcpus),
        maxVolumes: SHARED_ATTACHMENTS,
        ...MEMORY_OPTIMIZED,
      },
      {
        name: `r8g.${size}`,
        ...graviton,
        memoryMib: gibibytes(8 * vcpus),
        maxVolumes: DEDICATED_ATTACHMENTS,
        ...MEMORY_OPTIMIZED,
      },
    ];
  }),
  volumeType: {
    name: 'gp3',
    minSizeGib: 1,
    maxSizeGib: 65_536,
    minIops: 3000,
    maxIops: 80_000,
    minThroughputMibPerSecond: 125,
    maxThroughputMibPerSecond: 2000,
    maxIopsPerGib: 500,
    maxThroughputMibPerIops: 0.25,
    source: 'https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html',
    lookedUpOn: LOOKED_UP_ON,
    remark: 'Limits as raised in September 2025, taken from notes that quote this page.',
  },
  limitsPerCku: CONFLUENT_CKU,
  brokers: {
    kind: 'derived',
    // amd64 like the brokers of the other clouds, so that one image serves all three.
    instanceClass: 'm7i.4xlarge',
    smallInstanceClass: 'm7i.2xlarge',
    smallUpToCkus: 1,
    reason:
      '4,000 replicas take 16 vCPUs: smaller machines carry fewer for the same money, larger ones no more; only 1 CKU takes smaller machines, as many as 2 CKUs have of these',
    // Machines on the Nitro System reach EBS by bandwidth of its own.
    volumeWritesUseNetwork: 'no',
  },
  controllers: {
    count: 3,
    instanceClass: 'm7i.xlarge',
    cpuMillis: 1000,
    cpuLimitMillis: 2000,
    memoryMib: gibibytes(4),
    heapMib: gibibytes(2),
    volumeSizeGib: 64,
    volumeGrowthLimitGib: 128,
  },
};
