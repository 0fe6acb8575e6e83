import type {
  KubernetesClusterArgs,
  RegionNetworkArgs,
  RegionPlace,
} from '../../../../constructs/cloud/region-args.ts';
import type { RecordedResource } from '../recorded-resources.ts';

export const STACK = 'azure-westeurope';
export const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';

export const REGION: RegionPlace & RegionNetworkArgs = {
  cloud: 'azure',
  name: 'westeurope',
  account: SUBSCRIPTION,
  tags: { environment: 'production' },
  zones: ['westeurope-1', 'westeurope-2', 'westeurope-3'],
  addressRange: '10.32.0.0/16',
  domain: 'westeurope.azure.kafka.example.com',
  imageRegistry: 'registry.example.com/flotilla',
};

export const CLUSTER: KubernetesClusterArgs = {
  name: 'a',
  version: '1.36',
  podRange: '10.36.0.0/16',
  serviceRange: '10.33.0.0/20',
  apiAccessRanges: ['198.51.100.0/24'],
  administrators: [],
  nodeClasses: [
    { name: 'platform', instanceClass: 'Standard_D4s_v6', purpose: 'platform', minPerZone: 1, maxPerZone: 3 },
    { name: 'brokers', instanceClass: 'Standard_D16s_v6', purpose: 'brokers', minPerZone: 0, maxPerZone: 16 },
  ],
};

export type Resources = ReadonlyMap<string, RecordedResource>;

/** Resources of one type, as in `containerservice:AgentPool`. */
export function ofType(resources: Resources, type: string): readonly RecordedResource[] {
  return [...resources.values()].filter((each) => each.type === `azure-native:${type}`);
}

export function only(resources: Resources, type: string): RecordedResource {
  const [first, ...others] = ofType(resources, type);
  if (first === undefined || others.length > 0) throw new Error(`there are ${others.length + (first ? 1 : 0)} ${type}`);
  return first;
}

/** Role GUID ▶ scopes that it is assigned in, for one principal. */
export function rolesOf(resources: Resources, principalId: string): Readonly<Record<string, readonly unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const { inputs } of ofType(resources, 'authorization:RoleAssignment')) {
    if (inputs['principalId'] !== principalId) continue;
    const role = String(inputs['roleDefinitionId']).split('/').at(-1) ?? '';
    (found[role] ??= []).push(inputs['scope']);
  }
  return found;
}

/** Outputs of Azure that the components rely on. */
export function computed(type: string, name: string): Readonly<Record<string, unknown>> {
  switch (type) {
    case 'azure-native:managedidentity:UserAssignedIdentity':
      return {
        name: `${name}-name`,
        clientId: `${name}-client`,
        principalId: `${name}-principal`,
        tenantId: '11111111-1111-4111-8111-111111111111',
      };
    case 'azure-native:containerservice:ManagedCluster':
      return {
        name,
        fqdn: `${name}.hcp.example.com`,
        oidcIssuerProfile: { issuerURL: `https://oidc.example.com/${name}/` },
      };
    case 'azure-native:keyvault:Vault':
      return { name: `${name}-name` };
    case 'azure-native:keyvault:Key':
      return {
        keyUri: `https://vault.example.com/keys/${name}`,
        keyUriWithVersion: `https://vault.example.com/keys/${name}/0123456789abcdef0123456789abcdef`,
      };
    case 'azure-native:keyvault:Secret':
      return { properties: { secretUri: `https://example.vault.azure.net/secrets/${name}` } };
    case 'azure-native:dbforpostgresql:Server':
      return { name: `${name}-name`, fullyQualifiedDomainName: `${name}.postgres.database.azure.com` };
    case 'azure-native:dbforpostgresql:Database':
      return { name: 'flotilla' };
    case 'random:index/randomPassword:RandomPassword':
      return { result: 'a password' };
    default:
      return {};
  }
}
