import { InputPropertiesError, InputPropertyError } from '@pulumi/pulumi';
import { describe, expect, it } from '@jest/globals';
import { AzureNetwork } from '../../../../constructs/cloud/azure/network.ts';
import type { AzureNetworkArgs } from '../../../../constructs/cloud/azure/network.ts';
import { recordProgram } from '../recorded-resources.ts';
import { REGION, STACK, ofType, only, rolesOf } from './azure-args.ts';
import type { Resources } from './azure-args.ts';
import { azureOutputs } from './azure-outputs.ts';

const ARGS: AzureNetworkArgs = {
  stack: STACK,
  region: REGION,
  resourceGroupName: 'the-region',
  logStorageAccountId: 'the-logs',
};

const inRegion = (changed: Partial<AzureNetworkArgs['region']>): AzureNetworkArgs => ({
  ...ARGS,
  region: { ...ARGS.region, ...changed },
});

async function made(args: AzureNetworkArgs = ARGS) {
  return recordProgram(() => new AzureNetwork('region', args), { computed: azureOutputs });
}

interface Rule {
  readonly name: string;
  readonly priority: number;
  readonly access: string;
  readonly direction: string;
  readonly sourceAddressPrefix: string;
  readonly destinationPortRanges: readonly string[];
}

function rulesOf(resources: Resources, subnet: string): readonly Rule[] {
  return resources.get(`region-${subnet}-rules`)?.inputs['securityRules'] as readonly Rule[];
}

describe("a region's network on Azure", () => {
  it('is one component whose children all hang under it and are tagged wherever they can be', async () => {
    const { resources } = await made();
    const [component, ...children] = [...resources.values()];
    expect(component).toMatchObject({ type: 'flotilla:azure:Network', name: 'region', parentType: '' });
    expect(new Set(children.map(({ parentType }) => parentType))).toEqual(new Set(['flotilla:azure:Network']));
    const untagged = children.filter(({ inputs }) => inputs['tags'] === undefined).map(({ type }) => type);
    expect([...new Set(untagged)].sort()).toEqual([
      'azure-native:authorization:RoleAssignment',
      'azure-native:network:Subnet',
    ]);
    for (const { inputs } of children.filter((each) => each.inputs['tags'] !== undefined)) {
      expect(inputs['tags']).toEqual({ environment: 'production', 'flotilla-stack': STACK });
    }
  });

  it('cuts its subnets from its range, none of which has a way out but the one that it is given', async () => {
    const { resources } = await made();
    const subnets = ofType(resources, 'network:Subnet').map(({ inputs }) => inputs);
    expect(Object.fromEntries(subnets.map((subnet) => [subnet['subnetName'], subnet['addressPrefix']]))).toEqual({
      'api-servers': '10.32.192.0/20',
      'load-balancers': '10.32.208.0/20',
      'private-endpoints': '10.32.224.0/20',
      database: '10.32.248.0/22',
      'private-link': '10.32.252.0/22',
      'private-westeurope-1': '10.32.0.0/19',
      'private-westeurope-2': '10.32.32.0/19',
      'private-westeurope-3': '10.32.64.0/19',
    });
    for (const subnet of subnets) {
      expect(subnet).toMatchObject({ defaultOutboundAccess: false, privateEndpointNetworkPolicies: 'Enabled' });
    }
  });

  it('changes one subnet at a time, as Azure wants it', async () => {
    const { resources } = await made();
    const names = ofType(resources, 'network:Subnet').map(({ name }) => name);
    const after = ofType(resources, 'network:Subnet').map(({ dependsOn }) =>
      dependsOn.filter((name) => names.includes(name)),
    );
    expect(after).toEqual([[], ...names.slice(0, -1).map((name) => [name])]);
  });

  it("leads each zone's nodes out through a NAT gateway in that zone, with an address of its own", async () => {
    const { resources } = await made();
    for (const [index, zone] of REGION.zones.entries()) {
      const zones = [String(index + 1)];
      expect(resources.get(`region-${zone}-egress`)?.inputs).toMatchObject({
        sku: { name: 'Standard' },
        publicIPAllocationMethod: 'Static',
        zones,
      });
      expect(resources.get(`region-${zone}-nat`)?.inputs).toMatchObject({
        publicIpAddresses: [{ id: `region-${zone}-egress-id` }],
        zones,
      });
      expect(resources.get(`region-${zone}-private`)?.inputs['natGateway']).toEqual({ id: `region-${zone}-nat-id` });
    }
  });

  it('lends a subnet to AKS and one to the database, and opens one for guests of a private link', async () => {
    const { resources } = await made();
    const delegated = ofType(resources, 'network:Subnet').flatMap(({ name, inputs }) =>
      ((inputs['delegations'] ?? []) as readonly { readonly serviceName: string }[]).map((one) => [
        name,
        one.serviceName,
      ]),
    );
    expect(delegated).toEqual([
      ['region-api-servers', 'Microsoft.ContainerService/managedClusters'],
      ['region-database', 'Microsoft.DBforPostgreSQL/flexibleServers'],
    ]);
    const open = ofType(resources, 'network:Subnet').filter(
      ({ inputs }) => inputs['privateLinkServiceNetworkPolicies'] === 'Disabled',
    );
    expect(open.map(({ name }) => name)).toEqual(['region-private-link']);
  });

  it("has a security group for each subnet, of which only nodes' and load balancers' let in strangers, for Kafka", async () => {
    const { resources } = await made();
    for (const { name, inputs } of ofType(resources, 'network:Subnet')) {
      expect(inputs['networkSecurityGroup']).toEqual({ id: `${name}-rules-id` });
    }
    const open = ofType(resources, 'network:NetworkSecurityGroup').filter(({ inputs }) =>
      (inputs['securityRules'] as readonly Rule[]).some(
        ({ access, sourceAddressPrefix }) => access === 'Allow' && ['*', 'Internet'].includes(sourceAddressPrefix),
      ),
    );
    expect(open.map(({ name }) => name)).toEqual([
      'region-load-balancers-rules',
      ...REGION.zones.map((zone) => `region-${zone}-private-rules`),
    ]);
    expect(rulesOf(resources, 'westeurope-1-private').map((rule) => rule.destinationPortRanges)).toEqual([['9094']]);
  });

  it("takes nothing from Azure's defaults by which API servers call nodes and pods", async () => {
    const { resources } = await made();
    const refusals = (subnet: string) =>
      rulesOf(resources, subnet)
        .filter(({ access }) => access === 'Deny')
        .map(({ direction }) => direction);
    expect(refusals('api-servers')).toEqual(['Inbound']);
    for (const zone of REGION.zones) expect(refusals(`${zone}-private`)).toEqual([]);
  });

  it.each([
    ['api-servers', [['443', '4443'], ['9988']]],
    ['private-endpoints', [['443', '9094']]],
    ['database', [['5432', '6432']]],
    ['private-link', []],
  ])('shuts %s to all else, even from the network itself', async (subnet, ports) => {
    const { resources } = await made();
    const rules = rulesOf(resources, subnet);
    const last = rules.at(-1);
    expect(last).toMatchObject({ access: 'Deny', sourceAddressPrefix: '*', destinationPortRanges: ['0-65535'] });
    const allowed = rules.filter(({ access }) => access === 'Allow');
    expect(allowed.map(({ destinationPortRanges }) => destinationPortRanges)).toEqual(ports);
    for (const { priority, sourceAddressPrefix } of allowed) {
      expect(priority).toBeLessThan(last?.priority ?? 0);
      expect(['10.32.0.0/16', 'AzureLoadBalancer']).toContain(sourceAddressPrefix);
    }
  });

  it("resolves blobs and vaults inside, and others' by their public names", async () => {
    const { resources } = await made();
    expect(ofType(resources, 'privatedns:PrivateZone').map(({ inputs }) => inputs['privateZoneName'])).toEqual([
      'privatelink.blob.core.windows.net',
      'privatelink.vaultcore.azure.net',
    ]);
    const links = ofType(resources, 'privatedns:VirtualNetworkLink');
    expect(links).toHaveLength(2);
    for (const { inputs } of links) {
      expect(inputs).toMatchObject({
        virtualNetwork: { id: 'region-vnet-id' },
        registrationEnabled: false,
        resolutionPolicy: 'NxDomainRedirect',
      });
    }
  });

  it('logs all flows in the name of an identity that may only write logs', async () => {
    const { resources } = await made();
    const log = only(resources, 'network:FlowLog');
    expect(log.inputs).toMatchObject({
      networkWatcherName: 'NetworkWatcher_westeurope',
      resourceGroupName: 'NetworkWatcherRG',
      targetResourceId: 'region-vnet-id',
      storageId: 'the-logs',
      enabled: true,
      identity: { type: 'UserAssigned', userAssignedIdentities: ['region-flow-log-writer-id'] },
    });
    expect(rolesOf(resources, 'region-flow-log-writer-principal')).toEqual({
      'ba92f5b4-2d11-453d-a403-e96b0029c9fe': ['the-logs'],
    });
    expect(log.dependsOn).toEqual(expect.arrayContaining(['region-vnet', 'region-flow-log-role']));
  });

  it('gives out subnets and egress addresses by zone', async () => {
    const { result } = await made();
    for (const byZone of [result.privateSubnetIds, result.egressAddresses]) {
      expect(Object.keys(byZone)).toEqual(REGION.zones);
    }
    const address = await new Promise((resolve) => result.egressAddresses['westeurope-2']?.apply(resolve));
    expect(address).toBe('address of region-westeurope-2-egress');
    expect(result.databaseRange).toBe('10.32.248.0/22');
  });
});

describe('wrong arguments of a network on Azure', () => {
  it.each<readonly [string, AzureNetworkArgs, string, RegExp]>([
    ['no range', inRegion({ addressRange: 'ten' }), 'region.addressRange', /"ten".*CIDR/],
    ['a range that is too small', inRegion({ addressRange: '10.0.0.0/24' }), 'region.addressRange', /\/16 to \/22/],
    ['two zones', inRegion({ zones: ['westeurope-1', 'westeurope-2'] }), 'region.zones', /at least/],
    [
      'a zone that is not there',
      inRegion({ zones: ['westeurope-1', 'westeurope-2', 'westeurope-4'] }),
      'region.zones[2]',
      /"westeurope-4".*westeurope-3/,
    ],
  ])('are refused before anything is made: %s', async (_what, args, path, reason) => {
    const { resources, result } = await recordProgram(() => refusal(args));
    expect(result).toBeInstanceOf(InputPropertyError);
    expect((result as InputPropertyError).propertyPath).toBe(path);
    expect((result as InputPropertyError).message).toMatch(reason);
    expect([...resources.keys()]).toEqual([]);
  });

  it('are all named at once', async () => {
    const { result } = await recordProgram(() => refusal(inRegion({ account: 'x', zones: [], addressRange: '' })));
    expect(result).toBeInstanceOf(InputPropertiesError);
    expect((result as InputPropertiesError).errors.map(({ propertyPath }) => propertyPath)).toEqual([
      'region.account',
      'region.addressRange',
      'region.zones',
    ]);
  });
});

function refusal(args: AzureNetworkArgs): unknown {
  try {
    return new AzureNetwork('region', args);
  } catch (error) {
    return error;
  }
}
