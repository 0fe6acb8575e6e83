/** What every storage account of the platform has: nothing public, TLS 1.2, no shared keys, three zones. */
export const CLOSED_ACCOUNT = {
  kind: 'StorageV2',
  sku: { name: 'Standard_ZRS' },
  accessTier: 'Hot',
  enableHttpsTrafficOnly: true,
  minimumTlsVersion: 'TLS1_2',
  allowBlobPublicAccess: false,
  // A shared key is a password to all of the account, which nobody's name stands by.
  allowSharedKeyAccess: false,
  defaultToOAuthAuthentication: true,
  allowCrossTenantReplication: false,
  isLocalUserEnabled: false,
  isSftpEnabled: false,
  // Versions of blobs do not go with a hierarchical namespace (learn.microsoft.com/azure/storage/blobs/versioning-overview).
  isHnsEnabled: false,
} as const;
