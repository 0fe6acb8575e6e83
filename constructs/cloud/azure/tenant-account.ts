import { interpolate, output } from '@pulumi/pulumi';
import type { CustomResource, CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { ManagementLockByScope } from '@pulumi/azure-native/authorization/managementLockByScope.js';
import { DiagnosticSetting } from '@pulumi/azure-native/monitor/diagnosticSetting.js';
import { BlobContainer } from '@pulumi/azure-native/storage/blobContainer.js';
import { BlobServiceProperties } from '@pulumi/azure-native/storage/blobServiceProperties.js';
import { ManagementPolicy } from '@pulumi/azure-native/storage/managementPolicy.js';
import { StorageAccount } from '@pulumi/azure-native/storage/storageAccount.js';
import { resourceName } from '../resource-name.ts';
import { CLOSED_ACCOUNT } from './closed-account.ts';
import { globalName } from './global-name.ts';
import type { LifecycleRules } from './lifecycle-rules.ts';
import { makePrivateEndpoint } from './private-endpoint.ts';
import { grantRole } from './role-grant.ts';
import type { KeyedArgs } from './tenant-disks.ts';

export interface TenantAccountArgs extends KeyedArgs {
  /** Of the tenant's identity, which alone may read and write. */
  readonly principalId: Input<string>;
}

export interface TenantAccount {
  /** Given out once all that guards the account is in place and the network reaches it. */
  readonly name: Output<string>;
  readonly container: Output<string>;
  /** Known once the tenant's identity may read and write. */
  readonly allowed: Output<string>;
}

/**
 * The tenant's storage account with one container. The lock goes with the tenant's deletion protection and so is not
 * protected itself: to switch that protection off is to take the lock off.
 */
export function makeTenantAccount(name: string, args: TenantAccountArgs): TenantAccount {
  const { storage, tags, options } = args;
  const { stack, region, tenant, resourceGroupName } = storage;
  const child: CustomResourceOptions = options.parent === undefined ? {} : { parent: options.parent };
  const account = makeAccount(name, args);
  const place = { accountName: account.name, resourceGroupName };
  const container = new BlobContainer(
    `${name}-container`,
    { ...place, containerName: CONTAINER, publicAccess: 'None' },
    options,
  );
  const allowed = grantRole(
    `${name}-container-role`,
    {
      ...{ stack, region, scope: container.id, principalId: args.principalId },
      role: 'storageBlobDataContributor',
      description: `Brokers of the tenant ${tenant.name} keep Kafka's segments in its container`,
    },
    child,
  );
  const reached = makePrivateEndpoint(`${name}-blob`, {
    place: storage.privateEndpoint,
    endpointName: resourceName([stack, tenant.name], { maxLength: MAX_ENDPOINT_NAME }),
    resourceGroupName,
    location: region.name,
    targetId: account.id,
    groupId: 'blob',
    tags,
    options: child,
  });
  if (tenant.deletionProtection) {
    new ManagementLockByScope(
      `${name}-lock`,
      {
        scope: account.id,
        lockName: 'holds-data',
        level: 'CanNotDelete',
        notes: `Data of the tenant ${tenant.name}: switch its deletionProtection off to let it go.`,
      },
      { ...child, dependsOn: [container, allowed] },
    );
  }
  const guards = guardAccount(name, account, args).map((guard) => guard.id);
  return {
    name: output({ name: account.name, guards, reached }).apply((all) => all.name),
    container: container.name,
    allowed: allowed.id,
  };
}

function makeAccount(name: string, { storage, key, identityId, tags, options }: TenantAccountArgs): StorageAccount {
  const { stack, region, tenant } = storage;
  return new StorageAccount(
    `${name}-account`,
    {
      accountName: globalName([region.account, stack, tenant.name]),
      resourceGroupName: storage.resourceGroupName,
      location: region.name,
      ...CLOSED_ACCOUNT,
      publicNetworkAccess: 'Disabled',
      networkRuleSet: { defaultAction: 'Deny', bypass: 'None', ipRules: [], virtualNetworkRules: [] },
      // Blobs are copied from nowhere but accounts with a private endpoint in the same network.
      allowedCopyScope: 'PrivateLink',
      identity: { type: 'UserAssigned', userAssignedIdentities: [identityId] },
      encryption: {
        keySource: 'Microsoft.Keyvault',
        // Without a version: the account follows the key's rotation within a day
        // (learn.microsoft.com/azure/storage/common/customer-managed-keys-overview).
        keyVaultProperties: { keyName: key.keyName, keyVaultUri: key.vaultUri },
        encryptionIdentity: { encryptionUserAssignedIdentity: identityId },
        requireInfrastructureEncryption: true,
        services: { blob: { enabled: true, keyType: 'Account' }, file: { enabled: true, keyType: 'Account' } },
      },
      tags,
    },
    options,
  );
}

/** All of it outlives its stack with the account: what is kept without its versions and its logs is kept badly. */
function guardAccount(
  name: string,
  account: StorageAccount,
  { storage, options }: TenantAccountArgs,
): readonly CustomResource[] {
  const place = { accountName: account.name, resourceGroupName: storage.resourceGroupName };
  const blobs = new BlobServiceProperties(
    `${name}-blobs`,
    {
      ...place,
      blobServicesName: 'default',
      isVersioningEnabled: true,
      deleteRetentionPolicy: { enabled: true, days: SOFT_DELETE_DAYS, allowPermanentDelete: false },
      containerDeleteRetentionPolicy: { enabled: true, days: SOFT_DELETE_DAYS },
    },
    options,
  );
  const lifecycle = new ManagementPolicy(
    `${name}-lifecycle`,
    { ...place, managementPolicyName: 'default', policy: { rules: lifecycleRules() } },
    // Azure refuses a rule on versions of an account that keeps none.
    { ...options, dependsOn: blobs },
  );
  const accessLog = new DiagnosticSetting(
    `${name}-access-log`,
    {
      name: 'access',
      resourceUri: interpolate`${account.id}/blobServices/default`,
      storageAccountId: storage.logStorageAccountId,
      logs: ['StorageRead', 'StorageWrite', 'StorageDelete'].map((category) => ({ category, enabled: true })),
    },
    { ...options, dependsOn: blobs },
  );
  return [blobs, lifecycle, accessLog];
}

/**
 * Nothing current ever expires here: Kafka alone knows how long a topic's segments are kept. Azure counts a version's days
 * from when it was written, not from when it was deleted; so it is the soft delete, which then keeps what this rule takes,
 * that gives a deletion by mistake its time. Blocks of an upload that never ended go by themselves after a week.
 */
function lifecycleRules(): LifecycleRules {
  return [
    {
      name: 'versions-that-were-deleted',
      type: 'Lifecycle',
      enabled: true,
      definition: {
        actions: {
          version: { delete: { daysAfterCreationGreaterThan: VERSION_DAYS } },
          snapshot: { delete: { daysAfterCreationGreaterThan: VERSION_DAYS } },
        },
        filters: { blobTypes: ['blockBlob'] },
      },
    },
  ];
}

/** An account is one tenant's, so the container needs no name of the tenant's. */
const CONTAINER = 'kafka';
/** How long a deletion by mistake can be taken back; each day costs what Kafka deletes in one. */
const SOFT_DELETE_DAYS = 14;
const VERSION_DAYS = 14;
const MAX_ENDPOINT_NAME = 64;
