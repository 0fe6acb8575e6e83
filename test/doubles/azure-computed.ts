/** Outputs that Azure answers with always, while its API descriptions leave them optional; for a double's `computed`. */
export function azureComputed(type: string, name: string): Readonly<Record<string, unknown>> {
  return COMPUTED[type]?.(name) ?? {};
}

const COMPUTED: Readonly<Record<string, (name: string) => Readonly<Record<string, unknown>>>> = {
  'azure-native:compute:DiskEncryptionSet': (name) => ({ identity: { principalId: `${name}-principal` } }),
  'azure-native:keyvault:Key': (name) => ({ keyUri: `https://${name}.vault.azure.net/keys/kafka` }),
  'azure-native:keyvault:Vault': (name) => ({ properties: { vaultUri: `https://${name}.vault.azure.net/` } }),
  'azure-native:network:PublicIPAddress': () => ({ ipAddress: '203.0.113.1' }),
  'azure-native:containerservice:ManagedCluster': (name) => ({
    fqdn: `${name}.hcp.westeurope.azmk8s.io`,
    oidcIssuerProfile: { issuerURL: `https://westeurope.oic.prod-aks.azure.com/${name}/` },
  }),
};
