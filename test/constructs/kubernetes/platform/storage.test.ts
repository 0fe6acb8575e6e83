import { describe, expect, test } from '@jest/globals';
import { SharedStorage } from '../../../../constructs/kubernetes/platform/shared-storage.ts';
import { ZonalStorageClasses } from '../../../../constructs/kubernetes/platform/zonal-storage-classes.ts';
import { volumeFigures } from '../../../../constructs/capacity/volume-figures.ts';
import { CLOUDS, type Cloud } from '../../../../contracts/cloud.ts';
import { objectsOf, only } from '../support/objects-of.ts';

const KEY_PARAMETER: Readonly<Record<Cloud, string | undefined>> = {
  aws: 'kmsKeyId',
  gcp: 'disk-encryption-kms-key',
  azure: 'diskEncryptionSetID',
  local: undefined,
};

describe('zonal storage classes', () => {
  test.each(CLOUDS)('on %s make volumes in one zone, expandable, retained, once a pod is placed', (cloud) => {
    const objects = classesOn(cloud);
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['flotilla-zone-a', 'flotilla-zone-b']);
    objects.forEach((object, index) => {
      expect(object).toMatchObject({
        allowVolumeExpansion: true,
        reclaimPolicy: 'Retain',
        volumeBindingMode: 'WaitForFirstConsumer',
        allowedTopologies: [{ matchLabelExpressions: [{ values: [['zone-a', 'zone-b'][index]] }] }],
      });
    });
  });

  test.each(CLOUDS.filter((cloud) => cloud !== 'local'))('on %s encrypt volumes with the given key', (cloud) => {
    for (const object of classesOn(cloud)) {
      expect(object['parameters']).toMatchObject({ [KEY_PARAMETER[cloud] ?? '']: 'the-key' });
    }
  });

  test('on azure make volumes in a group that outlives the cluster, and are not made without one', () => {
    for (const object of classesOn('azure')) expect(object['parameters']).toMatchObject({ resourceGroup: 'volumes' });
    for (const object of classesOn('aws')) expect(object['parameters']).not.toHaveProperty('resourceGroup');
    const classes = { cloud: 'azure', zones: ['zone-a'], prefix: 'flotilla', keyId: 'the-key' } as const;
    expect(() => objectsOf((scope) => new ZonalStorageClasses(scope, 'classes', classes))).toThrow(/resource group/);
  });

  test('refuse to be made without a key', () => {
    expect(() => classesOn('aws', '')).toThrow(/needs a key/);
  });
});

describe('shared storage', () => {
  const figures = [{ iops: 3000, throughputMibPerSecond: 140 }];

  test.each([
    ['aws', { type: 'gp3', iops: '3000', throughput: '140' }],
    ['gcp', { iops: '3000', throughput: '140Mi' }],
    ['azure', { DiskIOPSReadWrite: '3000', DiskMBpsReadWrite: '147' }],
  ] as const)('names the performance of volumes in the words of the driver of %s', (cloud, parameters) => {
    const objects = objectsOf((scope) => {
      const shared = { cloud, zones: ['zone-a'], platformKeyId: 'key', resourceGroup: 'volumes' };
      new SharedStorage(scope, 's', { ...shared, volumeFigures: figures });
    });
    expect(only(objects, 'VolumeAttributesClass')).toMatchObject({
      apiVersion: 'storage.k8s.io/v1',
      metadata: { name: 'flotilla-3000-iops-140-mibps' },
      parameters,
    });
  });

  test('asks Azure, which sells megabytes, for no less than the mebibytes that were meant, and for no more than it has', () => {
    const most = Math.max(...volumeFigures('azure').map(({ throughputMibPerSecond }) => throughputMibPerSecond));
    for (const { iops, throughputMibPerSecond } of volumeFigures('azure')) {
      const objects = objectsOf((scope) => {
        const volumeFigures = [{ iops, throughputMibPerSecond }];
        const shared = { cloud: 'azure', zones: ['zone-a'], platformKeyId: 'key', resourceGroup: 'volumes' } as const;
        new SharedStorage(scope, 's', { ...shared, volumeFigures });
      });
      const { DiskMBpsReadWrite } = only(objects, 'VolumeAttributesClass')['parameters'] as Record<string, string>;
      const megabytes = Number(DiskMBpsReadWrite);
      expect(megabytes * 1e6).toBeGreaterThanOrEqual(throughputMibPerSecond * 2 ** 20);
      expect((megabytes - 1) * 1e6).toBeLessThan(throughputMibPerSecond * 2 ** 20);
      // Premium SSD v2: at most 0.25 MB/s for each IOPS, and 2,000 MB/s.
      expect(megabytes).toBeLessThanOrEqual(Math.min(2000, iops / 4));
    }
    expect(most).toBeGreaterThan(0);
  });

  test('has a class that nothing provisions', () => {
    const objects = objectsOf((scope) => {
      new SharedStorage(scope, 's', { cloud: 'local', zones: ['zone-a'], platformKeyId: 'key', volumeFigures: [] });
    });
    expect(only(objects, 'StorageClass', 'flotilla-precreated-only')).toMatchObject({
      provisioner: 'kubernetes.io/no-provisioner',
    });
    expect(objects.filter(({ kind }) => kind === 'VolumeAttributesClass')).toEqual([]);
  });
});

function classesOn(cloud: Cloud, keyId = 'the-key') {
  return objectsOf((scope) => {
    const zones = ['zone-a', 'zone-b'];
    new ZonalStorageClasses(scope, 'classes', { cloud, zones, prefix: 'flotilla', keyId, resourceGroup: 'volumes' });
  });
}
