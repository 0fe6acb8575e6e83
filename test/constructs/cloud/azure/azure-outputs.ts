import { computed } from './azure-args.ts';

/** Outputs of Azure that network, keys and storage rely on, beside those that {@link computed} has. */
export function azureOutputs(type: string, name: string): Readonly<Record<string, unknown>> {
  switch (type) {
    case 'azure-native:keyvault:Vault':
      return { name: `${name}-name`, properties: { vaultUri: `https://${name}.vault.azure.net/` } };
    case 'azure-native:compute:DiskEncryptionSet':
      return { name: `${name}-name`, identity: { principalId: `${name}-principal` } };
    case 'azure-native:network:PublicIPAddress':
      return { name: `${name}-name`, ipAddress: `address of ${name}` };
    case 'azure-native:storage:BlobContainer':
      return { name: 'kafka' };
    case 'azure-native:dns:Zone':
      return { nameServers: ['ns1-01.azure-dns.com.', 'ns2-01.azure-dns.net.'] };
    default:
      return { name: `${name}-name`, ...computed(type, name) };
  }
}
