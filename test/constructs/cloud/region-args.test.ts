import { describe, expect, it } from '@jest/globals';
import type { RegionArgs } from '../../../constructs/cloud/region-args.ts';
import type { StackConfig } from '../../../stacks/stack-config.ts';

/** Compiles only while a parsed stack config has all that a region is made from; the mothership's part is made from it. */
function regionArgs(config: StackConfig): Omit<RegionArgs, 'mothership'> | undefined {
  const { cloud } = config.region;
  return cloud === 'local' ? undefined : { ...config, region: { ...config.region, cloud } };
}

describe('the arguments of a region', () => {
  it('are a stack config of a public cloud as it is, and there are none for a region on one machine', () => {
    const config: StackConfig = {
      stack: 'aws-us-west-2',
      region: {
        cloud: 'aws',
        name: 'us-west-2',
        account: '123456789012',
        zones: ['us-west-2a', 'us-west-2b', 'us-west-2c'],
        addressRange: '10.0.0.0/16',
        domain: 'us-west-2.aws.kafka.example.com',
        imageRegistry: 'registry.example.com/flotilla',
        tags: {},
      },
      kubernetesClusters: [],
      mothership: { hosted: false, bootstrapServer: 'bootstrap.example.com:9094', addressRanges: [] },
      tenants: [],
    };
    expect(regionArgs(config)).toEqual(config);
    expect(regionArgs({ ...config, region: { ...config.region, cloud: 'local' } })).toBeUndefined();
  });
});
