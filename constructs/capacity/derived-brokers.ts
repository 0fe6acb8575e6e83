import { BROKER_MEMORY, NODE_RESERVE_CPU_MILLIS, VOLUME } from './assumptions.ts';
import { type BrokerPlan, planBrokers } from './broker-plan.ts';
import { hoursOnVolumes, volumeGrowthLimit, volumeIops, volumeSize, volumeThroughput } from './broker-volume.ts';
import { type Catalogue, type DerivedSizing, citation } from './catalogue/catalogue.ts';
import type { DerivationStep, NodeShape, ShapeRequest } from './cluster-shape.ts';
import { type Arithmetic, brokersFor, brokersFormula, podMemoryMib } from './dimensions.ts';
import { placeInTurn } from './placement.ts';
import { carryingBrokers } from './quotas.ts';

/** Brokers as many and as large as the cluster's limits take, with the arithmetic. */
export function derivedBrokers(
  catalogue: Catalogue,
  sizing: DerivedSizing,
  request: ShapeRequest,
): { readonly brokers: NodeShape; readonly steps: readonly DerivationStep[] } {
  const { ckus, zones, infiniteStorage } = request;
  const plan = planBrokers(catalogue, sizing, ckus, zones.length);
  const throughput = volumeThroughput(catalogue, plan, zones.length);
  const iops = volumeIops(catalogue, throughput.value);
  const size = volumeSize(catalogue, plan, infiniteStorage);
  const growthLimit = volumeGrowthLimit(catalogue, size.value);
  const { vcpus } = plan.instanceClass;
  return {
    brokers: {
      count: plan.count,
      instanceClass: plan.instanceClass.name,
      cpuMillis: vcpus * 1000 - NODE_RESERVE_CPU_MILLIS,
      cpuLimitMillis: vcpus * 1000,
      memoryMib: podMemoryMib(plan.instanceClass),
      heapMib: BROKER_MEMORY.heapMib,
      volume: {
        sizeGib: size.value,
        iops: iops.value,
        throughputMibPerSecond: throughput.value,
        growthLimitGib: growthLimit.value,
      },
      placement: placeInTurn('kafka', plan.count, zones),
    },
    steps: [
      ...countSteps(plan, ckus, zones.length),
      ...brokerSteps(plan),
      ...volumeSteps(catalogue, plan, infiniteStorage, { throughput, iops, size, growthLimit }),
    ],
  };
}

function countSteps(plan: BrokerPlan, ckus: number, zoneCount: number): readonly DerivationStep[] {
  const counts = plan.dimensions.map((dimension) => brokersFor(dimension, ckus, zoneCount));
  const binding = counts.indexOf(Math.max(...counts));
  const steps = plan.dimensions.flatMap((dimension, index): readonly DerivationStep[] => {
    const source = dimension.source === undefined ? {} : { source: dimension.source };
    return [
      {
        name: `${dimension.name} of one CKU`,
        formula: dimension.perCku.formula,
        result: dimension.perCku.value,
        unit: dimension.unit,
        reason: dimension.reason,
        section: 'brokers',
      },
      {
        name: `brokers for ${dimension.name}`,
        formula: brokersFormula(dimension, ckus, zoneCount),
        result: brokersFor(dimension, ckus, zoneCount),
        unit: 'brokers',
        reason: `by ${dimension.carriedBy}, each up to ${rounded(dimension.perBroker.value)} ${dimension.unit}`,
        ...source,
        section: 'brokers',
        ...(index === binding ? { binding: true } : {}),
      },
    ];
  });
  return [
    ...steps,
    {
      name: 'brokers',
      formula: `max(${[...counts, plan.countBefore].join(', ')})`,
      result: plan.count,
      unit: 'brokers',
      reason: `the most that any dimension asks for, and no fewer than ${plan.countBefore} at one CKU less; a multiple of ${zoneCount}, so that rolls, zone by zone, are even`,
      section: 'brokers',
    },
    {
      name: 'brokers outside one lost zone',
      formula: `${plan.count} / ${zoneCount} × (${zoneCount} − 1)`,
      result: carryingBrokers(plan.count, zoneCount),
      unit: 'brokers',
      reason:
        'they carry all limits, and three copies of every byte: the third is the headroom with which the lost zone catches up once it is back',
      section: 'brokers',
    },
  ];
}

function brokerSteps({ instanceClass }: BrokerPlan): readonly DerivationStep[] {
  const { vcpus, memoryMib } = instanceClass;
  const common = { section: 'broker', source: citation(instanceClass) } as const;
  return [
    {
      ...common,
      name: 'CPU request',
      formula: `${vcpus} × 1000 − ${NODE_RESERVE_CPU_MILLIS}`,
      result: vcpus * 1000 - NODE_RESERVE_CPU_MILLIS,
      unit: 'millis',
      reason: 'a machine of its own for each broker, less what system and agents of the node keep',
    },
    {
      ...common,
      name: 'CPU limit',
      formula: `${vcpus} × 1000`,
      result: vcpus * 1000,
      unit: 'millis',
      reason: 'the whole machine',
    },
    {
      ...common,
      name: 'memory',
      formula: `floor(${memoryMib} × ${BROKER_MEMORY.podShare} / 1024) × 1024`,
      result: podMemoryMib(instanceClass),
      unit: 'MiB',
      reason: 'request and limit; the rest of the machine is for system and agents of the node',
    },
    {
      section: 'broker',
      name: 'heap',
      formula: `${BROKER_MEMORY.heapMib}`,
      result: BROKER_MEMORY.heapMib,
      unit: 'MiB',
      reason: 'small on purpose: Kafka lives from the page cache, which is what the heap leaves of the memory',
      source: BROKER_MEMORY.source,
    },
  ];
}

function volumeSteps(
  { volumeType }: Catalogue,
  { busiest }: BrokerPlan,
  infiniteStorage: ShapeRequest['infiniteStorage'],
  figures: Readonly<Record<'throughput' | 'iops' | 'size' | 'growthLimit', Arithmetic>>,
): readonly DerivationStep[] {
  const source = citation(volumeType);
  const busiestAt = `the busiest broker on the way here (CKUs: ${busiest.ckus}, brokers: ${busiest.count})`;
  const step = (name: string, { formula, value }: Arithmetic, unit: string, reason: string): DerivationStep => ({
    name,
    formula,
    result: value,
    unit,
    reason,
    source,
    section: 'volume',
  });
  const kept =
    infiniteStorage === 'on'
      ? `the hot set of ${hoursOnVolumes('on')} h, the bucket has the rest`
      : `all of ${hoursOnVolumes('off')} h of retention`;
  return [
    step(
      'throughput',
      figures.throughput,
      'MiB/s',
      `disk traffic of ${busiestAt} with one zone lost, in steps of ${VOLUME.throughputStepMibPerSecond}, so that there are few volume attributes classes`,
    ),
    step('operations', figures.iops, 'IOPS', 'that throughput in operations of 64 KiB (own assumption)'),
    step(
      'size',
      figures.size,
      'GiB',
      `${kept}, at a mean of ${VOLUME.meanLoad} of the ingress limit, ${VOLUME.fill} full (own assumptions), for ${busiestAt}`,
    ),
    step('growth limit', figures.growthLimit, 'GiB', 'size up to which the volume may grow by itself'),
  ];
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
