import type { CustomResourceOptions, Input } from '@pulumi/pulumi';
import { Grant } from '@pulumi/aws/kms/grant.js';
import { Key } from '@pulumi/aws/kms/key.js';
import type { TenantStorageArgs } from '../tenant-storage.ts';
import { tenantTags } from '../tenant-tags.ts';
import { tenantKeyPolicy } from './tenant-policies.ts';

export interface TenantKeyArgs {
  readonly storage: TenantStorageArgs;
  /** Role of the tenant, which uses the key. */
  readonly roleArn: string;
  readonly volumeDriverRoleArn: Input<string> | undefined;
  /** Parent, protection and what must be there before. */
  readonly options: CustomResourceOptions;
}

export interface TenantKey {
  /** ARN of the key. */
  readonly id: Input<string>;
  /** What has to be there before a customer's key can be used; empty for a key of our own. */
  readonly grants: readonly Input<string>[];
}

/** The tenant's own key, or the customer's with the grants that the tenant's role and volumes need of it. */
export function makeTenantKey(name: string, args: TenantKeyArgs): TenantKey {
  const customerKey = args.storage.tenant.encryptionKey;
  return customerKey === undefined ? makeOwnKey(name, args) : grantCustomerKey(name, args, customerKey.customerKeyId);
}

function makeOwnKey(name: string, { storage, roleArn, options }: TenantKeyArgs): TenantKey {
  const key = new Key(
    `${name}-key`,
    {
      description: `Bucket of the tenant ${storage.tenant.name}`,
      enableKeyRotation: true,
      deletionWindowInDays: DELETION_WINDOW_DAYS,
      policy: tenantKeyPolicy(storage.region, roleArn),
      tags: tenantTags(storage),
    },
    options,
  );
  return { id: key.arn, grants: [] };
}

function grantCustomerKey(name: string, args: TenantKeyArgs, keyId: string): TenantKey {
  const { roleArn, volumeDriverRoleArn, options } = args;
  const toBrokers = new Grant(
    `${name}-key-grant`,
    { name: `${name}-brokers`, keyId, granteePrincipal: roleArn, operations: [...USES_OF_A_BUCKET] },
    options,
  );
  const toVolumes =
    volumeDriverRoleArn === undefined
      ? []
      : [
          new Grant(
            `${name}-volume-grant`,
            {
              name: `${name}-volumes`,
              keyId,
              granteePrincipal: volumeDriverRoleArn,
              operations: [...USES_OF_A_VOLUME],
            },
            options,
          ),
        ];
  return { id: keyId, grants: [toBrokers, ...toVolumes].map((grant) => grant.grantId) };
}

/** The longest that KMS waits before it deletes a key; until then the deletion can be called off. */
const DELETION_WINDOW_DAYS = 30;

const USES_OF_A_BUCKET = ['Decrypt', 'GenerateDataKey', 'DescribeKey'] as const;

/** docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html */
const USES_OF_A_VOLUME = [
  'CreateGrant',
  'Decrypt',
  'DescribeKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
] as const;
