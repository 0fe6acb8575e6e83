import { InputPropertiesError, InputPropertyError } from '@pulumi/pulumi';
import { describe, expect, it, jest } from '@jest/globals';
import { AwsKubernetesCluster } from '../../../../constructs/cloud/aws/kubernetes-cluster.ts';
import type { AwsKubernetesClusterArgs } from '../../../../constructs/cloud/aws/kubernetes-cluster.ts';
import type { NodeClassArgs } from '../../../../constructs/cloud/region-args.ts';
import { recordProgram } from '../recorded-resources.ts';
import type { RecordedResource } from '../recorded-resources.ts';
import { CLUSTER_ARGS, clusterOutputs, PLATFORM_KEY } from './kubernetes-cluster-args.ts';

type Resources = ReadonlyMap<string, RecordedResource>;

async function made(args: AwsKubernetesClusterArgs): Promise<Resources> {
  const { resources } = await recordProgram(() => new AwsKubernetesCluster('a', args), { computed: clusterOutputs });
  return resources;
}

// Some 40 resources, half a second on an idle machine; others may want it at the same time.
jest.setTimeout(30_000);

/** The example's own, made once: most tests only look at it. */
let example: Promise<Resources> | undefined;
function standard(): Promise<Resources> {
  example ??= made(CLUSTER_ARGS);
  return example;
}

const withClasses = (nodeClasses: readonly NodeClassArgs[]): AwsKubernetesClusterArgs => ({
  ...CLUSTER_ARGS,
  cluster: { ...CLUSTER_ARGS.cluster, nodeClasses },
});
const withZones = (zones: readonly string[]): AwsKubernetesClusterArgs => ({
  ...CLUSTER_ARGS,
  region: { ...CLUSTER_ARGS.region, zones },
  network: { vpcId: 'vpc-1', privateSubnetIds: Object.fromEntries(zones.map((zone) => [zone, `nodes-${zone}`])) },
});
const pools = (resources: Resources) =>
  [...resources.values()].filter(({ type }) => type === 'aws:eks/nodeGroup:NodeGroup');

const { zones } = CLUSTER_ARGS.region;
const { nodeClasses } = CLUSTER_ARGS.cluster;

describe('the node pools of a cluster on AWS', () => {
  it('are one for each zone and class, with nodes in that zone alone', async () => {
    const found = pools(await standard());
    expect(found.map(({ name, inputs }) => [name, inputs['subnetIds']])).toEqual(
      nodeClasses.flatMap(({ name }) => zones.map((zone) => [`a-${zone}-${name}`, [`nodes-${zone}`]])),
    );
  });

  it('carry the label that Kafka pods select, and for brokers exactly the taint that they tolerate', async () => {
    const resources = await standard();
    expect(resources.get('a-us-west-2b-brokers')?.inputs).toMatchObject({
      labels: { 'flotilla.dev/node-class': 'brokers', 'topology.ebs.csi.aws.com/zone': 'us-west-2b' },
      taints: [{ key: 'flotilla.dev/node-class', value: 'brokers', effect: 'NO_SCHEDULE' }],
    });
    expect(resources.get('a-us-west-2b-platform')?.inputs).toMatchObject({
      labels: { 'flotilla.dev/node-class': 'platform', 'topology.ebs.csi.aws.com/zone': 'us-west-2b' },
      taints: [],
    });
  });

  it('scale within their bounds, are rolled one node at a time, and have the image of their instances', async () => {
    const resources = await standard();
    expect(resources.get('a-us-west-2a-brokers')?.inputs).toMatchObject({
      version: '1.36',
      amiType: 'AL2023_ARM_64_STANDARD',
      instanceTypes: ['m7g.4xlarge'],
      scalingConfig: { minSize: 1, maxSize: 16, desiredSize: 1 },
      updateConfig: { maxUnavailable: 1 },
      forceUpdateVersion: false,
    });
    expect(resources.get('a-us-west-2a-small')?.inputs).toMatchObject({
      amiType: 'AL2023_x86_64_STANDARD',
      scalingConfig: { minSize: 0, maxSize: 8, desiredSize: 0 },
    });
  });

  it('start nodes that keep their credentials from pods and their disks under the platform key', async () => {
    const resources = await standard();
    for (const { name } of nodeClasses) {
      expect(resources.get(`a-${name}-template`)?.inputs).toMatchObject({
        metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
        blockDeviceMappings: [{ ebs: { encrypted: 'true', kmsKeyId: PLATFORM_KEY } }],
        tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({
          resourceType,
          tags: expect.objectContaining({ environment: 'production' }),
        })),
      });
      expect(resources.get(`a-us-west-2a-${name}`)?.inputs['launchTemplate']).toEqual({
        id: `a-${name}-template-id`,
        version: '3',
      });
    }
  });

  it('get another name with another instance class, so that the new group stands before the old one goes', async () => {
    const before = (await standard()).get('a-us-west-2a-small')?.inputs['nodeGroupName'];
    const changed = nodeClasses.map((each) =>
      each.name === 'small' ? { ...each, instanceClass: 'm7i.4xlarge' } : each,
    );
    const after = (await made(withClasses(changed))).get('a-us-west-2a-small')?.inputs['nodeGroupName'];
    expect(after).not.toBe(before);
  });

  it('change for nobody when a zone is added: only the network plugin learns of its subnet', async () => {
    const before = await standard();
    const after = await made(withZones([...zones, 'us-west-2d']));
    const changed = [...before].filter(
      ([name, resource]) => JSON.stringify(after.get(name)) !== JSON.stringify(resource),
    );
    // What is added after the nodes waits for the new ones too; no input of it changes.
    expect(changed.map(([name]) => name)).toEqual(['a-vpc-cni', 'a-coredns', 'a-aws-ebs-csi-driver']);
    for (const name of ['a-coredns', 'a-aws-ebs-csi-driver']) {
      expect(after.get(name)?.inputs).toEqual(before.get(name)?.inputs);
    }
    expect([...after.keys()].filter((name) => !before.has(name))).toEqual([
      'a-us-west-2d-pods',
      ...nodeClasses.map(({ name }) => `a-us-west-2d-${name}`),
    ]);
  });

  it.each([
    ['in front', 0],
    ['in between', 1],
    ['at the end', nodeClasses.length],
  ])('change for nobody when a class comes %s', async (_where, at) => {
    const before = await standard();
    const added: NodeClassArgs = {
      name: 'big',
      instanceClass: 'm7i.8xlarge',
      purpose: 'brokers',
      minPerZone: 0,
      maxPerZone: 9,
    };
    const after = await made(withClasses([...nodeClasses.slice(0, at), added, ...nodeClasses.slice(at)]));
    for (const [name, { inputs }] of before) expect(after.get(name)?.inputs).toEqual(inputs);
    expect([...after.keys()].filter((name) => !before.has(name)).sort()).toEqual([
      'a-big-template',
      ...zones.map((zone) => `a-${zone}-big`),
    ]);
  });
});

describe('wrong arguments of a Kubernetes cluster', () => {
  const withCluster = (changed: Partial<AwsKubernetesClusterArgs['cluster']>): AwsKubernetesClusterArgs => ({
    ...CLUSTER_ARGS,
    cluster: { ...CLUSTER_ARGS.cluster, ...changed },
  });
  const [platform, small] = nodeClasses;
  if (platform === undefined || small === undefined) throw new Error('the example has too few classes');

  it.each<readonly [string, AwsKubernetesClusterArgs, string, RegExp]>([
    ['a name with a dot', withCluster({ name: 'a.b' }), 'cluster.name', /"a.b"/],
    ['a version with a patch', withCluster({ version: '1.36.1' }), 'cluster.version', /minor/],
    ['a pod range that AWS does not take', withCluster({ podRange: '10.4.0.0/14' }), 'cluster.podRange', /\/16/],
    ['a service range that is public', withCluster({ serviceRange: '8.8.0.0/20' }), 'cluster.serviceRange', /private/],
    ['a service range that is too large', withCluster({ serviceRange: '10.0.0.0/8' }), 'cluster.serviceRange', /\/12/],
    [
      'an API server for everybody',
      withCluster({ apiAccessRanges: ['0.0.0.0/0'] }),
      'cluster.apiAccessRanges[0]',
      /everybody/,
    ],
    [
      'an address that is none',
      withCluster({ apiAccessRanges: ['300.1.1.0/24'] }),
      'cluster.apiAccessRanges[0]',
      /300/,
    ],
    ['no nodes for the platform', withClasses([small]), 'cluster.nodeClasses', /purpose platform/],
    ['a class twice', withClasses([platform, small, small]), 'cluster.nodeClasses[2].name', /another class/],
    [
      'bounds the wrong way round',
      withClasses([platform, { ...small, minPerZone: 9 }]),
      'cluster.nodeClasses[1].maxPerZone',
      /minPerZone/,
    ],
    [
      'an instance class that is none',
      withClasses([platform, { ...small, instanceClass: 'large' }]),
      'cluster.nodeClasses[1].instanceClass',
      /m7i/,
    ],
    ['two zones', withZones(zones.slice(0, 2)), 'region.zones', /at least/],
    ['a zone of another region', withZones([...zones, 'us-east-1a']), 'region.zones[3]', /us-west-2d/],
    [
      'a zone without a subnet',
      { ...CLUSTER_ARGS, network: { vpcId: 'vpc-1', privateSubnetIds: { 'us-west-2a': 'a', 'us-west-2b': 'b' } } },
      'network.privateSubnetIds["us-west-2c"]',
      /subnet/,
    ],
    [
      'a user as administrator',
      withCluster({ administrators: ['arn:aws:iam::123456789012:user/x'] }),
      'cluster.administrators[0]',
      /role/,
    ],
  ])('are refused before anything is made: %s', async (_what, args, path, reason) => {
    const { resources, result } = await recordProgram(() => refusal(args));
    expect(result).toBeInstanceOf(InputPropertyError);
    expect(result).toMatchObject({ propertyPath: path, message: expect.stringMatching(reason) });
    expect([...resources.keys()]).toEqual([]);
  });

  it('are all named at once', async () => {
    const { result } = await recordProgram(() =>
      refusal(withCluster({ version: 'new', podRange: '', serviceRange: '' })),
    );
    expect(result).toBeInstanceOf(InputPropertiesError);
    expect((result as InputPropertiesError).errors.map(({ propertyPath }) => propertyPath)).toEqual([
      'cluster.version',
      'cluster.podRange',
      'cluster.serviceRange',
    ]);
  });
});

function refusal(args: AwsKubernetesClusterArgs): unknown {
  try {
    return new AwsKubernetesCluster('a', args);
  } catch (error) {
    return error;
  }
}
