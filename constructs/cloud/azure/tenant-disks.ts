import { output } from '@pulumi/pulumi';
import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { DiskEncryptionSet } from '@pulumi/azure-native/compute/diskEncryptionSet.js';
import { resourceName } from '../resource-name.ts';
import { grantRole } from './role-grant.ts';
import type { TenantKey } from './tenant-key.ts';
import type { AzureTenantStorageArgs } from './tenant-storage.ts';

/** What everything of a tenant that is encrypted is made from. */
export interface KeyedArgs {
  readonly storage: AzureTenantStorageArgs;
  readonly key: TenantKey;
  /** Resource id of the tenant's identity, in whose name the key is asked for. */
  readonly identityId: Input<string>;
  readonly tags: Record<string, string>;
  /** Parent and protection. */
  readonly options: CustomResourceOptions;
}

/** The tenant's disk encryption set; its id is given out once the clusters' volume drivers may name it. */
export function makeTenantDisks(name: string, args: KeyedArgs): Output<string> {
  const { storage, key, options } = args;
  const { stack, region, tenant, clusters } = storage;
  const disks = new DiskEncryptionSet(
    `${name}-disks`,
    {
      diskEncryptionSetName: resourceName([stack, tenant.name], { maxLength: MAX_NAME }),
      resourceGroupName: storage.resourceGroupName,
      location: region.name,
      encryptionType: 'EncryptionAtRestWithCustomerKey',
      identity: { type: 'UserAssigned', userAssignedIdentities: [args.identityId] },
      activeKey: {
        keyUrl: key.versionUrl,
        ...(key.vaultId === undefined ? {} : { sourceVault: { id: key.vaultId } }),
      },
      rotationToLatestKeyVersionEnabled: true,
      tags: args.tags,
    },
    options,
  );
  const readers = Object.entries(clusters).map(([cluster, { volumePrincipalId }]) =>
    grantRole(
      `${name}-disks-${cluster}-role`,
      {
        ...{ stack, region, scope: disks.id, principalId: volumePrincipalId },
        // To make a disk under a set takes the right to read it (learn.microsoft.com/azure/aks/azure-disk-customer-managed-keys).
        role: 'reader',
        description: `The volume driver of ${cluster} makes volumes of the tenant ${tenant.name}`,
      },
      options.parent === undefined ? {} : { parent: options.parent },
    ),
  );
  return output({ id: disks.id, readers: readers.map((reader) => reader.id) }).apply(({ id }) => id);
}

const MAX_NAME = 80;
