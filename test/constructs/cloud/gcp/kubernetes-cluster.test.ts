import { describe, expect, it } from '@jest/globals';
import { GcpKubernetesCluster } from '../../../../constructs/cloud/gcp/kubernetes-cluster.ts';
import type { GcpKubernetesClusterArgs } from '../../../../constructs/cloud/gcp/kubernetes-cluster.ts';
import type { NodeClassArgs } from '../../../../constructs/cloud/region-args.ts';
import { recordProgram } from '../recorded-resources.ts';
import type { RecordedResource } from '../recorded-resources.ts';
import { refusalOf } from '../refusal.ts';

const KEY = 'projects/example-kafka/locations/us-central1/keyRings/ring/cryptoKeys/platform';
const PLATFORM: NodeClassArgs = {
  name: 'platform',
  instanceClass: 'c3-standard-8',
  purpose: 'platform',
  minPerZone: 1,
  maxPerZone: 3,
};
const BROKERS: NodeClassArgs = {
  name: 'brokers',
  instanceClass: 'c3-standard-22',
  purpose: 'brokers',
  minPerZone: 2,
  maxPerZone: 16,
};
const ARGS: GcpKubernetesClusterArgs = {
  stack: 'gcp-us-central1',
  region: {
    cloud: 'gcp',
    name: 'us-central1',
    account: 'example-kafka',
    zones: ['us-central1-a', 'us-central1-b', 'us-central1-f'],
    addressRange: '10.16.0.0/16',
    imageRegistry: 'registry.example.com/flotilla',
    tags: { environment: 'production' },
  },
  cluster: {
    name: 'a',
    version: '1.36',
    podRange: '10.20.0.0/16',
    serviceRange: '10.17.0.0/20',
    apiAccessRanges: ['198.51.100.0/24'],
    administrators: [],
    nodeClasses: [PLATFORM, BROKERS],
  },
  network: {
    networkId: 'the-network',
    nodeSubnetId: 'the-subnet',
    ranges: { pods: 'a-pods', services: 'a-services' },
  },
  platformKeyId: KEY,
};

const withCluster = (changed: Partial<GcpKubernetesClusterArgs['cluster']>): GcpKubernetesClusterArgs => ({
  ...ARGS,
  cluster: { ...ARGS.cluster, ...changed },
});
const withRegion = (changed: Partial<GcpKubernetesClusterArgs['region']>): GcpKubernetesClusterArgs => ({
  ...ARGS,
  region: { ...ARGS.region, ...changed },
});

type Resources = ReadonlyMap<string, RecordedResource>;

async function made(args: GcpKubernetesClusterArgs = ARGS): Promise<Resources> {
  const { resources } = await recordProgram(() => new GcpKubernetesCluster('region-a', args));
  return resources;
}

function ofType(resources: Resources, type: string): readonly RecordedResource[] {
  return [...resources.values()].filter((each) => each.type.endsWith(`:${type}`));
}

function clusterInputs(resources: Resources): Readonly<Record<string, unknown>> {
  return resources.get('region-a-cluster')?.inputs ?? {};
}

describe('a Kubernetes cluster on GCP', () => {
  it('is one component whose children all hang under it, labelled wherever they can be', async () => {
    const [component, ...children] = [...(await made()).values()];
    expect(component).toMatchObject({ type: 'flotilla:gcp:KubernetesCluster', name: 'region-a', parentType: '' });
    expect(new Set(children.map(({ parentType }) => parentType))).toEqual(new Set(['flotilla:gcp:KubernetesCluster']));
    const labels = { environment: 'production', 'flotilla-stack': 'gcp-us-central1' };
    expect(clusterInputs(await made())).toMatchObject({
      resourceLabels: labels,
      nodeConfig: { resourceLabels: labels },
    });
    for (const { inputs } of ofType(await made(), 'NodePool')) {
      expect(inputs).toMatchObject({ nodeConfig: { resourceLabels: labels } });
    }
  });

  it('stands in the region rather than in a zone, and names no zones that all pools would have to share', async () => {
    const inputs = clusterInputs(await made());
    expect(inputs['location']).toBe('us-central1');
    expect(inputs['nodeLocations']).toBeUndefined();
  });

  it('encrypts etcd and every boot disk with the platform key', async () => {
    const resources = await made();
    expect(clusterInputs(resources)).toMatchObject({
      databaseEncryption: { state: 'ENCRYPTED', keyName: KEY },
      nodeConfig: { bootDiskKmsKey: KEY },
    });
    expect(ofType(resources, 'NodePool')).toHaveLength(6);
    for (const { inputs } of ofType(resources, 'NodePool')) {
      expect(inputs).toMatchObject({ nodeConfig: { bootDiskKmsKey: KEY } });
    }
  });

  it('gives no node a public address, and opens its API server to the region and to what the config names', async () => {
    const open = clusterInputs(await made());
    expect(open).toMatchObject({
      privateClusterConfig: { enablePrivateNodes: true, enablePrivateEndpoint: false },
      masterAuthorizedNetworksConfig: { gcpPublicCidrsAccessEnabled: false, privateEndpointEnforcementEnabled: true },
      controlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: false } },
    });
    expect(authorized(open)).toEqual(['10.16.0.0/16', '198.51.100.0/24']);
  });

  it('has its API server call pods through agents in the cluster: none of its addresses is to be opened for that', async () => {
    // With a range of its own the control plane would call from there, past the network policies' openings.
    for (const args of [undefined, withCluster({ apiAccessRanges: [] })]) {
      const { privateClusterConfig } = clusterInputs(await made(args)) as { readonly privateClusterConfig: object };
      expect(Object.keys(privateClusterConfig).sort()).toEqual(['enablePrivateEndpoint', 'enablePrivateNodes']);
    }
  });

  it('has no public endpoint where the config names nobody', async () => {
    const closed = clusterInputs(await made(withCluster({ apiAccessRanges: [] })));
    expect(closed).toMatchObject({ privateClusterConfig: { enablePrivateEndpoint: true } });
    expect(authorized(closed)).toEqual(['10.16.0.0/16']);
  });

  it('knows pods by their own identity, logs its control plane and lets network policies hold', async () => {
    expect(clusterInputs(await made())).toMatchObject({
      workloadIdentityConfig: { workloadPool: 'example-kafka.svc.id.goog' },
      loggingConfig: { enableComponents: ['SYSTEM_COMPONENTS', 'APISERVER', 'CONTROLLER_MANAGER', 'SCHEDULER'] },
      datapathProvider: 'ADVANCED_DATAPATH',
      enableShieldedNodes: true,
      enableLegacyAbac: false,
      deletionProtection: true,
      addonsConfig: { gcePersistentDiskCsiDriverConfig: { enabled: true }, dnsCacheConfig: { enabled: false } },
      ipAllocationPolicy: { clusterSecondaryRangeName: 'a-pods', servicesSecondaryRangeName: 'a-services' },
    });
  });

  it('takes minor versions from its config alone, and patches in windows that GKE accepts', async () => {
    const inputs = clusterInputs(await made());
    expect(inputs).toMatchObject({
      minMasterVersion: '1.36',
      releaseChannel: { channel: 'REGULAR' },
      maintenancePolicy: {
        maintenanceExclusions: [
          { exclusionOptions: { scope: 'NO_MINOR_UPGRADES', endTimeBehavior: 'UNTIL_END_OF_SUPPORT' } },
        ],
      },
    });
    expect(hoursInFourWeeks(inputs)).toBeGreaterThanOrEqual(48);
  });

  it('has a pool for each zone and class, in that zone only, with the bounds of the class', async () => {
    const pools = ofType(await made(), 'NodePool');
    const found = pools.map(({ name, inputs }) => [
      name,
      { name: inputs['name'], zones: inputs['nodeLocations'], bounds: inputs['autoscaling'] },
    ]);
    const expected = ARGS.region.zones.flatMap((zone) =>
      [PLATFORM, BROKERS].map(({ name, minPerZone, maxPerZone }) => [
        `region-a-${name}-${zone}`,
        {
          name: `${name}-${zone.slice(-1)}`,
          zones: [zone],
          bounds: { minNodeCount: minPerZone, maxNodeCount: maxPerZone },
        },
      ]),
    );
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });

  it("labels nodes with their class, and taints brokers' with exactly what Kafka pods tolerate", async () => {
    const resources = await made();
    expect(resources.get('region-a-brokers-us-central1-a')?.inputs).toMatchObject({
      nodeConfig: {
        machineType: 'c3-standard-22',
        labels: { 'flotilla.dev/node-class': 'brokers' },
        taints: [{ key: 'flotilla.dev/node-class', value: 'brokers', effect: 'NO_SCHEDULE' }],
        workloadMetadataConfig: { mode: 'GKE_METADATA' },
      },
      upgradeSettings: { maxSurge: 1, maxUnavailable: 0 },
    });
    expect(resources.get('region-a-platform-us-central1-a')?.inputs).toMatchObject({
      nodeConfig: { labels: { 'flotilla.dev/node-class': 'platform' }, taints: [] },
    });
  });

  it('lets nodes write logs and metrics by an account of their own', async () => {
    const resources = await made();
    expect(ofType(resources, 'IAMMember').map(({ inputs }) => inputs['role'])).toEqual([
      'roles/container.defaultNodeServiceAccount',
    ]);
    expect(ofType(resources, 'RepositoryIamMember')).toEqual([]);
    const account = String(ofType(resources, 'Account')[0]?.inputs['accountId']);
    expect(account).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
  });

  it('lets nodes pull from Artifact Registry where images come from there', async () => {
    const imageRegistry = 'us-central1-docker.pkg.dev/example-images/kafka/flotilla';
    const [pull] = ofType(await made(withRegion({ imageRegistry })), 'RepositoryIamMember');
    expect(pull?.inputs).toMatchObject({
      location: 'us-central1',
      project: 'example-images',
      repository: 'kafka',
      role: 'roles/artifactregistry.reader',
    });
  });

  it.each<readonly [string, GcpKubernetesClusterArgs, number]>([
    ['a zone', withRegion({ zones: ['us-central1-c', ...ARGS.region.zones] }), 2],
    ['a class', withCluster({ nodeClasses: [{ ...PLATFORM, name: 'other' }, PLATFORM, BROKERS] }), 3],
  ])('changes nothing of what is there when %s is added', async (_what, args, pools) => {
    const before = await made();
    const after = await made(args);
    for (const [name, resource] of before) expect(after.get(name)).toEqual(resource);
    expect(after.size - before.size).toBe(pools);
  });

  it('tells who issues its tokens, and where it is reached', async () => {
    const { result } = await recordProgram(() => new GcpKubernetesCluster('region-a', ARGS), {
      computed: (type) => (type === 'gcp:container/cluster:Cluster' ? { endpoint: '203.0.113.7' } : {}),
    });
    const told = await Promise.all(
      [result.clusterName, result.endpoint, result.issuer, result.workloadPool].map(
        (value) => new Promise<string>((resolve) => value.apply(resolve)),
      ),
    );
    const [name = '', ...others] = told;
    expect(name).toMatch(/^flotilla-gcp-us-central1-a-[0-9a-f]{8}$/);
    expect(others).toEqual([
      'https://203.0.113.7',
      `https://container.googleapis.com/v1/projects/example-kafka/locations/us-central1/clusters/${name}`,
      'example-kafka.svc.id.goog',
    ]);
  });
});

describe('administrators of a Kubernetes cluster', () => {
  it('have all rights in it, by a condition that leaves out every other cluster of the project', async () => {
    const administrators = ['group:platform@example.com', 'user:ada@example.com'];
    const resources = await made(withCluster({ administrators }));
    const path = `projects/example-kafka/locations/us-central1/clusters/${String(clusterInputs(resources)['name'])}`;
    for (const member of administrators) {
      expect(resources.get(`region-a-administrator-${member}`)?.inputs).toMatchObject({
        project: 'example-kafka',
        role: 'roles/container.admin',
        member,
        condition: { expression: `resource.name == "${path}" || resource.name.startsWith("${path}/")` },
      });
    }
  });

  it('are nobody where none is named', async () => {
    expect([...(await made()).keys()].filter((name) => name.includes('administrator'))).toEqual([]);
  });
});

describe('wrong arguments of a Kubernetes cluster', () => {
  it.each<readonly [string, GcpKubernetesClusterArgs, string, RegExp]>([
    ['everybody at the API', withCluster({ apiAccessRanges: ['0.0.0.0/0'] }), 'cluster.apiAccessRanges', /everybody/],
    ['no range', withCluster({ apiAccessRanges: ['home'] }), 'cluster.apiAccessRanges[0]', /CIDR/],
    ['everybody', withCluster({ administrators: ['allUsers'] }), 'cluster.administrators[0]', /member/],
    ['a whole domain', withCluster({ administrators: ['domain:x.com'] }), 'cluster.administrators[0]', /member/],
    [
      'one administrator twice',
      withCluster({ administrators: ['user:a@x.com', 'user:a@x.com'] }),
      'cluster.administrators[1]',
      /once/,
    ],
    ['a patch version', withCluster({ version: '1.36.2' }), 'cluster.version', /minor/],
    ['no nodes', withCluster({ nodeClasses: [] }), 'cluster.nodeClasses', /at least one/],
    [
      'an unknown machine',
      withCluster({ nodeClasses: [{ ...BROKERS, instanceClass: 'm7i.4xlarge' }] }),
      'cluster.nodeClasses[0].instanceClass',
      /catalogue/,
    ],
    [
      'bounds the wrong way round',
      withCluster({ nodeClasses: [{ ...BROKERS, minPerZone: 5, maxPerZone: 4 }] }),
      'cluster.nodeClasses[0].maxPerZone',
      /at least minPerZone/,
    ],
    ['a class twice', withCluster({ nodeClasses: [BROKERS, BROKERS] }), 'cluster.nodeClasses[1].name', /twice/],
    [
      'a zone of another region',
      withRegion({ zones: ['us-central1-a', 'us-central1-b', 'us-east1-c'] }),
      'region.zones[2]',
      /us-east1-c/,
    ],
  ])('are refused before anything is made: %s', async (_what, args, path, reason) => {
    const { paths, message, registered } = await refusalOf(() => new GcpKubernetesCluster('region-a', args));
    expect(paths).toEqual([path]);
    expect(message).toMatch(reason);
    expect(registered).toEqual([]);
  });
});

function authorized(inputs: Readonly<Record<string, unknown>>): readonly string[] {
  const { cidrBlocks } = inputs['masterAuthorizedNetworksConfig'] as {
    readonly cidrBlocks: readonly { readonly cidrBlock: string }[];
  };
  return cidrBlocks.map(({ cidrBlock }) => cidrBlock);
}

/** Hours of the maintenance window in four of the weeks that any 32 days have whole; none where a piece is too short. */
function hoursInFourWeeks(inputs: Readonly<Record<string, unknown>>): number {
  const { recurringWindow } = inputs['maintenancePolicy'] as {
    readonly recurringWindow: { readonly startTime: string; readonly endTime: string; readonly recurrence: string };
  };
  const hours = (Date.parse(recurringWindow.endTime) - Date.parse(recurringWindow.startTime)) / 3_600_000;
  const days = /^FREQ=WEEKLY;BYDAY=([A-Z,]+)$/.exec(recurringWindow.recurrence)?.[1]?.split(',') ?? [];
  return hours < 4 ? 0 : 4 * days.length * hours;
}
