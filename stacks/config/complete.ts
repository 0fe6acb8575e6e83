import type { KubernetesClusterConfig, MothershipConfig, StackConfig, TenantConfig } from '../stack-config.ts';
import { DEFAULT_LOCAL_RETENTION_HOURS, type StackFile } from './schema.ts';

/** The config that a valid file stands for: every default filled in. */
export function complete(file: StackFile, stack: string): StackConfig {
  const firstCluster = file.kubernetesClusters[0]?.name;
  if (firstCluster === undefined) throw new Error('the schema admits no stack without a Kubernetes cluster');
  return {
    stack,
    region: { ...file.region, tags: file.region.tags ?? {} },
    kubernetesClusters: file.kubernetesClusters.map(completeCluster),
    mothership: completeMothership(file.mothership, firstCluster),
    ...(file.controlPlane === undefined ? {} : { controlPlane: completeControlPlane(file.controlPlane, firstCluster) }),
    tenants: (file.tenants ?? []).map((tenant) => completeTenant(tenant, firstCluster, file.region.zones)),
  };
}

type Tenant = NonNullable<StackFile['tenants']>[number];

function completeCluster(cluster: StackFile['kubernetesClusters'][number]): KubernetesClusterConfig {
  return {
    ...cluster,
    apiAccessRanges: cluster.apiAccessRanges ?? [],
    nodeClasses: cluster.nodeClasses.map((nodeClass) => ({ ...nodeClass, minPerZone: nodeClass.minPerZone ?? 1 })),
  };
}

function completeMothership(mothership: StackFile['mothership'], firstCluster: string): MothershipConfig {
  return mothership.hosted ? { ...mothership, cluster: mothership.cluster ?? firstCluster } : mothership;
}

function completeControlPlane(
  { cluster, database }: NonNullable<StackFile['controlPlane']>,
  firstCluster: string,
): NonNullable<StackConfig['controlPlane']> {
  return {
    cluster: cluster ?? firstCluster,
    database: { ...database, backupRetentionDays: database.backupRetentionDays ?? 14 },
  };
}

function completeTenant(tenant: Tenant, firstCluster: string, zones: readonly string[]): TenantConfig {
  return {
    name: tenant.name,
    ckus: tenant.ckus,
    version: tenant.version,
    cluster: tenant.cluster ?? firstCluster,
    zones: tenant.zones ?? zones,
    ...(tenant.infiniteStorage === undefined
      ? {}
      : {
          infiniteStorage: {
            localRetentionHours: tenant.infiniteStorage.localRetentionHours ?? DEFAULT_LOCAL_RETENTION_HOURS,
          },
        }),
    ...(tenant.encryptionKey === undefined ? {} : { encryptionKey: tenant.encryptionKey }),
    limits: present(tenant.limits ?? {}),
    allowedSourceRanges: tenant.allowedSourceRanges ?? [],
    config: Object.fromEntries(Object.entries(tenant.config ?? {}).map(([key, value]) => [key, String(value)])),
    deletionProtection: tenant.deletionProtection ?? true,
  };
}

/** Without keys whose value is undefined, which the validator's types allow and the config's do not. */
function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
