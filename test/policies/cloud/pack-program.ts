import { Bucket } from '@pulumi/aws/s3/bucket.js';
import { BucketVersioning } from '@pulumi/aws/s3/bucketVersioning.js';
import { Key } from '@pulumi/aws/kms/key.js';
import { Provider } from '@pulumi/aws/provider.js';

export interface PackProgramArgs {
  /** What is wrong with the program. */
  readonly fault: 'none' | 'resource' | 'stack';
}

const TAGS = { 'flotilla.dev/stack': 'test' };

/** Program of the pack's test: a key, and a bucket that takes the logs of no other. */
export function program({ fault }: PackProgramArgs): Record<string, unknown> {
  const provider = new Provider('aws', { region: 'us-west-2' });
  const data = { provider, protect: true };
  const policy = JSON.stringify({
    Statement: [
      { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::1:root' }, Action: 'kms:DescribeKey', Resource: '*' },
    ],
  });
  const key = new Key('orders', { enableKeyRotation: fault !== 'resource', policy, tags: TAGS }, data);
  if (fault === 'stack') {
    const bucket = new Bucket('orders', { tags: TAGS }, data);
    // The name of the bucket is not known before it is there: only the engine knows what it comes from.
    new BucketVersioning('orders', { bucket: bucket.id, versioningConfiguration: { status: 'Enabled' } }, data);
  }
  return { keyArn: key.arn };
}
