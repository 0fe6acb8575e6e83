import type { CustomResourceOptions, Input } from '@pulumi/pulumi';
import { AgentPool } from '@pulumi/azure-native/containerservice/agentPool.js';
import type { input } from '@pulumi/azure-native/types/index.js';
import { LABELS } from '../../../contracts/labels.ts';
import type { NodeClassArgs } from '../region-args.ts';
import { poolName, zoneNumber } from './pool-name.ts';

export interface NodePoolArgs {
  readonly nodeClass: NodeClassArgs;
  /** Zone as Kubernetes labels it, as in `westeurope-1`. */
  readonly zone: string;
  readonly subnetId: Input<string>;
  readonly clusterName: Input<string>;
  readonly kubernetesVersion: string;
  readonly resourceGroupName: Input<string>;
  readonly tags: Readonly<Record<string, string>>;
  readonly options: CustomResourceOptions;
}

/** Pool of a node class in one zone, in which the autoscaler keeps from `minPerZone` to `maxPerZone` nodes. */
export function makeNodePool(name: string, args: NodePoolArgs): AgentPool {
  const { nodeClass, zone, options } = args;
  return new AgentPool(
    name,
    {
      agentPoolName: poolName({ nodeClass: nodeClass.name, instanceClass: nodeClass.instanceClass, zone }),
      resourceName: args.clusterName,
      resourceGroupName: args.resourceGroupName,
      mode: 'User',
      type: 'VirtualMachineScaleSets',
      orchestratorVersion: args.kubernetesVersion,
      vmSize: nodeClass.instanceClass,
      availabilityZones: [zoneNumber(zone)],
      vnetSubnetID: args.subnetId,
      enableAutoScaling: true,
      minCount: nodeClass.minPerZone,
      maxCount: nodeClass.maxPerZone,
      count: nodeClass.minPerZone,
      nodeLabels: { [LABELS.nodeClass]: nodeClass.name },
      nodeTaints: nodeClass.purpose === 'brokers' ? [`${LABELS.nodeClass}=${nodeClass.name}:NoSchedule`] : [],
      upgradeSettings: UPGRADE_SETTINGS,
      ...NODE,
      tags: { ...args.tags, 'flotilla-node-class': nodeClass.name },
    },
    // From the first day on it is the autoscaler who counts.
    { ...options, ignoreChanges: ['count'] },
  );
}

/**
 * Pools that AKS' own add-ons run on, one in each of a region's zones; nothing else is let in. They never follow from
 * the node classes: a cluster is made with its system pools, which Azure lets nobody change through the cluster later
 * (pulumi.com/registry/packages/azure-native/api-docs/containerservice/managedcluster), and must have one at all times, so
 * that a class which served as one could neither change nor go.
 */
export function systemPools(
  subnetIds: Readonly<Record<string, Input<string>>>,
  { kubernetesVersion, tags }: { readonly kubernetesVersion: string; readonly tags: Readonly<Record<string, string>> },
): input.containerservice.ManagedClusterAgentPoolProfileArgs[] {
  // By name, so that another placement order is no other cluster.
  return Object.entries(subnetIds)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([zone, vnetSubnetID]) => ({
      name: `system${zoneNumber(zone)}`,
      mode: 'System',
      type: 'VirtualMachineScaleSets',
      orchestratorVersion: kubernetesVersion,
      vmSize: SYSTEM_INSTANCE_CLASS,
      availabilityZones: [zoneNumber(zone)],
      vnetSubnetID,
      enableAutoScaling: true,
      minCount: 1,
      maxCount: 2,
      count: 1,
      nodeTaints: ['CriticalAddonsOnly=true:NoSchedule'],
      upgradeSettings: UPGRADE_SETTINGS,
      ...NODE,
      tags,
    }));
}

/** Four CPUs, the least that learn.microsoft.com/azure/aks/use-system-pools advises. */
export const SYSTEM_INSTANCE_CLASS = 'Standard_D4s_v6';

/** The same for all nodes: encrypted on their host too, no public address, no login. */
const NODE = {
  osType: 'Linux',
  osSKU: 'AzureLinux',
  osDiskType: 'Managed',
  osDiskSizeGB: 128,
  enableEncryptionAtHost: true,
  enableNodePublicIP: false,
  maxPods: 110,
  scaleDownMode: 'Delete',
  securityProfile: { enableSecureBoot: true, enableVTPM: true, sshAccess: 'Disabled' },
} as const;

/**
 * One node at a time. A drain waits until the brokers of another node are in sync again, which takes longer than the
 * half hour that AKS waits by itself; a node that cannot be drained goes on serving as it is.
 */
const UPGRADE_SETTINGS = { maxSurge: '1', drainTimeoutInMinutes: 240, undrainableNodeBehavior: 'Schedule' } as const;
