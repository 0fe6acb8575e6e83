import type { RegionOutputs } from '../../contracts/region-outputs.ts';
import { MOTHERSHIP } from '../../contracts/names.ts';
import type { KubernetesClusterConfig, StackConfig, TenantConfig } from '../../stacks/stack-config.ts';

export interface GeneratedStack {
  readonly config: StackConfig;
  readonly outputs: RegionOutputs;
}

export const MAX_GENERATED_TENANTS = 5_000;

/**
 * A valid region of so many tenants (1 to 5,000) with its outputs, the same for the same number: the control plane's,
 * on gcp, spread over one Kubernetes cluster for each 125 tenants. Four of five tenants have 1 CKU, the others 2 or 4;
 * half have Infinite Storage, one in ten a key of its own.
 */
export function generateStack(tenants: number): GeneratedStack {
  if (!Number.isInteger(tenants) || tenants < 1 || tenants > MAX_GENERATED_TENANTS) {
    throw new RangeError(`a generated stack has 1 to ${MAX_GENERATED_TENANTS} tenants, not ${tenants}`);
  }
  const clusters = Array.from({ length: Math.ceil(tenants / TENANTS_PER_CLUSTER) }, (_, index) => cluster(index));
  const config: StackConfig = {
    stack: `gcp-${REGION}-bench`,
    region: {
      cloud: 'gcp',
      name: REGION,
      account: PROJECT,
      zones: ZONES,
      addressRange: '172.16.0.0/14',
      domain: `${REGION}.bench.example.com`,
      imageRegistry: 'registry.example.com/flotilla',
      tags: { owner: 'bench' },
    },
    kubernetesClusters: clusters,
    mothership: { hosted: true, ckus: 2, version: KAFKA_VERSION, cluster: clusterName(0), clientRanges: [] },
    controlPlane: {
      cluster: clusterName(0),
      database: { version: '18', instanceClass: 'db-custom-2-8192', storageGib: 100, backupRetentionDays: 14 },
    },
    tenants: Array.from({ length: tenants }, (_, index) =>
      tenant(index, Math.floor((index * clusters.length) / tenants)),
    ),
  };
  return { config, outputs: outputsOf(config) };
}

const REGION = 'us-central1';
const PROJECT = 'bench-kafka';
const ZONES = ['a', 'b', 'c'].map((zone) => `${REGION}-${zone}`);
const KAFKA_VERSION = '4.3.1';
/** 5,000 tenants fill the 40 Kubernetes clusters that a region may have. */
const TENANTS_PER_CLUSTER = 125;
const KEY_RING = `projects/${PROJECT}/locations/${REGION}/keyRings/flotilla/cryptoKeys`;

function clusterName(index: number): string {
  return `k${index}`;
}

/** Blocks of /13 for pods: the 32 of 10.0.0.0/8, then the 8 of 100.64.0.0/10. */
function podRange(index: number): string {
  return index < 32 ? `10.${index * 8}.0.0/13` : `100.${64 + (index - 32) * 8}.0.0/13`;
}

/** A /13 has 256 addresses for 2,048 nodes; the classes below have 2,046 at most. */
function cluster(index: number): KubernetesClusterConfig {
  return {
    name: clusterName(index),
    version: '1.36',
    podRange: podRange(index),
    serviceRange: `192.168.${index * 4}.0/22`,
    apiAccessRanges: [],
    administrators: ['group:platform@example.com'],
    nodeClasses: [
      { name: 'platform', instanceClass: 'c3-standard-8', purpose: 'platform', minPerZone: 1, maxPerZone: 2 },
      { name: 'small', instanceClass: 'c3-standard-8', purpose: 'brokers', minPerZone: 1, maxPerZone: 500 },
      { name: 'brokers', instanceClass: 'c3-standard-22', purpose: 'brokers', minPerZone: 0, maxPerZone: 180 },
    ],
  };
}

function tenantName(index: number): string {
  return `tenant-${String(index).padStart(4, '0')}`;
}

function ckusOf(index: number): number {
  if (index % 5 !== 0) return 1;
  return index % 25 === 0 ? 4 : 2;
}

function tenant(index: number, clusterIndex: number): TenantConfig {
  const name = tenantName(index);
  return {
    name,
    ckus: ckusOf(index),
    version: KAFKA_VERSION,
    cluster: clusterName(clusterIndex),
    zones: ZONES,
    ...(index % 2 === 0 ? { infiniteStorage: { localRetentionHours: 6 + (index % 24) } } : {}),
    ...(index % 10 === 3 ? { encryptionKey: { customerKeyId: customerKey(name) } } : {}),
    limits: index % 4 === 1 ? { partitions: 2000, connections: 5000 } : {},
    allowedSourceRanges: index % 3 === 0 ? [`198.51.100.${(index % 32) * 8}/29`] : [],
    config: index % 7 === 0 ? { 'log.retention.hours': String(168 + (index % 100)) } : {},
    deletionProtection: index % 20 !== 0,
  };
}

function customerKey(tenantOf: string): string {
  return `projects/customers-kafka/locations/${REGION}/keyRings/kafka/cryptoKeys/${tenantOf}`;
}

function serviceAccount(name: string): string {
  return `${name}@${PROJECT}.iam.gserviceaccount.com`;
}

function clusterOutputs(name: string): RegionOutputs['kubernetesClusters'][string] {
  const path = `projects/${PROJECT}/locations/${REGION}/clusters/${name}`;
  return { name, endpoint: `https://${name}.example.com`, issuer: `https://container.googleapis.com/v1/${path}` };
}

function outputsOf({ region, kubernetesClusters, tenants }: StackConfig): RegionOutputs {
  const storage = [
    { name: MOTHERSHIP, keyId: `${KEY_RING}/${MOTHERSHIP}` },
    ...tenants.map(({ name, encryptionKey }) => ({
      name,
      keyId: encryptionKey?.customerKeyId ?? `${KEY_RING}/${name}`,
    })),
  ];
  return {
    cloud: region.cloud,
    region: region.name,
    account: region.account,
    platformKeyId: `${KEY_RING}/platform`,
    identities: {
      externalDns: serviceAccount('external-dns'),
      bucketProvisioner: serviceAccount('bucket-provisioner'),
    },
    tenants: Object.fromEntries(
      storage.map(({ name, keyId }) => [
        name,
        { keyId, bucket: `${PROJECT}-${REGION}-${name}`, identity: serviceAccount(`psc-${name}`) },
      ]),
    ),
    egressRanges: ZONES.map((_, index) => `192.0.2.${index}/32`),
    kubernetesClusters: Object.fromEntries(kubernetesClusters.map(({ name }) => [name, clusterOutputs(name)])),
    dnsZone: { id: `gcp-${REGION}-bench`, nameServers: ['ns-cloud-a1.googledomains.com'] },
    database: {
      host: '172.19.250.3',
      port: 5432,
      name: 'flotilla',
      addressRanges: ['172.19.250.0/24'],
      credentialsSecret: `projects/${PROJECT}/secrets/database`,
    },
  };
}
