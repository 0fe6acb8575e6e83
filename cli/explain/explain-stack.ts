import type { ClusterShape } from '../../constructs/capacity/cluster-shape.ts';
import { shapeOf } from '../../constructs/capacity/shape-of.ts';
import { MOTHERSHIP } from '../../contracts/names.ts';
import type { KubernetesClusterConfig, StackConfig } from '../../stacks/stack-config.ts';
import { table } from '../table.ts';

/** What every cluster of a stack comes to, one row each, and the load balancers of each data plane; ends with a line break. */
export function explainStack(config: StackConfig): string {
  return config.kubernetesClusters.map((cluster) => explainDataPlane(config, cluster)).join('\n');
}

interface ExplainedCluster {
  readonly name: string;
  readonly shape: ClusterShape;
}

function explainDataPlane(config: StackConfig, cluster: KubernetesClusterConfig): string {
  const clusters = clustersOf(config, cluster);
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

/** The mothership, where it is hosted here, then the tenants by name. */
function clustersOf(
  { region, mothership, tenants }: StackConfig,
  cluster: KubernetesClusterConfig,
): readonly ExplainedCluster[] {
  const shape = (ckus: number, zones: readonly string[], infiniteStorage: 'on' | 'off'): ClusterShape =>
    shapeOf({ cloud: region.cloud, ckus, zones, infiniteStorage });
  const hosted =
    mothership.hosted && mothership.cluster === cluster.name
      ? [{ name: MOTHERSHIP, shape: shape(mothership.ckus, region.zones, 'off') }]
      : [];
  const placed = tenants
    .filter((tenant) => tenant.cluster === cluster.name)
    .map(({ name, ckus, zones, infiniteStorage }) => ({
      name,
      shape: shape(ckus, zones, infiniteStorage === undefined ? 'off' : 'on'),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...hosted, ...placed];
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

function row({ name, shape }: ExplainedCluster): readonly string[] {
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
