import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { MaintenanceConfiguration } from '@pulumi/azure-native/containerservice/maintenanceConfiguration.js';
import { ManagedCluster } from '@pulumi/azure-native/containerservice/managedCluster.js';
import { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import { DiagnosticSetting } from '@pulumi/azure-native/monitor/diagnosticSetting.js';
import { azureRegionTags } from '../azure-tags.ts';
import { refuseProblems } from '../input-problems.ts';
import type { KubernetesClusterArgs, RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { makeClusterAdministrators } from './cluster-administrators.ts';
import { makeClusterKey } from './cluster-key.ts';
import type { ClusterKey } from './cluster-key.ts';
import { kubernetesClusterProblems } from './kubernetes-cluster-problems.ts';
import {
  apiServerAccess,
  CLUSTER_SETTINGS,
  CONTROL_PLANE_LOGS,
  MAINTENANCE_WINDOWS,
  networkProfile,
  securityProfile,
} from './kubernetes-cluster-settings.ts';
import { makeNodePool, systemPools } from './node-pools.ts';
import { grantRole } from './role-grant.ts';

export interface AzureKubernetesClusterArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'zones'>;
  readonly cluster: KubernetesClusterArgs;
  readonly resourceGroupName: Input<string>;
  /** Zone ▶ subnet of its nodes, which the zone's NAT gateway serves; one for each zone of the region. */
  readonly nodeSubnetIds: Readonly<Record<string, Input<string>>>;
  /** Subnet delegated to `Microsoft.ContainerService/managedClusters`; clusters of one network may share it. */
  readonly apiServerSubnetId: Input<string>;
  /** Whom the control plane acts as; it has to have its roles in these subnets already. */
  readonly identity: {
    readonly id: Input<string>;
    readonly principalId: Input<string>;
    /** Directory (Entra tenant) of the subscription. */
    readonly directoryId: Input<string>;
  };
  /** Disk encryption set that the nodes' own disks are under. */
  readonly diskEncryptionSetId: Input<string>;
  /** Storage account that the control plane's logs go to. */
  readonly logStorageAccountId: Input<string>;
  /** Resource in which nodes may pull from every registry of Azure; absent: they need no role to pull. */
  readonly imagePullScope?: Input<string>;
}

/**
 * A Kubernetes cluster on Azure (AKS): system pools for AKS' own add-ons, and a pool for each zone and node class.
 *
 * The cluster is protected, though brokers' volumes outlive it: they lie in a group of their own, for Azure deletes the one
 * that AKS makes for its nodes with the cluster.
 *
 * The subscription needs the feature `Microsoft.Compute/EncryptionAtHost`. Who applies manifests is one of the cluster's
 * administrators, or has a role of Azure on it: nobody has one by having made it.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzureKubernetesCluster extends ComponentResource {
  /** Name of the cluster in Azure. */
  readonly clusterName: Output<string>;
  readonly endpoint: Output<string>;
  readonly issuer: Output<string>;

  constructor(name: string, args: AzureKubernetesClusterArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`Kubernetes cluster ${name}`, kubernetesClusterProblems(args));
    super('flotilla:azure:KubernetesCluster', name, {}, options);

    const { cluster, identity, region, stack } = args;
    const key = makeClusterKey(name, {
      stack,
      region,
      cluster: cluster.name,
      resourceGroupName: args.resourceGroupName,
      directoryId: identity.directoryId,
      options: { parent: this },
    });
    const managed = this.makeCluster(name, args, key);
    makeClusterAdministrators(name, { stack, region, cluster, clusterId: managed.id, options: { parent: this } });
    const pools = cluster.nodeClasses.flatMap((nodeClass) =>
      region.zones.map((zone) =>
        makeNodePool(`${name}-${nodeClass.name}-${zone}`, {
          nodeClass,
          zone,
          subnetId: subnetOf(args.nodeSubnetIds, zone),
          clusterName: managed.name,
          kubernetesVersion: cluster.version,
          resourceGroupName: args.resourceGroupName,
          tags: clusterTags(args),
          options: { parent: this },
        }),
      ),
    );
    this.makeCare(name, args, managed);

    this.clusterName = managed.name;
    // Pods that are told of a cluster find nodes there.
    this.endpoint = output({ fqdn: managed.fqdn, pools: pools.map(({ id }) => id) }).apply(
      ({ fqdn }) => `https://${fqdn}:443`,
    );
    this.issuer = managed.oidcIssuerProfile.apply((profile) => profile?.issuerURL ?? '');
    this.registerOutputs({ clusterName: this.clusterName, endpoint: this.endpoint, issuer: this.issuer });
  }

  private makeCluster(name: string, args: AzureKubernetesClusterArgs, key: ClusterKey): ManagedCluster {
    const { cluster, identity, region, stack } = args;
    const physicalName = resourceName([stack, cluster.name], { maxLength: MAX_CLUSTER_NAME });
    const tags = clusterTags(args);
    const kubelet = this.makeKubeletIdentity(name, args);
    const grants = this.grantControlPlane(name, args, { vaultId: key.vaultId, kubeletId: kubelet.id });
    return new ManagedCluster(
      `${name}-cluster`,
      {
        resourceName: physicalName,
        resourceGroupName: args.resourceGroupName,
        location: region.name,
        dnsPrefix: physicalName,
        kubernetesVersion: cluster.version,
        ...CLUSTER_SETTINGS,
        identity: { type: 'UserAssigned', userAssignedIdentities: [identity.id] },
        identityProfile: {
          kubeletidentity: {
            resourceId: kubelet.id,
            clientId: kubelet.clientId,
            objectId: kubelet.principalId,
          },
        },
        nodeResourceGroup: resourceName([stack, cluster.name, 'nodes'], { maxLength: MAX_RESOURCE_GROUP_NAME }),
        agentPoolProfiles: systemPools(args.nodeSubnetIds, { kubernetesVersion: cluster.version, tags }),
        networkProfile: networkProfile(cluster),
        apiServerAccessProfile: apiServerAccess(cluster.apiAccessRanges, args.apiServerSubnetId),
        securityProfile: securityProfile(key),
        diskEncryptionSetID: args.diskEncryptionSetId,
        tags,
      },
      {
        parent: this,
        protect: true,
        dependsOn: grants,
        // From the first day on it is the autoscaler who counts.
        ignoreChanges: ['agentPoolProfiles[*].count'],
      },
    );
  }

  /** Whom nodes pull images as. */
  private makeKubeletIdentity(name: string, args: AzureKubernetesClusterArgs): UserAssignedIdentity {
    const { stack, region, cluster, imagePullScope } = args;
    const kubelet = new UserAssignedIdentity(
      `${name}-kubelet`,
      {
        resourceName: resourceName([stack, cluster.name, 'kubelet'], { maxLength: MAX_IDENTITY_NAME }),
        resourceGroupName: args.resourceGroupName,
        location: region.name,
        tags: clusterTags(args),
      },
      { parent: this },
    );
    if (imagePullScope !== undefined) {
      grantRole(
        `${name}-pulls-images`,
        {
          stack,
          region,
          role: 'acrPull',
          scope: imagePullScope,
          principalId: kubelet.principalId,
          description: `Nodes of ${stack}-${cluster.name} pull images`,
        },
        { parent: this },
      );
    }
    return kubelet;
  }

  private grantControlPlane(
    name: string,
    { stack, region, cluster, identity }: AzureKubernetesClusterArgs,
    { vaultId, kubeletId }: { readonly vaultId: Input<string>; readonly kubeletId: Input<string> },
  ) {
    const grant = (what: string, role: Parameters<typeof grantRole>[1]['role'], scope: Input<string>, why: string) =>
      grantRole(
        `${name}-${what}`,
        {
          stack,
          region,
          role,
          scope,
          principalId: identity.principalId,
          description: `Control plane of ${stack}-${cluster.name}: ${why}`,
        },
        { parent: this },
      );
    return [
      grant('uses-key', 'keyVaultCryptoUser', vaultId, 'encrypts secrets'),
      grant('links-key-vault', 'keyVaultContributor', vaultId, 'makes its private way to the vault of its key'),
      grant('gives-kubelet', 'managedIdentityOperator', kubeletId, 'gives the nodes their identity'),
    ];
  }

  /** What looks after the cluster: windows for upgrades, and logs. */
  private makeCare(name: string, args: AzureKubernetesClusterArgs, managed: ManagedCluster): void {
    for (const { configName, dayOfWeek } of MAINTENANCE_WINDOWS) {
      new MaintenanceConfiguration(
        `${name}-${configName}`,
        {
          configName,
          resourceName: managed.name,
          resourceGroupName: args.resourceGroupName,
          maintenanceWindow: {
            schedule: { weekly: { dayOfWeek, intervalWeeks: 1 } },
            startTime: '01:00',
            utcOffset: '+00:00',
            durationHours: 4,
          },
        },
        { parent: this },
      );
    }
    new DiagnosticSetting(
      `${name}-control-plane-logs`,
      {
        name: 'control-plane',
        resourceUri: managed.id,
        storageAccountId: args.logStorageAccountId,
        logs: CONTROL_PLANE_LOGS.map((category) => ({ category, enabled: true })),
      },
      { parent: this },
    );
  }
}

function clusterTags({ stack, region, cluster }: AzureKubernetesClusterArgs): Record<string, string> {
  return { ...azureRegionTags({ stack, region }), 'flotilla-cluster': cluster.name };
}

function subnetOf(subnetIds: Readonly<Record<string, Input<string>>>, zone: string): Input<string> {
  const subnetId = subnetIds[zone];
  if (subnetId === undefined) throw new Error(`${zone} has no subnet, though the arguments were found to be well`);
  return subnetId;
}

/** Of a DNS prefix, which is the shortest (learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules). */
const MAX_CLUSTER_NAME = 54;
/** Of a group of nodes; other groups may have ten more. */
const MAX_RESOURCE_GROUP_NAME = 80;
// The limit is 128; other resources show it in names of their own.
const MAX_IDENTITY_NAME = 64;
