import { LABELS } from '../../../contracts/labels.ts';
import type { RegionPlace } from '../region-args.ts';
import { roleArn } from './arns.ts';
import { KEY_CARE } from './key-use.ts';
import type { PolicyStatement } from './policy-document.ts';
import { policyText } from './policy-document.ts';
import { platformBuckets } from './tenant-boundary.ts';

export interface ProvisionerLimits {
  readonly region: RegionPlace;
  /** What no role that it makes can ever go beyond. */
  readonly boundaryArn: string;
  readonly logBucketArn: string;
}

/**
 * What the bucket provisioner may do: make and look after the storage of the control plane's tenants in its own account.
 * It reads no object, uses no key, and makes no role that can do more than a tenant's. Roles and keys of a stack's own
 * tenants are out of its reach by their owner's tag; S3 knows buckets by their names alone.
 */
export function bucketProvisionerPolicy(limits: ProvisionerLimits): string {
  return policyText(...buckets(limits), ...keys(limits), ...customerKeys(limits), ...roles(limits));
}

function buckets({ region, logBucketArn }: ProvisionerLimits): readonly PolicyStatement[] {
  return [
    { Sid: 'BucketsOfTenants', Effect: 'Allow', Action: BUCKET_CARE, Resource: platformBuckets(region) },
    {
      // For a tenant that goes with its data; what it holds stays unread.
      Sid: 'EmptyBucketsOfTenants',
      Effect: 'Allow',
      Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
      Resource: `${platformBuckets(region)}/*`,
    },
    { Sid: 'NoLogs', Effect: 'Deny', Action: 's3:*', Resource: [logBucketArn, `${logBucketArn}/*`] },
  ];
}

function keys({ region }: ProvisionerLimits): readonly PolicyStatement[] {
  const keysOfTheAccount = `arn:aws:kms:*:${region.account}:key/*`;
  return [
    {
      Sid: 'NewKeys',
      Effect: 'Allow',
      Action: 'kms:CreateKey',
      Resource: '*',
      Condition: { StringEquals: ITS_TENANTS_ON_REQUEST },
    },
    // A key without any tag of ours counts as new: give the platform an account where there are no others.
    { Sid: 'TagNewKeys', Effect: 'Allow', Action: 'kms:TagResource', Resource: keysOfTheAccount, Condition: NEW },
    {
      Sid: 'KeysOfItsTenants',
      Effect: 'Allow',
      Action: KEY_CARE,
      Resource: keysOfTheAccount,
      Condition: ITS_TENANTS,
    },
  ];
}

/** Customers' keys carry no tag of ours; their own policies say who may ask for a grant. */
function customerKeys({ region }: ProvisionerLimits): readonly PolicyStatement[] {
  const anyKey = 'arn:aws:kms:*:*:key/*';
  const brokersAndVolumeDrivers = ['/flotilla/', '/flotilla-platform/'].map((path) =>
    roleArn(region, { path, name: '*' }),
  );
  return [
    {
      Sid: 'GrantCustomersKeys',
      Effect: 'Allow',
      Action: 'kms:CreateGrant',
      Resource: anyKey,
      Condition: { ...WITHOUT_OUR_TAGS, StringLike: { 'kms:GranteePrincipal': brokersAndVolumeDrivers } },
    },
    {
      Sid: 'SeeAndEndGrants',
      Effect: 'Allow',
      Action: ['kms:ListGrants', 'kms:RevokeGrant'],
      Resource: anyKey,
      Condition: WITHOUT_OUR_TAGS,
    },
  ];
}

function roles({ region, boundaryArn }: ProvisionerLimits): readonly PolicyStatement[] {
  const Resource = roleArn(region, { path: '/flotilla/', name: '*' });
  const bounded = { 'iam:PermissionsBoundary': boundaryArn };
  return [
    {
      Sid: 'NewRolesWithinTheBoundary',
      Effect: 'Allow',
      Action: 'iam:CreateRole',
      Resource,
      Condition: { StringEquals: { ...bounded, ...ITS_TENANTS_ON_REQUEST } },
    },
    { Sid: 'TagNewRoles', Effect: 'Allow', Action: 'iam:TagRole', Resource, Condition: NEW },
    {
      Sid: 'AllowRolesWithinTheBoundary',
      Effect: 'Allow',
      Action: 'iam:PutRolePolicy',
      Resource,
      Condition: { StringEquals: { ...bounded, ...ITS_TENANTS.StringEquals } },
    },
    {
      // No way to move or drop a boundary is among them, so the policy of a role never counts beyond it.
      Sid: 'RolesOfItsTenants',
      Effect: 'Allow',
      Action: [
        'iam:DeleteRole',
        'iam:DeleteRolePolicy',
        'iam:TagRole',
        'iam:UntagRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
        'iam:UpdateRoleDescription',
      ],
      Resource,
      Condition: ITS_TENANTS,
    },
    {
      Sid: 'SeeRolesOfTenants',
      Effect: 'Allow',
      Action: [
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListInstanceProfilesForRole',
        'iam:ListRolePolicies',
        'iam:ListRoleTags',
      ],
      Resource,
    },
  ];
}

const ITS_TENANTS = { StringEquals: { [`aws:ResourceTag/${LABELS.owner}`]: 'control-plane' } } as const;
const ITS_TENANTS_ON_REQUEST = { [`aws:RequestTag/${LABELS.owner}`]: 'control-plane' } as const;
/** Everything of ours has it, stacks' and control plane's alike: what is there cannot be made its own by a tag. */
const WITHOUT_OUR_TAGS = { Null: { [`aws:ResourceTag/${LABELS.stack}`]: 'true' } } as const;
const NEW = { ...WITHOUT_OUR_TAGS, StringEquals: ITS_TENANTS_ON_REQUEST } as const;

/** What a tenant's storage sets on its bucket, and what the provider reads to compare (constructs/cloud/aws/tenant-bucket.ts). */
const BUCKET_CARE = [
  's3:CreateBucket',
  's3:DeleteBucket',
  's3:DeleteBucketPolicy',
  's3:GetAccelerateConfiguration',
  's3:GetBucketAcl',
  's3:GetBucketCORS',
  's3:GetBucketLocation',
  's3:GetBucketLogging',
  's3:GetBucketObjectLockConfiguration',
  's3:GetBucketOwnershipControls',
  's3:GetBucketPolicy',
  's3:GetBucketPublicAccessBlock',
  's3:GetBucketRequestPayment',
  's3:GetBucketTagging',
  's3:GetBucketVersioning',
  's3:GetBucketWebsite',
  's3:GetEncryptionConfiguration',
  's3:GetLifecycleConfiguration',
  's3:GetReplicationConfiguration',
  's3:ListBucket',
  's3:ListBucketVersions',
  's3:PutBucketLogging',
  's3:PutBucketOwnershipControls',
  's3:PutBucketPolicy',
  's3:PutBucketPublicAccessBlock',
  's3:PutBucketTagging',
  's3:PutBucketVersioning',
  's3:PutEncryptionConfiguration',
  's3:PutLifecycleConfiguration',
] as const;
