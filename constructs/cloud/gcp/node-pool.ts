import type { CustomResourceOptions, Input } from '@pulumi/pulumi';
import { NodePool } from '@pulumi/gcp/container/nodePool.js';
import type { NodePoolArgs as CloudNodePoolArgs } from '@pulumi/gcp/container/nodePool.js';
import { LABELS } from '../../../contracts/labels.ts';
import type { NodeClassArgs, RegionPlace } from '../region-args.ts';

export interface NodePoolArgs {
  readonly region: RegionPlace;
  /** Zone as Kubernetes labels it, as in `us-central1-a`. */
  readonly zone: string;
  readonly nodeClass: NodeClassArgs;
  /** Name of the cluster in the cloud. */
  readonly clusterName: Input<string>;
  readonly serviceAccount: Input<string>;
  /** Key of the boot disks. */
  readonly platformKeyId: Input<string>;
  /** Name of the pods' secondary range in the nodes' subnet. */
  readonly podRangeName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: CustomResourceOptions;
}

/** One pool of equal nodes in one zone, so that a volume of that zone always finds a node. */
export function makeNodePool(name: string, args: NodePoolArgs): NodePool {
  const { region, zone, nodeClass } = args;
  return new NodePool(
    name,
    {
      project: region.account,
      location: region.name,
      cluster: args.clusterName,
      // The cluster knows its region: the zone's letter tells the rest within the 40 characters of a name.
      name: `${nodeClass.name}-${zone.slice(-1)}`,
      nodeLocations: [zone],
      initialNodeCount: nodeClass.minPerZone,
      autoscaling: { minNodeCount: nodeClass.minPerZone, maxNodeCount: nodeClass.maxPerZone },
      // No version: in a release channel GKE brings nodes to the control plane's, inside the maintenance window.
      management: { autoRepair: true, autoUpgrade: true },
      // A new node first, then one is drained: a zone never has fewer nodes than its brokers need.
      upgradeSettings: { strategy: 'SURGE', maxSurge: 1, maxUnavailable: 0 },
      networkConfig: { podRange: args.podRangeName, enablePrivateNodes: true },
      nodeConfig: nodeConfig(args),
    },
    // The autoscaler's afterwards; a change would replace the pool with all its nodes.
    { ...args.options, ignoreChanges: ['initialNodeCount'] },
  );
}

function nodeConfig({
  nodeClass,
  serviceAccount,
  platformKeyId,
  labels,
}: NodePoolArgs): CloudNodePoolArgs['nodeConfig'] {
  return {
    machineType: nodeClass.instanceClass,
    imageType: 'COS_CONTAINERD',
    // Images and logs only; Kafka's data is on volumes of its own.
    diskType: 'pd-balanced',
    diskSizeGb: BOOT_DISK_GIB,
    bootDiskKmsKey: platformKeyId,
    serviceAccount,
    // What the account may do is said by its roles alone
    // (docs.cloud.google.com/compute/docs/access/service-accounts#scopes_best_practice).
    oauthScopes: ['https://www.googleapis.com/auth/cloud-platform'],
    labels: { [LABELS.nodeClass]: nodeClass.name },
    taints:
      nodeClass.purpose === 'brokers' ? [{ key: LABELS.nodeClass, value: nodeClass.name, effect: 'NO_SCHEDULE' }] : [],
    // Pods get tokens of their own identity, never the node's.
    workloadMetadataConfig: { mode: 'GKE_METADATA' },
    metadata: { 'disable-legacy-endpoints': 'true' },
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
    kubeletConfig: { insecureKubeletReadonlyPortEnabled: 'FALSE' },
    gvnic: { enabled: true },
    resourceLabels: { ...labels },
  };
}

const BOOT_DISK_GIB = 100;
