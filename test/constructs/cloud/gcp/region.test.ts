import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { LABELS } from '../../../../contracts/labels.ts';
import { GcpRegion } from '../../../../constructs/cloud/gcp/region.ts';
import type { KubernetesClusterArgs, RegionArgs } from '../../../../constructs/cloud/region-args.ts';
import { loadStack, requireParsed } from '../../../../stacks/config.ts';
import { parseRegionOutputs } from '../../../../stacks/outputs.ts';
import { isPublic, regionArgs } from '../../../../stacks/region-args.ts';
import type { StackConfig } from '../../../../stacks/stack-config.ts';
import { sdkTypes } from '../../../doubles/sdk-types.ts';
import { recordProgram } from '../recorded-resources.ts';
import type { RecordedResource } from '../recorded-resources.ts';
import { refusalOf } from '../refusal.ts';
import { gcpResources, known } from './gcp-region.ts';

const CONFIG = requireParsed(loadStack('stacks', 'gcp-us-central1', { today: '2026-11-22' }));
const ARGS = argsOf(CONFIG);
/** The same region, were it the one with the control plane and the mothership. */
const HOSTING: StackConfig = {
  ...CONFIG,
  mothership: { hosted: true, ckus: 2, version: '4.3.1', cluster: 'a', clientRanges: [] },
  controlPlane: {
    cluster: 'a',
    database: { version: '18', instanceClass: 'db-custom-4-16384', storageGib: 100, backupRetentionDays: 14 },
  },
};

const HOSTING_ARGS = argsOf(HOSTING);

const PROJECT = 'example-kafka';
const RING = `projects/${PROJECT}/locations/us-central1/keyRings/flotilla`;

/** What GCP would answer, in the forms that outputs are held to. */
function computed(type: string, name: string): Readonly<Record<string, unknown>> {
  switch (type.slice(type.lastIndexOf(':') + 1)) {
    case 'KeyRing':
      return { id: RING };
    case 'CryptoKey':
      return { id: `${RING}/cryptoKeys/${name}` };
    case 'Account': {
      const email = `${accountId(name)}@${PROJECT}.iam.gserviceaccount.com`;
      return { email, name: `projects/${PROJECT}/serviceAccounts/${email}`, member: `serviceAccount:${email}` };
    }
    case 'Bucket':
      return { projectNumber: 123456789012 };
    case 'ServiceIdentity':
      return { email: `service-123456789012@${name}.iam.gserviceaccount.com` };
    case 'Address':
      return { address: `203.0.113.${name.charCodeAt(name.indexOf('-egress') - 1)}` };
    case 'Cluster':
      return { endpoint: '10.16.0.2' };
    case 'ManagedZone':
      return { nameServers: ['ns-cloud-a1.googledomains.com.', 'ns-cloud-a2.googledomains.com.'] };
    case 'DatabaseInstance':
      return { privateIpAddress: '10.16.224.3' };
    default:
      return {};
  }
}

/** At most 30 characters, another one for each name. */
function accountId(name: string): string {
  return `a${createHash('sha256').update(name).digest('hex').slice(0, 20)}`;
}

type Resources = ReadonlyMap<string, RecordedResource>;

const programs = new Map<RegionArgs, ReturnType<typeof record>>();

/** Each region is made once, for it is some hundred resources. */
function made(args: RegionArgs = ARGS): ReturnType<typeof record> {
  const known = programs.get(args) ?? record(args);
  programs.set(args, known);
  return known;
}

async function record(args: RegionArgs) {
  return recordProgram(() => new GcpRegion('region', args), { computed });
}

/** Names of what is there, as it was and otherwise, between two runs of the program. */
async function difference(after: RegionArgs, before: RegionArgs = ARGS) {
  // One after the other: there is one engine to ask.
  const { resources: old } = await made(before);
  const { resources: now } = await made(after);
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    changed: [...old.keys()].filter((name) => now.has(name) && asText(now.get(name)) !== asText(old.get(name))),
    removed: [...old.keys()].filter((name) => !now.has(name)),
  };
}

/** Dependencies come in the order in which they were answered. */
function asText(resource: RecordedResource | undefined): string {
  return JSON.stringify({ ...resource, dependsOn: resource?.dependsOn.toSorted() });
}

const ofType = (resources: Resources, type: string): readonly RecordedResource[] =>
  gcpResources(resources).filter((each) => each.type.endsWith(`:${type}`));

describe('the region of the stack gcp-us-central1', () => {
  it('has each part once, a cluster with pools in all zones, and a storage for each tenant', async () => {
    const { resources } = await made();
    const parts = [...resources.values()].filter(({ parentType }) => parentType === 'flotilla:gcp:Region');
    const counts = Object.fromEntries(
      Object.entries(Object.groupBy(parts, ({ type }) => type)).map(([type, all]) => [type, all?.length]),
    );
    expect(counts).toEqual({
      'flotilla:gcp:ProjectServices': 1,
      'flotilla:gcp:LogBucket': 1,
      'flotilla:gcp:PlatformKey': 1,
      'flotilla:gcp:Network': 1,
      'flotilla:gcp:DnsZone': 1,
      'flotilla:gcp:TenantRole': 1,
      'flotilla:gcp:KubernetesCluster': 1,
      'flotilla:gcp:TenantStorage': 3,
      'flotilla:gcp:PlatformIdentities': 1,
      ...(ARGS.budget === undefined ? {} : { 'flotilla:gcp:Budget': 1 }),
    });
    // Three classes in four zones.
    expect(ofType(resources, 'NodePool')).toHaveLength(12);
    // The region's logs beside a bucket for each tenant; a key for each that brings none, and the platform's.
    expect(ofType(resources, 'Bucket')).toHaveLength(4);
    expect(ofType(resources, 'CryptoKey')).toHaveLength(3);
    // Nodes, external-dns, and each tenant.
    expect(ofType(resources, 'Account')).toHaveLength(5);
  });

  it('labels everything that GCP can label', async () => {
    const { resources } = await made(HOSTING_ARGS);
    const types = sdkTypes('@pulumi/gcp');
    const labelled = gcpResources(resources).flatMap(({ type, name, inputs }) => {
      const field = ['labels', 'resourceLabels', 'userLabels'].find(
        // A notification channel's `labels` are its address.
        (each) => types.inputs(type)?.has(each) && !(each === 'labels' && types.inputs(type)?.has('userLabels')),
      );
      return field === undefined
        ? []
        : [{ name, labels: inputs[field] as Readonly<Record<string, string>> | undefined }];
    });
    expect(labelled.length).toBeGreaterThan(10);
    const bare = labelled.filter(
      ({ labels }) => labels?.['flotilla-stack'] !== 'gcp-us-central1' || labels['owner'] !== 'streaming-platform',
    );
    expect(bare.map(({ name }) => name)).toEqual([]);
    for (const { inputs } of ofType(resources, 'NodePool')) {
      expect(inputs).toMatchObject({ nodeConfig: { resourceLabels: { 'flotilla-stack': 'gcp-us-central1' } } });
    }
    expect(ofType(resources, 'DatabaseInstance')[0]?.inputs).toMatchObject({
      settings: { userLabels: { 'flotilla-stack': 'gcp-us-central1' } },
    });
  });

  it('gives GCP no property that its SDK does not know', async () => {
    const { resources } = await made(HOSTING_ARGS);
    const types = sdkTypes('@pulumi/gcp');
    for (const { type, name, inputs } of gcpResources(resources)) {
      const properties = types.inputs(type);
      expect([name, Object.keys(inputs).filter((property) => properties?.has(property) !== true)]).toEqual([name, []]);
    }
  });

  it('asks for nothing before the APIs of the project are on', async () => {
    const { resources } = await made();
    const asked = gcpResources(resources).map(({ parentType }) => parentType === 'flotilla:gcp:ProjectServices');
    expect(asked.indexOf(false)).toBeGreaterThan(10);
    expect(asked.lastIndexOf(true)).toBeLessThan(asked.indexOf(false));
  });

  it('keeps what holds data from being deleted', async () => {
    const { resources } = await made(HOSTING_ARGS);
    const holders = [
      'CryptoKey',
      'KeyRing',
      'Bucket',
      'DatabaseInstance',
      'Database',
      'Secret',
      'SecretVersion',
    ].flatMap((type) => ofType(resources, type));
    expect(holders.length).toBeGreaterThanOrEqual(13);
    const unprotected = holders.filter(({ protection }) => !protection.protect || !protection.retainOnDelete);
    expect(unprotected.map(({ name }) => name)).toEqual([]);
  });

  it('gives out all that the manifests need', async () => {
    const { resources, result } = await made();
    const outputs = await known(result.outputs);
    const parsed = parseRegionOutputs(JSON.stringify(outputs), { file: 'outputs.json', config: CONFIG });
    expect(parsed.ok ? [] : parsed.problems).toEqual([]);
    expect(outputs).toMatchObject({
      cloud: 'gcp',
      region: 'us-central1',
      account: PROJECT,
      platformKeyId: `${RING}/cryptoKeys/region-platform-key`,
      kubernetesClusters: { a: { endpoint: 'https://10.16.0.2' } },
      dnsZone: { nameServers: ['ns-cloud-a1.googledomains.com.', 'ns-cloud-a2.googledomains.com.'] },
    });
    expect(outputs.egressRanges).toEqual(['a', 'b', 'c', 'f'].map((letter) => `203.0.113.${letter.charCodeAt(0)}/32`));
    expect(outputs.tenants['fraud-detection']?.keyId).toBe(
      'projects/example-fraud/locations/us-central1/keyRings/kafka/cryptoKeys/fraud-detection',
    );
    expect(outputs.dnsZone?.id).toBe(
      ofType(resources, 'ManagedZone').find(({ name }) => name === 'region-dns-zone')?.inputs['name'],
    );
    expect([
      outputs.identities.bucketProvisioner,
      outputs.kubernetesClusters['a']?.gatewayIdentity,
      outputs.database,
    ]).toEqual([undefined, undefined, undefined]);
  });

  it('knows at a preview what does not have to be made first', async () => {
    const { resources } = await recordProgram(() => new GcpRegion('region', ARGS), { phase: 'preview' });
    expect(resources.get('region-cluster-a-brokers-us-central1-f')?.inputs).toMatchObject({
      nodeLocations: ['us-central1-f'],
      nodeConfig: { labels: { [LABELS.nodeClass]: 'brokers' } },
    });
  });
});

describe('one more of something in a region on GCP', () => {
  it('leaves everything else as it is when it is a tenant', async () => {
    const tenant = { name: 'new-one', cluster: 'a', deletionProtection: true };
    const { added, changed, removed } = await difference({ ...ARGS, tenants: [tenant, ...ARGS.tenants] });
    expect([changed, removed]).toEqual([[], []]);
    expect(added.length).toBeGreaterThan(3);
    expect(added.filter((name) => !name.startsWith('region-tenant-new-one'))).toEqual([]);
  });

  it('changes only the addresses of the way out when it is a zone', async () => {
    const before = { ...ARGS, region: { ...ARGS.region, zones: ['us-central1-a', 'us-central1-b', 'us-central1-c'] } };
    const after = { ...ARGS, region: { ...ARGS.region, zones: ['us-central1-f', ...before.region.zones] } };
    const { added, changed, removed } = await difference(after, before);
    expect([changed, removed]).toEqual([['region-network-nat'], []]);
    expect(added.toSorted()).toEqual([
      'region-cluster-a-brokers-us-central1-f',
      'region-cluster-a-platform-us-central1-f',
      'region-cluster-a-small-us-central1-f',
      'region-network-us-central1-f-egress',
    ]);
  });

  it("changes only the subnet, which gets the cluster's ranges, when it is a cluster", async () => {
    const [first] = ARGS.kubernetesClusters;
    const cluster = {
      ...first,
      name: 'b',
      podRange: '10.21.0.0/16',
      serviceRange: '10.17.16.0/20',
    } as KubernetesClusterArgs;
    const { added, changed, removed } = await difference({
      ...ARGS,
      kubernetesClusters: [...ARGS.kubernetesClusters, cluster],
    });
    expect([changed, removed]).toEqual([['region-network-nodes'], []]);
    expect(added.filter((name) => !name.startsWith('region-cluster-b'))).toEqual([]);
  });
});

describe('a region on GCP that hosts the control plane and the mothership', () => {
  it('has a database and an identity for the bucket provisioner, and tells both', async () => {
    const { resources, result } = await made(HOSTING_ARGS);
    const outputs = await known(result.outputs);
    const parsed = parseRegionOutputs(JSON.stringify(outputs), { file: 'outputs.json', config: HOSTING });
    expect(parsed.ok ? [] : parsed.problems).toEqual([]);
    expect(outputs.database).toMatchObject({
      host: '10.16.224.3',
      port: 5432,
      name: 'flotilla',
      addressRanges: ['10.16.224.0/19'],
    });
    expect(outputs.tenants['mothership']).toBeDefined();
    expect(ofType(resources, 'DatabaseInstance')[0]?.dependsOn).toContain('region-private-services-connection');
  });

  it('offers the mothership by a private link where its config names the load balancer', async () => {
    const loadBalancer = `projects/${PROJECT}/regions/us-central1/forwardingRules/gateway`;
    const { resources, result } = await recordProgram(
      () =>
        new GcpRegion('region', {
          ...HOSTING_ARGS,
          mothership: { hosted: true, privateLink: { loadBalancer, consumers: ['another-project'] } },
        }),
      {
        computed: (type, name) =>
          type.endsWith(':ServiceAttachment') ? { selfLink: 'the attachment' } : computed(type, name),
      },
    );
    expect(ofType(resources, 'ServiceAttachment')).toHaveLength(1);
    expect(await known(result.mothershipService)).toBe('the attachment');
    expect((await known(result.outputs)).mothershipService).toBe('the attachment');
  });
});

describe('wrong arguments of a region on GCP', () => {
  it('are all named at once, each once, with the paths that they have there, before anything is made', async () => {
    const [cluster, tenant] = [ARGS.kubernetesClusters[0], ARGS.tenants[0]];
    if (cluster === undefined || tenant === undefined) throw new Error('the stack has neither cluster nor tenant');
    const { paths, registered } = await refusalOf(
      () =>
        new GcpRegion('region', {
          ...HOSTING_ARGS,
          region: { ...ARGS.region, account: 'X', domain: 'nowhere' },
          kubernetesClusters: [{ ...cluster, version: '1' }],
          tenants: [tenant, { ...tenant, cluster: 'z' }, { ...tenant, name: 'Upper' }],
          controlPlane: {
            cluster: 'z',
            database: { version: '18', instanceClass: 'db-f1-micro', storageGib: 100, backupRetentionDays: 14 },
          },
        }),
    );
    expect(registered).toEqual([]);
    expect(paths).toEqual([
      'region.account',
      'region.domain',
      'tenants[1].name',
      'tenants[1].cluster',
      'controlPlane.cluster',
      'kubernetesClusters[0].version',
      'tenants[2].name',
      'controlPlane.database.instanceClass',
    ]);
  });
});

function argsOf(config: StackConfig): RegionArgs {
  if (!isPublic(config)) throw new Error(`${config.stack} has no cloud`);
  return regionArgs(config);
}
