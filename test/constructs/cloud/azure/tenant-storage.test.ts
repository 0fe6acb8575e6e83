import { InputPropertiesError, InputPropertyError } from '@pulumi/pulumi';
import type { Output } from '@pulumi/pulumi';
import { Provider } from '@pulumi/azure-native/provider.js';
import { describe, expect, it } from '@jest/globals';
import { AzureTenantStorage, tenantIdentityName } from '../../../../constructs/cloud/azure/tenant-storage.ts';
import type { AzureTenantStorageArgs } from '../../../../constructs/cloud/azure/tenant-storage.ts';
import { recordProgram } from '../recorded-resources.ts';
import { REGION, STACK, SUBSCRIPTION, ofType, only, rolesOf } from './azure-args.ts';
import { azureOutputs } from './azure-outputs.ts';

const CUSTOMER_KEY = 'https://customer.vault.azure.net/keys/kafka/0123456789abcdef0123456789abcdef';
const ENCRYPTS = 'e147488a-f6f5-4113-8e2d-b22465e65bf6';
const WRITES_BLOBS = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe';
const READS = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';

const ORDERS: AzureTenantStorageArgs = {
  stack: STACK,
  region: { cloud: 'azure', name: REGION.name, account: SUBSCRIPTION, tags: REGION.tags },
  tenant: { name: 'orders', cluster: 'a', deletionProtection: true },
  owner: 'stack',
  resourceGroupName: 'tenants',
  vault: { id: 'the-vault-id', name: 'the-vault', resourceGroupName: 'the-region' },
  logStorageAccountId: 'the-logs',
  privateEndpoint: { subnetId: 'the-endpoints', privateDnsZoneId: 'the-blob-zone' },
  clusters: { a: { issuer: 'https://oidc.example.com/a/', volumePrincipalId: 'volumes-of-a' } },
};
const BYOK = inTenant({ encryptionKey: { customerKeyId: CUSTOMER_KEY } });

function inTenant(changed: Partial<AzureTenantStorageArgs['tenant']>): AzureTenantStorageArgs {
  return { ...ORDERS, tenant: { ...ORDERS.tenant, ...changed } };
}

async function made(...tenants: readonly AzureTenantStorageArgs[]) {
  const { resources, result } = await recordProgram(
    () => tenants.map((args) => new AzureTenantStorage(args.tenant.name, args)),
    { computed: azureOutputs },
  );
  return { resources, storages: result };
}

describe("a tenant's storage on Azure", () => {
  it('is one component whose children all hang under it, with its explicit provider', async () => {
    const { resources } = await recordProgram(
      () => new AzureTenantStorage('orders', ORDERS, { provider: new Provider('westeurope') }),
      { computed: azureOutputs },
    );
    const children = [...resources.values()].filter(({ type }) => type.startsWith('azure-native:'));
    expect(children.length).toBeGreaterThan(12);
    for (const { parentType, provider } of children) {
      expect(parentType).toBe('flotilla:azure:TenantStorage');
      expect(provider).toContain('::westeurope::');
    }
  });

  it('gives out its disk encryption set, its container and its identity', async () => {
    const { storages } = await made(ORDERS);
    expect(await known(storages[0]?.keyId)).toBe('orders-disks-id');
    expect(await known(storages[0]?.bucket)).toBe('orders-account-name/kafka');
    expect(await known(storages[0]?.identity)).toBe('orders-identity-client');
  });

  it('encrypts account and volumes with a key of its own that rotates, in the name of its identity', async () => {
    const { resources } = await made(ORDERS);
    expect(only(resources, 'keyvault:Key').inputs).toMatchObject({
      keyName: 'tenant-orders',
      vaultName: 'the-vault',
      properties: {
        kty: 'RSA-HSM',
        keyOps: ['wrapKey', 'unwrapKey'],
        rotationPolicy: { lifetimeActions: [{ action: { type: 'rotate' }, trigger: { timeAfterCreate: 'P1Y' } }] },
      },
    });
    expect(only(resources, 'storage:StorageAccount').inputs).toMatchObject({
      identity: { type: 'UserAssigned', userAssignedIdentities: ['orders-identity-id'] },
      encryption: {
        keySource: 'Microsoft.Keyvault',
        keyVaultProperties: { keyName: 'tenant-orders', keyVaultUri: 'https://vault.example.com/' },
        encryptionIdentity: { encryptionUserAssignedIdentity: 'orders-identity-id' },
        requireInfrastructureEncryption: true,
      },
    });
    expect(only(resources, 'compute:DiskEncryptionSet').inputs).toMatchObject({
      identity: { type: 'UserAssigned', userAssignedIdentities: ['orders-identity-id'] },
      activeKey: {
        keyUrl: 'https://vault.example.com/keys/orders-key/0123456789abcdef0123456789abcdef',
        sourceVault: { id: 'the-vault-id' },
      },
      rotationToLatestKeyVersionEnabled: true,
    });
  });

  it('is closed: one network, TLS 1.2, no shared keys, nothing public', async () => {
    const { resources } = await made(ORDERS);
    expect(only(resources, 'storage:StorageAccount').inputs).toMatchObject({
      kind: 'StorageV2',
      sku: { name: 'Standard_ZRS' },
      publicNetworkAccess: 'Disabled',
      networkRuleSet: { defaultAction: 'Deny', bypass: 'None' },
      enableHttpsTrafficOnly: true,
      minimumTlsVersion: 'TLS1_2',
      allowBlobPublicAccess: false,
      allowSharedKeyAccess: false,
      allowCrossTenantReplication: false,
    });
    expect(only(resources, 'network:PrivateEndpoint').inputs).toMatchObject({
      subnet: { id: 'the-endpoints' },
      privateLinkServiceConnections: [{ privateLinkServiceId: 'orders-account-id', groupIds: ['blob'] }],
    });
    expect(only(resources, 'network:PrivateDnsZoneGroup').inputs).toMatchObject({
      privateEndpointName: 'orders-blob-endpoint-name',
      privateDnsZoneConfigs: [{ privateDnsZoneId: 'the-blob-zone' }],
    });
    expect(only(resources, 'storage:BlobContainer').inputs).toMatchObject({
      containerName: 'kafka',
      publicAccess: 'None',
    });
  });

  it('keeps versions and what was deleted for a while, and lets nothing current expire', async () => {
    const { resources } = await made(ORDERS);
    expect(only(resources, 'storage:BlobServiceProperties').inputs).toMatchObject({
      isVersioningEnabled: true,
      deleteRetentionPolicy: { enabled: true, days: 14, allowPermanentDelete: false },
      containerDeleteRetentionPolicy: { enabled: true, days: 14 },
    });
    const lifecycle = only(resources, 'storage:ManagementPolicy');
    const { rules } = lifecycle.inputs['policy'] as { readonly rules: readonly LifecycleRule[] };
    expect(rules.map(({ definition }) => definition.actions.baseBlob)).toEqual([undefined]);
    expect(rules[0]?.definition.actions.version).toEqual({ delete: { daysAfterCreationGreaterThan: 14 } });
    expect(lifecycle.dependsOn).toContain('orders-blobs');
  });

  it('logs who reads, writes and deletes', async () => {
    const { resources } = await made(ORDERS);
    const { inputs } = only(resources, 'monitor:DiagnosticSetting');
    expect(inputs).toMatchObject({
      resourceUri: 'orders-account-id/blobServices/default',
      storageAccountId: 'the-logs',
    });
    expect(inputs['logs']).toEqual(
      ['StorageRead', 'StorageWrite', 'StorageDelete'].map((category) => ({ category, enabled: true })),
    );
  });

  it('lets its identity use its one key and its one container, and nobody else anything', async () => {
    const { resources } = await made(ORDERS);
    expect(rolesOf(resources, 'orders-identity-principal')).toEqual({
      [ENCRYPTS]: ['orders-key-id'],
      [WRITES_BLOBS]: ['orders-container-id'],
    });
    expect(rolesOf(resources, 'volumes-of-a')).toEqual({ [READS]: ['orders-disks-id'] });
    expect(ofType(resources, 'authorization:RoleAssignment')).toHaveLength(3);
  });

  it("is for the brokers' service account in the tenant's namespace, in clusters that are named, one after the other", async () => {
    const b = { issuer: 'https://oidc.example.com/b/', volumePrincipalId: 'volumes-of-b' };
    const { resources } = await made({ ...ORDERS, clusters: { ...ORDERS.clusters, b } });
    const credentials = ofType(resources, 'managedidentity:FederatedIdentityCredential');
    expect(credentials.map(({ inputs }) => [inputs['issuer'], inputs['subject'], inputs['audiences']])).toEqual([
      ['https://oidc.example.com/a/', 'system:serviceaccount:psc-orders:kafka', ['api://AzureADTokenExchange']],
      ['https://oidc.example.com/b/', 'system:serviceaccount:psc-orders:kafka', ['api://AzureADTokenExchange']],
    ]);
    expect(credentials[1]?.dependsOn).toContain('orders-brokers-a');
  });

  it.each(['stack', 'control-plane'] as const)('says on what bears tags that %s made it', async (owner) => {
    const { resources } = await made({ ...ORDERS, owner });
    const tagged = [...resources.values()].filter(({ inputs }) => inputs['tags'] !== undefined);
    expect(tagged.map(({ type }) => type.split(':').at(-1)).sort()).toEqual([
      'DiskEncryptionSet',
      'Key',
      'PrivateEndpoint',
      'StorageAccount',
      'UserAssignedIdentity',
    ]);
    for (const { inputs } of tagged) {
      expect(inputs['tags']).toEqual({
        environment: 'production',
        'flotilla-stack': STACK,
        'flotilla-tenant': 'orders',
        'flotilla-owner': owner,
      });
    }
  });
});

interface LifecycleRule {
  readonly definition: { readonly actions: { readonly baseBlob?: unknown; readonly version?: unknown } };
}

describe('the protection of data on Azure', () => {
  it('covers the account, all that guards it, the key, and the identity that the key is used by', async () => {
    const { resources } = await made(ORDERS);
    const kept = [...resources.values()].filter(({ protection }) => protection.protect && protection.retainOnDelete);
    expect(kept.map(({ name }) => name).sort()).toEqual([
      'orders-access-log',
      'orders-account',
      'orders-blobs',
      'orders-container',
      'orders-disks',
      'orders-identity',
      'orders-key',
      'orders-key-role',
      'orders-lifecycle',
    ]);
    expect(only(resources, 'authorization:ManagementLockByScope').inputs).toMatchObject({
      scope: 'orders-account-id',
      level: 'CanNotDelete',
    });
  });

  it('is off, and the lock too, for a tenant without deletion protection', async () => {
    const { resources } = await made(inTenant({ deletionProtection: false }));
    const kept = [...resources.values()].filter(({ protection }) => protection.protect || protection.retainOnDelete);
    expect(kept).toEqual([]);
    expect(ofType(resources, 'authorization:ManagementLockByScope')).toEqual([]);
  });
});

describe("a customer's own key on Azure", () => {
  it("takes the place of the tenant's, by its name for the account and by its version for disks", async () => {
    const { resources } = await made(BYOK);
    expect(ofType(resources, 'keyvault:Key')).toEqual([]);
    expect(only(resources, 'storage:StorageAccount').inputs['encryption']).toMatchObject({
      keyVaultProperties: { keyName: 'kafka', keyVaultUri: 'https://customer.vault.azure.net/' },
    });
    expect(only(resources, 'compute:DiskEncryptionSet').inputs['activeKey']).toEqual({ keyUrl: CUSTOMER_KEY });
  });

  it('is granted by the customer to an identity whose name is known before', async () => {
    const { resources } = await made(BYOK);
    expect(rolesOf(resources, 'orders-identity-principal')).toEqual({ [WRITES_BLOBS]: ['orders-container-id'] });
    expect(only(resources, 'managedidentity:UserAssignedIdentity').inputs['resourceName']).toBe(
      tenantIdentityName(BYOK),
    );
  });
});

describe('a tenant more on Azure', () => {
  it('changes nothing of the others', async () => {
    const before = await made(ORDERS);
    const after = await made(inTenant({ name: 'payments' }), ORDERS);
    expect(after.resources.size).toBe(2 * before.resources.size);
    for (const [name, resource] of before.resources) expect(after.resources.get(name)).toEqual(resource);
  });

  it('never gets an account, an identity or a role assignment that another has, however alike their names', async () => {
    const long = 'a'.repeat(39);
    const alike = [
      ORDERS,
      { ...ORDERS, stack: 'azure-westeurope-dev' },
      inTenant({ name: 'dev-orders' }),
      inTenant({ name: `${long}b` }),
      inTenant({ name: `${long}c` }),
    ];
    const names = { account: new Set<string>(), identity: new Set<string>(), disks: new Set<string>() };
    const assignments = new Set<unknown>();
    for (const args of alike) {
      const { resources } = await made(args);
      const account = String(only(resources, 'storage:StorageAccount').inputs['accountName']);
      expect(account).toMatch(/^[a-z0-9]{3,24}$/);
      names.account.add(account);
      names.identity.add(String(only(resources, 'managedidentity:UserAssignedIdentity').inputs['resourceName']));
      names.disks.add(String(only(resources, 'compute:DiskEncryptionSet').inputs['diskEncryptionSetName']));
      for (const { inputs } of ofType(resources, 'authorization:RoleAssignment')) {
        assignments.add(inputs['roleAssignmentName']);
      }
    }
    for (const found of Object.values(names)) {
      expect(found.size).toBe(alike.length);
      for (const name of found) expect(name.length).toBeLessThanOrEqual(80);
    }
    expect(assignments.size).toBe(3 * alike.length);
  });
});

describe("wrong arguments of a tenant's storage on Azure", () => {
  const region = (changed: Partial<AzureTenantStorageArgs['region']>) => ({
    ...ORDERS,
    region: { ...ORDERS.region, ...changed },
  });
  const key = (customerKeyId: string) => inTenant({ encryptionKey: { customerKeyId } });
  const keyPath = 'tenant.encryptionKey.customerKeyId';

  it.each<readonly [string, AzureTenantStorageArgs, string, RegExp]>([
    ['another cloud', region({ cloud: 'gcp' }), 'region.cloud', /"gcp".*azure/],
    ['an unknown region', region({ name: 'mars' }), 'region.name', /"mars"/],
    ['a subscription by its name', region({ account: 'production' }), 'region.account', /"production".*UUID/],
    ['a tag with a slash', region({ tags: { 'a/b': 'c' } }), 'region.tags["a/b"]', /"a\/b"/],
    ["a tag of Azure's own", region({ tags: { azureTeam: 'c' } }), 'region.tags["azureTeam"]', /begins/],
    ['a tag with a long value', region({ tags: { team: 'x'.repeat(257) } }), 'region.tags["team"]', /256/],
    [
      'more tags than a zone takes',
      region({ tags: Object.fromEntries(Array.from({ length: 13 }, (_, tag) => [`tag-${tag}`, 'x'])) }),
      'region.tags',
      /"13 tags"/,
    ],
    ['a stack in capitals', { ...ORDERS, stack: 'Prod' }, 'stack', /"Prod"/],
    ['a tenant whose name is too long', inTenant({ name: 'a'.repeat(41) }), 'tenant.name', /at most 40/],
    ['a key without a version', key('https://customer.vault.azure.net/keys/kafka'), keyPath, /version/],
    ['a key of another cloud', key('arn:aws:kms:us-west-2:999999999999:key/1'), keyPath, /vault\.azure\.net/],
    ['a tenant whose cluster is not named', inTenant({ cluster: 'b' }), 'clusters', /"a".*run in b/],
  ])('are refused with path, value and rule: %s', async (_what, args, path, reason) => {
    const { resources, result } = await recordProgram(() => refusal(args));
    expect(result).toBeInstanceOf(InputPropertyError);
    expect((result as InputPropertyError).propertyPath).toBe(path);
    expect((result as InputPropertyError).message).toMatch(reason);
    expect([...resources.keys()]).toEqual([]);
  });

  it('are all named at once', async () => {
    const { result } = await recordProgram(() => refusal({ ...region({ account: '1', name: 'mars' }), stack: '' }));
    expect(result).toBeInstanceOf(InputPropertiesError);
    expect((result as InputPropertiesError).errors.map(({ propertyPath }) => propertyPath)).toEqual([
      'region.name',
      'region.account',
      'stack',
    ]);
  });
});

function refusal(args: AzureTenantStorageArgs): unknown {
  try {
    return new AzureTenantStorage('orders', args);
  } catch (error) {
    return error;
  }
}

function known<T>(value: Output<T> | undefined): Promise<T> {
  if (value === undefined) throw new Error('there is no such output');
  return new Promise((resolve) => value.apply(resolve));
}
