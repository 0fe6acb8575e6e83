import { output } from '@pulumi/pulumi';
import type { CustomResource, CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Bucket } from '@pulumi/aws/s3/bucket.js';
import { BucketLifecycleConfiguration } from '@pulumi/aws/s3/bucketLifecycleConfiguration.js';
import { BucketLogging } from '@pulumi/aws/s3/bucketLogging.js';
import { BucketServerSideEncryptionConfiguration } from '@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js';
import { BucketVersioning } from '@pulumi/aws/s3/bucketVersioning.js';
import type { TenantStorageArgs } from '../tenant-storage.ts';
import { tenantTags } from '../tenant-tags.ts';
import { bucketArn } from './arns.ts';
import { closeBucket } from './closed-bucket.ts';
import { tenantBucketPolicy } from './tenant-policies.ts';

export interface TenantBucketArgs {
  readonly storage: TenantStorageArgs;
  readonly bucketName: string;
  /** ARN of the key that everything in it is encrypted with. */
  readonly keyId: Input<string>;
  readonly logBucket: Input<string>;
  /**
   * Parent and protection, of the bucket and of everything that guards it: a bucket that outlives its stack must keep
   * its encryption, its policy and its versions too.
   */
  readonly options: CustomResourceOptions;
}

/** The tenant's bucket; its name is given out once all that guards it is in place. */
export function makeTenantBucket(name: string, args: TenantBucketArgs): Output<string> {
  const { storage, options } = args;
  const made = new Bucket(
    `${name}-bucket`,
    { bucket: args.bucketName, forceDestroy: !storage.tenant.deletionProtection, tags: tenantTags(storage) },
    options,
  );
  const bucket = made.bucket;
  const versioning = new BucketVersioning(
    `${name}-versioning`,
    { bucket, versioningConfiguration: { status: 'Enabled' } },
    options,
  );
  const guards = [
    versioning,
    encrypt(name, bucket, args),
    ...closeBucket(name, { bucket, policy: tenantBucketPolicy(bucketArn(args.bucketName)), options }),
    new BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket, rules: lifecycleRules() },
      // S3 has noncurrent versions only of a bucket with versions.
      { ...options, dependsOn: versioning },
    ),
    new BucketLogging(
      `${name}-access-log`,
      { bucket, targetBucket: args.logBucket, targetPrefix: `tenants/${storage.tenant.name}/` },
      options,
    ),
  ];
  return output({ bucket, guards: guards.map((guard) => guard.id) }).apply((all) => all.bucket);
}

function encrypt(name: string, bucket: Input<string>, { keyId, options }: TenantBucketArgs): CustomResource {
  return new BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    {
      bucket,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: keyId },
          // One call of KMS for many objects, where it would be one for each.
          bucketKeyEnabled: true,
          // What is written under a key that only the request knows, neither tenant nor platform can read again.
          blockedEncryptionTypes: ['SSE-C'],
        },
      ],
    },
    options,
  );
}

type LifecycleRules = Exclude<ConstructorParameters<typeof BucketLifecycleConfiguration>[1]['rules'], undefined>;

/** Nothing current ever expires here: Kafka alone knows how long a topic's segments are kept. */
function lifecycleRules(): LifecycleRules {
  return [
    {
      id: 'uploads-that-never-ended',
      status: 'Enabled',
      filter: { prefix: '' },
      abortIncompleteMultipartUpload: { daysAfterInitiation: INCOMPLETE_UPLOAD_DAYS },
    },
    {
      id: 'versions-that-were-deleted',
      status: 'Enabled',
      filter: { prefix: '' },
      noncurrentVersionExpiration: { noncurrentDays: NONCURRENT_VERSION_DAYS },
      expiration: { expiredObjectDeleteMarker: true },
    },
  ];
}

/** A segment is one upload of minutes; a broker that was down for longer than this starts it anew. */
const INCOMPLETE_UPLOAD_DAYS = 7;
/** How long a deletion by mistake can be taken back; each day costs what Kafka deletes in one. */
const NONCURRENT_VERSION_DAYS = 14;
