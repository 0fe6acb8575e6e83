import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import { Bucket } from '@pulumi/aws/s3/bucket.js';
import { BucketLifecycleConfiguration } from '@pulumi/aws/s3/bucketLifecycleConfiguration.js';
import { BucketServerSideEncryptionConfiguration } from '@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js';
import { BucketVersioning } from '@pulumi/aws/s3/bucketVersioning.js';
import { problemUnless, refuseProblems } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { regionTags } from '../region-tags.ts';
import { resourceName } from '../resource-name.ts';
import { bucketArn } from './arns.ts';
import { closeBucket } from './closed-bucket.ts';
import { logBucketPolicy } from './log-bucket-policy.ts';
import { regionProblems } from './region-problems.ts';

export interface AwsLogBucketArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  /** Days after which a log is deleted, from 90. Default: 400, so that a year can be held against the one before. */
  readonly retentionDays?: number;
}

/**
 * The bucket of a region that access logs of the tenants' buckets (`tenants/`) and flow logs of the network (`network/`)
 * go to. It has Amazon's key and logs no access of its own, for S3 delivers access logs under no other key and would
 * log each delivery (docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html).
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AwsLogBucket extends ComponentResource {
  /** Name of the bucket, given out once it takes logs. */
  readonly bucket: Output<string>;
  readonly arn: Output<string>;

  constructor(name: string, args: AwsLogBucketArgs, options: ComponentResourceOptions = {}) {
    const { stack, region, retentionDays = DEFAULT_RETENTION_DAYS } = args;
    refuseProblems(`log bucket ${name}`, [
      ...regionProblems(args),
      ...problemUnless(
        Number.isInteger(retentionDays) && retentionDays >= MIN_RETENTION_DAYS,
        'retentionDays',
        String(retentionDays),
        `logs are kept for a whole number of days, ${MIN_RETENTION_DAYS} or more`,
      ),
    ]);
    super('flotilla:aws:LogBucket', name, {}, options);

    // In two parts, for a tenant may be named logs.
    const bucketName = resourceName([region.account, stack, 'region', 'logs'], { maxLength: MAX_BUCKET_NAME });
    const data = { parent: this, protect: true, retainOnDelete: true };
    const made = new Bucket(`${name}-bucket`, { bucket: bucketName, tags: regionTags(args, bucketName) }, data);
    const bucket = made.bucket;
    const versioning = new BucketVersioning(
      `${name}-versioning`,
      { bucket, versioningConfiguration: { status: 'Enabled' } },
      data,
    );
    const guards = [
      versioning,
      new BucketServerSideEncryptionConfiguration(
        `${name}-encryption`,
        { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }] },
        data,
      ),
      ...closeBucket(name, { bucket, policy: logBucketPolicy(region, bucketName), options: data }),
      new BucketLifecycleConfiguration(
        `${name}-lifecycle`,
        {
          bucket,
          rules: [
            {
              id: 'old-logs',
              status: 'Enabled',
              filter: { prefix: '' },
              expiration: { days: retentionDays },
              noncurrentVersionExpiration: { noncurrentDays: 1 },
              abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
            },
          ],
        },
        { ...data, dependsOn: versioning },
      ),
    ];

    this.bucket = output({ bucket, guards: guards.map((guard) => guard.id) }).apply((all) => all.bucket);
    this.arn = this.bucket.apply(bucketArn);
    this.registerOutputs({ bucket: this.bucket, arn: this.arn });
  }
}

const MAX_BUCKET_NAME = 63;
const DEFAULT_RETENTION_DAYS = 400;
const MIN_RETENTION_DAYS = 90;
