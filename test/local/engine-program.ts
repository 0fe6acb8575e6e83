import { CustomResource } from '@pulumi/pulumi';
import { Key } from '@pulumi/aws/kms/key.js';
import { Provider } from '@pulumi/aws/provider.js';
import { Bucket } from '@pulumi/aws/s3/bucket.js';

export interface ProgramArgs {
  readonly bucket: string;
  readonly tags: Readonly<Record<string, string>>;
  /** A further resource that no compiler has looked at. @default none */
  readonly unchecked?: { readonly type: string; readonly inputs: Readonly<Record<string, unknown>> };
}

/** Program of the engine's test: a key, and a protected bucket that is encrypted with it. */
export function program({ bucket, tags, unchecked }: ProgramArgs): Record<string, unknown> {
  const provider = new Provider('aws', { region: 'us-west-2' });
  const key = new Key('orders', { enableKeyRotation: true }, { provider });
  const byDefault = { sseAlgorithm: 'aws:kms', kmsMasterKeyId: key.arn };
  const encrypted = { rule: { applyServerSideEncryptionByDefault: byDefault } };
  new Bucket(
    'orders',
    { bucket, tags: { ...tags }, serverSideEncryptionConfiguration: encrypted },
    { provider, protect: true },
  );
  if (unchecked !== undefined) {
    new Unchecked(unchecked.type, 'unchecked', { ...unchecked.inputs }, { provider });
  }
  return { keyArn: key.arn };
}

/** Sends whatever it is given, where the classes of the SDK leave out what they do not know. */
class Unchecked extends CustomResource {}
