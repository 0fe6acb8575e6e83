import type { Cloud } from '../../contracts/cloud.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import type {
  KafkaSpec,
  PhysicalStatefulCluster,
  PhysicalStatefulClusterSpec,
  ZonePlacement,
} from '../../contracts/gen/psc-types.ts';
import { IMAGE_NAMES, type ImageLock, type ImageName, type LockedImage } from '../../contracts/images.ts';
import { kafkaUuid } from '../../contracts/names.ts';

/** What an example PSC may differ in. */
export interface ExampleOverrides {
  readonly name?: string;
  /** @default 3 */
  readonly brokers?: number;
  readonly kafka?: Partial<KafkaSpec>;
  readonly spec?: Partial<PhysicalStatefulClusterSpec>;
}

/** Zones, region and cluster of the example data plane of each cloud. */
export const EXAMPLE_PLACES = {
  aws: { region: 'us-west-2', zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'] },
  gcp: { region: 'us-central1', zones: ['us-central1-a', 'us-central1-b', 'us-central1-c'] },
  azure: { region: 'westeurope', zones: ['westeurope-1', 'westeurope-2', 'westeurope-3'] },
  local: { region: 'local', zones: ['local-a', 'local-b', 'local-c'] },
} as const satisfies Record<Cloud, { readonly region: string; readonly zones: readonly string[] }>;

/** A complete PSC of a tenant's Kafka cluster, as the control plane would write it. */
export function examplePsc(cloud: Cloud, overrides: ExampleOverrides = {}): PhysicalStatefulCluster {
  const { name = 'orders', brokers = 3 } = overrides;
  const { region, zones } = EXAMPLE_PLACES[cloud];
  return {
    apiVersion: 'flotilla.dev/v1',
    kind: 'PhysicalStatefulCluster',
    metadata: { name, namespace: `psc-${name}` },
    spec: {
      revision: '1',
      tenant: 'acme',
      cloud,
      region,
      kubernetesCluster: exampleKubernetesCluster(cloud),
      zones,
      domain: exampleDomain(cloud),
      kafka: { ...exampleKafka(cloud, name, brokers), ...overrides.kafka },
      ...overrides.spec,
    },
  };
}

/** The data plane that {@link examplePsc} is for. */
export function exampleDataPlane(cloud: Cloud): DataPlane {
  const { region, zones } = EXAMPLE_PLACES[cloud];
  return {
    cloud,
    region,
    kubernetesCluster: exampleKubernetesCluster(cloud),
    zones,
    domain: exampleDomain(cloud),
    images: exampleImages(),
  };
}

/** Pods 0 … n-1 dealt out over zones in turn. */
export function examplePlacement(
  prefix: 'kafka' | 'controller',
  count: number,
  zones: readonly string[],
): Readonly<Record<string, ZonePlacement>> {
  const pods = Array.from({ length: count }, (_, index) => ({ pod: `${prefix}-${index}`, zone: index % zones.length }));
  return Object.fromEntries(
    zones.map((zone, index) => [zone, { pods: pods.filter((each) => each.zone === index).map(({ pod }) => pod) }]),
  );
}

function exampleKafka(cloud: Cloud, name: string, brokers: number): KafkaSpec {
  const { zones } = EXAMPLE_PLACES[cloud];
  const small = cloud === 'local';
  return {
    ckus: small ? brokers / 3 : 2,
    version: '4.3.1',
    image: `registry.example.com/flotilla/kafka:4.3.1@sha256:${'a'.repeat(64)}`,
    clusterId: kafkaUuid(name),
    placement: examplePlacement('kafka', brokers, zones),
    brokers: {
      nodeClass: 'brokers',
      resources: small
        ? { cpuMillis: 100, cpuLimitMillis: 2000, memoryMib: 640, heapMib: 256 }
        : { cpuMillis: 7000, cpuLimitMillis: 8000, memoryMib: 28_672, heapMib: 6144 },
      storage: small
        ? { classPrefix: 'flotilla', sizeGib: 5 }
        : { classPrefix: 'flotilla', sizeGib: 1000, growthLimitGib: 4000, iops: 6000, throughputMibPerSecond: 500 },
      maxUnavailablePerZone: 1,
    },
    controllers: {
      nodeClass: 'platform',
      placement: examplePlacement('controller', 3, zones),
      resources: small
        ? { cpuMillis: 50, cpuLimitMillis: 1000, memoryMib: 384, heapMib: 128 }
        : { cpuMillis: 1000, cpuLimitMillis: 2000, memoryMib: 4096, heapMib: 2048 },
      storage: { classPrefix: 'flotilla', sizeGib: small ? 2 : 32 },
    },
    limits: {
      ingressBytesPerSecond: '120000000',
      egressBytesPerSecond: '360000000',
      partitions: 9000,
      connections: 36_000,
      connectionAttemptsPerSecond: 1000,
      requestsPerSecond: 30_000,
    },
    externalAccess: {},
  };
}

function exampleKubernetesCluster(cloud: Cloud): string {
  return cloud === 'local' ? 'local-a' : `${cloud}-${EXAMPLE_PLACES[cloud].region}-a`;
}

function exampleDomain(cloud: Cloud): string {
  return cloud === 'local' ? 'a.local.flotilla.test' : `a.${EXAMPLE_PLACES[cloud].region}.example.com`;
}

function exampleImages(): ImageLock {
  const image = (name: ImageName): LockedImage => ({
    repository: `registry.example.com/flotilla/${name}`,
    tag: '1',
    digest: `sha256:${'b'.repeat(64)}`,
    provenance: 'recipe',
  });
  return Object.fromEntries(IMAGE_NAMES.map((name) => [name, image(name)])) as Record<ImageName, LockedImage>;
}
