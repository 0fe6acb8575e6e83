import type { RegionPlace } from '../region-args.ts';
import { bucketArn } from './arns.ts';
import { policyText } from './policy-document.ts';
import { tlsOnly } from './tls-only.ts';

/**
 * Policy of a region's log bucket: two services of AWS may add logs, for this account's buckets and networks only, or
 * anybody's could be made to write here.
 */
export function logBucketPolicy({ account, name: region }: RegionPlace, bucketName: string): string {
  const bucket = bucketArn(bucketName);
  const flowLogs = {
    Effect: 'Allow',
    Principal: { Service: 'delivery.logs.amazonaws.com' },
    Condition: {
      StringEquals: { 'aws:SourceAccount': account },
      ArnLike: { 'aws:SourceArn': `arn:aws:logs:${region}:${account}:*` },
    },
  } as const;
  return policyText(
    ...tlsOnly(bucket),
    {
      Sid: 'TakeAccessLogs',
      Effect: 'Allow',
      Principal: { Service: 'logging.s3.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `${bucket}/tenants/*`,
      Condition: { StringEquals: { 'aws:SourceAccount': account } },
    },
    { Sid: 'TakeFlowLogs', ...flowLogs, Action: 's3:PutObject', Resource: `${bucket}/network/AWSLogs/${account}/*` },
    // Asked for before the first delivery.
    { Sid: 'TellWhoOwnsTheBucket', ...flowLogs, Action: 's3:GetBucketAcl', Resource: bucket },
  );
}
