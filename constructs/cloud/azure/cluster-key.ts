import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Key } from '@pulumi/azure-native/keyvault/key.js';
import { Vault } from '@pulumi/azure-native/keyvault/vault.js';
import { azureRegionTags } from '../azure-tags.ts';
import type { RegionPlace } from '../region-args.ts';
import { globalName } from './global-name.ts';

export interface ClusterKeyArgs {
  readonly stack: string;
  readonly region: RegionPlace;
  /** Name of the cluster within the region. */
  readonly cluster: string;
  readonly resourceGroupName: Input<string>;
  /** Directory (Entra tenant) of the subscription. */
  readonly directoryId: Input<string>;
  readonly options: CustomResourceOptions;
}

export interface ClusterKey {
  readonly vaultId: Output<string>;
  /** URL of the key with its version, which is what AKS asks for. */
  readonly keyUrl: Output<string>;
}

/**
 * Key that a cluster's secrets are encrypted with at rest, in a vault of its own without public access: AKS needs the
 * role Key Vault Contributor to reach a private vault (learn.microsoft.com/azure/aks/use-kms-etcd-encryption), and in a
 * vault that holds more it could change what is not its own.
 *
 * A version that rotation makes goes to the cluster with the `up` after the next `refresh`; the old one stays valid, for
 * secrets that nobody has written since are still under it.
 */
export function makeClusterKey(name: string, args: ClusterKeyArgs): ClusterKey {
  const { stack, region, cluster, resourceGroupName, directoryId, options } = args;
  const tags = { ...azureRegionTags(args), 'flotilla-cluster': cluster };
  const data = { ...options, protect: true, retainOnDelete: true };
  const vault = new Vault(
    `${name}-key-vault`,
    {
      vaultName: globalName([region.account, stack, cluster, 'secrets']),
      resourceGroupName,
      location: region.name,
      properties: {
        tenantId: directoryId,
        sku: { family: 'A', name: 'standard' },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: SOFT_DELETE_DAYS,
        enablePurgeProtection: true,
        publicNetworkAccess: 'disabled',
        networkAcls: { bypass: 'None', defaultAction: 'Deny' },
      },
      tags,
    },
    data,
  );
  const key = new Key(
    `${name}-key`,
    {
      keyName: 'secrets',
      vaultName: vault.name,
      resourceGroupName,
      properties: {
        kty: 'RSA',
        keySize: 3072,
        keyOps: ['encrypt', 'decrypt'],
        rotationPolicy: {
          lifetimeActions: [{ action: { type: 'rotate' }, trigger: { timeAfterCreate: ROTATED_AFTER } }],
        },
      },
      tags,
    },
    data,
  );
  return { vaultId: vault.id, keyUrl: key.keyUriWithVersion };
}

/** The longest that Key Vault keeps what was deleted (learn.microsoft.com/azure/key-vault/general/soft-delete-overview). */
const SOFT_DELETE_DAYS = 90;
/** ISO 8601: a year. */
const ROTATED_AFTER = 'P365D';
