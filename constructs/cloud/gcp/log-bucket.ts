import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import { Bucket } from '@pulumi/gcp/storage/bucket.js';
import { BucketIAMMember } from '@pulumi/gcp/storage/bucketIAMMember.js';
import { problemUnless, refuseProblems } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { closedBucketArgs, MAX_BUCKET_NAME } from './closed-bucket.ts';
import { regionLabels } from './region-labels.ts';
import { regionProblems } from './region-problems.ts';

export interface GcpLogBucketArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  /** Days after which a log is deleted, from 90. Default: 400, so that a year can be held against the one before. */
  readonly retentionDays?: number;
}

/**
 * The bucket of a region that usage logs of the tenants' buckets (`tenants/`) and flow logs of the network go to. It has
 * Google's own key, for the platform's has grants that name the project by its number, which this bucket tells first;
 * and it logs no access of its own, which would log each delivery.
 *
 * Where the organization lets only its own members into policies (`iam.allowedPolicyMemberDomains`), it has to let
 * Google's group in that delivers usage logs (cloud.google.com/storage/docs/access-logs#delivery).
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class GcpLogBucket extends ComponentResource {
  /** Name of the bucket, given out once it takes logs. */
  readonly bucket: Output<string>;
  /** Number of the region's project, which names Google's agents in it. */
  readonly projectNumber: Output<string>;

  constructor(name: string, args: GcpLogBucketArgs, options: ComponentResourceOptions = {}) {
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
    super('flotilla:gcp:LogBucket', name, {}, options);

    const data = { parent: this, protect: true, retainOnDelete: true };
    const made = new Bucket(
      `${name}-bucket`,
      {
        ...closedBucketArgs(region, 'PREVENT'),
        // In two parts, for a tenant may be named logs.
        name: resourceName([region.account, stack, 'region', 'logs'], { maxLength: MAX_BUCKET_NAME }),
        labels: regionLabels(args),
        lifecycleRules: [
          { action: { type: 'Delete' }, condition: { age: retentionDays, withState: 'LIVE' } },
          { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 1, withState: 'ARCHIVED' } },
        ],
      },
      data,
    );
    const delivery = new BucketIAMMember(
      `${name}-usage-logs`,
      { bucket: made.name, role: 'roles/storage.objectCreator', member: USAGE_LOG_WRITER },
      data,
    );

    this.bucket = output({ name: made.name, delivery: delivery.id }).apply((all) => all.name);
    this.projectNumber = made.projectNumber.apply(String);
    this.registerOutputs({ bucket: this.bucket, projectNumber: this.projectNumber });
  }
}

/** Google's own group for it (cloud.google.com/storage/docs/access-logs#delivery). */
const USAGE_LOG_WRITER = 'group:cloud-storage-analytics@google.com';
const DEFAULT_RETENTION_DAYS = 400;
const MIN_RETENTION_DAYS = 90;
