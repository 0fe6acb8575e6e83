import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { KubeStorageClass } from 'cdk8s-plus-27/lib/imports/k8s.js';
import type { Cloud } from '../../../contracts/cloud.ts';
import { wholeMegabytes } from '../../capacity/units.ts';
import { PRECREATED_ONLY_STORAGE_CLASS, storageClassPrefix, volumeAttributesClass } from '../../../contracts/names.ts';
import { VOLUME_PROVISIONERS, ZonalStorageClasses } from './zonal-storage-classes.ts';

export interface SharedStorageProps {
  readonly cloud: Cloud;
  readonly zones: readonly string[];
  /** Key that encrypts what belongs to the platform, and the volumes of tenants without a key of their own. */
  readonly platformKeyId: string;
  /** As for {@link ZonalStorageClasses}. */
  readonly resourceGroup?: string;
  /** Every distinct pair of figures that a volume of this cloud may be given. */
  readonly volumeFigures: readonly VolumeFigures[];
}

export interface VolumeFigures {
  readonly iops: number;
  readonly throughputMibPerSecond: number;
}

/** Storage that a Kubernetes cluster's PSCs share: zonal classes, performance classes, and the class that provisions nothing. */
export class SharedStorage extends Construct {
  constructor(scope: Construct, id: string, props: SharedStorageProps) {
    super(scope, id);
    const { cloud, zones } = props;
    new ZonalStorageClasses(this, 'zonal', {
      cloud,
      zones,
      prefix: storageClassPrefix(),
      keyId: props.platformKeyId,
      ...(props.resourceGroup === undefined ? {} : { resourceGroup: props.resourceGroup }),
    });
    for (const figures of props.volumeFigures) {
      const name = volumeAttributesClass(figures);
      if (name !== undefined) new PerformanceClass(this, name, cloud, figures);
    }
    new KubeStorageClass(this, 'precreated-only', {
      metadata: { name: PRECREATED_ONLY_STORAGE_CLASS },
      provisioner: 'kubernetes.io/no-provisioner',
      allowVolumeExpansion: true,
      reclaimPolicy: 'Retain',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
  }
}

/** Not in cdk8s-plus-27: VolumeAttributesClass is in storage.k8s.io/v1 from Kubernetes 1.34 on. */
class PerformanceClass extends ApiObject {
  constructor(scope: Construct, name: string, cloud: Cloud, figures: VolumeFigures) {
    super(scope, name, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttributesClass',
      metadata: { name },
      driverName: VOLUME_PROVISIONERS[cloud],
      parameters: performanceParameters(cloud, figures),
    });
  }
}

/** Parameters that each driver lets one change on a living volume (read 2026-11-22). */
function performanceParameters(cloud: Cloud, figures: VolumeFigures): Readonly<Record<string, string>> {
  const iops = String(figures.iops);
  const throughput = figures.throughputMibPerSecond;
  switch (cloud) {
    case 'aws':
      return { type: 'gp3', iops, throughput: String(throughput) };
    case 'gcp':
      return { iops, throughput: `${throughput}Mi` };
    case 'azure':
      // Azure's MBps are 10^6 bytes (learn.microsoft.com/azure/virtual-machines/disks-types): the same number would be less.
      return { DiskIOPSReadWrite: iops, DiskMBpsReadWrite: String(wholeMegabytes(throughput)) };
    case 'local':
      throw new Error('volumes on local have no provisioned performance, so no class of it');
  }
}
