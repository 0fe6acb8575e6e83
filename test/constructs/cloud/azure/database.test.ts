import { describe, expect, it } from '@jest/globals';
import { AzureDatabase } from '../../../../constructs/cloud/azure/database.ts';
import type { AzureDatabaseArgs } from '../../../../constructs/cloud/azure/database.ts';
import { BUILT_IN_ROLES } from '../../../../constructs/cloud/azure/role-grant.ts';
import { recordProgram } from '../recorded-resources.ts';
import { refusalOf } from '../refusal.ts';
import { computed, ofType, only, REGION, rolesOf, STACK } from './azure-args.ts';

const ARGS: AzureDatabaseArgs = {
  stack: STACK,
  region: REGION,
  database: { version: '18', instanceClass: 'Standard_D2ds_v5', storageGib: 128, backupRetentionDays: 14 },
  resourceGroupName: 'data',
  networkId: 'network',
  subnetId: 'database-subnet',
  addressRange: '10.32.248.0/22',
  key: { id: 'platform-key', url: 'https://vault.example.com/keys/platform' },
  vault: { name: 'vault', resourceGroupName: 'region' },
  logStorageAccountId: 'logs',
};

const withDatabase = (changed: Partial<AzureDatabaseArgs['database']>): AzureDatabaseArgs => ({
  ...ARGS,
  database: { ...ARGS.database, ...changed },
});

const made = (args: AzureDatabaseArgs = ARGS) => recordProgram(() => new AzureDatabase('db', args), { computed });

describe('the database of the control plane on Azure', () => {
  it('has a standby in another zone, an address in the network alone, and backups as long as it is told', async () => {
    const { resources } = await made();
    expect(only(resources, 'dbforpostgresql:Server').inputs).toMatchObject({
      version: '18',
      sku: { name: 'Standard_D2ds_v5', tier: 'GeneralPurpose' },
      storage: { storageSizeGB: 128 },
      highAvailability: { mode: 'ZoneRedundant' },
      network: {
        delegatedSubnetResourceId: 'database-subnet',
        privateDnsZoneArmResourceId: 'db-names-zone-id',
        publicNetworkAccess: 'Disabled',
      },
      backup: { backupRetentionDays: 14 },
    });
    expect(only(resources, 'privatedns:PrivateZone').inputs['privateZoneName']).toMatch(
      /\.postgres\.database\.azure\.com$/,
    );
    expect(only(resources, 'privatedns:VirtualNetworkLink').inputs).toMatchObject({
      virtualNetwork: { id: 'network' },
    });
  });

  it('is under the platform key, which its own identity may use and nothing else', async () => {
    const { resources } = await made();
    expect(only(resources, 'dbforpostgresql:Server').inputs).toMatchObject({
      identity: { type: 'UserAssigned', userAssignedIdentities: { 'db-key-user-id': {} } },
      dataEncryption: {
        type: 'AzureKeyVault',
        primaryKeyURI: 'https://vault.example.com/keys/platform',
        primaryUserAssignedIdentityId: 'db-key-user-id',
      },
    });
    expect(rolesOf(resources, 'db-key-user-principal')).toEqual({
      [BUILT_IN_ROLES.keyVaultCryptoServiceEncryptionUser]: ['platform-key'],
    });
    expect(ofType(resources, 'authorization:RoleAssignment')).toHaveLength(1);
  });

  it('replicates logically with slots that outlive a failover, and takes nobody without TLS, one setting at a time', async () => {
    const { resources } = await made();
    const settings = ofType(resources, 'dbforpostgresql:Configuration');
    expect(
      Object.fromEntries(settings.map(({ inputs }) => [inputs['configurationName'], inputs['value']])),
    ).toMatchObject({
      wal_level: 'logical',
      max_replication_slots: '10',
      max_wal_senders: '10',
      sync_replication_slots: 'on',
      hot_standby_feedback: 'on',
      require_secure_transport: 'on',
      ssl_min_protocol_version: 'TLSv1.2',
    });
    settings.slice(1).forEach((setting, index) => {
      expect(setting.dependsOn).toContain(settings[index]?.name);
    });
  });

  it('keeps its password in the vault, as a secret, and is protected with all that it cannot be read without', async () => {
    const { resources, result } = await made();
    const { properties } = only(resources, 'keyvault:Secret').inputs as {
      readonly properties: { readonly value: unknown };
    };
    expect(properties.value).toEqual(
      expect.objectContaining({ value: JSON.stringify({ username: 'flotilla', password: 'a password' }) }),
    );
    expect(only(resources, 'dbforpostgresql:Server').inputs['administratorLoginPassword']).toEqual(
      expect.objectContaining({ value: 'a password' }),
    );
    for (const type of [
      'dbforpostgresql:Server',
      'dbforpostgresql:Database',
      'keyvault:Secret',
      'managedidentity:UserAssignedIdentity',
      'authorization:RoleAssignment',
    ]) {
      expect([type, only(resources, type).protection]).toEqual([type, { protect: true, retainOnDelete: true }]);
    }
    expect(only(resources, 'authorization:ManagementLockByScope').inputs).toMatchObject({
      scope: 'db-server-id',
      level: 'CanNotDelete',
    });
    expect(await new Promise((resolve) => result.outputs.apply(resolve))).toEqual({
      host: 'db-server.postgres.database.azure.com',
      port: 5432,
      name: 'flotilla',
      addressRanges: ['10.32.248.0/22'],
      credentialsSecret: 'https://example.vault.azure.net/secrets/db-credentials',
    });
  });
});

describe('wrong arguments of a database', () => {
  it.each<readonly [string, AzureDatabaseArgs, string, RegExp]>([
    [
      'a version whose slots a failover loses',
      withDatabase({ version: '16' }),
      'controlPlane.database.version',
      /17, 18/,
    ],
    [
      'a class without a standby',
      withDatabase({ instanceClass: 'Standard_B2ms' }),
      'controlPlane.database.instanceClass',
      /standby/,
    ],
    ['a size that Azure has no disk of', withDatabase({ storageGib: 100 }), 'controlPlane.database.storageGib', /128/],
    [
      'backups of a day',
      withDatabase({ backupRetentionDays: 1 }),
      'controlPlane.database.backupRetentionDays',
      /7 to 35/,
    ],
    ['a subnet that is none', { ...ARGS, addressRange: '10.0.0.1/22' }, 'addressRange', /subnet/],
  ])('are refused before anything is made: %s', async (_what, args, path, reason) => {
    const refusal = await refusalOf(() => new AzureDatabase('db', args));
    expect(refusal).toMatchObject({ paths: [path], registered: [] });
    expect(refusal.message).toMatch(reason);
  });
});
