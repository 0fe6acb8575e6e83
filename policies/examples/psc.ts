import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { PhysicalStatefulClusterSpec } from '../../contracts/gen/psc-types.ts';
import { EXAMPLE_IMAGE, exampleLabels } from './objects.ts';

const RESOURCES = { cpuMillis: 2000, cpuLimitMillis: 4000, memoryMib: 8192, heapMib: 2048 };
const STORAGE = { classPrefix: 'flotilla', sizeGib: 100 };

const SPEC: PhysicalStatefulClusterSpec = {
  revision: '1',
  tenant: 'example',
  cloud: 'aws',
  region: 'us-west-2',
  kubernetesCluster: 'aws-us-west-2-a',
  zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'],
  domain: 'a.example.com',
  kafka: {
    ckus: 1,
    version: '4.3.1',
    image: EXAMPLE_IMAGE,
    clusterId: 'AAAAAAAAAAAAAAAAAAAAAA',
    placement: {
      'us-west-2a': { pods: ['kafka-0'] },
      'us-west-2b': { pods: ['kafka-1'] },
      'us-west-2c': { pods: ['kafka-2'] },
    },
    brokers: { nodeClass: 'brokers', resources: RESOURCES, storage: STORAGE },
    controllers: {
      nodeClass: 'controllers',
      placement: {
        'us-west-2a': { pods: ['controller-0'] },
        'us-west-2b': { pods: ['controller-1'] },
        'us-west-2c': { pods: ['controller-2'] },
      },
      resources: RESOURCES,
      storage: STORAGE,
    },
    limits: {
      ingressBytesPerSecond: '60000000',
      egressBytesPerSecond: '180000000',
      partitions: 4500,
      connections: 18_000,
      connectionAttemptsPerSecond: 500,
      requestsPerSecond: 15_000,
    },
    externalAccess: {},
  },
  deletionProtection: true,
};

/** A PSC that satisfies the contract's schema and every rule. */
export const GOOD_PSC: KubernetesObject = {
  apiVersion: 'flotilla.dev/v1',
  kind: 'PhysicalStatefulCluster',
  metadata: { name: 'example', namespace: 'flotilla-example', labels: exampleLabels('kafka') },
  spec: SPEC,
};
