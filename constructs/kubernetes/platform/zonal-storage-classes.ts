import { Construct } from 'constructs';
import { KubeStorageClass } from 'cdk8s-plus-27/lib/imports/k8s.js';
import type { Cloud } from '../../../contracts/cloud.ts';
import { zonalStorageClass } from '../../../contracts/names.ts';

export interface ZonalStorageClassesProps {
  readonly cloud: Cloud;
  readonly zones: readonly string[];
  /** First part of the classes' names; a volume of class `<prefix>-<zone>` is made in that zone. */
  readonly prefix: string;
  /** Key that encrypts the volumes, in the cloud's own form; `local` has none. */
  readonly keyId: string;
  /** Resource group that volumes are made in: theirs, for that of the nodes goes with the cluster. Only for azure, which needs it. */
  readonly resourceGroup?: string;
}

/** One storage class per zone under one key: encrypted, expandable, retained, made where its pod is scheduled. */
export class ZonalStorageClasses extends Construct {
  constructor(scope: Construct, id: string, props: ZonalStorageClassesProps) {
    super(scope, id);
    if (props.keyId === '') throw new RangeError(`storage classes ${props.prefix}-*: a volume needs a key`);
    const driver = volumeDriver(props);
    for (const zone of props.zones) {
      new KubeStorageClass(this, zone, {
        metadata: { name: zonalStorageClass(props.prefix, zone) },
        provisioner: driver.name,
        // Never an empty map: the API server does not store it, and takes it for a forbidden change at the next apply.
        ...(Object.keys(driver.parameters).length === 0 ? {} : { parameters: { ...driver.parameters } }),
        allowVolumeExpansion: true,
        reclaimPolicy: 'Retain',
        volumeBindingMode: 'WaitForFirstConsumer',
        allowedTopologies: [{ matchLabelExpressions: [{ key: driver.topologyKey, values: [zone] }] }],
      });
    }
  }
}

/** Provisioner of each cloud's volumes. */
export const VOLUME_PROVISIONERS: Readonly<Record<Cloud, string>> = {
  aws: 'ebs.csi.aws.com',
  gcp: 'pd.csi.storage.gke.io',
  azure: 'disk.csi.azure.com',
  local: 'local.flotilla.dev/volume',
};

interface VolumeDriver {
  readonly name: string;
  readonly topologyKey: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const XFS = { 'csi.storage.k8s.io/fstype': 'xfs' };

/** Parameters as each driver's documents name them (read 2026-11-22). */
function volumeDriver({ cloud, keyId, prefix, resourceGroup }: ZonalStorageClassesProps): VolumeDriver {
  const name = VOLUME_PROVISIONERS[cloud];
  switch (cloud) {
    case 'aws':
      return {
        name,
        topologyKey: 'topology.ebs.csi.aws.com/zone',
        parameters: { type: 'gp3', encrypted: 'true', kmsKeyId: keyId, ...XFS },
      };
    case 'gcp':
      return {
        name,
        topologyKey: 'topology.gke.io/zone',
        parameters: { type: 'hyperdisk-balanced', 'disk-encryption-kms-key': keyId, ...XFS },
      };
    case 'azure':
      if (resourceGroup === undefined) {
        throw new RangeError(`storage classes ${prefix}-*: volumes on azure need a resource group of their own`);
      }
      return {
        name,
        topologyKey: 'topology.disk.csi.azure.com/zone',
        // Premium SSD v2 has no host cache, and takes no other setting than None.
        parameters: {
          skuName: 'PremiumV2_LRS',
          cachingMode: 'None',
          diskEncryptionSetID: keyId,
          resourceGroup,
          ...XFS,
        },
      };
    case 'local':
      return { name, topologyKey: 'topology.kubernetes.io/zone', parameters: {} };
  }
}
