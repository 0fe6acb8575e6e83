import type { BucketArgs } from '@pulumi/gcp/storage/bucket.js';
import type { RegionPlace } from '../region-args.ts';

/**
 * What all buckets of ours have in common: one place, one way in (policies, no object's own list), nobody public, and a
 * deletion by mistake that can be taken back.
 *
 * A bucket of GCP has no rule against requests without TLS. The organization has one, the constraint
 * `storage.secureHttpTransport`, which a region's project cannot set for itself
 * (cloud.google.com/storage/docs/org-policy-constraints).
 */
export function closedBucketArgs(region: RegionPlace, deletionPolicy: 'PREVENT' | 'DELETE'): Omit<BucketArgs, 'name'> {
  return {
    project: region.account,
    // Upper case is what GCP answers with.
    location: region.name.toUpperCase(),
    storageClass: 'STANDARD',
    uniformBucketLevelAccess: true,
    publicAccessPrevention: 'enforced',
    versioning: { enabled: true },
    softDeletePolicy: { retentionDurationSeconds: SOFT_DELETE_DAYS * 24 * 60 * 60 },
    forceDestroy: deletionPolicy === 'DELETE',
    deletionPolicy,
  };
}

/** cloud.google.com/storage/docs/buckets#naming */
export const MAX_BUCKET_NAME = 63;
/** The shortest that there is; it also brings back a bucket that was deleted as a whole. */
export const SOFT_DELETE_DAYS = 7;
