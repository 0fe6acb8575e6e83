import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { catalogueOf, findInstanceClass } from '../../../constructs/capacity/catalogue/index.ts';
import { firstToEnd, type QuotaStanding, tenantsUnder } from '../../../constructs/cloud-quotas/cloud-quota.ts';
import { quotaStandingsOf } from '../../../constructs/cloud-quotas/index.ts';
import { isPublic, type PublicStackConfig, regionArgs } from '../../../stacks/region-args.ts';
import { type StackName, stackConfig } from '../../stacks/synthesis-fixture.ts';
import { recordedCounts } from '../cost/recorded-counts.ts';

/** Quota ▶ type of resource that is counted. */
const COUNTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws: {
    'IAM roles': 'aws:iam/role:Role',
    'S3 general purpose buckets': 'aws:s3/bucket:Bucket',
    'KMS keys': 'aws:kms/key:Key',
    'OpenID Connect providers': 'aws:iam/openIdConnectProvider:OpenIdConnectProvider',
    'EKS clusters': 'aws:eks/cluster:Cluster',
    'Elastic IP addresses': 'aws:ec2/eip:Eip',
    VPCs: 'aws:ec2/vpc:Vpc',
  },
  gcp: {
    'Service accounts': 'gcp:serviceaccount/account:Account',
    'Custom roles': 'gcp:projects/iAMCustomRole:IAMCustomRole',
    Buckets: 'gcp:storage/bucket:Bucket',
    'KMS keys': 'gcp:kms/cryptoKey:CryptoKey',
    'Regional GKE clusters': 'gcp:container/cluster:Cluster',
    'Static external addresses': 'gcp:compute/address:Address',
  },
  azure: {
    'Storage accounts': 'azure-native:storage:StorageAccount',
    'Role assignments': 'azure-native:authorization:RoleAssignment',
    'Private endpoints': 'azure-native:network:PrivateEndpoint',
    'Disk encryption sets': 'azure-native:compute:DiskEncryptionSet',
    'AKS clusters': 'azure-native:containerservice:ManagedCluster',
  },
};

function publicConfig(stack: StackName): PublicStackConfig {
  const config = stackConfig(stack);
  if (!isPublic(config)) throw new Error(`${stack} is on no cloud`);
  return config;
}

const DATABASES: Readonly<Record<string, { readonly version: string; readonly instanceClass: string }>> = {
  aws: { version: '18', instanceClass: 'db.m7g.large' },
  gcp: { version: '17', instanceClass: 'db-custom-2-8192' },
  azure: { version: '17', instanceClass: 'Standard_D2ds_v5' },
};

function withControlPlane(config: PublicStackConfig): PublicStackConfig {
  const database = DATABASES[config.region.cloud] ?? { version: '18', instanceClass: '' };
  return {
    ...config,
    controlPlane: { cluster: 'a', database: { ...database, storageGib: 128, backupRetentionDays: 14 } },
  };
}

function withTenants(config: PublicStackConfig, count: number): PublicStackConfig {
  const [tenant] = config.tenants;
  if (tenant === undefined) throw new Error('the stack has no tenant to copy');
  const { zones, version, cluster, limits, allowedSourceRanges, config: settings, deletionProtection } = tenant;
  const own = { ckus: 1, zones, version, cluster, limits, allowedSourceRanges, config: settings, deletionProtection };
  return { ...config, tenants: Array.from({ length: count }, (_, index) => ({ ...own, name: `t-${index}` })) };
}

const STACKS = ['aws-us-west-2', 'gcp-us-central1', 'azure-westeurope'] as const;
const CONFIGS = STACKS.flatMap((stack) => {
  const config = publicConfig(stack);
  return [
    { name: stack, config },
    { name: `${stack} with the control plane`, config: withControlPlane(config) },
  ];
});

describe.each(CONFIGS)('quotas of $name', ({ config }: { readonly config: PublicStackConfig }) => {
  it('count what the program makes, for the platform and for each tenant', async () => {
    const [none, two] = [withTenants(config, 0), withTenants(config, 2)];
    // The mothership is a tenant to the cloud, and belongs to the platform here.
    const [made, madeWithTwo] = [await recordedCounts(regionArgs(none)), await recordedCounts(regionArgs(two))];
    const standings = quotaStandingsOf(config);
    for (const [name, type] of Object.entries(COUNTED[config.region.cloud] ?? {})) {
      const standing = standings.find(({ quota }) => quota.name === name);
      const before = made.get(type) ?? 0;
      expect({ name, platform: standing?.platform, perTenant: standing?.perTenant }).toEqual({
        name,
        platform: before,
        perTenant: ((madeWithTwo.get(type) ?? 0) - before) / 2,
      });
    }
  });
});

describe('quotas', () => {
  it("end for volumes on a node where the capacity catalogue says, and never before a node's CPU and memory", () => {
    for (const { config } of CONFIGS) {
      const standings = quotaStandingsOf(config).filter(({ quota }) => quota.scope === 'node');
      expect(standings.length).toBeGreaterThan(0);
      for (const { quota, platform } of standings) {
        const instanceClass = quota.name.split(' ').at(-1) ?? '';
        expect(quota.limit).toBe(findInstanceClass(config.region.cloud, instanceClass)?.maxVolumes);
        expect(platform).toBeLessThanOrEqual(quota.limit ?? 0);
      }
      expect(standings.map(({ quota }) => quota.name).join(' ')).toContain(
        catalogueOf(config.region.cloud).controllers.instanceClass,
      );
    }
  });

  it('let in the last tenant that fits, and not one more', () => {
    const usage = { platform: fc.integer({ min: 0, max: 500 }), perTenant: fc.integer({ min: 1, max: 9 }) };
    fc.assert(
      fc.property(fc.record(usage), fc.integer({ min: 1, max: 5000 }), (taken, limit) => {
        const tenants = tenantsUnder(limit, taken);
        const takes = (count: number) => taken.platform + count * taken.perTenant;
        if (tenants > 0) expect(takes(tenants)).toBeLessThanOrEqual(limit);
        expect(takes(tenants + 1)).toBeGreaterThan(limit);
      }),
    );
  });

  it('name the one that ends first, by default and once raised', () => {
    const first = (stack: StackName, figure: 'tenants' | 'tenantsRaised'): readonly (string | number | undefined)[] => {
      const found: QuotaStanding | undefined = firstToEnd(quotaStandingsOf(stackConfig(stack)), figure);
      return [found?.quota.name, found?.[figure]];
    };
    expect(first('aws-us-west-2', 'tenants')).toEqual(['vCPUs of running On-Demand Standard instances', 0]);
    // 5,000 roles less 2 of the region, 5 of each of two clusters and the mothership's.
    expect(first('aws-us-west-2', 'tenantsRaised')).toEqual(['IAM roles', 4987]);
    expect(first('gcp-us-central1', 'tenants')).toEqual(['Service accounts', 98]);
    expect(first('gcp-us-central1', 'tenantsRaised')).toEqual([undefined, undefined]);
    expect(first('azure-westeurope', 'tenants')).toEqual(['Storage accounts', 249]);
    expect(first('azure-westeurope', 'tenantsRaised')).toEqual(['Storage accounts', 499]);
  });

  it('have a source and a day each, and are none for a region on one machine', () => {
    for (const { config } of CONFIGS) {
      for (const { quota } of quotaStandingsOf(config)) {
        expect(quota.source).toMatch(/^https:\/\//);
        expect(quota.lookedUpOn).toMatch(/^\d{4}-\d{2}(-\d{2})?$/);
      }
    }
    expect(quotaStandingsOf(stackConfig('local'))).toEqual([]);
  });
});
