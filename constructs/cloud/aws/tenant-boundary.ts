import type { RegionPlace } from '../region-args.ts';
import { policyText } from './policy-document.ts';

/** ARN pattern of the buckets that the platform makes in an account: their names are written out (`resourceName`). */
export function platformBuckets({ account }: Pick<RegionPlace, 'account'>): string {
  return `arn:aws:s3:::flotilla-${account}-*`;
}

/**
 * The most that a role of a tenant can ever do, whatever its own policy says: use objects of tenants' buckets, and keys
 * through S3. It allows nothing by itself: a role can do what both its policy and this name
 * (docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html).
 */
export function tenantBoundary(region: RegionPlace, logBucketArn: string): string {
  const buckets = platformBuckets(region);
  return policyText(
    {
      Sid: 'BucketsOfTenants',
      Effect: 'Allow',
      Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
      Resource: buckets,
    },
    {
      Sid: 'ObjectsOfTenants',
      Effect: 'Allow',
      Action: [
        's3:AbortMultipartUpload',
        's3:DeleteObject',
        's3:GetObject',
        's3:ListMultipartUploadParts',
        's3:PutObject',
      ],
      Resource: `${buckets}/*`,
    },
    {
      // A customer's key may be of any account; which one it is, only its owner's policy and grant say.
      Sid: 'KeysThroughS3',
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: 'arn:aws:kms:*:*:key/*',
      Condition: { StringLike: { 'kms:ViaService': 's3.*.amazonaws.com' } },
    },
    { Sid: 'NoLogs', Effect: 'Deny', Action: 's3:*', Resource: [logBucketArn, `${logBucketArn}/*`] },
  );
}
