import { createHash } from 'node:crypto';
import { computed, SUBSCRIPTION } from './azure-args.ts';

/** What Azure would answer, in the forms that outputs are held to. */
export function cloudAnswers(type: string, name: string): Readonly<Record<string, unknown>> {
  switch (type) {
    case 'azure-native:managedidentity:UserAssignedIdentity':
      return { ...computed(type, name), name, clientId: uuidOf(name) };
    case 'azure-native:compute:DiskEncryptionSet':
      return {
        id: diskEncryptionSetId(name),
        identity: { principalId: `${name}-principal`, tenantId: uuidOf('directory'), type: 'SystemAssigned' },
      };
    case 'azure-native:resources:ResourceGroup':
      return { name };
    case 'azure-native:storage:StorageAccount':
      return { name: `account${createHash('sha256').update(name).digest('hex').slice(0, 12)}` };
    case 'azure-native:storage:BlobContainer':
      return { name: 'kafka' };
    case 'azure-native:network:PublicIPAddress':
      return { ipAddress: `203.0.113.${/-(\d)-[a-z]/.exec(name)?.[1] ?? '0'}` };
    case 'azure-native:dns:Zone':
      return {
        id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/region-region-group/providers/Microsoft.Network/dnszones/westeurope.azure.kafka.example.com`,
        nameServers: ['ns1-01.azure-dns.com.', 'ns2-01.azure-dns.net.'],
      };
    case 'azure-native:network:PrivateLinkService':
      return {
        id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/region-region-group/providers/Microsoft.Network/privateLinkServices/${name}`,
      };
    case 'azure-native:keyvault:Vault':
      return { name, properties: { vaultUri: `https://${name}.vault.example.com/` } };
    default:
      return { name, ...computed(type, name) };
  }
}

function diskEncryptionSetId(name: string): string {
  return `/subscriptions/${SUBSCRIPTION}/resourceGroups/region-region-group/providers/Microsoft.Compute/diskEncryptionSets/${name}`;
}

function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
