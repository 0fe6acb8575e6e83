import { ComponentResource, interpolate, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import { azureTenantTags } from '../azure-tags.ts';
import { refuseProblems } from '../input-problems.ts';
import { resourceName } from '../resource-name.ts';
import type { TenantStorage, TenantStorageArgs } from '../tenant-storage.ts';
import type { PrivateEndpointPlace } from './private-endpoint.ts';
import type { KeyVaultPlace } from './rotating-key.ts';
import { makeTenantAccount } from './tenant-account.ts';
import { federateBrokers } from './tenant-brokers.ts';
import type { TenantCluster } from './tenant-brokers.ts';
import { makeTenantDisks } from './tenant-disks.ts';
import { makeTenantKey } from './tenant-key.ts';
import { tenantStorageProblems } from './tenant-storage-problems.ts';

export interface AzureTenantStorageArgs extends TenantStorageArgs {
  /** Group of kind `tenants`. */
  readonly resourceGroupName: Input<string>;
  /** Vault of the region, where the tenant's own key is made. */
  readonly vault: KeyVaultPlace;
  /** Storage account of the region that logs of who reads and writes go to. */
  readonly logStorageAccountId: Input<string>;
  /** Where the network has the tenant's account; its zone is that of blobs. */
  readonly privateEndpoint: PrivateEndpointPlace;
  /** Kubernetes clusters that may run the tenant, by name; one, but while it moves. */
  readonly clusters: Readonly<Record<string, TenantCluster>>;
}

/**
 * A tenant's key, storage account and identity on Azure, and the disk encryption set that its volumes are encrypted by.
 *
 * With a customer's key (BYOK), nothing here can see the customer's vault: the customer gives the tenant's identity the
 * role Key Vault Crypto Service Encryption User on that key. The identity's name is known before ({@link tenantIdentityName});
 * until it has the role, `up` makes the identity and then fails on the account, and a later `up` goes on from there. To
 * change or drop a customer's key is for a new tenant: what the old one encrypted stays under it.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzureTenantStorage extends ComponentResource implements TenantStorage {
  /** Id of the disk encryption set; account and volumes are under the same key. */
  readonly keyId: Output<string>;
  readonly bucket: Output<string>;
  readonly identity: Output<string>;

  constructor(name: string, args: AzureTenantStorageArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`tenant storage ${name}`, tenantStorageProblems(args));
    super('flotilla:azure:TenantStorage', name, {}, options);

    const { region, tenant, resourceGroupName } = args;
    const data: CustomResourceOptions = {
      parent: this,
      ...(tenant.deletionProtection ? { protect: true, retainOnDelete: true } : {}),
    };
    const tags = azureTenantTags(args);
    const identity = new UserAssignedIdentity(
      `${name}-identity`,
      { resourceName: tenantIdentityName(args), resourceGroupName, location: region.name, tags },
      // The account and the volumes ask for the key in its name: without it, all of them are lost.
      data,
    );
    const key = makeTenantKey(name, { storage: args, principalId: identity.principalId, tags, options: data });
    const keyed = { storage: args, key, identityId: identity.id, tags, options: data };
    const disks = makeTenantDisks(name, keyed);
    const account = makeTenantAccount(name, { ...keyed, principalId: identity.principalId });
    const federated = federateBrokers(name, { storage: args, identityName: identity.name, options: { parent: this } });

    this.keyId = disks;
    this.bucket = interpolate`${account.name}/${account.container}`;
    // Whoever is given the identity may rely on what it is allowed, and on the brokers' being let take it.
    this.identity = output({ id: identity.clientId, allowed: account.allowed, federated }).apply(({ id }) => id);
    this.registerOutputs({ keyId: this.keyId, bucket: this.bucket, identity: this.identity });
  }
}

/** Name of a tenant's identity, which a customer gives a role on the own key (BYOK). */
export function tenantIdentityName({ stack, tenant }: Pick<TenantStorageArgs, 'stack' | 'tenant'>): string {
  return resourceName([stack, tenant.name], { maxLength: MAX_IDENTITY_NAME });
}

const MAX_IDENTITY_NAME = 64;
