import { VOLUME } from '../capacity/assumptions.ts';
import { GIBIBYTE, MEGABYTE } from '../capacity/units.ts';
import type { KafkaCluster } from './kafka-clusters.ts';

/** What a tenant's bucket holds in the long run, in GiB; `unbounded` where nothing is ever deleted. */
export type BucketStorage =
  { readonly kind: 'estimated'; readonly gib: number; readonly hours: number } | { readonly kind: 'unbounded' };

/**
 * Estimate of a tenant's Infinite Storage: the mean ingress that volumes are sized by, for as long as records are kept by
 * default and then for the days in which a deletion can be taken back. Undefined without Infinite Storage. Topics with a
 * retention of their own are not known here.
 */
export function bucketStorageOf({ shape, tenant }: KafkaCluster): BucketStorage | undefined {
  if (tenant?.infiniteStorage === undefined) return undefined;
  const retained = retentionHours(tenant.config);
  if (retained === Infinity) return { kind: 'unbounded' };
  const hours = retained + RECOVERABLE_HOURS;
  const limit = tenant.limits.ingressMegabytesPerSecond ?? Infinity;
  const ingressBytesPerSecond = Math.min(shape.limits.ingressBytesPerSecond, limit * MEGABYTE);
  return {
    kind: 'estimated',
    gib: Math.round((ingressBytesPerSecond * VOLUME.meanLoad * hours * 3600) / GIBIBYTE),
    hours,
  };
}

/** As brokers read it: milliseconds before minutes before hours; a negative one is for ever. */
function retentionHours(config: Readonly<Record<string, string>>): number {
  const found = RETENTION_KEYS.find(([name]) => Object.hasOwn(config, name));
  if (found === undefined) return VOLUME.retentionHours;
  const [key, perHour] = found;
  const amount = Number(config[key]);
  return amount < 0 ? Infinity : amount / perHour;
}

const RETENTION_KEYS = [
  ['log.retention.ms', 3_600_000],
  ['log.retention.minutes', 60],
  ['log.retention.hours', 1],
] as const;

/** On every cloud: versions and soft delete of constructs/cloud/<cloud>/tenant-bucket.ts together. */
const RECOVERABLE_HOURS = 14 * 24;
