import type { MothershipArgs, PublicCloud, RegionArgs, TenantArgs } from '../constructs/cloud/region-args.ts';
import { MOTHERSHIP } from '../contracts/names.ts';
import type { MothershipConfig, StackConfig, TenantConfig } from './stack-config.ts';

/** A stack of a public cloud. */
export type PublicStackConfig = StackConfig & { readonly region: { readonly cloud: PublicCloud } };

/** Whether a stack is made of cloud resources: the local region is made on one machine instead. */
export function isPublic(config: StackConfig): config is PublicStackConfig {
  return config.region.cloud !== 'local';
}

/** The part of a stack config that cloud resources are made from; the mothership is a tenant where it is hosted. */
export function regionArgs(config: PublicStackConfig): RegionArgs {
  const { stack, region, kubernetesClusters, mothership, controlPlane, tenants, budget } = config;
  return {
    stack,
    region,
    kubernetesClusters,
    mothership: mothershipArgs(mothership),
    ...(controlPlane === undefined ? {} : { controlPlane }),
    tenants: [...mothershipTenant(mothership), ...tenants.map(tenantArgs)],
    ...(budget === undefined ? {} : { budget }),
  };
}

function mothershipArgs(mothership: MothershipConfig): MothershipArgs {
  if (!mothership.hosted) {
    const { bootstrapServer, privateLink } = mothership;
    return { hosted: false, bootstrapServer, ...(privateLink === undefined ? {} : { privateLink }) };
  }
  const { privateLink } = mothership;
  // What has no load balancer yet cannot be offered.
  if (privateLink?.loadBalancer === undefined) return { hosted: true };
  return { hosted: true, privateLink: { ...privateLink, loadBalancer: privateLink.loadBalancer } };
}

/** Without the mothership no data plane is told anything: its data is protected, whatever tenants choose. */
function mothershipTenant(mothership: MothershipConfig): readonly TenantArgs[] {
  return mothership.hosted ? [{ name: MOTHERSHIP, cluster: mothership.cluster, deletionProtection: true }] : [];
}

function tenantArgs({ name, cluster, encryptionKey, deletionProtection }: TenantConfig): TenantArgs {
  return { name, cluster, ...(encryptionKey === undefined ? {} : { encryptionKey }), deletionProtection };
}
