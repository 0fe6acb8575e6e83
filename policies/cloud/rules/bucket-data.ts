import { at, isGiven, isOn, listAt, numberAt, tagsOf, textAt, type CloudResource } from '../cloud-resource.ts';
import { cloudRule, type CloudRule } from '../cloud-rule.ts';
import type { CloudStack } from '../cloud-stack.ts';
import { cisCloud } from '../../standards.ts';
import { bad, example, good, without } from '../examples.ts';
import { AWS, AZURE, GCP } from '../types.ts';
import { onceFor } from './bucket-access.ts';
import { isLogStore, TENANT_TAGS } from './log-stores.ts';

const common = { group: 'cloud-buckets', severity: 'error' } as const;

/** A tenant's bucket and the store of its access logs, with which everything is well. */
export const AWS_DATA = [
  example(AWS.bucket, 'orders', { bucket: 'example-orders', tags: { 'flotilla.dev/tenant': 'orders' } }, 'protected'),
  example(AWS.bucketEncryption, 'orders-encryption', {
    bucket: 'example-orders',
    rules: [
      { applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: 'arn:aws:kms:::key/one' } },
    ],
  }),
  example(AWS.bucketVersioning, 'orders-versioning', {
    bucket: 'example-orders',
    versioningConfiguration: { status: 'Enabled' },
  }),
  example(AWS.bucketLogging, 'orders-access-log', { bucket: 'example-orders', targetBucket: 'example-logs' }),
  example(AWS.bucketLifecycle, 'orders-lifecycle', {
    bucket: 'example-orders',
    rules: [{ status: 'Enabled', noncurrentVersionExpiration: { noncurrentDays: 14 } }],
  }),
  example(AWS.bucket, 'logs', { bucket: 'example-logs' }, 'protected'),
  example(AWS.bucketVersioning, 'logs-versioning', {
    bucket: 'example-logs',
    versioningConfiguration: { status: 'Enabled' },
  }),
  example(AWS.bucketLifecycle, 'logs-lifecycle', {
    bucket: 'example-logs',
    rules: [{ status: 'Enabled', expiration: { days: 400 }, noncurrentVersionExpiration: { noncurrentDays: 1 } }],
  }),
];
export const GCP_DATA = [
  example(
    GCP.bucket,
    'orders',
    {
      name: 'example-orders',
      labels: { 'flotilla-tenant': 'orders' },
      encryption: { defaultKmsKeyName: 'projects/p/locations/l/keyRings/r/cryptoKeys/one' },
      versioning: { enabled: true },
      lifecycleRules: [
        { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
        { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 7, withState: 'ARCHIVED' } },
      ],
      logging: { logBucket: 'example-logs' },
    },
    'protected',
  ),
  example(
    GCP.bucket,
    'logs',
    {
      name: 'example-logs',
      versioning: { enabled: true },
      lifecycleRules: [{ action: { type: 'Delete' }, condition: { age: 400 } }],
    },
    'protected',
  ),
];
export const AZURE_DATA = [
  example(
    AZURE.account,
    'orders',
    {
      accountName: 'exampleorders',
      tags: { 'flotilla-tenant': 'orders' },
      encryption: {
        keySource: 'Microsoft.Keyvault',
        keyVaultProperties: { keyName: 'orders', keyVaultUri: 'https://example.vault.azure.net' },
      },
    },
    'protected',
  ),
  example(AZURE.blobService, 'orders-blobs', {
    accountName: 'exampleorders',
    isVersioningEnabled: true,
    deleteRetentionPolicy: { enabled: true, days: 14 },
  }),
  example(AZURE.lifecycle, 'orders-lifecycle', {
    accountName: 'exampleorders',
    policy: { rules: [{ definition: { actions: { version: { delete: { daysAfterCreationGreaterThan: 14 } } } } }] },
  }),
  example(AZURE.diagnosticSetting, 'orders-access-log', {
    resourceUri: '/subscriptions/s/storageAccounts/exampleorders/blobServices/default',
    storageAccountId: '/subscriptions/s/storageAccounts/examplelogs',
    logs: ['StorageRead', 'StorageWrite', 'StorageDelete'].map((category) => ({ category, enabled: true })),
  }),
  example(AZURE.account, 'logs', { accountName: 'examplelogs' }, 'protected'),
  example(AZURE.blobService, 'logs-blobs', {
    accountName: 'examplelogs',
    deleteRetentionPolicy: { enabled: true, days: 7 },
  }),
  example(AZURE.lifecycle, 'logs-lifecycle', {
    accountName: 'examplelogs',
    policy: {
      rules: [{ definition: { actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 400 } } } } }],
    },
  }),
];

/** What buckets do with the data in them. */
export const BUCKET_DATA_RULES: readonly CloudRule[] = [
  cloudRule({
    ...common,
    id: 'bucket-own-key',
    title: 'Buckets are encrypted with a key of ours or the customer',
    reason: "The key is what a tenant can take away; the cloud's own key is nobody's to take.",
    fix: 'Encrypt by default with a named key: aws:kms and kmsMasterKeyId (aws), encryption.defaultKmsKeyName (gcp), keySource Microsoft.Keyvault (azure).',
    scope: 'Stores that logs of other resources go to: S3 delivers access logs under no other key than its own.',
    clouds: {
      aws: {
        demands: [
          {
            form: 'stack',
            types: [AWS.bucket],
            message: 'no key of KMS encrypts it by default',
            holds: (bucket, stack) => isLogStore(bucket, stack) || encryptedWithKey(bucket, stack),
          },
        ],
        examples: {
          passing: [good('a key of its own', ...AWS_DATA)],
          failing: [
            without('nothing said', AWS_DATA, 'orders-encryption'),
            bad("Amazon's key", AWS_DATA, [
              'orders-encryption',
              'rules.0.applyServerSideEncryptionByDefault.sseAlgorithm',
              'AES256',
            ]),
            bad('the default key of KMS', AWS_DATA, [
              'orders-encryption',
              'rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId',
              undefined,
            ]),
          ],
        },
      },
      gcp: {
        demands: [
          {
            form: 'stack',
            types: [GCP.bucket],
            message: 'no key of Cloud KMS encrypts it by default',
            holds: (bucket, stack) =>
              isLogStore(bucket, stack) || isGiven(bucket.props, 'encryption.defaultKmsKeyName'),
          },
        ],
        examples: {
          passing: [good('a key of its own', ...GCP_DATA)],
          failing: [bad("Google's key", GCP_DATA, ['orders', 'encryption', undefined])],
        },
      },
      azure: {
        standards: [cisCloud('azure', '3.12')],
        demands: [
          {
            form: 'stack',
            types: [AZURE.account],
            message: 'no key of a vault encrypts it',
            holds: (account, stack) =>
              isLogStore(account, stack) ||
              (at(account.props, 'encryption.keySource') === 'Microsoft.Keyvault' &&
                textAt(account.props, 'encryption.keyVaultProperties.keyName') !== undefined),
          },
        ],
        examples: {
          passing: [good('a key of its own', ...AZURE_DATA)],
          failing: [
            bad("Microsoft's key", AZURE_DATA, ['orders', 'encryption.keySource', 'Microsoft.Storage']),
            bad('no key named', AZURE_DATA, ['orders', 'encryption.keyVaultProperties', undefined]),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'bucket-key-not-shared',
    title: 'No two tenants have one key',
    reason: 'A tenant that leaves takes its key away, and the other one could read nothing any more.',
    fix: 'Give each tenant a key of its own, or a key of its own customer.',
    clouds: {
      aws: {
        demands: [
          {
            form: 'stack',
            types: [AWS.bucketEncryption],
            message: "another tenant's bucket is under the same key",
            holds: (encryption, stack) =>
              isKeyOfOne(encryption, stack.ofType(AWS.bucketEncryption), {
                key: 'rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId',
                tenantOf: (one) => tenantOf(stack.spokenOf(one, 'bucket', AWS.bucket)[0]),
              }),
          },
        ],
        examples: {
          passing: [good('one tenant', ...AWS_DATA)],
          failing: [
            {
              title: 'two tenants',
              resources: [
                ...AWS_DATA,
                example(AWS.bucket, 'others', { bucket: 'example-others', tags: { 'flotilla.dev/tenant': 'others' } }),
                example(AWS.bucketEncryption, 'others-encryption', {
                  bucket: 'example-others',
                  rules: [
                    {
                      applyServerSideEncryptionByDefault: {
                        sseAlgorithm: 'aws:kms',
                        kmsMasterKeyId: 'arn:aws:kms:::key/one',
                      },
                    },
                  ],
                }),
              ],
            },
          ],
        },
      },
      gcp: {
        demands: [
          {
            form: 'stack',
            types: [GCP.bucket],
            message: "another tenant's bucket is under the same key",
            holds: (bucket, stack) =>
              isKeyOfOne(bucket, stack.ofType(GCP.bucket), { key: 'encryption.defaultKmsKeyName', tenantOf }),
          },
        ],
        examples: {
          passing: [good('one tenant', ...GCP_DATA)],
          failing: [
            bad(
              'two tenants',
              [...GCP_DATA, ...GCP_DATA.slice(0, 1).map((one) => ({ ...one, name: 'others' }))],
              ['others', 'labels.flotilla-tenant', 'others'],
            ),
          ],
        },
      },
      azure: {
        demands: [
          {
            form: 'stack',
            types: [AZURE.account],
            message: "another tenant's account is under the same key",
            holds: (account, stack) =>
              isKeyOfOne(account, stack.ofType(AZURE.account), {
                key: 'encryption.keyVaultProperties.keyName',
                tenantOf,
              }),
          },
        ],
        examples: {
          passing: [good('one tenant', ...AZURE_DATA)],
          failing: [
            bad(
              'two tenants',
              [...AZURE_DATA, ...AZURE_DATA.slice(0, 1).map((one) => ({ ...one, name: 'others' }))],
              ['others', 'tags.flotilla-tenant', 'others'],
            ),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'bucket-undelete',
    title: 'Deletions in buckets can be taken back',
    reason: 'A broker with a bug, or whoever steals its identity, deletes the only copy of old records otherwise.',
    fix: 'Turn on versioning (aws, gcp) or blob versions or soft delete (azure).',
    clouds: {
      aws: {
        demands: [
          {
            form: 'stack',
            types: [AWS.bucket],
            message: 'it keeps no versions',
            holds: onceFor(
              AWS.bucketVersioning,
              ({ props }) => at(props, 'versioningConfiguration.status') === 'Enabled',
            ),
          },
        ],
        examples: {
          passing: [good('versions', ...AWS_DATA)],
          failing: [
            without('nothing said', AWS_DATA, 'orders-versioning'),
            bad('suspended', AWS_DATA, ['logs-versioning', 'versioningConfiguration.status', 'Suspended']),
          ],
        },
      },
      gcp: {
        demands: [
          {
            form: 'resource',
            types: [GCP.bucket],
            message: 'it keeps neither versions nor what was deleted',
            holds: ({ props }) =>
              isOn(props, 'versioning.enabled') ||
              (numberAt(props, 'softDeletePolicy.retentionDurationSeconds') ?? 0) > 0,
          },
        ],
        examples: {
          passing: [good('versions', ...GCP_DATA)],
          failing: [bad('nothing said', GCP_DATA, ['orders', 'versioning', undefined])],
        },
      },
      azure: {
        demands: [
          {
            form: 'stack',
            types: [AZURE.account],
            message: 'its blobs have neither versions nor soft delete',
            holds: (account, stack) =>
              stack
                .speakingOf(account, 'accountName', AZURE.blobService)
                .some(
                  ({ props }) => isOn(props, 'isVersioningEnabled') || isOn(props, 'deleteRetentionPolicy.enabled'),
                ),
          },
        ],
        examples: {
          passing: [good('versions, or soft delete', ...AZURE_DATA)],
          failing: [
            without('nothing said', AZURE_DATA, 'orders-blobs'),
            bad('turned off', AZURE_DATA, ['logs-blobs', 'deleteRetentionPolicy.enabled', false]),
          ],
        },
      },
    },
  }),
];

function encryptedWithKey(bucket: CloudResource, stack: CloudStack): boolean {
  return stack.speakingOf(bucket, 'bucket', AWS.bucketEncryption).some(({ props }) => {
    const [rule] = listAt(props, 'rules');
    const defaults = at(rule, 'applyServerSideEncryptionByDefault');
    return textAt(defaults, 'sseAlgorithm')?.startsWith('aws:kms') === true && isGiven(defaults, 'kmsMasterKeyId');
  });
}

function tenantOf(store: CloudResource | undefined): string | undefined {
  if (store === undefined) return undefined;
  const tags = tagsOf(store);
  return TENANT_TAGS.map((tag) => textAt({ tag: tags[tag] }, 'tag')).find((name) => name !== undefined);
}

/** Whether all stores under the same key are one tenant's. */
function isKeyOfOne(
  store: CloudResource,
  others: readonly CloudResource[],
  { key, tenantOf: owner }: { readonly key: string; readonly tenantOf: (store: CloudResource) => string | undefined },
): boolean {
  const tenant = owner(store);
  if (tenant === undefined) return true;
  const source = keyOf(store, key);
  return !others.some((other) => {
    const otherTenant = owner(other);
    return otherTenant !== undefined && otherTenant !== tenant && keyOf(other, key) === source;
  });
}

/** What tells a key from another: the key that the value comes from, where it is not known yet, or the value. */
function keyOf({ props, references }: CloudResource, path: string): string | undefined {
  const [top = path] = path.split('.');
  const made = references[top]?.find((urn) => /:(?:Key|CryptoKey)::/.test(urn));
  return made ?? textAt(props, path);
}
