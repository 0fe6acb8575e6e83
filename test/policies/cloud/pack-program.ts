import { Bucket } from '@pulumi/aws/s3/bucket.js';
import { BucketVersioning } from '@pulumi/aws/s3/bucketVersioning.js';
import { Key } from '@pulumi/aws/kms/key.js';
import { Provider as AwsProvider } from '@pulumi/aws/provider.js';
import { Key as VaultKey } from '@pulumi/azure-native/keyvault/key.js';
import { VirtualNetwork } from '@pulumi/azure-native/network/virtualNetwork.js';
import { Provider as AzureProvider } from '@pulumi/azure-native/provider.js';
import { CryptoKey } from '@pulumi/gcp/kms/cryptoKey.js';
import { Provider as GcpProvider } from '@pulumi/gcp/provider.js';
import { Bucket as GcpBucket } from '@pulumi/gcp/storage/bucket.js';
import type { PublicCloud } from '../../../constructs/cloud/region-args.ts';

export interface PackProgramArgs {
  readonly cloud: PublicCloud;
  /** What is wrong with the program. */
  readonly fault: 'none' | 'resource' | 'stack';
}

/** Programs of the pack's test: a key, and where several resources are judged together, something that lacks another. */
export function program({ cloud, fault }: PackProgramArgs): Record<string, unknown> {
  PROGRAMS[cloud](fault);
  return {};
}

const PROGRAMS: Readonly<Record<PublicCloud, (fault: PackProgramArgs['fault']) => void>> = {
  aws: (fault) => {
    const data = { provider: new AwsProvider('aws', { region: 'us-west-2' }), protect: true };
    const tags = { 'flotilla.dev/stack': 'test' };
    const policy = JSON.stringify({
      Statement: [
        { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::1:root' }, Action: 'kms:DescribeKey', Resource: '*' },
      ],
    });
    new Key('orders', { enableKeyRotation: fault !== 'resource', policy, tags }, data);
    if (fault === 'stack') {
      const bucket = new Bucket('orders', { tags }, data);
      // The name of the bucket is not known before it is there: only the engine knows what it comes from.
      new BucketVersioning('orders', { bucket: bucket.id, versioningConfiguration: { status: 'Enabled' } }, data);
    }
  },
  gcp: (fault) => {
    const data = { provider: new GcpProvider('gcp', { project: 'p', region: 'us-central1' }), protect: true };
    const labels = { 'flotilla-stack': 'test' };
    const keyRing = 'projects/p/locations/us-central1/keyRings/r';
    const rotation = fault === 'resource' ? {} : { rotationPeriod: '7776000s' };
    new CryptoKey('orders', { keyRing, labels, destroyScheduledDuration: '2592000s', ...rotation }, data);
    if (fault === 'stack') {
      // Closed, and with nothing lost: but under Google's key.
      const lifecycleRules = [
        { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
        { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 7, withState: 'ARCHIVED' } },
      ];
      new GcpBucket(
        'orders',
        {
          location: 'US-CENTRAL1',
          uniformBucketLevelAccess: true,
          publicAccessPrevention: 'enforced',
          versioning: { enabled: true },
          logging: { logBucket: 'logs' },
          lifecycleRules,
          labels,
        },
        data,
      );
    }
  },
  azure: (fault) => {
    const data = { provider: new AzureProvider('azure', { location: 'westeurope' }), protect: true };
    const resourceGroupName = 'flotilla';
    const lifetimeActions = [{ action: { type: 'rotate' }, trigger: { timeAfterCreate: 'P365D' } }] as const;
    const tags = { 'flotilla-stack': 'test' };
    new VaultKey(
      'orders',
      {
        resourceGroupName,
        vaultName: 'example-keys',
        properties: fault === 'resource' ? {} : { rotationPolicy: { lifetimeActions: [...lifetimeActions] } },
        tags,
      },
      data,
    );
    if (fault === 'stack') {
      const addressSpace = { addressPrefixes: ['10.0.0.0/16'] };
      new VirtualNetwork('orders', { resourceGroupName, addressSpace, tags }, data);
    }
  },
};
