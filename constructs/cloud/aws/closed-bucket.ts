import type { CustomResource, CustomResourceOptions, Input } from '@pulumi/pulumi';
import { BucketOwnershipControls } from '@pulumi/aws/s3/bucketOwnershipControls.js';
import { BucketPolicy } from '@pulumi/aws/s3/bucketPolicy.js';
import { BucketPublicAccessBlock } from '@pulumi/aws/s3/bucketPublicAccessBlock.js';

export interface ClosedBucketArgs {
  readonly bucket: Input<string>;
  /** Policy of the bucket, as JSON. */
  readonly policy: string;
  readonly options: CustomResourceOptions;
}

/** Closes a bucket to the public and gives it its policy; access is by policy alone, for all of it is its owner's. */
export function closeBucket(name: string, { bucket, policy, options }: ClosedBucketArgs): readonly CustomResource[] {
  const publicAccess = new BucketPublicAccessBlock(
    `${name}-public-access-block`,
    { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    options,
  );
  const bucketPolicy = new BucketPolicy(
    `${name}-bucket-policy`,
    { bucket, policy },
    // S3 refuses to change both at once (OperationAborted).
    { ...options, dependsOn: publicAccess },
  );
  const ownership = new BucketOwnershipControls(
    `${name}-ownership`,
    { bucket, rule: { objectOwnership: 'BucketOwnerEnforced' } },
    { ...options, dependsOn: bucketPolicy },
  );
  return [publicAccess, bucketPolicy, ownership];
}
