import { InputPropertyError } from '@pulumi/pulumi';
import { describe, expect, it } from '@jest/globals';
import { AzureKubernetesCluster } from '../../../../constructs/cloud/azure/kubernetes-cluster.ts';
import type { AzureKubernetesClusterArgs } from '../../../../constructs/cloud/azure/kubernetes-cluster.ts';
import { BUILT_IN_ROLES } from '../../../../constructs/cloud/azure/role-grant.ts';
import type { KubernetesClusterArgs } from '../../../../constructs/cloud/region-args.ts';
import { recordProgram } from '../recorded-resources.ts';
import { CLUSTER, computed, ofType, only, REGION, rolesOf, STACK } from './azure-args.ts';
import type { Resources } from './azure-args.ts';

const ARGS: AzureKubernetesClusterArgs = {
  stack: STACK,
  region: REGION,
  cluster: CLUSTER,
  resourceGroupName: 'group',
  nodeSubnetIds: { 'westeurope-1': 'subnet-1', 'westeurope-2': 'subnet-2', 'westeurope-3': 'subnet-3' },
  apiServerSubnetId: 'api-servers',
  identity: { id: 'clusters-id', principalId: 'clusters-principal', directoryId: 'directory' },
  diskEncryptionSetId: 'platform-disks',
  logStorageAccountId: 'logs',
};

const withCluster = (changed: Partial<KubernetesClusterArgs>): AzureKubernetesClusterArgs => ({
  ...ARGS,
  cluster: { ...CLUSTER, ...changed },
});

async function made(args: AzureKubernetesClusterArgs): Promise<Resources> {
  const { resources } = await recordProgram(() => new AzureKubernetesCluster('a', args), { computed });
  return resources;
}

describe('a Kubernetes cluster on Azure', () => {
  it('is one component whose children hang under it and are tagged wherever they can be', async () => {
    const resources = await made(ARGS);
    const [component, ...children] = [...resources.values()];
    expect(component).toMatchObject({ type: 'flotilla:azure:KubernetesCluster', name: 'a', parentType: '' });
    expect(new Set(children.map(({ parentType }) => parentType))).toEqual(
      new Set(['flotilla:azure:KubernetesCluster']),
    );
    const untagged = new Set(children.filter(({ inputs }) => inputs['tags'] === undefined).map(({ type }) => type));
    // Azure has no tags for these.
    expect([...untagged].sort()).toEqual([
      'azure-native:authorization:RoleAssignment',
      'azure-native:containerservice:MaintenanceConfiguration',
      'azure-native:monitor:DiagnosticSetting',
    ]);
    for (const { inputs } of children.filter((each) => each.inputs['tags'] !== undefined)) {
      expect(inputs['tags']).toMatchObject({
        environment: 'production',
        'flotilla-stack': STACK,
        'flotilla-cluster': 'a',
      });
    }
  });

  it('has no local accounts, private storage of secrets under a key of ours, and identities for workloads', async () => {
    const resources = await made(ARGS);
    expect(only(resources, 'containerservice:ManagedCluster').inputs).toMatchObject({
      disableLocalAccounts: true,
      aadProfile: { managed: true, enableAzureRBAC: true },
      oidcIssuerProfile: { enabled: true },
      sku: { tier: 'Standard' },
      identity: { type: 'UserAssigned', userAssignedIdentities: ['clusters-id'] },
      identityProfile: { kubeletidentity: { resourceId: 'a-kubelet-id', objectId: 'a-kubelet-principal' } },
      securityProfile: {
        workloadIdentity: { enabled: true },
        azureKeyVaultKms: {
          enabled: true,
          keyVaultNetworkAccess: 'Private',
          keyVaultResourceId: 'a-key-vault-id',
          keyId: 'https://vault.example.com/keys/a-key/0123456789abcdef0123456789abcdef',
        },
      },
      diskEncryptionSetID: 'platform-disks',
      storageProfile: { diskCSIDriver: { enabled: true } },
      nodeResourceGroupProfile: { restrictionLevel: 'ReadOnly' },
    });
    expect(only(resources, 'keyvault:Vault').inputs['properties']).toMatchObject({
      tenantId: 'directory',
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
      softDeleteRetentionInDays: 90,
      publicNetworkAccess: 'disabled',
    });
    expect(only(resources, 'keyvault:Key').inputs['properties']).toMatchObject({
      rotationPolicy: { lifetimeActions: [{ action: { type: 'rotate' } }] },
    });
  });

  it('gives pods addresses of their own range and leads nodes out by the NAT gateways of their subnets', async () => {
    expect(only(await made(ARGS), 'containerservice:ManagedCluster').inputs['networkProfile']).toEqual({
      networkPlugin: 'azure',
      networkPluginMode: 'overlay',
      networkDataplane: 'cilium',
      networkPolicy: 'cilium',
      outboundType: 'userAssignedNATGateway',
      loadBalancerSku: 'standard',
      podCidr: '10.36.0.0/16',
      serviceCidr: '10.33.0.0/20',
      dnsServiceIP: '10.33.0.10',
    });
  });

  it('lets in the ranges that are named and no others, and without any is private', async () => {
    const access = async (args: AzureKubernetesClusterArgs) =>
      only(await made(args), 'containerservice:ManagedCluster').inputs['apiServerAccessProfile'];
    expect(await access(ARGS)).toEqual({
      enableVnetIntegration: true,
      subnetId: 'api-servers',
      disableRunCommand: true,
      enablePrivateCluster: false,
      authorizedIPRanges: ['198.51.100.0/24'],
    });
    const closed = await access(withCluster({ apiAccessRanges: [] }));
    expect(closed).toMatchObject({ enablePrivateCluster: true });
    expect(closed).not.toHaveProperty('authorizedIPRanges');
  });

  it('has a pool for each zone and class, in the subnet of its zone, with label, bounds and the taint of brokers', async () => {
    const pools = ofType(await made(ARGS), 'containerservice:AgentPool');
    expect(pools.map(({ name }) => name)).toEqual([
      'a-platform-westeurope-1',
      'a-platform-westeurope-2',
      'a-platform-westeurope-3',
      'a-brokers-westeurope-1',
      'a-brokers-westeurope-2',
      'a-brokers-westeurope-3',
    ]);
    expect(pools[4]?.inputs).toMatchObject({
      resourceName: 'a-cluster',
      mode: 'User',
      vmSize: 'Standard_D16s_v6',
      availabilityZones: ['2'],
      vnetSubnetID: 'subnet-2',
      enableAutoScaling: true,
      minCount: 0,
      maxCount: 16,
      nodeLabels: { 'flotilla.dev/node-class': 'brokers' },
      nodeTaints: ['flotilla.dev/node-class=brokers:NoSchedule'],
      enableEncryptionAtHost: true,
      enableNodePublicIP: false,
    });
    expect(pools[0]?.inputs['nodeTaints']).toEqual([]);
  });

  it("has a system pool in each zone for AKS' own add-ons, whatever the node classes and the order of zones", async () => {
    const pools = async (args: AzureKubernetesClusterArgs) =>
      only(await made(args), 'containerservice:ManagedCluster').inputs['agentPoolProfiles'];
    const before = await pools(ARGS);
    expect(before).toMatchObject(
      ['1', '2', '3'].map((zone) => ({
        name: `system${zone}`,
        mode: 'System',
        availabilityZones: [zone],
        vnetSubnetID: `subnet-${zone}`,
        nodeTaints: ['CriticalAddonsOnly=true:NoSchedule'],
        enableEncryptionAtHost: true,
      })),
    );
    const reordered = Object.fromEntries(Object.entries(ARGS.nodeSubnetIds).toReversed());
    expect(
      await pools({ ...withCluster({ nodeClasses: CLUSTER.nodeClasses.slice(0, 1) }), nodeSubnetIds: reordered }),
    ).toEqual(before);
  });

  it('changes nothing of what is there when a node class comes', async () => {
    const before = await made(ARGS);
    const added = {
      name: 'large',
      instanceClass: 'Standard_D32s_v6',
      purpose: 'brokers',
      minPerZone: 0,
      maxPerZone: 4,
    };
    const after = await made(
      withCluster({ nodeClasses: [added as (typeof CLUSTER.nodeClasses)[number], ...CLUSTER.nodeClasses] }),
    );
    for (const [name, resource] of before) expect(after.get(name)).toEqual(resource);
    expect([...after.keys()].filter((name) => !before.has(name))).toEqual([
      'a-large-westeurope-1',
      'a-large-westeurope-2',
      'a-large-westeurope-3',
    ]);
  });

  it("acts by roles on its own vault and its nodes' identity alone, which are there before it", async () => {
    const resources = await made(ARGS);
    expect(rolesOf(resources, 'clusters-principal')).toEqual({
      [BUILT_IN_ROLES.keyVaultCryptoUser]: ['a-key-vault-id'],
      [BUILT_IN_ROLES.keyVaultContributor]: ['a-key-vault-id'],
      [BUILT_IN_ROLES.managedIdentityOperator]: ['a-kubelet-id'],
    });
    expect(only(resources, 'containerservice:ManagedCluster').dependsOn).toEqual(
      expect.arrayContaining(['a-uses-key', 'a-links-key-vault', 'a-gives-kubelet']),
    );
    expect(rolesOf(resources, 'a-kubelet-principal')).toEqual({});
  });

  it('lets nodes pull images from registries of Azure, and do nothing else there', async () => {
    const resources = await made({ ...ARGS, imagePullScope: 'registries' });
    expect(rolesOf(resources, 'a-kubelet-principal')).toEqual({ [BUILT_IN_ROLES.acrPull]: ['registries'] });
  });

  it('keeps logs of its control plane, upgrades in windows, and is protected', async () => {
    const resources = await made(ARGS);
    expect(only(resources, 'monitor:DiagnosticSetting').inputs).toMatchObject({
      resourceUri: 'a-cluster-id',
      storageAccountId: 'logs',
      logs: expect.arrayContaining([
        { category: 'kube-apiserver', enabled: true },
        { category: 'kube-audit', enabled: true },
      ]),
    });
    expect(
      ofType(resources, 'containerservice:MaintenanceConfiguration').map(({ inputs }) => inputs['configName']),
    ).toEqual(['aksManagedAutoUpgradeSchedule', 'aksManagedNodeOSUpgradeSchedule']);
    expect(only(resources, 'containerservice:ManagedCluster').protection.protect).toBe(true);
    for (const type of ['keyvault:Vault', 'keyvault:Key']) {
      expect(only(resources, type).protection).toEqual({ protect: true, retainOnDelete: true });
    }
  });
});

describe('administrators of a Kubernetes cluster', () => {
  it('have all rights in it and may fetch its address, said with what they are', async () => {
    const [user, group] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
    const resources = await made(withCluster({ administrators: [`user:${user}`, `group:${group}`] }));
    for (const [principalId, principalType] of [
      [user, 'User'],
      [group, 'Group'],
    ] as const) {
      expect(rolesOf(resources, principalId)).toEqual({
        [BUILT_IN_ROLES.clusterAdministrator]: ['a-cluster-id'],
        [BUILT_IN_ROLES.clusterUser]: ['a-cluster-id'],
      });
      expect(resources.get(`a-administrator-${principalId}`)?.inputs['principalType']).toBe(principalType);
    }
  });

  it('are nobody where none is named', async () => {
    expect([...(await made(ARGS)).keys()].filter((name) => name.includes('administrator'))).toEqual([]);
  });
});

describe('wrong arguments of a Kubernetes cluster', () => {
  const [platform, brokers] = CLUSTER.nodeClasses;
  if (platform === undefined || brokers === undefined) throw new Error('the cluster has two classes');
  it.each<readonly [string, AzureKubernetesClusterArgs, string, RegExp]>([
    ['a patch version', withCluster({ version: '1.36.2' }), 'cluster.version', /minor/],
    [
      'an administrator of whom it is not said what it is',
      withCluster({ administrators: ['11111111-1111-4111-8111-111111111111'] }),
      'cluster.administrators[0]',
      /user:<id>/,
    ],
    [
      'a range that everybody is in',
      withCluster({ apiAccessRanges: ['0.0.0.0/0'] }),
      'cluster.apiAccessRanges[0]',
      /everybody/,
    ],
    ['ranges that overlap', withCluster({ serviceRange: '10.36.0.0/20' }), 'cluster.serviceRange', /10\.36\.0\.0\/16/],
    [
      'a range of services that is too large',
      withCluster({ serviceRange: '10.0.0.0/12' }),
      'cluster.serviceRange',
      /\/13/,
    ],
    ['no class for the platform', withCluster({ nodeClasses: [brokers] }), 'cluster.nodeClasses', /platform/],
    [
      'a class twice',
      withCluster({ nodeClasses: [platform, platform] }),
      'cluster.nodeClasses[1].name',
      /another class/,
    ],
    [
      'a class of another cloud',
      withCluster({ nodeClasses: [{ ...platform, instanceClass: 'm7i.large' }] }),
      'cluster.nodeClasses[0].instanceClass',
      /Standard_/,
    ],
    [
      'bounds that cross',
      withCluster({ nodeClasses: [{ ...platform, minPerZone: 4 }] }),
      'cluster.nodeClasses[0].maxPerZone',
      /minPerZone/,
    ],
    [
      'a zone without a subnet',
      { ...ARGS, nodeSubnetIds: { 'westeurope-1': 'subnet-1', 'westeurope-2': 'subnet-2' } },
      'nodeSubnetIds["westeurope-3"]',
      /subnet/,
    ],
  ])('are refused before anything is made: %s', async (_what, args, path, reason) => {
    const { resources, result } = await recordProgram(() => {
      try {
        return new AzureKubernetesCluster('a', args);
      } catch (error) {
        return error;
      }
    });
    expect(result).toBeInstanceOf(InputPropertyError);
    expect((result as InputPropertyError).propertyPath).toBe(path);
    expect((result as InputPropertyError).message).toMatch(reason);
    expect([...resources.keys()]).toEqual([]);
  });
});
