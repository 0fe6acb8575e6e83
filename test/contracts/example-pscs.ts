import type {
  ConnectSpec,
  KafkaSpec,
  KsqlDbSpec,
  PhysicalStatefulCluster,
  PhysicalStatefulClusterSpec,
} from '../../contracts/psc.ts';

export const IMAGE = `registry.example/kafka@sha256:${'0'.repeat(64)}`;

/** A valid Kafka PSC: two CKUs, six brokers and three controllers in three zones, Infinite Storage. */
export function kafkaPsc(): PhysicalStatefulCluster {
  return psc('orders', { kafka: kafkaSpec() });
}

export function connectPsc(): PhysicalStatefulCluster {
  return psc('orders-connect', { connect: connectSpec() });
}

export function ksqlDbPsc(): PhysicalStatefulCluster {
  return psc('orders-ksqldb', { ksqldb: ksqlDbSpec() });
}

/** Path ▶ new value, undefined for none; a segment is a key or an index: `spec.kafka.placement.zone-a.pods.0`. */
export type Edits = Readonly<Record<string, unknown>>;

/** A copy with values changed, whether or not it is a PSC after that. */
export function edited(value: PhysicalStatefulCluster, edits: Edits): Readonly<Record<string, unknown>> {
  // Through JSON: structuredClone keeps what two fields share shared.
  const copy = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  for (const [path, next] of Object.entries(edits)) {
    const segments = path.split('.');
    const last = segments.pop() ?? '';
    let parent = copy;
    for (const segment of segments) parent = (parent[segment] ??= {}) as Record<string, unknown>;
    if (next === undefined) Reflect.deleteProperty(parent, last);
    else parent[last] = next;
  }
  return copy;
}

function psc(
  name: string,
  cluster: Pick<PhysicalStatefulClusterSpec, 'kafka' | 'connect' | 'ksqldb'>,
): PhysicalStatefulCluster {
  return {
    apiVersion: 'flotilla.dev/v1',
    kind: 'PhysicalStatefulCluster',
    metadata: { name },
    spec: {
      revision: '7',
      tenant: 'orders',
      cloud: 'aws',
      region: 'us-west-2',
      kubernetesCluster: 'aws-us-west-2-a',
      zones: ['zone-a', 'zone-b', 'zone-c'],
      domain: 'a.us-west-2.aws.example.com',
      ...cluster,
    },
  };
}

function kafkaSpec(): KafkaSpec {
  return {
    ckus: 2,
    version: '4.3.1',
    image: IMAGE,
    clusterId: 'Zm9vYmFyYmF6cXV4cXV1eA',
    placement: {
      'zone-a': { pods: ['kafka-0', 'kafka-3'] },
      'zone-b': { pods: ['kafka-1', 'kafka-4'] },
      'zone-c': { pods: ['kafka-2', 'kafka-5'] },
    },
    brokers: {
      nodeClass: 'brokers',
      resources: RESOURCES,
      storage: { ...STORAGE, sizeGib: 500, growthLimitGib: 1000, iops: 3000, throughputMibPerSecond: 250 },
      maxUnavailablePerZone: 1,
    },
    controllers: {
      nodeClass: 'platform',
      placement: {
        'zone-a': { pods: ['controller-0'] },
        'zone-b': { pods: ['controller-1'] },
        'zone-c': { pods: ['controller-2'] },
      },
      resources: RESOURCES,
      storage: STORAGE,
    },
    limits: {
      ingressBytesPerSecond: '100000000',
      egressBytesPerSecond: '300000000',
      partitions: 9000,
      connections: 36_000,
      connectionAttemptsPerSecond: 1000,
      requestsPerSecond: 30_000,
    },
    config: { 'message.max.bytes': '8388608' },
    tieredStorage: { bucket: 'flotilla-orders', prefix: 'orders', localRetentionMs: '43200000' },
    externalAccess: { allowedSourceRanges: ['10.0.0.0/8', '2001:db8::/32'] },
    identity: 'arn:aws:iam::123456789012:role/orders',
  };
}

const RESOURCES = { cpuMillis: 2000, cpuLimitMillis: 4000, memoryMib: 8192, heapMib: 4096 } as const;
const STORAGE = { classPrefix: 'flotilla', sizeGib: 20 } as const;

function connectSpec(): ConnectSpec {
  return {
    version: '4.3.1',
    image: IMAGE,
    workers: 2,
    resources: RESOURCES,
    kafka: 'orders',
    config: { 'offset.flush.interval.ms': '10000' },
    connectors: [{ name: 'outbox', config: { 'tasks.max': '1' } }],
  };
}

function ksqlDbSpec(): KsqlDbSpec {
  return { image: IMAGE, nodes: 2, resources: RESOURCES, storage: STORAGE, kafka: 'orders' };
}
