import { InputPropertyError } from '@pulumi/pulumi';
import { describe, expect, it } from '@jest/globals';
import { AwsLogBucket } from '../../../../constructs/cloud/aws/log-bucket.ts';
import type { AwsLogBucketArgs } from '../../../../constructs/cloud/aws/log-bucket.ts';
import { AwsTenantStorage } from '../../../../constructs/cloud/aws/tenant-storage.ts';
import { recordProgram } from '../recorded-resources.ts';

const ARGS: AwsLogBucketArgs = {
  stack: 'aws-us-west-2',
  region: { cloud: 'aws', name: 'us-west-2', account: '123456789012', tags: {} },
};

interface Statement {
  readonly Effect: string;
  readonly Principal: unknown;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition: { readonly StringEquals?: Readonly<Record<string, string>> };
}

describe("a region's log bucket on AWS", () => {
  it('takes logs from two services of AWS, of its own account only, and from nobody else', async () => {
    const { resources } = await recordProgram(() => new AwsLogBucket('logs', ARGS));
    const policy = JSON.parse(String(resources.get('logs-bucket-policy')?.inputs['policy'])) as {
      readonly Statement: readonly Statement[];
    };
    const allowed = policy.Statement.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map(({ Principal, Action }) => [Principal, Action])).toEqual([
      [{ Service: 'logging.s3.amazonaws.com' }, 's3:PutObject'],
      [{ Service: 'delivery.logs.amazonaws.com' }, 's3:PutObject'],
      [{ Service: 'delivery.logs.amazonaws.com' }, 's3:GetBucketAcl'],
    ]);
    for (const { Condition } of allowed) {
      expect(Condition.StringEquals).toEqual({ 'aws:SourceAccount': '123456789012' });
    }
    expect(policy.Statement.filter(({ Effect }) => Effect === 'Deny')).toHaveLength(2);
  });

  it('is encrypted, versioned, closed to the public, kept for good, and forgets logs after 400 days', async () => {
    const { resources } = await recordProgram(() => new AwsLogBucket('logs', ARGS));
    expect(resources.get('logs-encryption')?.inputs).toMatchObject({
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    });
    expect(resources.get('logs-versioning')?.inputs).toMatchObject({ versioningConfiguration: { status: 'Enabled' } });
    expect(resources.get('logs-public-access-block')?.inputs).toMatchObject({ restrictPublicBuckets: true });
    expect(resources.get('logs-lifecycle')?.inputs).toMatchObject({ rules: [{ expiration: { days: 400 } }] });
    const children = [...resources.values()].filter(({ type }) => type.startsWith('aws:'));
    expect(children).toHaveLength(7);
    for (const { protection } of children) expect(protection).toEqual({ protect: true, retainOnDelete: true });
  });

  it('gives out the ARN that a network logs to', async () => {
    const { result } = await recordProgram(() => new AwsLogBucket('logs', ARGS));
    const arn = await new Promise((resolve) => result.arn.apply(resolve));
    expect(arn).toMatch(/^arn:aws:s3:::flotilla-123456789012-aws-us-west-2-region-logs-[0-9a-f]{8}$/);
  });

  it("never has the name of a tenant's bucket", async () => {
    const { resources } = await recordProgram(() => {
      new AwsLogBucket('logs-of-region', ARGS);
      for (const name of ['logs', 'region-logs']) {
        new AwsTenantStorage(name, {
          ...ARGS,
          tenant: { name, cluster: 'a', deletionProtection: true },
          owner: 'control-plane',
          logBucket: 'logs',
          oidcProvider: { arn: 'arn:aws:iam::123456789012:oidc-provider/a', issuer: 'a' },
        });
      }
    });
    const buckets = [...resources.values()].filter(({ type }) => type === 'aws:s3/bucket:Bucket');
    expect(new Set(buckets.map(({ inputs }) => inputs['bucket'])).size).toBe(3);
  });

  it.each([0, 89, 90.5, Number.NaN])('refuses to keep logs for %p days', async (retentionDays) => {
    const { resources, result } = await recordProgram(() => {
      try {
        return new AwsLogBucket('logs', { ...ARGS, retentionDays });
      } catch (error) {
        return error;
      }
    });
    expect(result).toBeInstanceOf(InputPropertyError);
    expect((result as InputPropertyError).propertyPath).toBe('retentionDays');
    expect(resources.size).toBe(0);
  });
});
