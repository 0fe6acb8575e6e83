import type { RegionPlace } from './region-args.ts';
import type { TenantStorageArgs } from './tenant-storage.ts';

/** Tags on Azure, whose names take no slash, of everything that belongs to a region as a whole. */
export function azureRegionTags({
  stack,
  region,
}: {
  readonly stack: string;
  readonly region: Pick<RegionPlace, 'tags'>;
}): Record<string, string> {
  return { ...region.tags, 'flotilla-stack': stack };
}

/** Tags on Azure of everything that is made for one tenant: the region's, and whose it is. */
export function azureTenantTags(args: TenantStorageArgs): Record<string, string> {
  return { ...azureRegionTags(args), 'flotilla-tenant': args.tenant.name, 'flotilla-owner': args.owner };
}
