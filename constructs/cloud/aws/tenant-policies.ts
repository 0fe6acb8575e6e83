import { accountUser, pscNamespace } from '../../../contracts/names.ts';
import { SERVICE_ACCOUNTS } from '../../kubernetes/kafka/secrets.ts';
import type { RegionPlace } from '../region-args.ts';
import { accountArn } from './arns.ts';
import { KEY_CARE } from './key-use.ts';
import { policyText } from './policy-document.ts';
import { tlsOnly } from './tls-only.ts';

/**
 * Policy of a tenant's key: the account may look after it, the tenant's role alone may use it. The account is named
 * without a use of the key on purpose: else any of its roles with `kms:Decrypt` on everything could read the tenant.
 */
export function tenantKeyPolicy(region: RegionPlace, role: string): string {
  return policyText(
    {
      Sid: 'AccountLooksAfterTheKey',
      Effect: 'Allow',
      Principal: { AWS: accountArn(region) },
      Action: KEY_CARE,
      // In a key's own policy this is that key.
      Resource: '*',
    },
    {
      Sid: 'TenantUsesTheKeyThroughItsBucket',
      Effect: 'Allow',
      Principal: { AWS: role },
      Action: KEY_USE,
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': `s3.${region.name}.amazonaws.com` } },
    },
  );
}

/** Policy of a tenant's bucket: it allows nobody anything, and refuses what the role's policy cannot know of. */
export function tenantBucketPolicy(bucket: string): string {
  return policyText(...tlsOnly(bucket), {
    // A request may ask for another encryption than the bucket's own; one that asks for none gets the bucket's.
    Sid: 'RefuseOtherEncryption',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: `${bucket}/*`,
    Condition: { StringNotEqualsIfExists: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
  });
}

/** What the tenant's role may do: read and write its one bucket, under its one key. */
export function tenantRolePolicy(
  region: RegionPlace,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): string {
  return policyText(
    {
      Sid: 'ListItsBucket',
      Effect: 'Allow',
      Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
      Resource: bucket,
    },
    {
      Sid: 'ReadAndWriteItsObjects',
      Effect: 'Allow',
      // Versions are left alone: what Kafka deletes stays recoverable until the lifecycle takes it.
      Action: [
        's3:AbortMultipartUpload',
        's3:DeleteObject',
        's3:GetObject',
        's3:ListMultipartUploadParts',
        's3:PutObject',
      ],
      Resource: `${bucket}/*`,
    },
    {
      Sid: 'UseItsKeyThroughItsBucket',
      Effect: 'Allow',
      Action: KEY_USE,
      Resource: key,
      Condition: { StringEquals: { 'kms:ViaService': `s3.${region.name}.amazonaws.com` } },
    },
  );
}

/** Who may take the tenant's role: the brokers' service account in the tenant's namespace, in one Kubernetes cluster. */
export function tenantTrustPolicy(tenant: string, provider: { readonly arn: string; readonly issuer: string }): string {
  const issuer = provider.issuer.replace(/^https:\/\//, '').replace(/\/$/, '');
  return policyText({
    Sid: 'BrokersOfTheTenant',
    Effect: 'Allow',
    Principal: { Federated: provider.arn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: 'sts.amazonaws.com',
        [`${issuer}:sub`]: accountUser(pscNamespace(tenant), SERVICE_ACCOUNTS.broker),
      },
    },
  });
}

/** Uses that S3 makes of a key for who reads and writes (docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html). */
const KEY_USE = ['kms:Decrypt', 'kms:GenerateDataKey'] as const;
