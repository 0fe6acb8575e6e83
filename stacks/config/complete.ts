import type { AuthorityIssuerSpec, MaintenanceWindow } from '../../contracts/gen/psc-types.ts';
import type {
  BudgetConfig,
  KubernetesClusterConfig,
  MothershipConfig,
  StackConfig,
  TenantConfig,
} from '../stack-config.ts';
import { DEFAULT_LOCAL_RETENTION_HOURS, type StackFile } from './schema.ts';
import { withoutUndefined } from './without-undefined.ts';

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
    ...(file.budget === undefined ? {} : { budget: completeBudget(file.budget) }),
  };
}

type Tenant = NonNullable<StackFile['tenants']>[number];

function completeCluster(cluster: StackFile['kubernetesClusters'][number]): KubernetesClusterConfig {
  return {
    ...cluster,
    apiAccessRanges: cluster.apiAccessRanges ?? [],
    administrators: cluster.administrators ?? [],
    nodeClasses: cluster.nodeClasses.map((nodeClass) => ({ ...nodeClass, minPerZone: nodeClass.minPerZone ?? 1 })),
  };
}

function completeMothership(mothership: StackFile['mothership'], firstCluster: string): MothershipConfig {
  if (!mothership.hosted) {
    const { privateLink, ...remote } = mothership;
    return { ...remote, ...(privateLink === undefined ? {} : { privateLink }) };
  }
  const { privateLink, ...hosted } = mothership;
  return {
    ...hosted,
    cluster: hosted.cluster ?? firstCluster,
    clientRanges: hosted.clientRanges ?? [],
    ...(privateLink === undefined ? {} : { privateLink: completeOffer(privateLink) }),
  };
}

type HostedMothership = Extract<StackFile['mothership'], { readonly hosted: true }>;

function completeOffer({ loadBalancer, consumerRegions, ...offer }: NonNullable<HostedMothership['privateLink']>) {
  return { ...offer, ...withoutUndefined({ loadBalancer, consumerRegions }) };
}

function completeBudget({ billingAccount, ...budget }: NonNullable<StackFile['budget']>): BudgetConfig {
  return { ...budget, ...(billingAccount === undefined ? {} : { billingAccount }) };
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

function completeWindow({
  days,
  start,
  durationMinutes,
  timeZone,
}: NonNullable<Tenant['maintenanceWindows']>[number]): MaintenanceWindow {
  return {
    start,
    durationMinutes,
    ...(days === undefined ? {} : { days }),
    ...(timeZone === undefined ? {} : { timeZone }),
  };
}

function completeIssuer({ name, kind, group }: NonNullable<Tenant['authorityIssuer']>): AuthorityIssuerSpec {
  return { name, kind, ...(group === undefined ? {} : { group }) };
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
    limits: withoutUndefined(tenant.limits ?? {}),
    allowedSourceRanges: tenant.allowedSourceRanges ?? [],
    config: Object.fromEntries(Object.entries(tenant.config ?? {}).map(([key, value]) => [key, String(value)])),
    ...(tenant.maintenanceWindows === undefined
      ? {}
      : { maintenanceWindows: tenant.maintenanceWindows.map(completeWindow) }),
    ...(tenant.authorityIssuer === undefined ? {} : { authorityIssuer: completeIssuer(tenant.authorityIssuer) }),
    deletionProtection: tenant.deletionProtection ?? true,
  };
}
