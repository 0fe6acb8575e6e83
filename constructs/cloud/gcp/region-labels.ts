import type { RegionPlace } from '../region-args.ts';
import type { TenantStorageArgs } from '../tenant-storage.ts';

/**
 * Names of our labels on GCP, whose labels have no dots and no slashes
 * (cloud.google.com/resource-manager/docs/labels-overview): contracts/labels.ts has the ones that others carry.
 */
export const GCP_LABELS = {
  stack: 'flotilla-stack',
  tenant: 'flotilla-tenant',
  owner: 'flotilla-owner',
} as const;

/** Labels of everything that belongs to a region as a whole. */
export function regionLabels({
  stack,
  region,
}: {
  readonly stack: string;
  readonly region: RegionPlace;
}): Record<string, string> {
  return { ...region.tags, [GCP_LABELS.stack]: stack };
}

/** Labels of everything that is made for one tenant: the region's, and whose it is. */
export function tenantLabels(args: TenantStorageArgs): Record<string, string> {
  return { ...regionLabels(args), [GCP_LABELS.tenant]: args.tenant.name, [GCP_LABELS.owner]: args.owner };
}
