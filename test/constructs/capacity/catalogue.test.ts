import { describe, expect, it } from '@jest/globals';
import { catalogueOf, findInstanceClass } from '../../../constructs/capacity/catalogue/index.ts';
import { CLOUDS } from '../../../contracts/cloud.ts';
import { PUBLIC_CLOUDS } from './requests.ts';

const DAY_OR_MONTH = /^20\d\d-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$/;

describe.each(PUBLIC_CLOUDS)('the catalogue of %s', (cloud) => {
  const { instanceClasses, volumeType, limitsPerCku } = catalogueOf(cloud);

  it('has at least six classes, each name once', () => {
    expect(instanceClasses.length).toBeGreaterThanOrEqual(6);
    expect(new Set(instanceClasses.map(({ name }) => name)).size).toBe(instanceClasses.length);
  });

  it('says of every figure where and when it was looked up', () => {
    for (const { source, lookedUpOn } of [...instanceClasses, volumeType, limitsPerCku]) {
      expect(source).toMatch(/^https:\/\//);
      expect(lookedUpOn).toMatch(DAY_OR_MONTH);
    }
  });

  it('has plausible figures for every class', () => {
    for (const instanceClass of instanceClasses) {
      const { vcpus, memoryMib, networkBytesPerSecond, diskBytesPerSecond, diskIops, maxVolumes } = instanceClass;
      expect([4, 8]).toContain(memoryMib / 1024 / vcpus);
      expect(networkBytesPerSecond).toBeGreaterThan(100e6);
      expect(networkBytesPerSecond).toBeLessThan(100e9 / 8);
      expect(diskBytesPerSecond).toBeGreaterThan(100e6);
      expect(diskBytesPerSecond).toBeLessThan(10e9);
      expect(diskIops).toBeGreaterThanOrEqual(6000);
      expect(maxVolumes).toBeGreaterThanOrEqual(12);
    }
  });

  it('never gives a larger machine of a series less than a smaller one', () => {
    const series = Map.groupBy(instanceClasses, ({ name }) => name.replaceAll(/\d*xlarge|\d+(?=s_v6)|-\d+$/g, ''));
    for (const classes of series.values()) {
      const ascending = classes.toSorted((one, other) => one.vcpus - other.vcpus);
      for (const figure of ['networkBytesPerSecond', 'diskBytesPerSecond', 'diskIops', 'maxVolumes'] as const) {
        const figures = ascending.map((instanceClass) => instanceClass[figure]);
        expect(figures).toEqual(figures.toSorted((one, other) => one - other));
      }
    }
    expect(series.size).toBeGreaterThanOrEqual(2);
  });

  it('states a few figures exactly as the cloud publishes them', () => {
    expect(PUBLISHED[cloud].map(({ name }) => findInstanceClass(cloud, name))).toEqual(
      PUBLISHED[cloud].map((figures) => expect.objectContaining(figures)),
    );
  });
});

describe.each(CLOUDS)('on %s', (cloud) => {
  it('brokers and controllers are of classes that the catalogue describes', () => {
    const { brokers, controllers } = catalogueOf(cloud);
    const names = [brokers.instanceClass, controllers.instanceClass];
    const all = brokers.kind === 'derived' ? [...names, brokers.smallInstanceClass] : names;
    expect(all.filter((name) => findInstanceClass(cloud, name) === undefined)).toEqual([]);
  });
});

it('a class that a cloud does not have is not found', () => {
  expect(findInstanceClass('aws', 'Standard_D16s_v6')).toBeUndefined();
});

const PUBLISHED = {
  aws: [
    { name: 'm7i.4xlarge', vcpus: 16, networkBytesPerSecond: 781_250_000, diskBytesPerSecond: 625e6, diskIops: 20_000 },
    { name: 'r7g.2xlarge', vcpus: 8, networkBytesPerSecond: 468_750_000, diskBytesPerSecond: 312.5e6, maxVolumes: 27 },
  ],
  gcp: [
    { name: 'c3-standard-22', memoryMib: 90_112, networkBytesPerSecond: 2.875e9, diskIops: 120_000, maxVolumes: 32 },
    { name: 'c3-highmem-8', memoryMib: 65_536, diskBytesPerSecond: 838_860_800, diskIops: 50_000, maxVolumes: 16 },
  ],
  azure: [
    { name: 'Standard_D16s_v6', memoryMib: 65_536, diskBytesPerSecond: 992e6, diskIops: 33_333, maxVolumes: 48 },
    { name: 'Standard_E32s_v6', memoryMib: 262_144, networkBytesPerSecond: 2e9, diskIops: 66_667, maxVolumes: 64 },
  ],
} as const;
