import { InputPropertyError } from '@pulumi/pulumi';
import { describe, expect, it } from '@jest/globals';
import { AzureLogStorage } from '../../../../constructs/cloud/azure/log-storage.ts';
import type { AzureLogStorageArgs } from '../../../../constructs/cloud/azure/log-storage.ts';
import { AzurePlatformKey } from '../../../../constructs/cloud/azure/platform-key.ts';
import type { AzurePlatformKeyArgs } from '../../../../constructs/cloud/azure/platform-key.ts';
import { AzureResourceGroup, resourceGroupName } from '../../../../constructs/cloud/azure/resource-group.ts';
import type { ResourceGroupKind } from '../../../../constructs/cloud/azure/resource-group.ts';
import { recordProgram } from '../recorded-resources.ts';
import { REGION, STACK, ofType, only, rolesOf } from './azure-args.ts';
import { azureOutputs } from './azure-outputs.ts';

const KEY: AzurePlatformKeyArgs = {
  stack: STACK,
  region: REGION,
  resourceGroupName: 'the-region',
  directoryId: 'the-directory',
  logStorageAccountId: 'the-logs',
  privateEndpoint: { subnetId: 'the-endpoints', privateDnsZoneId: 'the-vault-zone' },
};
const LOGS: AzureLogStorageArgs = { stack: STACK, region: REGION, resourceGroupName: 'the-data' };

const keyMade = () => recordProgram(() => new AzurePlatformKey('platform', KEY), { computed: azureOutputs });
const logsMade = (args = LOGS) => recordProgram(() => new AzureLogStorage('logs', args), { computed: azureOutputs });
const groupMade = (kind: ResourceGroupKind) =>
  recordProgram(() => new AzureResourceGroup('group', { stack: STACK, region: REGION, kind }));

describe("a region's vault and platform key on Azure", () => {
  it('can be reached from the network and by services of Azure, and decides by roles alone', async () => {
    const { resources } = await keyMade();
    expect(only(resources, 'keyvault:Vault').inputs).toMatchObject({
      properties: {
        tenantId: 'the-directory',
        sku: { name: 'premium' },
        enableRbacAuthorization: true,
        publicNetworkAccess: 'Disabled',
        networkAcls: { defaultAction: 'Deny', bypass: 'AzureServices', ipRules: [] },
      },
    });
    expect(only(resources, 'network:PrivateEndpoint').inputs).toMatchObject({
      subnet: { id: 'the-endpoints' },
      privateLinkServiceConnections: [{ privateLinkServiceId: 'platform-vault-id', groupIds: ['vault'] }],
    });
  });

  it('keep what is deleted for 90 days, protected and logged', async () => {
    const { resources } = await keyMade();
    expect(only(resources, 'keyvault:Vault').inputs['properties']).toMatchObject({
      enablePurgeProtection: true,
      enableSoftDelete: true,
      softDeleteRetentionInDays: 90,
    });
    for (const type of [
      'keyvault:Vault',
      'keyvault:Key',
      'compute:DiskEncryptionSet',
      'authorization:RoleAssignment',
    ]) {
      expect(only(resources, type).protection).toEqual({ protect: true, retainOnDelete: true });
    }
    expect(only(resources, 'monitor:DiagnosticSetting').inputs).toMatchObject({
      resourceUri: 'platform-vault-id',
      storageAccountId: 'the-logs',
      logs: [{ category: 'AuditEvent', enabled: true }],
    });
  });

  it('encrypt disks by a set that may use the one key and follows its rotation', async () => {
    const { resources, result } = await keyMade();
    expect(only(resources, 'keyvault:Key').inputs).toMatchObject({
      keyName: 'platform',
      properties: { rotationPolicy: { lifetimeActions: [{ action: { type: 'rotate' } }] } },
    });
    expect(only(resources, 'compute:DiskEncryptionSet').inputs).toMatchObject({
      identity: { type: 'SystemAssigned' },
      encryptionType: 'EncryptionAtRestWithCustomerKey',
      activeKey: { sourceVault: { id: 'platform-vault-id' } },
      rotationToLatestKeyVersionEnabled: true,
    });
    expect(rolesOf(resources, 'platform-disks-principal')).toEqual({
      'e147488a-f6f5-4113-8e2d-b22465e65bf6': ['platform-key-id'],
    });
    const id = await new Promise((resolve) => result.diskEncryptionSetId.apply(resolve));
    expect(id).toBe('platform-disks-id');
  });
});

describe("a region's log storage on Azure", () => {
  it("takes logs from Azure's own services only, over TLS, without shared keys", async () => {
    const { resources } = await logsMade();
    expect(only(resources, 'storage:StorageAccount').inputs).toMatchObject({
      sku: { name: 'Standard_ZRS' },
      networkRuleSet: { defaultAction: 'Deny', bypass: 'AzureServices, Logging, Metrics', ipRules: [] },
      minimumTlsVersion: 'TLS1_2',
      enableHttpsTrafficOnly: true,
      allowBlobPublicAccess: false,
      allowSharedKeyAccess: false,
      encryption: { requireInfrastructureEncryption: true },
    });
  });

  it('keeps logs for 400 days or as told, protected, and what is deleted for a week more', async () => {
    const { resources } = await logsMade({ ...LOGS, retentionDays: 90 });
    const days = (of: typeof resources) => JSON.stringify(only(of, 'storage:ManagementPolicy').inputs['policy']);
    expect(days(resources)).toContain('"baseBlob":{"delete":{"daysAfterModificationGreaterThan":90}}');
    expect(days((await logsMade()).resources)).toContain('"daysAfterModificationGreaterThan":400');
    expect(only(resources, 'storage:BlobServiceProperties').inputs).toMatchObject({
      deleteRetentionPolicy: { enabled: true, days: 7 },
      containerDeleteRetentionPolicy: { enabled: true, days: 7 },
    });
    for (const { type, protection } of resources.values()) {
      if (type.startsWith('azure-native:')) expect(protection).toEqual({ protect: true, retainOnDelete: true });
    }
  });

  it.each([89, 400.5, Number.NaN])('refuses to keep logs for %p days', async (retentionDays) => {
    const { resources, result } = await recordProgram(() => {
      try {
        return new AzureLogStorage('logs', { ...LOGS, retentionDays });
      } catch (error) {
        return error;
      }
    });
    expect(result).toBeInstanceOf(InputPropertyError);
    expect((result as InputPropertyError).propertyPath).toBe('retentionDays');
    expect([...resources.keys()]).toEqual([]);
  });
});

describe("a region's resource groups on Azure", () => {
  it.each<readonly [ResourceGroupKind, number, boolean]>([
    ['region', 0, false],
    ['data', 1, true],
    ['tenants', 0, true],
  ])('%s has %p locks, protected: %p', async (kind, locks, isProtected) => {
    const { resources } = await groupMade(kind);
    const group = only(resources, 'resources:ResourceGroup');
    expect(group.inputs).toMatchObject({
      resourceGroupName: resourceGroupName({ stack: STACK, kind }),
      location: 'westeurope',
      tags: { 'flotilla-stack': STACK },
    });
    expect(group.protection.protect).toBe(isProtected);
    const found = ofType(resources, 'authorization:ManagementLockAtResourceGroupLevel');
    expect(found).toHaveLength(locks);
    for (const { inputs } of found) expect(inputs['level']).toBe('CanNotDelete');
  });

  it('have names of their own', () => {
    const kinds = ['region', 'data', 'tenants'] as const;
    expect(new Set(kinds.map((kind) => resourceGroupName({ stack: STACK, kind }))).size).toBe(kinds.length);
  });
});
