import { InputPropertiesError, InputPropertyError } from '@pulumi/pulumi';
import { describe, expect, it } from '@jest/globals';
import { AwsNetwork } from '../../../../constructs/cloud/aws/network.ts';
import type { AwsNetworkArgs } from '../../../../constructs/cloud/aws/network.ts';
import type { RecordedResource } from '../recorded-resources.ts';
import { recordProgram } from '../recorded-resources.ts';

const ARGS: AwsNetworkArgs = {
  stack: 'aws-us-west-2',
  region: {
    cloud: 'aws',
    name: 'us-west-2',
    account: '123456789012',
    zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'],
    addressRange: '10.0.0.0/16',
    tags: { environment: 'production' },
  },
  logBucketArn: 'arn:aws:s3:::flotilla-logs',
};

const inRegion = (changed: Partial<AwsNetworkArgs['region']>): AwsNetworkArgs => ({
  ...ARGS,
  region: { ...ARGS.region, ...changed },
});

async function made(args: AwsNetworkArgs): Promise<ReadonlyMap<string, RecordedResource>> {
  const { resources } = await recordProgram(() => new AwsNetwork('region', args));
  return resources;
}

function inputsOf(resources: ReadonlyMap<string, RecordedResource>, type: string) {
  return [...resources.values()].filter((each) => each.type === `aws:ec2/${type}`).map(({ inputs }) => inputs);
}

describe("a region's network on AWS", () => {
  it('is one component whose children all hang under it and are tagged wherever they can be', async () => {
    const [component, ...children] = [...(await made(ARGS)).values()];
    expect(component).toMatchObject({ type: 'flotilla:aws:Network', name: 'region', parentType: '' });
    expect(new Set(children.map(({ parentType }) => parentType))).toEqual(new Set(['flotilla:aws:Network']));
    const untagged = children.filter(({ inputs }) => inputs['tags'] === undefined).map(({ type }) => type);
    // AWS has no tags for a route and for what ties a route table to something.
    expect([...new Set(untagged)].sort()).toEqual([
      'aws:ec2/route:Route',
      'aws:ec2/routeTableAssociation:RouteTableAssociation',
      'aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation',
    ]);
    for (const { inputs } of children.filter((each) => each.inputs['tags'] !== undefined)) {
      expect(inputs['tags']).toMatchObject({ environment: 'production', 'flotilla.dev/stack': 'aws-us-west-2' });
    }
  });

  it('cuts a private and a public subnet for each zone from its range, neither of which gives out public addresses', async () => {
    const subnets = inputsOf(await made(ARGS), 'subnet:Subnet');
    expect(
      subnets.map((subnet) => [subnet['availabilityZone'], subnet['cidrBlock'], subnet['mapPublicIpOnLaunch']]),
    ).toEqual([
      ['us-west-2a', '10.0.0.0/19', false],
      ['us-west-2a', '10.0.192.0/22', false],
      ['us-west-2b', '10.0.32.0/19', false],
      ['us-west-2b', '10.0.196.0/22', false],
      ['us-west-2c', '10.0.64.0/19', false],
      ['us-west-2c', '10.0.200.0/22', false],
    ]);
  });

  it("leads each zone's nodes out through the zone's own NAT gateway, with an address of its own", async () => {
    const resources = await made(ARGS);
    for (const zone of ARGS.region.zones) {
      expect(resources.get(`region-${zone}-nat`)?.inputs).toMatchObject({
        subnetId: `region-${zone}-public-id`,
        allocationId: `region-${zone}-egress-id`,
      });
      expect(resources.get(`region-${zone}-way-out`)?.inputs).toMatchObject({
        routeTableId: `region-${zone}-routes-id`,
        natGatewayId: `region-${zone}-nat-id`,
        destinationCidrBlock: '0.0.0.0/0',
      });
      expect(resources.get(`region-${zone}-private-routes`)?.inputs).toMatchObject({
        subnetId: `region-${zone}-private-id`,
        routeTableId: `region-${zone}-routes-id`,
      });
      expect(resources.get(`region-${zone}-nat`)?.dependsOn).toContain('region-public-way-out');
    }
  });

  it('keeps traffic to S3 inside, from every zone', async () => {
    const resources = await made(ARGS);
    expect(inputsOf(resources, 'vpcEndpoint:VpcEndpoint')).toEqual([
      expect.objectContaining({ vpcEndpointType: 'Gateway', serviceName: 'com.amazonaws.us-west-2.s3' }),
    ]);
    expect(
      inputsOf(resources, 'vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation').map(
        (inputs) => inputs['routeTableId'],
      ),
    ).toEqual(ARGS.region.zones.map((zone) => `region-${zone}-routes-id`));
  });

  it('logs all flows, and lets nothing through that names no security group', async () => {
    const resources = await made(ARGS);
    expect(inputsOf(resources, 'flowLog:FlowLog')).toEqual([
      expect.objectContaining({
        trafficType: 'ALL',
        logDestinationType: 's3',
        logDestination: 'arn:aws:s3:::flotilla-logs/network/',
      }),
    ]);
    expect(inputsOf(resources, 'defaultSecurityGroup:DefaultSecurityGroup')).toEqual([
      expect.objectContaining({ ingress: [], egress: [] }),
    ]);
  });

  it.each([
    ['at the end', ['us-west-2a', 'us-west-2b', 'us-west-2c', 'us-west-2d']],
    ['in front', ['us-west-2d', 'us-west-2a', 'us-west-2b', 'us-west-2c']],
  ])('changes nothing of what is there when a zone is added %s', async (_where, zones) => {
    const before = await made(ARGS);
    const after = await made(inRegion({ zones }));
    for (const [name, resource] of before) expect(after.get(name)).toEqual(resource);
    const added = [...after.keys()].filter((name) => !before.has(name));
    expect(added).toHaveLength(9);
    expect(added.filter((name) => !name.startsWith('region-us-west-2d-'))).toEqual([]);
  });

  it('gives out subnets and egress addresses by zone', async () => {
    const { result } = await recordProgram(() => new AwsNetwork('region', ARGS), {
      computed: (type, name) => (type === 'aws:ec2/eip:Eip' ? { publicIp: `address of ${name}` } : {}),
    });
    for (const byZone of [result.privateSubnetIds, result.publicSubnetIds, result.egressAddresses]) {
      expect(Object.keys(byZone)).toEqual(ARGS.region.zones);
    }
    const address = await new Promise((resolve) => result.egressAddresses['us-west-2b']?.apply(resolve));
    expect(address).toBe('address of region-us-west-2b-egress');
  });
});

describe('wrong arguments of a network', () => {
  it.each<readonly [string, AwsNetworkArgs, string, RegExp]>([
    ['no range', inRegion({ addressRange: 'ten' }), 'region.addressRange', /"ten".*CIDR/],
    ['a range that is too small', inRegion({ addressRange: '10.0.0.0/24' }), 'region.addressRange', /\/16 to \/22/],
    ['two zones', inRegion({ zones: ['us-west-2a', 'us-west-2b'] }), 'region.zones', /at least/],
    [
      'a zone of another region',
      inRegion({ zones: ['us-west-2a', 'us-west-2b', 'us-east-1c'] }),
      'region.zones[2]',
      /"us-east-1c".*us-west-2d/,
    ],
    ['a zone twice', inRegion({ zones: ['us-west-2a', 'us-west-2b', 'us-west-2a'] }), 'region.zones[2]', /twice/],
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

function refusal(args: AwsNetworkArgs): unknown {
  try {
    return new AwsNetwork('region', args);
  } catch (error) {
    return error;
  }
}
