import type { KafkaView, RegisteredBroker } from '../observed.ts';
import { isSamePartitions } from './partition-views.ts';

/**
 * Whether two views lead to the same decisions, as far as one can tell without making them: all but times, free bytes on disks
 * and counts in metrics.
 */
export function isSameView(a: KafkaView, b: KafkaView): boolean {
  if (a.state === 'unreachable' || b.state === 'unreachable') {
    return a.state === 'unreachable' && b.state === 'unreachable' && a.reason === b.reason;
  }
  return (
    textOf([...a.brokers.values()].map(brokerFacts)) === textOf([...b.brokers.values()].map(brokerFacts)) &&
    textOf([a.quorum, a.features, a.clusterSettings, a.defaultUserQuota]) ===
      textOf([b.quorum, b.features, b.clusterSettings, b.defaultUserQuota]) &&
    a.dynamicSettings.size === b.dynamicSettings.size &&
    isSamePartitions(a.partitions, b.partitions)
  );
}

function brokerFacts({ id, isFenced, metrics, disk }: RegisteredBroker): unknown {
  return [
    id,
    isFenced,
    metrics?.brokerState,
    metrics?.offlineLogDirectories,
    disk?.totalBytes,
    disk?.isCordoned,
    disk?.logs,
  ];
}

function textOf(value: unknown): string {
  return JSON.stringify(value);
}
