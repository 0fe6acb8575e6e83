import type { Output } from '@pulumi/pulumi';
import type { Owner } from '../../contracts/labels.ts';
import type { RegionPlace, TenantArgs } from './region-args.ts';

/**
 * What keeps a tenant's data beyond its volumes: a key, a bucket under that key, and an identity that may use these two
 * and nothing else. Stacks make it for the tenants of their config; the bucket provisioner makes the same component at
 * run time, in a small state of its own for each tenant. So it looks nothing up: all that it needs is in its arguments.
 */
export interface TenantStorage {
  /** Key that encrypts the bucket, in the form of `RegionOutputs.platformKeyId`. */
  readonly keyId: Output<string>;
  /** Bucket (aws, gcp) or `account/container` (azure). */
  readonly bucket: Output<string>;
  /** Role ARN (aws), service account e-mail (gcp) or client id (azure). */
  readonly identity: Output<string>;
}

/** What a tenant's storage is made from on every cloud; each cloud adds the parts of the region that it stands on. */
export interface TenantStorageArgs {
  /** Name of the region's stack, also where the control plane makes the tenant. */
  readonly stack: string;
  readonly region: RegionPlace;
  readonly tenant: TenantArgs;
  /** Who makes it keeps it: the other one leaves it alone. */
  readonly owner: Owner;
}
