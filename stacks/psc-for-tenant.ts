import { shapeOf } from '../constructs/capacity/shape-of.ts';
import type { ClusterLimits, NodeShape } from '../constructs/capacity/cluster-shape.ts';
import type { LimitsSpec, PhysicalStatefulCluster, ResourcesSpec, StorageSpec } from '../contracts/gen/psc-types.ts';
import { imageReference, KAFKA_IMAGES } from '../contracts/images.ts';
import type { ImageLock } from '../contracts/images.ts';
import { LABELS, PART_OF } from '../contracts/labels.ts';
import type { Owner } from '../contracts/labels.ts';
import { MOTHERSHIP, kafkaUuid, pscNamespace, storageClassPrefix } from '../contracts/names.ts';
import type { RegionOutputs, TenantStorageOutputs } from '../contracts/region-outputs.ts';
import { kubernetesClusterId } from './config.ts';
import { nodeClassFor } from './node-class.ts';
import { linkConsumerRanges } from './private-link.ts';
import type { KubernetesClusterConfig, MothershipConfig, StackConfig, TenantConfig } from './stack-config.ts';
import { SynthesisError } from './synthesis-error.ts';

/**
 * The PSC of a tenant of a stack: the same config, outputs and images give the same bytes.
 *
 * @throws SynthesisError when the region has no fitting node class or the outputs lack the tenant's storage
 */
export function pscForTenant(
  tenant: TenantConfig,
  config: StackConfig,
  outputs: RegionOutputs,
  images: ImageLock,
): PhysicalStatefulCluster {
  const { stack, region } = config;
  const cluster = clusterOf(config, tenant.cluster, `tenants[${tenant.name}].cluster`);
  const storage = storageOutputs(config, outputs, tenant.name);
  const shape = shapeOf({
    cloud: region.cloud,
    ckus: tenant.ckus,
    zones: tenant.zones,
    infiniteStorage: tenant.infiniteStorage === undefined ? 'off' : 'on',
  });
  const kubernetesCluster = kubernetesClusterId(stack, cluster.name);
  const classPrefix = storageClassPrefix(tenant.encryptionKey === undefined ? undefined : tenant.name);
  const nodes = (purpose: string, node: NodeShape) => ({
    nodeClass: nodeClassFor(config, cluster, node.instanceClass, `${purpose} of ${tenant.name}`),
    resources: resourcesOf(node),
    storage: storageOf(node, classPrefix),
  });
  return {
    apiVersion: 'flotilla.dev/v1',
    kind: 'PhysicalStatefulCluster',
    metadata: { name: tenant.name, namespace: pscNamespace(tenant.name), labels: pscLabels(config, tenant.name) },
    spec: {
      // Git keeps the history of a stack's tenants; numbers rise only where the control plane counts intents.
      revision: '1',
      tenant: tenant.name,
      cloud: region.cloud,
      region: region.name,
      kubernetesCluster,
      zones: tenant.zones,
      domain: `${kubernetesCluster}.${region.domain}`,
      kafka: {
        ckus: tenant.ckus,
        version: tenant.version,
        image: imageReference(images[KAFKA_IMAGES[tenant.version]]),
        clusterId: kafkaUuid(`${stack}/${tenant.name}`),
        placement: shape.brokers.placement,
        brokers: nodes('brokers', shape.brokers),
        controllers: { ...nodes('controllers', shape.controllers), placement: shape.controllers.placement },
        limits: limitsOf(shape.limits, tenant),
        ...(Object.keys(tenant.config).length === 0 ? {} : { config: tenant.config }),
        ...tieredStorage(tenant, storage),
        externalAccess:
          tenant.allowedSourceRanges.length === 0
            ? {}
            : { allowedSourceRanges: [...tenant.allowedSourceRanges].sort() },
        identity: storage.identity,
        ...(tenant.authorityIssuer === undefined ? {} : { authorityIssuer: tenant.authorityIssuer }),
      },
      deletionProtection: tenant.deletionProtection,
      ...(tenant.maintenanceWindows === undefined ? {} : { maintenanceWindows: tenant.maintenanceWindows }),
    },
  };
}

/** The mothership's PSC in the region that hosts it: a cluster like a tenant's, with nobody's key and no tiering. */
export function mothershipPsc(
  config: StackConfig,
  mothership: Extract<MothershipConfig, { readonly hosted: true }>,
  outputs: RegionOutputs,
  images: ImageLock,
): PhysicalStatefulCluster {
  return pscForTenant(
    {
      name: MOTHERSHIP,
      ckus: mothership.ckus,
      version: mothership.version,
      cluster: mothership.cluster,
      zones: config.region.zones,
      limits: {},
      allowedSourceRanges: mothershipSources(config, mothership, outputs),
      config: {},
      deletionProtection: true,
    },
    config,
    outputs,
    images,
  );
}

/** Data planes of this region's other clusters come through its NAT gateways as strangers do, guests of a link from inside. */
function mothershipSources(
  config: StackConfig,
  { clientRanges }: Extract<MothershipConfig, { readonly hosted: true }>,
  { egressRanges }: RegionOutputs,
): readonly string[] {
  return clientRanges.length === 0
    ? []
    : [...new Set([...clientRanges, ...egressRanges, ...linkConsumerRanges(config)])];
}

function pscLabels({ stack }: StackConfig, tenant: string): Readonly<Record<string, string>> {
  const owner: Owner = 'stack';
  return {
    [LABELS.partOf]: PART_OF,
    [LABELS.managedBy]: PART_OF,
    [LABELS.stack]: stack,
    [LABELS.tenant]: tenant,
    [LABELS.psc]: tenant,
    [LABELS.owner]: owner,
  };
}

function clusterOf(config: StackConfig, name: string, field: string): KubernetesClusterConfig {
  const cluster = config.kubernetesClusters.find((each) => each.name === name);
  if (cluster !== undefined) return cluster;
  const rule = 'a tenant runs in a Kubernetes cluster of its stack';
  const hint = `Choose one of ${config.kubernetesClusters.map((each) => each.name).join(', ')}`;
  throw new SynthesisError(config.stack, [{ field, value: name, rule, hint }]);
}

/**
 * What the region's stack made for one tenant.
 *
 * @throws SynthesisError when the outputs do not have it
 */
export function storageOutputs(config: StackConfig, outputs: RegionOutputs, tenant: string): TenantStorageOutputs {
  const storage = Object.hasOwn(outputs.tenants, tenant) ? outputs.tenants[tenant] : undefined;
  if (storage !== undefined) return storage;
  throw new SynthesisError(config.stack, [
    {
      field: `outputs.tenants[${tenant}]`,
      value: 'absent',
      rule: "a tenant's bucket, key and identity come from the region's outputs",
      hint: 'Run `pulumi up` for the stack, or add the tenant to the file that stands in for its outputs',
    },
  ]);
}

function resourcesOf({ cpuMillis, cpuLimitMillis, memoryMib, heapMib }: NodeShape): ResourcesSpec {
  return { cpuMillis, cpuLimitMillis, memoryMib, heapMib };
}

function storageOf({ volume }: NodeShape, classPrefix: string): StorageSpec {
  const { sizeGib, growthLimitGib, iops, throughputMibPerSecond } = volume;
  return {
    classPrefix,
    sizeGib,
    growthLimitGib,
    ...(iops === 0 ? {} : { iops, throughputMibPerSecond }),
  };
}

function limitsOf(limits: ClusterLimits, { limits: own }: TenantConfig): LimitsSpec {
  return {
    ingressBytesPerSecond: String(lower(limits.ingressBytesPerSecond, megabytes(own.ingressMegabytesPerSecond))),
    egressBytesPerSecond: String(lower(limits.egressBytesPerSecond, megabytes(own.egressMegabytesPerSecond))),
    partitions: lower(limits.partitions, own.partitions),
    connections: lower(limits.connections, own.connections),
    connectionAttemptsPerSecond: limits.connectionAttemptsPerSecond,
    requestsPerSecond: limits.requestsPerSecond,
  };
}

function lower(limit: number, own: number | undefined): number {
  return own === undefined ? limit : Math.min(limit, own);
}

function megabytes(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1_000_000);
}

type Tiering = Pick<NonNullable<PhysicalStatefulCluster['spec']['kafka']>, 'tieredStorage'>;

function tieredStorage({ name, infiniteStorage }: TenantConfig, storage: TenantStorageOutputs): Tiering {
  if (infiniteStorage === undefined) return {};
  return {
    tieredStorage: {
      bucket: storage.bucket,
      ...(storage.endpoint === undefined ? {} : { endpoint: storage.endpoint }),
      prefix: `kafka/${name}`,
      localRetentionMs: String(infiniteStorage.localRetentionHours * MS_PER_HOUR),
      keyId: storage.keyId,
    },
  };
}

const MS_PER_HOUR = 3_600_000;
