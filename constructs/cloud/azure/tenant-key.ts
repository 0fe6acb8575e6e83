import { output } from '@pulumi/pulumi';
import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { CUSTOMER_KEY_URL } from './customer-key-url.ts';
import { grantRole } from './role-grant.ts';
import { makeRotatingKey } from './rotating-key.ts';
import type { AzureTenantStorageArgs } from './tenant-storage.ts';

export interface TenantKeyArgs {
  readonly storage: AzureTenantStorageArgs;
  /** Of the tenant's identity, which uses the key. */
  readonly principalId: Input<string>;
  readonly tags: Record<string, string>;
  /** Parent and protection. */
  readonly options: CustomResourceOptions;
}

/** A key as accounts and disks are told of it; its URLs are given out once the tenant's identity may use the key. */
export interface TenantKey {
  readonly keyName: string;
  readonly vaultUri: Input<string>;
  /** URL with the version that disks start from. */
  readonly versionUrl: Input<string>;
  /** Absent for a customer's key, whose vault may be of any subscription. */
  readonly vaultId?: Input<string>;
}

/** The tenant's own key in the vault of the region, or the customer's by its URL. */
export function makeTenantKey(name: string, args: TenantKeyArgs): TenantKey {
  const customerKey = args.storage.tenant.encryptionKey;
  return customerKey === undefined ? makeOwnKey(name, args) : customerKeyParts(customerKey.customerKeyId);
}

function makeOwnKey(name: string, { storage, principalId, tags, options }: TenantKeyArgs): TenantKey {
  const { stack, region, tenant, vault } = storage;
  // The platform's own keys are named without this start, and a tenant may be named like one of them.
  const keyName = `tenant-${tenant.name}`;
  const key = makeRotatingKey(`${name}-key`, { keyName, vault, tags, options });
  const allowed = grantRole(
    `${name}-key-role`,
    {
      ...{ stack, region, principalId, scope: key.id },
      role: 'keyVaultCryptoServiceEncryptionUser',
      description: `Account and volumes of the tenant ${tenant.name} are encrypted with its key`,
    },
    options,
  );
  const usable = <T>(value: Output<T>): Output<T> =>
    output({ value, allowed: allowed.id }).apply((all) => all.value as T);
  return {
    keyName,
    vaultUri: usable(key.keyUri.apply(vaultOf)),
    versionUrl: usable(key.keyUriWithVersion),
    vaultId: vault.id,
  };
}

function customerKeyParts(url: string): TenantKey {
  const { vaultUri, keyName } = CUSTOMER_KEY_URL.exec(url)?.groups ?? {};
  if (vaultUri === undefined || keyName === undefined) throw new Error(`${url} has passed as the URL of a key`);
  return { keyName, vaultUri, versionUrl: url };
}

/** URL of the vault that a key's URL begins with. */
function vaultOf(keyUri: string): string {
  return new URL('/', keyUri).href;
}
