import { describe, expect, it } from '@jest/globals';
import { AwsMothershipService } from '../../../../constructs/cloud/aws/mothership-service.ts';
import type { AwsMothershipServiceArgs } from '../../../../constructs/cloud/aws/mothership-service.ts';
import { recordProgram } from '../recorded-resources.ts';
import { refusalOf } from '../refusal.ts';

const BALANCER =
  'arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6/0123456789abcdef';

const ARGS: AwsMothershipServiceArgs = {
  stack: 'aws-us-west-2',
  region: { cloud: 'aws', name: 'us-west-2', account: '123456789012', tags: { environment: 'production' } },
  privateLink: { loadBalancer: BALANCER, consumers: ['123456789012', '210987654321'] },
};

const offering = (changed: Partial<AwsMothershipServiceArgs['privateLink']>): AwsMothershipServiceArgs => ({
  ...ARGS,
  privateLink: { ...ARGS.privateLink, ...changed },
});

describe('the mothership as a service for other networks on AWS', () => {
  it("stands before the gateway's load balancer, for the named accounts and nobody else", async () => {
    const { resources } = await recordProgram(() => new AwsMothershipService('offer', ARGS));
    expect(resources.get('offer-service')).toMatchObject({
      type: 'aws:ec2/vpcEndpointService:VpcEndpointService',
      parentType: 'flotilla:aws:MothershipService',
      inputs: {
        networkLoadBalancerArns: [BALANCER],
        allowedPrincipals: ['arn:aws:iam::123456789012:root', 'arn:aws:iam::210987654321:root'],
        tags: { 'flotilla.dev/stack': 'aws-us-west-2' },
      },
    });
    expect(resources.get('offer-service')?.inputs['supportedRegions']).toBeUndefined();
  });

  it('is open to other regions where these are named, and to its own all the same', async () => {
    const args = offering({ consumerRegions: ['us-east-1'] });
    const { resources } = await recordProgram(() => new AwsMothershipService('offer', args));
    expect(resources.get('offer-service')?.inputs['supportedRegions']).toEqual(['us-west-2', 'us-east-1']);
  });

  it('gives out the name that other regions ask for', async () => {
    const { result } = await recordProgram(() => new AwsMothershipService('offer', ARGS), {
      computed: () => ({ serviceName: 'com.amazonaws.vpce.us-west-2.vpce-svc-0a1b' }),
    });
    const name = await new Promise((resolve) => result.serviceName.apply(resolve));
    expect(name).toBe('com.amazonaws.vpce.us-west-2.vpce-svc-0a1b');
  });

  it.each<readonly [string, AwsMothershipServiceArgs, string]>([
    [
      "another region's load balancer",
      offering({ loadBalancer: BALANCER.replace('us-west-2', 'us-east-1') }),
      'mothership.privateLink.loadBalancer',
    ],
    [
      'an application load balancer',
      offering({ loadBalancer: BALANCER.replace('/net/', '/app/') }),
      'mothership.privateLink.loadBalancer',
    ],
    ['nobody to offer it to', offering({ consumers: [] }), 'mothership.privateLink.consumers'],
    ['everybody', offering({ consumers: ['*'] }), 'mothership.privateLink.consumers[0]'],
    [
      'a region that nobody knows',
      offering({ consumerRegions: ['us-west-9'] }),
      'mothership.privateLink.consumerRegions[0]',
    ],
  ])('is refused before anything is made with %s', async (_what, args, path) => {
    const refused = await refusalOf(() => new AwsMothershipService('offer', args));
    expect(refused).toMatchObject({ paths: [path], registered: [] });
  });
});
