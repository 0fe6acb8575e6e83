import { type PublishedLimits, citation } from './catalogue/catalogue.ts';
import { MAX_PARTITIONS_PER_CLUSTER } from './catalogue/confluent-cku.ts';
import type { ClusterLimits, DerivationStep } from './cluster-shape.ts';
import { MEGABYTE } from './units.ts';

/** Limits of a cluster of so many CKUs: those of one, multiplied; partitions end at a maximum. */
export function limitsOf({ limits }: PublishedLimits, ckus: number): ClusterLimits {
  return {
    ingressBytesPerSecond: ckus * limits.ingressBytesPerSecond,
    egressBytesPerSecond: ckus * limits.egressBytesPerSecond,
    partitions: Math.min(MAX_PARTITIONS_PER_CLUSTER, ckus * limits.partitions),
    connections: ckus * limits.connections,
    connectionAttemptsPerSecond: ckus * limits.connectionAttemptsPerSecond,
    requestsPerSecond: ckus * limits.requestsPerSecond,
  };
}

/** The arithmetic of {@link limitsOf}. */
export function limitSteps(published: PublishedLimits, ckus: number): readonly DerivationStep[] {
  const limits = limitsOf(published, ckus);
  const step = (name: string, field: keyof ClusterLimits, unit: string, unitSize = 1): DerivationStep => ({
    name,
    formula: `${ckus} × ${published.limits[field] / unitSize}`,
    result: limits[field] / unitSize,
    unit,
    reason: 'limit of one CKU times CKUs',
    source: citation(published),
    section: 'limits',
  });
  return [
    step('ingress', 'ingressBytesPerSecond', 'MB/s', MEGABYTE),
    step('egress', 'egressBytesPerSecond', 'MB/s', MEGABYTE),
    {
      ...step('partitions', 'partitions', 'partitions'),
      formula: `min(${MAX_PARTITIONS_PER_CLUSTER}, ${ckus} × ${published.limits.partitions})`,
      reason: 'limit of one CKU times CKUs, up to the most that one cluster has; before replication',
    },
    step('connections', 'connections', 'connections'),
    step('connection attempts', 'connectionAttemptsPerSecond', 'attempts/s'),
    step('requests', 'requestsPerSecond', 'requests/s'),
  ];
}
