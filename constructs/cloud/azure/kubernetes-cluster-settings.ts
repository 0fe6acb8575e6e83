import type { Input } from '@pulumi/pulumi';
import type { ManagedClusterArgs } from '@pulumi/azure-native/containerservice/managedCluster.js';
import type { KubernetesClusterArgs } from '../region-args.ts';
import { serviceDnsAddress } from './service-dns-address.ts';

/** What every cluster of a region has in common: nothing here is up to a stack. */
export const CLUSTER_SETTINGS = {
  // With the uptime guarantee; the free tier has none.
  sku: { name: 'Base', tier: 'Standard' },
  supportPlan: 'KubernetesOfficial',
  enableRBAC: true,
  // Who may do what in the cluster is said by Azure roles alone; there is no certificate of an administrator.
  disableLocalAccounts: true,
  aadProfile: { managed: true, enableAzureRBAC: true },
  oidcIssuerProfile: { enabled: true },
  autoUpgradeProfile: { upgradeChannel: 'patch', nodeOSUpgradeChannel: 'NodeImage' },
  // An upgrade that removes an interface still in use waits for people.
  upgradeSettings: { overrideSettings: { forceUpgrade: false } },
  storageProfile: {
    diskCSIDriver: { enabled: true },
    snapshotController: { enabled: true },
    fileCSIDriver: { enabled: false },
    blobCSIDriver: { enabled: false },
  },
  autoScalerProfile: {
    // A pool per zone: the zones grow alike.
    balanceSimilarNodeGroups: 'true',
    expander: 'least-waste',
    // Kafka pods have scratch folders, and nothing in them that anybody would miss.
    skipNodesWithLocalStorage: 'false',
    // A broker has ten minutes to hand over its leaders and to close its logs.
    maxGracefulTerminationSec: '660',
  },
  // What the cluster makes for itself is changed through the cluster only.
  nodeResourceGroupProfile: { restrictionLevel: 'ReadOnly' },
} as const satisfies Partial<ManagedClusterArgs>;

/** Pods have addresses of their own range, which the network never sees; zonal NAT gateways lead nodes out. */
export function networkProfile({
  podRange,
  serviceRange,
}: KubernetesClusterArgs): ManagedClusterArgs['networkProfile'] {
  return {
    networkPlugin: 'azure',
    networkPluginMode: 'overlay',
    networkDataplane: 'cilium',
    networkPolicy: 'cilium',
    outboundType: 'userAssignedNATGateway',
    loadBalancerSku: 'standard',
    podCidr: podRange,
    serviceCidr: serviceRange,
    dnsServiceIP: serviceDnsAddress(serviceRange),
  };
}

/** Nodes reach the API server inside the network in either case; without ranges, so does everybody else. */
export function apiServerAccess(
  apiAccessRanges: readonly string[],
  subnetId: Input<string>,
): ManagedClusterArgs['apiServerAccessProfile'] {
  const common = { enableVnetIntegration: true, subnetId, disableRunCommand: true };
  return apiAccessRanges.length > 0
    ? { ...common, enablePrivateCluster: false, authorizedIPRanges: [...apiAccessRanges] }
    : {
        ...common,
        enablePrivateCluster: true,
        // The name is public and its address private: other networks need no copy of a zone to find it.
        privateDNSZone: 'none',
        enablePrivateClusterPublicFQDN: true,
      };
}

export function securityProfile({
  vaultId,
  keyUrl,
}: {
  readonly vaultId: Input<string>;
  readonly keyUrl: Input<string>;
}): ManagedClusterArgs['securityProfile'] {
  return {
    workloadIdentity: { enabled: true },
    imageCleaner: { enabled: true, intervalHours: 168 },
    azureKeyVaultKms: {
      enabled: true,
      keyId: keyUrl,
      keyVaultNetworkAccess: 'Private',
      keyVaultResourceId: vaultId,
    },
  };
}

/** Logs of a control plane that are kept (learn.microsoft.com/azure/aks/monitor-aks-reference, resource logs). */
export const CONTROL_PLANE_LOGS = [
  'kube-apiserver',
  'kube-audit',
  'kube-controller-manager',
  'kube-scheduler',
  'cluster-autoscaler',
  'cloud-controller-manager',
  'csi-azuredisk-controller',
  'guard',
] as const;

/** Weekly windows of four hours, the least that AKS takes, at night in UTC; nodes and control plane not on one day. */
export const MAINTENANCE_WINDOWS = [
  { configName: 'aksManagedAutoUpgradeSchedule', dayOfWeek: 'Tuesday' },
  { configName: 'aksManagedNodeOSUpgradeSchedule', dayOfWeek: 'Thursday' },
] as const;
