import { type KafkaCluster, kafkaClustersOf } from '../../constructs/cost/kafka-clusters.ts';
import type { KubernetesClusterConfig, StackConfig } from '../../stacks/stack-config.ts';
import { table } from '../table.ts';

/** What every cluster of a stack comes to, one row each, and the load balancers of each data plane; ends with a line break. */
export function explainStack(config: StackConfig): string {
  return config.kubernetesClusters.map((cluster) => explainDataPlane(config, cluster)).join('\n');
}

function explainDataPlane(config: StackConfig, cluster: KubernetesClusterConfig): string {
  const clusters = kafkaClustersOf(config).filter((each) => each.cluster === cluster.name);
  const head = `Data plane ${config.stack}-${cluster.name}: ${clusters.length} Kafka clusters`;
  if (clusters.length === 0) return `${head}\n`;
  const brokers = clusters.reduce((sum, { shape }) => sum + shape.brokers.count, 0);
  return [
    head,
    table(HEADER, clusters.map(row)),
    `Load balancers: 1, the gateway. One for each broker and one for each bootstrap would be ${brokers} + ${clusters.length} = ${brokers + clusters.length}.`,
    '',
  ].join('\n');
}

const HEADER = [
  'cluster',
  'CKUs',
  'brokers',
  'class',
  'volume GiB',
  'MB/s in',
  'MB/s out',
  'partitions',
  'Infinite Storage',
];

function row({ name, shape }: KafkaCluster): readonly string[] {
  const { request, brokers, limits } = shape;
  return [
    name,
    String(request.ckus),
    String(brokers.count),
    brokers.instanceClass,
    `${brokers.count} × ${brokers.volume.sizeGib}`,
    String(limits.ingressBytesPerSecond / 1e6),
    String(limits.egressBytesPerSecond / 1e6),
    String(limits.partitions),
    request.infiniteStorage,
  ];
}
