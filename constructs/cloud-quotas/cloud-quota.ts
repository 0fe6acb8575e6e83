import type { Published } from '../capacity/catalogue/catalogue.ts';
import type { QuotaCounts } from './quota-counts.ts';

/** A cloud's limit on how many of something there may be, and how much of it a region takes. */
export interface CloudQuota extends Published {
  /** As in `IAM roles`. */
  readonly name: string;
  /** What it is counted in: an account, a region of it, a Kubernetes cluster, a node. */
  readonly scope: string;
  /** Default; absent where the cloud has none, or gives every account another one (the remark says which). */
  readonly limit?: number;
  readonly raisable: Raisable;
  readonly uses: (counts: QuotaCounts) => Usage;
  /** What the design does once it is reached. */
  readonly beyond: string;
}

export type Raisable = { readonly kind: 'no' } | { readonly kind: 'on request'; readonly most?: number };

export interface Usage {
  /** Of the region with its Kubernetes clusters and the mothership, without a tenant. */
  readonly platform: number;
  /** Of each tenant of 1 CKU with a key of its own; 0 where tenants take none. */
  readonly perTenant: number;
}

/** How a region stands with a quota. */
export interface QuotaStanding extends Usage {
  readonly quota: CloudQuota;
  /** Tenants of 1 CKU that fit under the default; absent where tenants take none of it or there is no such figure. */
  readonly tenants?: number;
  /** The same once it is raised as far as the cloud is known to raise it; Infinity where no end is published. */
  readonly tenantsRaised?: number;
}

export function standingOf(quota: CloudQuota, counts: QuotaCounts): QuotaStanding {
  const usage = quota.uses(counts);
  const standing = { quota, ...usage };
  if (quota.limit === undefined || usage.perTenant === 0) return standing;
  const raised = quota.raisable.kind === 'no' ? quota.limit : (quota.raisable.most ?? Infinity);
  return { ...standing, tenants: tenantsUnder(quota.limit, usage), tenantsRaised: tenantsUnder(raised, usage) };
}

/** Whole tenants that fit; none where the platform alone takes more. */
export function tenantsUnder(limit: number, { platform, perTenant }: Usage): number {
  return Math.max(0, Math.floor((limit - platform) / perTenant));
}

/** The quota under which the fewest tenants fit, by either figure; undefined where none limits tenants. */
export function firstToEnd(
  standings: readonly QuotaStanding[],
  figure: 'tenants' | 'tenantsRaised',
): QuotaStanding | undefined {
  const limiting = standings.filter((standing) => Number.isFinite(standing[figure]));
  return limiting.toSorted((one, other) => (one[figure] ?? 0) - (other[figure] ?? 0))[0];
}
