import { describe, expect, it } from '@jest/globals';
import { knownRegions, knownZones } from '../../../constructs/capacity/zones.ts';
import { PUBLIC_CLOUDS } from './requests.ts';

describe.each(PUBLIC_CLOUDS)('the regions of %s', (cloud) => {
  const regions = knownRegions(cloud);

  it('are at least eight, each with at least three zones named after it', () => {
    expect(regions.length).toBeGreaterThanOrEqual(8);
    for (const region of regions) {
      const zones = knownZones(cloud, region) ?? [];
      expect(zones.length).toBeGreaterThanOrEqual(3);
      expect(new Set(zones).size).toBe(zones.length);
      expect(zones.filter((zone) => !zone.startsWith(region) || zone === region)).toEqual([]);
    }
  });
});

describe('zones', () => {
  it.each([
    ['aws', 'us-west-2', ['us-west-2a', 'us-west-2b', 'us-west-2c', 'us-west-2d']],
    ['gcp', 'us-central1', ['us-central1-a', 'us-central1-b', 'us-central1-c', 'us-central1-f']],
    ['azure', 'westeurope', ['westeurope-1', 'westeurope-2', 'westeurope-3']],
    ['local', 'local', ['local-a', 'local-b', 'local-c']],
  ] as const)('of %s %s are named as Kubernetes labels them', (cloud, region, zones) => {
    expect(knownZones(cloud, region)).toEqual(zones);
  });

  it.each(['mars-north1', '', 'constructor', '__proto__'])('of the unknown region %p are unknown', (region) => {
    expect(knownZones('aws', region)).toBeUndefined();
  });
});
