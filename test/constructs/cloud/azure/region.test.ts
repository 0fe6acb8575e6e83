import { stringify } from 'yaml';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Provider } from '@pulumi/azure-native/provider.js';
import { AzureRegion } from '../../../../constructs/cloud/azure/region.ts';
import type { RegionArgs } from '../../../../constructs/cloud/region-args.ts';
import type { RegionOutputs } from '../../../../contracts/region-outputs.ts';
import { loadStack, requireParsed } from '../../../../stacks/config.ts';
import { parseRegionOutputs } from '../../../../stacks/outputs.ts';
import { isPublic, regionArgs } from '../../../../stacks/region-args.ts';
import type { StackConfig } from '../../../../stacks/stack-config.ts';
import { inputProblems } from '../../../doubles/input-problems.ts';
import { sdkTypes } from '../../../doubles/sdk-types.ts';
import { hostingConfig } from '../../../stacks/hosting-config.ts';
import { recordProgram } from '../recorded-resources.ts';
import { refusalOf } from '../refusal.ts';
import { ofType, only, rolesOf } from './azure-args.ts';
import type { Resources } from './azure-args.ts';
import { BUILT_IN_ROLES } from '../../../../constructs/cloud/azure/role-grant.ts';
import { cloudAnswers } from './cloud-answers.ts';

const CONFIG = requireParsed(loadStack('stacks', 'azure-westeurope', { today: '2026-11-22' }));
const ARGS = argsOf(CONFIG);

/** The same region with the control plane and the mothership, offered by a private link. */
const HOSTING = hostingConfig('azure-westeurope');

function argsOf(config: StackConfig): RegionArgs {
  if (!isPublic(config)) throw new Error('the stack is of a public cloud');
  return regionArgs(config);
}

const made = (args: RegionArgs = ARGS) =>
  recordProgram(
    () => {
      const provider = new Provider('azure', { subscriptionId: args.region.account, location: args.region.name });
      return new AzureRegion('region', args, { provider });
    },
    { computed: cloudAnswers },
  );

/** Region of the stack as it is: most tests look at it, and it is large. */
let whole: Awaited<ReturnType<typeof made>>;
let hosting: Awaited<ReturnType<typeof made>>;
beforeAll(async () => {
  whole = await made();
  hosting = await made(argsOf(HOSTING));
});

function counts(resources: Resources): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { type } of resources.values()) found[type] = (found[type] ?? 0) + 1;
  return found;
}

/** Names of what is new, other than before and gone, against the stack as it is. */
async function difference(args: RegionArgs) {
  const { resources: old } = whole;
  const { resources: now } = await made(args);
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    changed: [...old].filter(([name, each]) => now.has(name) && !sameInputs(each, now.get(name))).map(([name]) => name),
    removed: [...old.keys()].filter((name) => !now.has(name)),
  };
}

type Recorded = Resources extends ReadonlyMap<string, infer Each> ? Each : never;

/** To wait for one resource more, or for the same ones in another order, is no change to the engine. */
function sameInputs(one: Recorded, other: Recorded | undefined): boolean {
  const text = (each: Recorded | undefined) => JSON.stringify({ ...each, dependsOn: [], references: {} });
  return text(one) === text(other);
}

const known = <T>(value: { apply: (then: (value: T) => void) => unknown }) =>
  new Promise<T>((resolve) => value.apply(resolve));

describe('the region of the stack azure-westeurope', () => {
  it('has three groups, a network, two clusters with a pool for each class and zone, and a storage for each tenant', () => {
    expect(counts(whole.resources)).toMatchObject({
      'flotilla:azure:Region': 1,
      'flotilla:azure:ResourceGroup': 3,
      'flotilla:azure:LogStorage': 1,
      'flotilla:azure:Network': 1,
      'flotilla:azure:PlatformKey': 1,
      'flotilla:azure:DnsZone': 1,
      'flotilla:azure:ClusterIdentity': 1,
      'flotilla:azure:KubernetesCluster': 2,
      'flotilla:azure:ExternalDnsIdentity': 1,
      'flotilla:azure:TenantStorage': 3,
      'azure-native:containerservice:ManagedCluster': 2,
      // Two clusters, four classes, three zones.
      'azure-native:containerservice:AgentPool': 24,
      'azure-native:network:NatGateway': 3,
      // The tenants' and the logs'.
      'azure-native:storage:StorageAccount': 4,
      // The region's, and one for each cluster's secrets.
      'azure-native:keyvault:Vault': 3,
      // The platform's and the tenants', less the tenant's with the customer's own.
      'azure-native:compute:DiskEncryptionSet': 4,
      'azure-native:consumption:Budget': 1,
    });
    for (const absent of ['dbforpostgresql:Server', 'network:PrivateLinkService']) {
      expect(ofType(whole.resources, absent)).toEqual([]);
    }
  });

  it('has a tag of the stack and the tags of its config on every resource that takes tags', () => {
    const types = sdkTypes('@pulumi/azure-native');
    const taggable = [...hosting.resources.values()].filter(({ type }) => types.inputs(type)?.has('tags') === true);
    expect(taggable.length).toBeGreaterThan(80);
    for (const { name, inputs } of taggable) {
      expect([name, inputs['tags']]).toEqual([
        name,
        expect.objectContaining({ ...ARGS.region.tags, 'flotilla-stack': 'azure-westeurope' }),
      ]);
    }
  });

  it('gives Azure nothing that the SDK’s own types do not know, and all that they require', () => {
    const types = sdkTypes('@pulumi/azure-native');
    const problems = [...hosting.resources.values()].flatMap(({ type, name, inputs }) => {
      const properties = type.startsWith('azure-native:') ? types.inputs(type) : undefined;
      return properties === undefined
        ? []
        : inputProblems(properties, inputs).map(({ path, reason }) => `${name}.${path} ${reason}`);
    });
    expect(problems).toEqual([]);
  });

  it('is made by the one provider that it is given', () => {
    const ours = [...hosting.resources.values()].filter(({ type }) => type.startsWith('azure-native:'));
    expect(ours.length).toBeGreaterThan(150);
    expect(ours.filter(({ provider }) => !provider.includes('pulumi:providers:azure-native::azure'))).toEqual([]);
  });

  it('gives each tenant its own key set, and the volume driver of its own cluster alone the right to read it', () => {
    const reader = rolesOf(whole.resources, 'region-clusters-identity-principal')[BUILT_IN_ROLES.reader] ?? [];
    const sets = ofType(whole.resources, 'compute:DiskEncryptionSet').map(
      ({ name }) => cloudAnswers('azure-native:compute:DiskEncryptionSet', name)['id'],
    );
    expect([...reader].sort()).toEqual([...sets].sort());
  });

  it('has outputs that the manifests take as they are', async () => {
    const outputs = await known<RegionOutputs>(whole.result.outputs);
    const parsed = parseRegionOutputs(stringify(outputs), { file: 'outputs', config: CONFIG });
    expect(parsed).toEqual({ ok: true, value: outputs, warnings: [] });
    expect(Object.keys(outputs.tenants)).toEqual(['telemetry', 'logistics', 'customer-profiles']);
    expect(Object.keys(outputs.kubernetesClusters)).toEqual(['a', 'b']);
    expect(outputs.egressRanges).toHaveLength(3);
    expect(outputs.database).toBeUndefined();
    expect(outputs.identities.bucketProvisioner).toBeUndefined();
    expect(outputs.volumeResourceGroup).toBe('region-tenants-group');
  });

  it('has its zone in the group that external-dns reads off the platform key', async () => {
    const { platformKeyId, dnsZone } = await known<RegionOutputs>(whole.result.outputs);
    const zone = only(whole.resources, 'dns:Zone').inputs['resourceGroupName'];
    const key = whole.resources.get('region-platform-disks')?.inputs['resourceGroupName'];
    expect(key).toBe(zone);
    expect(platformKeyId).toContain(`/resourceGroups/${String(zone)}/`);
    expect(dnsZone?.nameServers.length).toBeGreaterThan(0);
  });
});

describe('a change of the stack azure-westeurope', () => {
  const [telemetry] = ARGS.tenants;
  const [first] = ARGS.kubernetesClusters;
  if (telemetry === undefined || first === undefined) throw new Error('the stack has tenants and clusters');

  it('that adds a tenant makes what is the tenant’s and leaves everything else as it is', async () => {
    const { added, changed, removed } = await difference({
      ...ARGS,
      tenants: [{ name: 'payments', cluster: 'b', deletionProtection: true }, ...ARGS.tenants],
    });
    expect({ changed, removed }).toEqual({ changed: [], removed: [] });
    expect(added.length).toBeGreaterThan(8);
    expect(added.filter((name) => !name.startsWith('region-tenant-payments'))).toEqual([]);
  });

  it('that adds a cluster makes what is the cluster’s and lets external-dns in there', async () => {
    const { added, changed, removed } = await difference({
      ...ARGS,
      kubernetesClusters: [
        ...ARGS.kubernetesClusters,
        { ...first, name: 'c', podRange: '10.38.0.0/16', serviceRange: '10.33.32.0/20' },
      ],
    });
    expect({ changed, removed }).toEqual({ changed: [], removed: [] });
    expect(added.filter((name) => !name.startsWith('region-cluster-c'))).toEqual(['region-external-dns-in-c']);
  });

  it('that gives its zones another order and its images a registry of Azure lets nodes pull, and changes nothing else', async () => {
    const { added, changed, removed } = await difference({
      ...ARGS,
      region: {
        ...ARGS.region,
        zones: ARGS.region.zones.toReversed(),
        imageRegistry: 'examplekafka.azurecr.io/flotilla',
      },
    });
    expect({ changed, removed }).toEqual({ changed: [], removed: [] });
    expect(added).toEqual(['region-cluster-a-pulls-images', 'region-cluster-b-pulls-images']);
  });
});

describe('a region on Azure that hosts the control plane and the mothership', () => {
  it('has a database, the provisioner’s identity, storage of the mothership and its private link, and a budget', () => {
    const counted = counts(hosting.resources);
    expect(counted).toMatchObject({
      'flotilla:azure:Database': 1,
      'flotilla:azure:ProvisionerIdentity': 1,
      'flotilla:azure:MothershipService': 1,
      'flotilla:azure:Budget': 1,
      'flotilla:azure:TenantStorage': 4,
    });
    expect(hosting.resources.has('region-tenant-mothership')).toBe(true);
    expect(only(hosting.resources, 'dbforpostgresql:Server').inputs['network']).toMatchObject({
      delegatedSubnetResourceId: 'region-network-database-id',
    });
  });

  it('has outputs that the manifests of the control plane take as they are', async () => {
    const outputs = await known<RegionOutputs>(hosting.result.outputs);
    const parsed = parseRegionOutputs(stringify(outputs), { file: 'outputs', config: HOSTING });
    expect(parsed).toEqual({ ok: true, value: outputs, warnings: [] });
    expect(outputs.database).toMatchObject({ port: 5432, name: 'flotilla' });
    expect(outputs.identities.bucketProvisioner).toMatch(/^[0-9a-f-]{36}$/);
    expect(Object.keys(outputs.tenants)).toContain('mothership');
    expect(outputs.mothershipService).toMatch(/privateLinkServices/);
  });
});

describe('wrong arguments of a region on Azure', () => {
  it('are all named at once, by their path in the region, before anything is made', async () => {
    const [first, ...others] = ARGS.kubernetesClusters;
    const [tenant] = ARGS.tenants;
    if (first === undefined || tenant === undefined) throw new Error('the stack has tenants and clusters');
    const refusal = await refusalOf(
      () =>
        new AzureRegion('region', {
          ...ARGS,
          region: { ...ARGS.region, domain: 'No Domain' },
          kubernetesClusters: [{ ...first, version: '1' }, ...others, first],
          tenants: [{ ...tenant, cluster: 'z' }],
          controlPlane: {
            cluster: 'a',
            database: { version: '18', instanceClass: 'Standard_B2ms', storageGib: 128, backupRetentionDays: 14 },
          },
        }),
    );
    expect(refusal.registered).toEqual([]);
    expect(refusal.paths).toEqual([
      'region.domain',
      'kubernetesClusters[2].name',
      'tenants[0].cluster',
      'kubernetesClusters[0].version',
      'controlPlane.database.instanceClass',
    ]);
  });
});
