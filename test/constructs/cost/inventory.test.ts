import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RegionArgs } from '../../../constructs/cloud/region-args.ts';
import { catalogueOf } from '../../../constructs/capacity/catalogue/index.ts';
import { inventoryOf, type Inventory } from '../../../constructs/cost/inventory.ts';
import { isPublic, type PublicStackConfig, regionArgs } from '../../../stacks/region-args.ts';
import type { StackConfig } from '../../../stacks/stack-config.ts';
import { type StackName, stackConfig } from '../../stacks/synthesis-fixture.ts';
import { recordedCounts } from './recorded-counts.ts';

/** Key of an item, without the cloud ▶ types of resources that it stands for. */
const RESOURCES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  aws: {
    'nat-gateway': ['aws:ec2/natGateway:NatGateway'],
    key: ['aws:kms/key:Key'],
    bucket: ['aws:s3/bucket:Bucket'],
    identity: ['aws:iam/role:Role'],
    'kubernetes-cluster': ['aws:eks/cluster:Cluster'],
    secret: ['aws:secretsmanager/secret:Secret'],
    'endpoint-service': ['aws:ec2/vpcEndpointService:VpcEndpointService'],
  },
  gcp: {
    'nat-gateway': ['gcp:compute/routerNat:RouterNat'],
    key: ['gcp:kms/cryptoKey:CryptoKey'],
    bucket: ['gcp:storage/bucket:Bucket'],
    identity: ['gcp:serviceaccount/account:Account'],
    'kubernetes-cluster': ['gcp:container/cluster:Cluster'],
    secret: ['gcp:secretmanager/secret:Secret'],
    'private-endpoint': ['gcp:compute/forwardingRule:ForwardingRule'],
  },
  azure: {
    'nat-gateway': ['azure-native:network:NatGateway'],
    key: ['azure-native:keyvault:Key'],
    'key-vault': ['azure-native:keyvault:Vault'],
    'storage-account': ['azure-native:storage:StorageAccount'],
    identity: ['azure-native:managedidentity:UserAssignedIdentity'],
    'private-endpoint': ['azure-native:network:PrivateEndpoint'],
    'dns-zone': ['azure-native:dns:Zone'],
    'private-dns-zone': ['azure-native:privatedns:PrivateZone'],
    'kubernetes-cluster': ['azure-native:containerservice:ManagedCluster'],
    secret: ['azure-native:keyvault:Secret'],
  },
};

const ADDRESSES: Readonly<Record<string, string>> = {
  aws: 'aws:ec2/eip:Eip',
  gcp: 'gcp:compute/address:Address',
  azure: 'azure-native:network:PublicIPAddress',
};

const DATABASES: Readonly<Record<string, { readonly version: string; readonly instanceClass: string }>> = {
  aws: { version: '18', instanceClass: 'db.m7g.large' },
  gcp: { version: '17', instanceClass: 'db-custom-2-8192' },
  azure: { version: '17', instanceClass: 'Standard_D2ds_v5' },
};

function quantityOf({ groups }: Inventory, key: string): number {
  return groups.flatMap(({ items }) => items).reduce((sum, item) => sum + (item.key === key ? item.quantity : 0), 0);
}

function withControlPlane(config: PublicStackConfig): PublicStackConfig {
  const database = DATABASES[config.region.cloud] ?? { version: '18', instanceClass: '' };
  return {
    ...config,
    controlPlane: { cluster: 'a', database: { ...database, storageGib: 128, backupRetentionDays: 14 } },
  };
}

function publicConfig(stack: StackName): PublicStackConfig {
  const config = stackConfig(stack);
  if (!isPublic(config)) throw new Error(`${stack} is on no cloud`);
  return config;
}

const CASES = (['aws-us-west-2', 'gcp-us-central1', 'azure-westeurope'] as const).flatMap((stack) => {
  const config = publicConfig(stack);
  return [
    { name: stack, config },
    { name: `${stack} with the control plane`, config: withControlPlane(config) },
    { name: `${stack} without tenants`, config: { ...config, tenants: [] } },
  ];
});

describe.each(CASES)('the inventory of $name', ({ config }: { readonly config: PublicStackConfig }) => {
  const { cloud, zones } = config.region;
  let counts: ReadonlyMap<string, number>;
  let counted: Inventory;
  beforeAll(async () => {
    const args: RegionArgs = regionArgs(config);
    counts = await recordedCounts(args);
    counted = inventoryOf(config);
  });

  it('counts as many of everything as the program makes', () => {
    for (const [key, types] of Object.entries(RESOURCES[cloud] ?? {})) {
      const made = types.reduce((sum, type) => sum + (counts.get(type) ?? 0), 0);
      expect({ key, counted: quantityOf(counted, `${cloud}.${key}`) }).toEqual({ key, counted: made });
    }
  });

  it("has the addresses of the ways out, and those of the gateways' load balancers, which Kubernetes makes", () => {
    const perGateway = cloud === 'aws' ? zones.length : 1;
    const made = counts.get(ADDRESSES[cloud] ?? '') ?? 0;
    expect(quantityOf(counted, `${cloud}.public-address`)).toBe(made + perGateway * config.kubernetesClusters.length);
    expect(quantityOf(counted, `${cloud}.load-balancer`)).toBe(config.kubernetesClusters.length);
  });
});

describe('nodes and volumes of an inventory', () => {
  it('give every node to a tenant or to everybody, and every broker of a cloud a node of its own', () => {
    for (const { config } of CASES) {
      const counted = inventoryOf(config);
      const prefix = `${config.region.cloud}.instance.`;
      const priced = counted.groups.flatMap(({ items }) => items).filter(({ key }) => key.startsWith(prefix));
      const nodes = counted.nodes.reduce((sum, { asNeeded }) => sum + asNeeded, 0);
      expect(priced.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(nodes);
      const own = counted.nodes.flatMap(({ ownNodes }) => [...ownNodes]);
      for (const { kafkaCluster, count } of counted.volumes.filter(({ role }) => role === 'brokers')) {
        expect(own.filter(([name]) => name === kafkaCluster).reduce((sum, [, all]) => sum + all, 0)).toBe(count);
      }
    }
  });

  it('stay within what the node classes may reach, and never fall below their minimum', () => {
    for (const { config } of CASES) {
      for (const { atMinimum, asNeeded, atMaximum } of inventoryOf(config).nodes) {
        expect(asNeeded).toBeGreaterThanOrEqual(atMinimum);
        expect(asNeeded).toBeLessThanOrEqual(atMaximum);
      }
    }
  });

  it('grow with a tenant by that tenant alone', () => {
    const config = publicConfig('aws-us-west-2');
    const more: StackConfig = {
      ...config,
      tenants: [...config.tenants, { ...tenantNamed(config, 'orders'), name: 'ledger' }],
    };
    const [before, after] = [inventoryOf(config), inventoryOf(more)];
    const tenants = (inventory: Inventory) => inventory.groups.filter(({ owner }) => owner.kind === 'tenant');
    expect(tenants(after)).toHaveLength(tenants(before).length + 1);
    for (const group of tenants(before)) expect(tenants(after)).toContainEqual(group);
  });

  it('sell Azure throughput in the megabytes that volumes ask for, less what comes with their size', () => {
    const { groups, volumes } = inventoryOf(publicConfig('azure-westeurope'));
    const logistics = groups.find(({ owner }) => owner.kind === 'tenant' && owner.tenant === 'logistics');
    const own = volumes.filter(({ kafkaCluster }) => kafkaCluster === 'logistics');
    // 125 MiB/s are 131.07 MB/s: each volume asks for 132, of which 125 are in its price.
    expect(own.map(({ throughputMibPerSecond }) => throughputMibPerSecond)).toEqual([125, 125]);
    const paid = logistics?.items.find(({ key }) => key === 'azure.volume.PremiumV2_LRS.throughput');
    expect(paid).toMatchObject({ quantity: 12 * 7, unit: 'MB/s' });
    expect(own.reduce((sum, { count }) => sum + count, 0)).toBe(12);
    expect(catalogueOf('azure').volumeType.minThroughputMibPerSecond).toBe(125);
  });

  it('estimate a bucket by the mean ingress for as long as records are kept and can be taken back', () => {
    const payments = inventoryOf(publicConfig('aws-us-west-2')).groups.find(
      ({ owner }) => owner.kind === 'tenant' && owner.tenant === 'payments',
    );
    // A quarter of 200 MB/s (lower than 4 × 60), for 720 hours and then 14 days: 50e6 × 3600 × 1056 / 2^30.
    expect(payments?.items.find(({ key }) => key === 'aws.bucket-storage')).toMatchObject({ quantity: 177_026 });
  });

  it('say so where records are kept for ever, and count no storage', () => {
    const config = publicConfig('aws-us-west-2');
    const forever = { ...tenantNamed(config, 'payments'), config: { 'log.retention.ms': '-1' } };
    const { groups, notCounted } = inventoryOf({ ...config, tenants: [forever] });
    expect(groups.flatMap(({ items }) => items).some(({ key }) => key === 'aws.bucket-storage')).toBe(false);
    expect(notCounted.join(' ')).toContain('Infinite Storage of payments');
  });

  it('have no items of a region on one machine', () => {
    const { groups, notCounted, nodes } = inventoryOf(stackConfig('local'));
    expect({ groups, notCounted }).toEqual({ groups: [], notCounted: [] });
    expect(nodes).toHaveLength(1);
  });
});

function tenantNamed({ tenants }: PublicStackConfig, name: string): PublicStackConfig['tenants'][number] {
  const found = tenants.find((tenant) => tenant.name === name);
  if (found === undefined) throw new Error(`there is no tenant ${name}`);
  return found;
}
