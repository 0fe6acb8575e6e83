import { describe, expect, test } from '@jest/globals';
import { linkConsumerRanges } from '../../stacks/private-link.ts';
import type { MothershipConfig, StackConfig } from '../../stacks/stack-config.ts';
import { synthesize } from '../../stacks/synthesis.ts';
import { imagesOf, outputsOf, stackConfig } from './synthesis-fixture.ts';

const ZONE_LETTERS = ['a', 'b', 'c'];
const OFFERED: MothershipConfig = {
  hosted: true,
  ckus: 1,
  version: '4.3.1',
  cluster: 'a',
  clientRanges: ['192.0.2.0/28'],
  privateLink: { consumers: ['guest'] },
};

describe('guests of a private link', () => {
  test.each([
    ['aws', ['10.0.192.0/22', '10.0.196.0/22', '10.0.200.0/22']],
    ['gcp', ['10.0.192.0/22']],
    ['azure', ['10.0.252.0/22']],
    ['local', []],
  ] as const)('come on %s from addresses of the host’s own network', (cloud, ranges) => {
    const zones = ZONE_LETTERS.map((letter) => `us-west-2${letter}`);
    const { region } = stackConfig('aws-us-west-2');
    const place = { ...region, cloud, zones, addressRange: '10.0.0.0/16' };
    expect(linkConsumerRanges({ region: place, mothership: OFFERED })).toEqual(ranges);
  });

  test('are let into a mothership that lets in nobody but whom it names, and into no other', () => {
    const aws = stackConfig('aws-us-west-2');
    if (!aws.mothership.hosted) throw new Error('the mothership is hosted elsewhere');
    const linked = { ...aws, mothership: { ...aws.mothership, privateLink: { consumers: ['123456789012'] } } };
    const guests = linkConsumerRanges(linked);
    expect(guests).toHaveLength(3);
    expect(mothershipSources(linked)).toEqual(expect.arrayContaining([...guests]));
    expect(mothershipSources(aws)).not.toEqual(expect.arrayContaining([guests[0]]));
    const open = { ...linked, mothership: { ...linked.mothership, clientRanges: [] } };
    expect(mothershipSources(open)).toBeUndefined();
  });
});

function mothershipSources(config: StackConfig): readonly string[] | undefined {
  for (const { path, objects } of synthesize(config, outputsOf(config), imagesOf(config))) {
    if (path !== 'a/60-mothership.k8s.yaml') continue;
    const spec = objects.find(({ kind }) => kind === 'PhysicalStatefulCluster')?.['spec'] as {
      readonly kafka: { readonly externalAccess: { readonly allowedSourceRanges?: readonly string[] } };
    };
    return spec.kafka.externalAccess.allowedSourceRanges;
  }
  throw new Error('there is no mothership');
}
