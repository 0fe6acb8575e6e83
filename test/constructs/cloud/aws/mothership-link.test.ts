import { describe, expect, it } from '@jest/globals';
import { AwsMothershipLink } from '../../../../constructs/cloud/aws/mothership-link.ts';
import type { AwsMothershipLinkArgs } from '../../../../constructs/cloud/aws/mothership-link.ts';
import { recordProgram } from '../recorded-resources.ts';
import { refusalOf } from '../refusal.ts';

const DOMAIN = 'mothership.aws-us-west-2-a.us-west-2.aws.kafka.example.com';

const ARGS: AwsMothershipLinkArgs = {
  stack: 'aws-us-east-1',
  region: { cloud: 'aws', name: 'us-east-1', account: '123456789012', tags: { environment: 'production' } },
  mothership: {
    bootstrapServer: `bootstrap.${DOMAIN}:9094`,
    privateLink: { service: 'com.amazonaws.vpce.us-west-2.vpce-svc-0a1b2c3d' },
  },
  vpcId: 'vpc-1',
  privateSubnetIds: { 'us-east-1a': 'subnet-a', 'us-east-1b': 'subnet-b' },
  clientRanges: { nodes: '10.8.0.0/16', 'pods-a': '10.12.0.0/16' },
};

const names = (type: string) =>
  type === 'aws:ec2/vpcEndpoint:VpcEndpoint'
    ? {
        dnsEntries: [
          { dnsName: 'vpce-1.example.com', hostedZoneId: 'ZALL' },
          { dnsName: 'vpce-1-a.example.com', hostedZoneId: 'ZONE-A' },
        ],
      }
    : {};

async function made(args: AwsMothershipLinkArgs) {
  const { resources } = await recordProgram(() => new AwsMothershipLink('link', args), { computed: names });
  return resources;
}

const linked = (bootstrapServer: string, service = ARGS.mothership.privateLink.service): AwsMothershipLinkArgs => ({
  ...ARGS,
  mothership: { bootstrapServer, privateLink: { service } },
});

describe('the private way to the mothership on AWS', () => {
  it('has an endpoint in the private subnet of every zone, in the region of the service', async () => {
    const resources = await made(ARGS);
    expect(resources.get('link-endpoint')?.inputs).toMatchObject({
      vpcId: 'vpc-1',
      vpcEndpointType: 'Interface',
      serviceName: 'com.amazonaws.vpce.us-west-2.vpce-svc-0a1b2c3d',
      serviceRegion: 'us-west-2',
      subnetIds: ['subnet-a', 'subnet-b'],
      securityGroupIds: ['link-security-group-id'],
      privateDnsEnabled: false,
    });
    const near = await made(linked(ARGS.mothership.bootstrapServer, 'com.amazonaws.vpce.us-east-1.vpce-svc-0a'));
    expect(near.get('link-endpoint')?.inputs['serviceRegion']).toBeUndefined();
  });

  it("makes the mothership's own host names, and no others, lead to it inside the network", async () => {
    const resources = await made(ARGS);
    expect(resources.get('link-zone')?.inputs).toMatchObject({ name: DOMAIN, vpcs: [{ vpcId: 'vpc-1' }] });
    expect(resources.get('link-names')?.inputs).toMatchObject({
      name: `*.${DOMAIN}`,
      type: 'A',
      aliases: [{ name: 'vpce-1.example.com', zoneId: 'ZALL', evaluateTargetHealth: false }],
    });
  });

  it("lets nodes and pods in on the mothership's port, by a rule for each", async () => {
    const resources = await made(ARGS);
    const rules = [...resources.values()].filter(({ type }) => type.endsWith(':SecurityGroupIngressRule'));
    expect(rules.map(({ inputs }) => [inputs['cidrIpv4'], inputs['fromPort'], inputs['toPort']])).toEqual([
      ['10.8.0.0/16', 9094, 9094],
      ['10.12.0.0/16', 9094, 9094],
    ]);
  });

  it.each<readonly [string, AwsMothershipLinkArgs, string]>([
    // A zone for example.com would hide everything else of that name.
    ['a bootstrap outside a domain of its own', linked('a.example.com:9094'), 'mothership.bootstrapServer'],
    ['a bootstrap without a port', linked(`bootstrap.${DOMAIN}`), 'mothership.bootstrapServer'],
    [
      'a service of another cloud',
      linked(ARGS.mothership.bootstrapServer, 'projects/p/regions/r/serviceAttachments/s'),
      'mothership.privateLink.service',
    ],
    ['no subnet', { ...ARGS, privateSubnetIds: {} }, 'privateSubnetIds'],
    ['nobody who may come in', { ...ARGS, clientRanges: {} }, 'clientRanges'],
    ['everybody', { ...ARGS, clientRanges: { all: '0.0.0.0/0' } }, 'clientRanges.all'],
  ])('is refused before anything is made with %s', async (_what, args, path) => {
    const refused = await refusalOf(() => new AwsMothershipLink('link', args));
    expect(refused).toMatchObject({ paths: [path], registered: [] });
  });
});
