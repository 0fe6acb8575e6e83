import { Provider as AwsProvider } from '@pulumi/aws/provider.js';
import { Provider as AzureProvider } from '@pulumi/azure-native/provider.js';
import { Provider as GcpProvider } from '@pulumi/gcp/provider.js';
import { AwsTenantStorage } from '../../constructs/cloud/aws/tenant-storage.ts';
import { AzureTenantStorage } from '../../constructs/cloud/azure/tenant-storage.ts';
import { GcpTenantStorage } from '../../constructs/cloud/gcp/tenant-storage.ts';
import type { PublicCloud } from '../../constructs/cloud/region-args.ts';
import type { TenantStorage } from '../../constructs/cloud/tenant-storage.ts';

export interface TenantProgramArgs {
  readonly cloud: PublicCloud;
  readonly tenant: { readonly name: string; readonly cluster: string; readonly deletionProtection: boolean };
}

/** Storage of one tenant alone, as a service makes it at run time: what it stands on is named, and nothing of it is in this state. */
export function program({ cloud, tenant }: TenantProgramArgs): Record<string, unknown> {
  const { keyId, bucket, identity } = STORAGES[cloud](tenant);
  return { keyId, bucket, identity };
}

const owned = { owner: 'control-plane', stack: 'a-region' } as const;

const STORAGES: Readonly<Record<PublicCloud, (tenant: TenantProgramArgs['tenant']) => TenantStorage>> = {
  aws: (tenant) =>
    new AwsTenantStorage(
      tenant.name,
      {
        ...{ ...owned, tenant },
        region: { cloud: 'aws', name: 'us-west-2', account: '123456789012', tags: {} },
        logBucket: 'flotilla-logs',
        oidcProvider: { arn: 'arn:aws:iam::123456789012:oidc-provider/oidc.example.com', issuer: 'oidc.example.com' },
        permissionsBoundary: 'arn:aws:iam::123456789012:policy/flotilla-platform/a-region/tenant-boundary',
      },
      { provider: new AwsProvider('aws', { region: 'us-west-2' }) },
    ),
  gcp: (tenant) =>
    new GcpTenantStorage(
      tenant.name,
      {
        ...{ ...owned, tenant },
        region: { cloud: 'gcp', name: 'us-central1', account: 'example-kafka', tags: {} },
        keyRingId: 'projects/example-kafka/locations/us-central1/keyRings/flotilla',
        roleId: 'projects/example-kafka/roles/tenant',
        logBucket: 'flotilla-logs',
        agents: { compute: 'compute@example.iam.gserviceaccount.com', storage: 'gs@example.iam.gserviceaccount.com' },
        workloadPool: 'example-kafka.svc.id.goog',
      },
      { provider: new GcpProvider('gcp', { project: 'example-kafka', region: 'us-central1' }) },
    ),
  azure: (tenant) => {
    const group = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/region';
    return new AzureTenantStorage(
      tenant.name,
      {
        ...{ ...owned, tenant },
        region: { cloud: 'azure', name: 'westeurope', account: '00000000-0000-0000-0000-000000000000', tags: {} },
        resourceGroupName: 'tenants',
        vault: { id: `${group}/providers/Microsoft.KeyVault/vaults/v`, name: 'v', resourceGroupName: 'region' },
        logStorageAccountId: `${group}/providers/Microsoft.Storage/storageAccounts/logs`,
        privateEndpoint: { subnetId: `${group}/subnets/endpoints`, privateDnsZoneId: `${group}/privateDnsZones/blobs` },
        clusters: {
          [tenant.cluster]: {
            issuer: 'https://oidc.example.com/a/',
            volumePrincipalId: '11111111-1111-4111-8111-111111111111',
          },
        },
      },
      { provider: new AzureProvider('azure', { location: 'westeurope' }) },
    );
  },
};
