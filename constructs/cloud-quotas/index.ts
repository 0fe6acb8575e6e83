import type { PublicCloud } from '../cloud/region-args.ts';
import type { CostedRegion } from '../cost/costed-region.ts';
import { AWS_QUOTAS } from './aws.ts';
import { AZURE_QUOTAS } from './azure.ts';
import { type CloudQuota, type QuotaStanding, standingOf } from './cloud-quota.ts';
import { GCP_QUOTAS } from './gcp.ts';
import { quotaCountsOf } from './quota-counts.ts';
import { volumesPerNodeQuotas } from './volumes-per-node.ts';

/** How a region stands with every quota of its cloud that bites early; empty for `local`. */
export function quotaStandingsOf(region: CostedRegion): readonly QuotaStanding[] {
  const { cloud } = region.region;
  if (cloud === 'local') return [];
  const counts = quotaCountsOf(region, cloud);
  return [...QUOTAS[cloud], ...volumesPerNodeQuotas(cloud, counts)].map((quota) => standingOf(quota, counts));
}

const QUOTAS: Readonly<Record<PublicCloud, readonly CloudQuota[]>> = {
  aws: AWS_QUOTAS,
  gcp: GCP_QUOTAS,
  azure: AZURE_QUOTAS,
};
