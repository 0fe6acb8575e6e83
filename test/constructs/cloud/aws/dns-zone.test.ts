import { describe, expect, it } from '@jest/globals';
import { AwsDnsZone } from '../../../../constructs/cloud/aws/dns-zone.ts';
import type { AwsDnsZoneArgs } from '../../../../constructs/cloud/aws/dns-zone.ts';
import { recordProgram } from '../recorded-resources.ts';
import { refusalOf } from '../refusal.ts';

const ARGS: AwsDnsZoneArgs = {
  stack: 'aws-us-west-2',
  region: {
    cloud: 'aws',
    name: 'us-west-2',
    account: '123456789012',
    domain: 'us-west-2.aws.kafka.example.com',
    tags: { environment: 'production' },
  },
};

describe("a region's DNS zone on AWS", () => {
  it("is the public zone of the region's domain, and is not made anew by mistake", async () => {
    const { resources } = await recordProgram(() => new AwsDnsZone('dns', ARGS));
    const zone = resources.get('dns-zone');
    expect(zone).toMatchObject({
      type: 'aws:route53/zone:Zone',
      parentType: 'flotilla:aws:DnsZone',
      inputs: {
        name: 'us-west-2.aws.kafka.example.com',
        forceDestroy: false,
        tags: { environment: 'production', 'flotilla.dev/stack': 'aws-us-west-2' },
      },
    });
    expect(zone?.inputs['vpcs']).toBeUndefined();
    expect(zone?.protection.protect).toBe(true);
  });

  it('gives out its id and where to delegate to', async () => {
    const { result } = await recordProgram(() => new AwsDnsZone('dns', ARGS), {
      computed: () => ({ zoneId: 'Z1', nameServers: ['ns-1.example.org', 'ns-2.example.org'] }),
    });
    expect(await new Promise((resolve) => result.zoneId.apply(resolve))).toBe('Z1');
    expect(await new Promise((resolve) => result.nameServers.apply(resolve))).toEqual([
      'ns-1.example.org',
      'ns-2.example.org',
    ]);
  });

  it.each(['', 'kafka', 'Kafka.example.com', 'kafka..example.com', '-a.example.com', `${'a.'.repeat(126)}com`])(
    'refuses the domain %p before anything is made',
    async (domain) => {
      const refused = await refusalOf(() => new AwsDnsZone('dns', { ...ARGS, region: { ...ARGS.region, domain } }));
      expect(refused.paths).toEqual(['region.domain']);
      expect(refused.registered).toEqual([]);
    },
  );
});
