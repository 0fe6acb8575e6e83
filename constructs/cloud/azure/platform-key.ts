import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { DiskEncryptionSet } from '@pulumi/azure-native/compute/diskEncryptionSet.js';
import type { Key } from '@pulumi/azure-native/keyvault/key.js';
import { Vault } from '@pulumi/azure-native/keyvault/vault.js';
import { DiagnosticSetting } from '@pulumi/azure-native/monitor/diagnosticSetting.js';
import { azureRegionTags } from '../azure-tags.ts';
import { refuseProblems } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { globalName } from './global-name.ts';
import { makePrivateEndpoint } from './private-endpoint.ts';
import type { PrivateEndpointPlace } from './private-endpoint.ts';
import { regionProblems } from './region-problems.ts';
import { grantRole } from './role-grant.ts';
import { makeRotatingKey } from './rotating-key.ts';

export interface AzurePlatformKeyArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  /** Group of kind `region`: external-dns reads the DNS zone's group off the disk encryption set. */
  readonly resourceGroupName: Input<string>;
  /** Directory (Entra tenant) of the subscription. */
  readonly directoryId: Input<string>;
  /** Storage account of the region that logs of the vault go to. */
  readonly logStorageAccountId: Input<string>;
  /** Where the network has the vault; its zone is that of key vaults. */
  readonly privateEndpoint: PrivateEndpointPlace;
}

/**
 * The vault of a region, which its tenants' keys are in too, with the platform key and the disk encryption set that nodes
 * and volumes are encrypted by. Nothing reaches the vault from outside the network but Azure's own services in the name of
 * an identity that has a role on one key; keys themselves are made through Azure's management API.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzurePlatformKey extends ComponentResource {
  readonly vaultId: Output<string>;
  readonly vaultName: Output<string>;
  /** Given out once the network reaches it. */
  readonly vaultUri: Output<string>;
  /** Resource id of the key, for the scopes of roles. */
  readonly keyId: Output<string>;
  /** URL of the key without a version, which follows its rotation. */
  readonly keyUri: Output<string>;
  /** Given out once it may use the key. */
  readonly diskEncryptionSetId: Output<string>;

  constructor(name: string, args: AzurePlatformKeyArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`platform key ${name}`, regionProblems(args));
    super('flotilla:azure:PlatformKey', name, {}, options);

    const { stack, region, resourceGroupName } = args;
    const tags = azureRegionTags(args);
    const data: CustomResourceOptions = { parent: this, protect: true, retainOnDelete: true };
    const vault = makeVault(name, args, data);
    const reached = makePrivateEndpoint(`${name}-vault`, {
      place: args.privateEndpoint,
      endpointName: resourceName([stack, 'vault'], { maxLength: MAX_ENDPOINT_NAME }),
      resourceGroupName,
      location: region.name,
      targetId: vault.id,
      groupId: 'vault',
      tags,
      options: { parent: this },
    });
    const place = { id: vault.id, name: vault.name, resourceGroupName };
    const key = makeRotatingKey(`${name}-key`, { keyName: 'platform', vault: place, tags, options: data });
    const disks = makeDiskEncryptionSet(name, args, { vault, key, tags, options: data });
    const allowed = grantRole(
      `${name}-disks-role`,
      {
        ...{ stack, region, scope: key.id },
        role: 'keyVaultCryptoServiceEncryptionUser',
        principalId: disks.identity.apply((identity) => principalOf(identity, name)),
        description: `Nodes and volumes of ${stack} are encrypted with the platform key`,
      },
      data,
    );

    this.vaultId = vault.id;
    this.vaultName = vault.name;
    this.vaultUri = output({ vault: vault.properties, reached }).apply((all) => uriOf(all.vault, name));
    this.keyId = key.id;
    this.keyUri = key.keyUri;
    this.diskEncryptionSetId = output({ id: disks.id, allowed: allowed.id }).apply(({ id }) => id);
    this.registerOutputs({
      vaultId: this.vaultId,
      keyId: this.keyId,
      keyUri: this.keyUri,
      diskEncryptionSetId: this.diskEncryptionSetId,
    });
  }
}

function makeVault(name: string, args: AzurePlatformKeyArgs, options: CustomResourceOptions): Vault {
  const { stack, region, resourceGroupName, directoryId } = args;
  const vault = new Vault(
    `${name}-vault`,
    {
      vaultName: globalName([region.account, stack, 'region']),
      resourceGroupName,
      location: region.name,
      properties: {
        tenantId: directoryId,
        // Keys in validated hardware (learn.microsoft.com/azure/key-vault/keys/about-keys).
        sku: { family: 'A', name: 'premium' },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: SOFT_DELETE_DAYS,
        enablePurgeProtection: true,
        enabledForDeployment: false,
        enabledForDiskEncryption: false,
        enabledForTemplateDeployment: false,
        publicNetworkAccess: 'Disabled',
        // Storage, disks and PostgreSQL ask for a key as trusted services (learn.microsoft.com/azure/key-vault/general/overview-vnet-service-endpoints).
        networkAcls: { bypass: 'AzureServices', defaultAction: 'Deny', ipRules: [], virtualNetworkRules: [] },
      },
      tags: azureRegionTags(args),
    },
    options,
  );
  new DiagnosticSetting(
    `${name}-vault-audit`,
    {
      name: 'audit',
      resourceUri: vault.id,
      storageAccountId: args.logStorageAccountId,
      logs: [{ category: 'AuditEvent', enabled: true }],
    },
    options,
  );
  return vault;
}

function makeDiskEncryptionSet(
  name: string,
  { stack, region, resourceGroupName }: AzurePlatformKeyArgs,
  made: {
    readonly vault: Vault;
    readonly key: Key;
    readonly tags: Record<string, string>;
    readonly options: CustomResourceOptions;
  },
): DiskEncryptionSet {
  return new DiskEncryptionSet(
    `${name}-disks`,
    {
      diskEncryptionSetName: resourceName([stack, 'platform'], { maxLength: MAX_DISK_ENCRYPTION_SET_NAME }),
      resourceGroupName,
      location: region.name,
      encryptionType: 'EncryptionAtRestWithCustomerKey',
      identity: { type: 'SystemAssigned' },
      // It starts from a version, and takes newer ones within the hour.
      activeKey: { keyUrl: made.key.keyUriWithVersion, sourceVault: { id: made.vault.id } },
      rotationToLatestKeyVersionEnabled: true,
      tags: made.tags,
    },
    made.options,
  );
}

function uriOf({ vaultUri }: { readonly vaultUri?: string }, name: string): string {
  if (vaultUri === undefined) throw new Error(`the vault of ${name} has got no URL from Azure`);
  return vaultUri;
}

function principalOf(identity: { readonly principalId: string } | undefined, name: string): string {
  if (identity === undefined) throw new Error(`the disk encryption set of ${name} has got no identity from Azure`);
  return identity.principalId;
}

/** The longest that Key Vault keeps what was deleted (learn.microsoft.com/azure/key-vault/general/soft-delete-overview). */
const SOFT_DELETE_DAYS = 90;
const MAX_ENDPOINT_NAME = 64;
const MAX_DISK_ENCRYPTION_SET_NAME = 80;
