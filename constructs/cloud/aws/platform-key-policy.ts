import type { RegionPlace } from '../region-args.ts';
import { accountArn, roleArn } from './arns.ts';
import { KEY_CARE, VOLUME_KEY_USE } from './key-use.ts';
import { platformPath } from './platform-role.ts';
import type { PolicyStatement } from './policy-document.ts';
import { policyText } from './policy-document.ts';

/**
 * Policy of a region's platform key. Each use is tied to the service that it goes through, so that nobody can decrypt
 * with the key itself; whom of the account a service acts for is up to the account's own policies.
 */
export function platformKeyPolicy(stack: string, region: RegionPlace): string {
  const account = { AWS: accountArn(region) };
  const through = (service: string): string => `${service}.${region.name}.amazonaws.com`;
  return policyText(
    // In a key's own policy, `*` is that key.
    { Sid: 'AccountLooksAfterTheKey', Effect: 'Allow', Principal: account, Action: KEY_CARE, Resource: '*' },
    {
      // EKS takes one for Kubernetes' secrets, RDS for its storage; no other grant than to a service can be made.
      Sid: 'AccountGrantsItToServices',
      Effect: 'Allow',
      Principal: account,
      Action: 'kms:CreateGrant',
      Resource: '*',
      Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
    {
      Sid: 'AccountKeepsDataThroughServices',
      Effect: 'Allow',
      Principal: account,
      Action: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext'],
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': [through('rds'), through('secretsmanager')] } },
    },
    {
      // By name of the role's path: a driver's role needs its cluster, and the cluster needs this key.
      Sid: 'VolumeDriversUseItThroughVolumes',
      Effect: 'Allow',
      Principal: account,
      Action: VOLUME_KEY_USE,
      Resource: '*',
      Condition: {
        ArnLike: { 'aws:PrincipalArn': roleArn(region, { path: platformPath(stack), name: '*' }) },
        StringEquals: { 'kms:ViaService': through('ec2') },
      },
    },
    ...nodeScaling(region),
    logGroups(stack, region),
  );
}

/** Auto Scaling starts the nodes, so it is what encrypts their root volumes (docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html). */
function nodeScaling(region: RegionPlace): readonly PolicyStatement[] {
  const role = roleArn(region, {
    path: '/aws-service-role/autoscaling.amazonaws.com/',
    name: 'AWSServiceRoleForAutoScaling',
  });
  return [
    {
      Sid: 'AutoScalingEncryptsNodes',
      Effect: 'Allow',
      Principal: { AWS: role },
      Action: [...VOLUME_KEY_USE, 'kms:Encrypt', 'kms:GenerateDataKey'],
      Resource: '*',
    },
    {
      Sid: 'AutoScalingGrantsItToVolumes',
      Effect: 'Allow',
      Principal: { AWS: role },
      Action: 'kms:CreateGrant',
      Resource: '*',
      Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
  ];
}

/** Of our clusters and databases only (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html). */
function logGroups(stack: string, region: RegionPlace): PolicyStatement {
  const group = (name: string): string => `arn:aws:logs:${region.name}:${region.account}:log-group:${name}`;
  return {
    Sid: 'LogGroupsOfThePlatform',
    Effect: 'Allow',
    Principal: { Service: `logs.${region.name}.amazonaws.com` },
    Action: [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
    Resource: '*',
    Condition: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': [group(`/aws/eks/${stack}-*`), group('/aws/rds/instance/flotilla-*')],
      },
    },
  };
}
