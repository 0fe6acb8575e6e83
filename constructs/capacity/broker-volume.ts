import { MEAN_IO_BYTES, REPLICATION, TARGET_UTILIZATION, VOLUME } from './assumptions.ts';
import type { BrokerPlan } from './broker-plan.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import type { ShapeRequest } from './cluster-shape.ts';
import { type Arithmetic, diskTraffic } from './dimensions.ts';
import { GIBIBYTE, MEBIBYTE, MEGABYTE } from './units.ts';

/** Throughput (MiB/s) that each broker's volume is bought with: the busiest broker's traffic with one zone lost. */
export function volumeThroughput(
  catalogue: Catalogue,
  { busiest }: Pick<BrokerPlan, 'busiest'>,
  zoneCount: number,
): Arithmetic {
  const step = VOLUME.throughputStepMibPerSecond;
  const { minThroughputMibPerSecond: least } = catalogue.volumeType;
  const carrying = (busiest.count / zoneCount) * (zoneCount - 1);
  const traffic = diskTraffic(catalogue).value;
  const mebibytes = MEBIBYTE / MEGABYTE;
  return {
    value: Math.max(
      least,
      Math.ceil(((busiest.ckus / carrying) * traffic) / TARGET_UTILIZATION / mebibytes / step) * step,
    ),
    formula: `max(${least}, ceil(${busiest.ckus} / ${carrying} × ${traffic} / ${TARGET_UTILIZATION} / ${mebibytes} / ${step}) × ${step})`,
  };
}

/** IOPS that each broker's volume is bought with: its throughput in operations of the mean size. */
export function volumeIops(catalogue: Catalogue, throughputMibPerSecond: number): Arithmetic {
  const { minIops: least } = catalogue.volumeType;
  return {
    value: Math.max(least, (throughputMibPerSecond * MEBIBYTE) / MEAN_IO_BYTES),
    formula: `max(${least}, ${throughputMibPerSecond} × ${MEBIBYTE} / ${MEAN_IO_BYTES})`,
  };
}

/** Size (GiB) that each broker's volume starts with: what the busiest broker keeps, with room left. */
export function volumeSize(
  catalogue: Catalogue,
  { busiest }: Pick<BrokerPlan, 'busiest'>,
  infiniteStorage: ShapeRequest['infiniteStorage'],
): Arithmetic {
  const { sizeStepGib: step, meanLoad, fill } = VOLUME;
  const { maxSizeGib: most } = catalogue.volumeType;
  const hours = hoursOnVolumes(infiniteStorage);
  const ingress = catalogue.limitsPerCku.limits.ingressBytesPerSecond / MEGABYTE;
  const gibibytes = GIBIBYTE / MEGABYTE;
  const copies = REPLICATION.factor;
  return {
    value: Math.min(
      most,
      Math.ceil(
        ((busiest.ckus / busiest.count) * copies * ingress * meanLoad * 3600 * hours) / fill / gibibytes / step,
      ) * step,
    ),
    formula: `min(${most}, ceil(${busiest.ckus} / ${busiest.count} × ${copies} × ${ingress} × ${meanLoad} × 3600 × ${hours} / ${fill} / ${gibibytes} / ${step}) × ${step})`,
  };
}

/** Size (GiB) up to which a volume may grow by itself. */
export function volumeGrowthLimit(catalogue: Catalogue, sizeGib: number): Arithmetic {
  const { maxSizeGib: most } = catalogue.volumeType;
  return { value: Math.min(most, VOLUME.growth * sizeGib), formula: `min(${most}, ${VOLUME.growth} × ${sizeGib})` };
}

/** Hours of records that a cluster keeps on its volumes. */
export function hoursOnVolumes(infiniteStorage: ShapeRequest['infiniteStorage']): number {
  return infiniteStorage === 'on' ? VOLUME.hotSetHours : VOLUME.retentionHours;
}
