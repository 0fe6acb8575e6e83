import type { Cloud } from '../../contracts/cloud.ts';
import { planBrokers } from './broker-plan.ts';
import { volumeIops, volumeThroughput } from './broker-volume.ts';
import { MAX_CKUS } from './catalogue/confluent-cku.ts';
import { catalogueOf } from './catalogue/index.ts';
import type { VolumeShape } from './cluster-shape.ts';
import { knownRegions, knownZones } from './zones.ts';

export type VolumeFigures = Pick<VolumeShape, 'iops' | 'throughputMibPerSecond'>;

/**
 * Every pair of provisioned figures that a broker or controller volume has on a cloud, at any number of CKUs over any
 * number of zones, ascending: the volume attributes classes that a data plane needs. Empty where performance is not
 * sold apart from size.
 */
export function volumeFigures(cloud: Cloud): readonly VolumeFigures[] {
  const catalogue = catalogueOf(cloud);
  const { minIops, minThroughputMibPerSecond } = catalogue.volumeType;
  if (minIops === 0) {
    return [];
  }
  const byThroughput = new Map([[minThroughputMibPerSecond, minIops]]);
  const sizing = catalogue.brokers;
  if (sizing.kind === 'derived') {
    for (let zoneCount = 3; zoneCount <= mostZones(cloud); zoneCount++) {
      for (let ckus = 1; ckus <= MAX_CKUS; ckus++) {
        const throughput = volumeThroughput(catalogue, planBrokers(catalogue, sizing, ckus, zoneCount), zoneCount);
        byThroughput.set(throughput.value, volumeIops(catalogue, throughput.value).value);
      }
    }
  }
  return [...byThroughput]
    .map(([throughputMibPerSecond, iops]) => ({ iops, throughputMibPerSecond }))
    .sort((one, other) => one.throughputMibPerSecond - other.throughputMibPerSecond);
}

function mostZones(cloud: Cloud): number {
  return Math.max(...knownRegions(cloud).map((region) => knownZones(cloud, region)?.length ?? 0));
}
