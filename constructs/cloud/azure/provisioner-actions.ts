/** Where the bucket provisioner has a role. */
export type ProvisionerPlace =
  /** Group of all that is a tenant's. */
  | 'tenants'
  /** Vault of the region, which has a key of each tenant. */
  | 'vault'
  /** Subnet of the private endpoints. */
  | 'privateEndpoints'
  /** Private zone of blobs. */
  | 'blobNames'
  /** Storage account that logs go to. */
  | 'logStorage';

/**
 * What a tenant's storage takes to make, change and delete, place by place
 * (learn.microsoft.com/azure/role-based-access-control/resource-provider-operations).
 */
export const PROVISIONER_ACTIONS: Readonly<Record<ProvisionerPlace, readonly string[]>> = {
  tenants: [
    ...readWriteDelete('Microsoft.Authorization/locks'),
    ...readWriteDelete('Microsoft.Authorization/roleAssignments'),
    ...readWriteDelete('Microsoft.Compute/diskEncryptionSets'),
    ...readWriteDelete('Microsoft.Insights/diagnosticSettings'),
    ...readWriteDelete('Microsoft.ManagedIdentity/userAssignedIdentities'),
    'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action',
    ...readWriteDelete('Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials'),
    ...readWriteDelete('Microsoft.Network/privateEndpoints'),
    ...readWriteDelete('Microsoft.Network/privateEndpoints/privateDnsZoneGroups'),
    'Microsoft.Resources/subscriptions/resourceGroups/read',
    ...readWriteDelete('Microsoft.Storage/storageAccounts'),
    'Microsoft.Storage/storageAccounts/PrivateEndpointConnectionsApproval/action',
    'Microsoft.Storage/storageAccounts/blobServices/read',
    'Microsoft.Storage/storageAccounts/blobServices/write',
    ...readWriteDelete('Microsoft.Storage/storageAccounts/blobServices/containers'),
    ...readWriteDelete('Microsoft.Storage/storageAccounts/managementPolicies'),
  ],
  vault: [
    ...readWriteDelete('Microsoft.Authorization/roleAssignments'),
    // A disk encryption set names the vault of its key.
    'Microsoft.KeyVault/vaults/deploy/action',
    'Microsoft.KeyVault/vaults/read',
    // Azure's management API has no deletion of keys.
    'Microsoft.KeyVault/vaults/keys/read',
    'Microsoft.KeyVault/vaults/keys/write',
    'Microsoft.KeyVault/vaults/keys/versions/read',
  ],
  privateEndpoints: [
    'Microsoft.Network/virtualNetworks/subnets/join/action',
    'Microsoft.Network/virtualNetworks/subnets/read',
  ],
  blobNames: ['Microsoft.Network/privateDnsZones/join/action', 'Microsoft.Network/privateDnsZones/read'],
  // Azure Monitor asks for the right to the account's keys, though the account takes none.
  logStorage: ['Microsoft.Storage/storageAccounts/listKeys/action', 'Microsoft.Storage/storageAccounts/read'],
};

function readWriteDelete(type: string): readonly string[] {
  return ['read', 'write', 'delete'].map((verb) => `${type}/${verb}`);
}
