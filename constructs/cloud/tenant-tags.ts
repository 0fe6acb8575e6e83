import { LABELS } from '../../contracts/labels.ts';
import type { TenantStorageArgs } from './tenant-storage.ts';

/** Tags of everything that is made for one tenant: the region's, and whose it is. */
export function tenantTags({ stack, region, tenant, owner }: TenantStorageArgs): Record<string, string> {
  return { ...region.tags, [LABELS.stack]: stack, [LABELS.tenant]: tenant.name, [LABELS.owner]: owner };
}
