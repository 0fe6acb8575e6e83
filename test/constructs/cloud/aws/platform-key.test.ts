import { InputPropertyError } from '@pulumi/pulumi';
import { describe, expect, it } from '@jest/globals';
import { AwsPlatformKey } from '../../../../constructs/cloud/aws/platform-key.ts';
import type { AwsPlatformKeyArgs } from '../../../../constructs/cloud/aws/platform-key.ts';
import type { RecordedResource } from '../recorded-resources.ts';
import { recordProgram } from '../recorded-resources.ts';
import { allowedActions, statementsOf } from './policy-documents.ts';

const ARGS: AwsPlatformKeyArgs = {
  stack: 'aws-us-west-2',
  region: { cloud: 'aws', name: 'us-west-2', account: '123456789012', tags: { environment: 'production' } },
};

async function madeKey(): Promise<RecordedResource | undefined> {
  const { resources } = await recordProgram(() => new AwsPlatformKey('region', ARGS));
  return resources.get('region-key');
}

describe('the platform key of a region on AWS', () => {
  it('rotates, waits as long as KMS can before it is deleted, and outlives its stack', async () => {
    const key = await madeKey();
    expect(key).toMatchObject({
      type: 'aws:kms/key:Key',
      parentType: 'flotilla:aws:PlatformKey',
      inputs: {
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        tags: { environment: 'production', 'flotilla.dev/stack': 'aws-us-west-2' },
      },
      protection: { protect: true, retainOnDelete: true },
    });
  });

  it('lets nobody in by a wildcard, neither as a principal nor as an action', async () => {
    const statements = statementsOf(await madeKey());
    for (const { Principal } of statements) expect(JSON.stringify(Principal)).not.toContain('*');
    expect(allowedActions(statements).filter((action) => action.includes('*'))).toEqual([]);
    expect(allowedActions(statements)).not.toContain('kms:DisableKeyRotation');
  });

  it('is used through a service alone: no statement for the whole account allows its use without naming one', async () => {
    const uses = ['kms:CreateGrant', 'kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom'];
    const bare = statementsOf(await madeKey()).filter(
      ({ Principal, Action, Condition = {} }) =>
        JSON.stringify(Principal).includes(':root') &&
        [Action].flat().some((action) => uses.includes(action)) &&
        Condition['Bool']?.['kms:GrantIsForAWSResource'] !== 'true' &&
        Condition['StringEquals']?.['kms:ViaService'] === undefined,
    );
    expect(bare).toEqual([]);
  });

  it("is open to volume drivers by the platform's own path of roles, which no tenant's role is under", async () => {
    const drivers = statementsOf(await madeKey()).find(({ Sid }) => Sid === 'VolumeDriversUseItThroughVolumes');
    expect(drivers?.Condition).toEqual({
      ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/flotilla-platform/aws-us-west-2/*' },
      StringEquals: { 'kms:ViaService': 'ec2.us-west-2.amazonaws.com' },
    });
  });

  it("encrypts log groups of the stack's clusters and of the platform's databases, and no others", async () => {
    const logs = statementsOf(await madeKey()).find(({ Sid }) => Sid === 'LogGroupsOfThePlatform');
    expect(logs?.Principal).toEqual({ Service: 'logs.us-west-2.amazonaws.com' });
    expect(logs?.Condition).toEqual({
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': [
          'arn:aws:logs:us-west-2:123456789012:log-group:/aws/eks/aws-us-west-2-*',
          'arn:aws:logs:us-west-2:123456789012:log-group:/aws/rds/instance/flotilla-*',
        ],
      },
    });
  });

  it('refuses a region of another cloud before anything is made', async () => {
    const { resources, result } = await recordProgram(() => {
      try {
        return new AwsPlatformKey('region', { ...ARGS, region: { ...ARGS.region, cloud: 'gcp' } });
      } catch (error) {
        return error;
      }
    });
    expect(result).toBeInstanceOf(InputPropertyError);
    expect(result).toMatchObject({ propertyPath: 'region.cloud' });
    expect([...resources.keys()]).toEqual([]);
  });
});
