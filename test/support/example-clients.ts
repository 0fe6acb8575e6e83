import type { Cloud } from '../../contracts/cloud.ts';
import type {
  ConnectSpec,
  KsqlDbSpec,
  PhysicalStatefulCluster,
  PhysicalStatefulClusterSpec,
} from '../../contracts/gen/psc-types.ts';
import { omit } from '../../operators/runtime/omit.ts';
import { examplePsc } from './example-psc.ts';

const IMAGE = `registry.example.com/flotilla/connect:4.3.1@sha256:${'c'.repeat(64)}`;

/** A PSC of kind `connect` on the Kafka of {@link examplePsc}: two workers, one connector. */
export function exampleConnectPsc(cloud: Cloud, connect: Partial<ConnectSpec> = {}): PhysicalStatefulCluster {
  return client(cloud, 'orders-connect', {
    connect: {
      version: '4.3.1',
      image: IMAGE,
      workers: 2,
      resources: { cpuMillis: 200, cpuLimitMillis: 2000, memoryMib: 1024, heapMib: 512 },
      kafka: 'orders',
      connectors: [{ name: 'files', config: { 'connector.class': 'FileStreamSource', 'tasks.max': '1' } }],
      ...connect,
    },
  });
}

/** A PSC of kind `ksqldb` on the Kafka of {@link examplePsc}: two nodes. */
export function exampleKsqlDbPsc(cloud: Cloud, ksqldb: Partial<KsqlDbSpec> = {}): PhysicalStatefulCluster {
  return client(cloud, 'orders-ksqldb', {
    ksqldb: {
      image: `registry.example.com/acme/ksqldb:1@sha256:${'d'.repeat(64)}`,
      nodes: 2,
      resources: { cpuMillis: 500, cpuLimitMillis: 2000, memoryMib: 2048, heapMib: 1024 },
      storage: { classPrefix: 'flotilla', sizeGib: 10 },
      kafka: 'orders',
      ...ksqldb,
    },
  });
}

function client(
  cloud: Cloud,
  name: string,
  kind: Pick<PhysicalStatefulClusterSpec, 'connect' | 'ksqldb'>,
): PhysicalStatefulCluster {
  const spec = omit(examplePsc(cloud).spec, 'kafka');
  return {
    apiVersion: 'flotilla.dev/v1',
    kind: 'PhysicalStatefulCluster',
    metadata: { name, namespace: `psc-${name}` },
    spec: { ...spec, ...kind },
  };
}
