import type { BrokerQuotas, ClusterLimits, DerivationStep } from './cluster-shape.ts';

/**
 * What one broker grants to all clients together: the cluster's limits over the brokers outside one zone, rounded up.
 * Kafka counts quotas per broker, and only so do the limits hold while a zone is away. With every zone there a cluster
 * may pass its limits for a while, by no more than each broker is made for.
 */
export function brokerQuotasOf(limits: ClusterLimits, brokerCount: number, zoneCount: number): BrokerQuotas {
  const carrying = carryingBrokers(brokerCount, zoneCount);
  return {
    producerBytesPerSecond: Math.ceil(limits.ingressBytesPerSecond / carrying),
    consumerBytesPerSecond: Math.ceil(limits.egressBytesPerSecond / carrying),
    connections: Math.ceil(limits.connections / carrying),
    connectionAttemptsPerSecond: Math.ceil(limits.connectionAttemptsPerSecond / carrying),
  };
}

/** The arithmetic of {@link brokerQuotasOf}. */
export function quotaSteps(limits: ClusterLimits, brokerCount: number, zoneCount: number): readonly DerivationStep[] {
  const quotas = brokerQuotasOf(limits, brokerCount, zoneCount);
  const carrying = carryingBrokers(brokerCount, zoneCount);
  const step = (name: string, limit: number, result: number, unit: string): DerivationStep => ({
    name,
    formula: `ceil(${limit} / ${carrying})`,
    result,
    unit,
    reason: `Kafka counts quotas per broker: over ${carrying} brokers the limit holds while one zone is lost`,
    section: 'quotas',
  });
  return [
    step('producers, each broker', limits.ingressBytesPerSecond, quotas.producerBytesPerSecond, 'B/s'),
    step('consumers, each broker', limits.egressBytesPerSecond, quotas.consumerBytesPerSecond, 'B/s'),
    step('connections, each broker', limits.connections, quotas.connections, 'connections'),
    step(
      'connection attempts, each broker',
      limits.connectionAttemptsPerSecond,
      quotas.connectionAttemptsPerSecond,
      'attempts/s',
    ),
  ];
}

/** Brokers that are there while one zone is lost, for a count that is the same in every zone. */
export function carryingBrokers(brokerCount: number, zoneCount: number): number {
  return (brokerCount / zoneCount) * (zoneCount - 1);
}
