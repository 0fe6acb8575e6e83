import { example } from '../examples.ts';
import { AWS, AZURE, GCP } from '../types.ts';

/** A database of each cloud with which everything is well. */
export const AWS_DATABASE = [
  example(
    AWS.database,
    'main',
    {
      identifier: 'example-main',
      storageEncrypted: true,
      kmsKeyId: 'arn:aws:kms:::key/one',
      publiclyAccessible: false,
      multiAz: true,
      backupRetentionPeriod: 30,
      parameterGroupName: 'example-parameters',
      deletionProtection: true,
      skipFinalSnapshot: false,
    },
    'protected',
  ),
  example(AWS.databaseParameters, 'main-parameters', {
    name: 'example-parameters',
    parameters: [
      { name: 'rds.logical_replication', value: '1' },
      { name: 'rds.force_ssl', value: '1' },
    ],
  }),
];
export const GCP_DATABASE = [
  example(
    GCP.database,
    'main',
    {
      name: 'example-main',
      encryptionKeyName: 'projects/p/locations/l/keyRings/r/cryptoKeys/one',
      deletionProtection: true,
      settings: {
        deletionProtectionEnabled: true,
        availabilityType: 'REGIONAL',
        ipConfiguration: { ipv4Enabled: false, privateNetwork: 'projects/p/networks/n', sslMode: 'ENCRYPTED_ONLY' },
        backupConfiguration: { enabled: true, pointInTimeRecoveryEnabled: true, transactionLogRetentionDays: 7 },
        databaseFlags: [{ name: 'cloudsql.logical_decoding', value: 'on' }],
      },
    },
    'protected',
  ),
];
export const AZURE_DATABASE = [
  example(
    AZURE.database,
    'main',
    {
      serverName: 'example-main',
      resourceGroupName: 'example-data',
      dataEncryption: { type: 'AzureKeyVault', primaryKeyURI: 'https://v/k/1' },
      network: { delegatedSubnetResourceId: '/subscriptions/s/subnets/database' },
      highAvailability: { mode: 'ZoneRedundant' },
      backup: { backupRetentionDays: 30 },
    },
    'protected',
  ),
  example(AZURE.databaseConfiguration, 'main-wal-level', {
    serverName: 'example-main',
    configurationName: 'wal_level',
    value: 'logical',
  }),
  example(AZURE.databaseConfiguration, 'main-tls', {
    serverName: 'example-main',
    configurationName: 'require_secure_transport',
    value: 'on',
  }),
  example(AZURE.lockOnGroup, 'data-lock', { resourceGroupName: 'example-data', level: 'CanNotDelete' }),
];
