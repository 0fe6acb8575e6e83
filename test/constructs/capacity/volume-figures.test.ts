import { describe, expect, it } from '@jest/globals';
import { shapeOf } from '../../../constructs/capacity/shape-of.ts';
import { volumeFigures } from '../../../constructs/capacity/volume-figures.ts';
import { volumeAttributesClass } from '../../../contracts/names.ts';
import { ALL_CKUS, PUBLIC_CLOUDS, request, ZONE_COUNTS } from './requests.ts';

describe.each(PUBLIC_CLOUDS)('the volume figures of %s', (cloud) => {
  const figures = volumeFigures(cloud);

  it('are exactly those of all shapes, each once', () => {
    const inUse = new Set<string | undefined>();
    for (const zoneCount of ZONE_COUNTS) {
      for (const ckus of ALL_CKUS) {
        const { brokers, controllers } = shapeOf(request(cloud, ckus, zoneCount));
        inUse.add(volumeAttributesClass(brokers.volume));
        inUse.add(volumeAttributesClass(controllers.volume));
      }
    }
    const names = figures.map(volumeAttributesClass);
    expect(new Set(names)).toEqual(inUse);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are few enough to be classes', () => {
    expect(figures.length).toBeGreaterThan(1);
    expect(figures.length).toBeLessThanOrEqual(8);
  });
});

it('the local region has no volume figures, for a folder has no performance to buy', () => {
  expect(volumeFigures('local')).toEqual([]);
});
