import type { CustomResourceOptions, Input } from '@pulumi/pulumi';
import { Bucket } from '@pulumi/gcp/storage/bucket.js';
import type { TenantStorageArgs } from '../tenant-storage.ts';
import { closedBucketArgs } from './closed-bucket.ts';
import { tenantLabels } from './region-labels.ts';

export interface TenantBucketArgs {
  readonly storage: TenantStorageArgs;
  readonly bucketName: string;
  /** Resource name of the key that everything in it is encrypted with. */
  readonly keyId: Input<string>;
  readonly logBucket: Input<string>;
  /** Parent and protection. */
  readonly options: CustomResourceOptions;
}

/** The tenant's bucket. */
export function makeTenantBucket(name: string, args: TenantBucketArgs): Bucket {
  const { storage, options } = args;
  return new Bucket(
    `${name}-bucket`,
    {
      ...closedBucketArgs(storage.region, storage.tenant.deletionProtection ? 'PREVENT' : 'DELETE'),
      name: args.bucketName,
      labels: tenantLabels(storage),
      encryption: {
        defaultKmsKeyName: args.keyId,
        // A request may ask for another encryption than the bucket's own: none but the tenant's key is taken.
        googleManagedEncryptionEnforcementConfig: { restrictionMode: 'FullyRestricted' },
        customerSuppliedEncryptionEnforcementConfig: { restrictionMode: 'FullyRestricted' },
      },
      lifecycleRules: lifecycleRules(),
      // Usage logs and not audit logs of data access: those are turned on for a whole project, and billed by the request.
      logging: { logBucket: args.logBucket, logObjectPrefix: `tenants/${storage.tenant.name}/` },
    },
    options,
  );
}

type LifecycleRules = Exclude<ConstructorParameters<typeof Bucket>[1]['lifecycleRules'], undefined>;

/** Nothing current ever expires here: Kafka alone knows how long a topic's segments are kept. */
function lifecycleRules(): LifecycleRules {
  return [
    { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: INCOMPLETE_UPLOAD_DAYS } },
    {
      action: { type: 'Delete' },
      condition: { daysSinceNoncurrentTime: NONCURRENT_VERSION_DAYS, withState: 'ARCHIVED' },
    },
  ];
}

/** A segment is one upload of minutes; a broker that was down for longer than this starts it anew. */
const INCOMPLETE_UPLOAD_DAYS = 7;
/** Soft delete adds its 7 days: a deletion by mistake can be taken back for 14 in all. */
const NONCURRENT_VERSION_DAYS = 7;
