import type { CustomResourceOptions, Input } from '@pulumi/pulumi';
import { Key } from '@pulumi/azure-native/keyvault/key.js';

export interface RotatingKeyArgs {
  readonly keyName: string;
  readonly vault: KeyVaultPlace;
  readonly tags: Record<string, string>;
  readonly options: CustomResourceOptions;
}

/** The vault of a region, which Azure's own keys' API asks for by name and group. */
export interface KeyVaultPlace {
  readonly id: Input<string>;
  readonly name: Input<string>;
  readonly resourceGroupName: Input<string>;
}

/**
 * A key in a vault's hardware that Key Vault rotates each year. It only wraps the keys that services encrypt data with.
 * Azure's management API deletes no key, and the vault's purge protection keeps one that is deleted otherwise for 90 days.
 */
export function makeRotatingKey(name: string, { keyName, vault, tags, options }: RotatingKeyArgs): Key {
  return new Key(
    name,
    {
      keyName,
      vaultName: vault.name,
      resourceGroupName: vault.resourceGroupName,
      properties: {
        kty: 'RSA-HSM',
        // NIST SP 800-57 part 1: 128 bits of security; disks, storage accounts and PostgreSQL take it.
        keySize: 3072,
        keyOps: ['wrapKey', 'unwrapKey'],
        rotationPolicy: {
          // An expired version still unwraps what it has wrapped (learn.microsoft.com/azure/key-vault/keys/about-keys-details).
          attributes: { expiryTime: 'P2Y' },
          lifetimeActions: [{ action: { type: 'rotate' }, trigger: { timeAfterCreate: 'P1Y' } }],
        },
      },
      tags,
    },
    options,
  );
}
