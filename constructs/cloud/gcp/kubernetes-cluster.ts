import { ComponentResource, interpolate, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Cluster } from '@pulumi/gcp/container/cluster.js';
import type { ClusterArgs } from '@pulumi/gcp/container/cluster.js';
import { refuseProblems } from '../input-problems.ts';
import type { KubernetesClusterArgs, RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { makeClusterAdministrators } from './cluster-administrators.ts';
import { regionLabels } from './region-labels.ts';
import { kubernetesProblems } from './kubernetes-problems.ts';
import { makeNodeIdentity } from './node-identity.ts';
import { makeNodePool } from './node-pool.ts';

export interface GcpKubernetesClusterArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'zones' | 'addressRange' | 'imageRegistry'>;
  readonly cluster: KubernetesClusterArgs;
  readonly network: {
    readonly networkId: Input<string>;
    /** Subnet of the nodes. */
    readonly nodeSubnetId: Input<string>;
    /** Names of the cluster's secondary ranges in that subnet. */
    readonly ranges: { readonly pods: string; readonly services: string };
  };
  /** Encrypts etcd and the nodes' boot disks; GKE's and Compute Engine's agents may use it already. */
  readonly platformKeyId: Input<string>;
  /**
   * `false` lets a destroy take the cluster along; its brokers' volumes are retained either way. Default: `true`, which the
   * provider keeps in the state: GKE has no protection of its own.
   */
  readonly deletionProtection?: boolean;
}

/**
 * A GKE cluster (Standard, regional) with private nodes: a pool for each zone and node class, etcd and boot disks under the
 * platform's key, workload identity, network policies by Dataplane V2. A zone or a class more or less changes its own
 * pools only.
 *
 * Minor versions come from the arguments. A higher one upgrades the control plane at once; nodes stay two minors compatible
 * and follow zone by zone by `gcloud container clusters upgrade <cluster> --node-pool <pool>`. Patches come by themselves,
 * inside the maintenance window.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class GcpKubernetesCluster extends ComponentResource {
  /** Name in the cloud; given out, as everything else, once the cluster has its nodes. */
  readonly clusterName: Output<string>;
  /** URL of the API server; where access is private only, it answers inside the network. */
  readonly endpoint: Output<string>;
  /** URL of the issuer of service accounts' tokens. */
  readonly issuer: Output<string>;
  /** Pool of the identities that pods can have, `<project>.svc.id.goog`: it is there from a project's first cluster on. */
  readonly workloadPool: Output<string>;
  /** E-mail of the service account of the nodes. */
  readonly nodeServiceAccount: Output<string>;

  constructor(name: string, args: GcpKubernetesClusterArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`Kubernetes cluster ${name}`, kubernetesProblems(args));
    super('flotilla:gcp:KubernetesCluster', name, {}, options);

    const { region, cluster, platformKeyId } = args;
    const child = { parent: this };
    this.nodeServiceAccount = makeNodeIdentity(name, {
      stack: args.stack,
      region,
      cluster: cluster.name,
      options: child,
    });
    const made = new Cluster(`${name}-cluster`, clusterArgs(args, this.nodeServiceAccount), {
      ...child,
      // Describes the first pool, which is removed at once. To GKE a change of it would be another cluster.
      ignoreChanges: ['nodeConfig', 'initialNodeCount'],
      // Another cluster of the same name and ranges cannot stand beside it.
      deleteBeforeReplace: true,
    });
    makeClusterAdministrators(name, { stack: args.stack, region, cluster, clusterName: made.name, options: child });
    const pools = region.zones.flatMap((zone) =>
      cluster.nodeClasses.map((nodeClass) =>
        makeNodePool(`${name}-${nodeClass.name}-${zone}`, {
          region,
          zone,
          nodeClass,
          clusterName: made.name,
          serviceAccount: this.nodeServiceAccount,
          platformKeyId,
          podRangeName: args.network.ranges.pods,
          labels: regionLabels(args),
          options: child,
        }),
      ),
    );

    const usable = output({ name: made.name, host: made.endpoint, pools: pools.map(({ id }) => id) });
    this.clusterName = usable.apply((all) => all.name);
    this.endpoint = usable.apply(({ host }) => `https://${host}`);
    this.issuer = interpolate`https://container.googleapis.com/v1/projects/${region.account}/locations/${region.name}/clusters/${made.name}`;
    this.workloadPool = output(made.id).apply(() => workloadPool(region));
    this.registerOutputs({
      clusterName: this.clusterName,
      endpoint: this.endpoint,
      issuer: this.issuer,
      workloadPool: this.workloadPool,
      nodeServiceAccount: this.nodeServiceAccount,
    });
  }
}

function clusterArgs(args: GcpKubernetesClusterArgs, serviceAccount: Input<string>): ClusterArgs {
  const { stack, region, cluster, network, platformKeyId } = args;
  return {
    project: region.account,
    // A region as location: the control plane and etcd stand in three zones. The nodes' zones are each pool's own, for zones
    // named here would be every pool's, and a change of them would move all.
    location: region.name,
    name: resourceName([stack, cluster.name], { maxLength: MAX_CLUSTER_NAME }),
    description: `Data plane ${stack}-${cluster.name}`,
    resourceLabels: regionLabels(args),
    deletionProtection: args.deletionProtection ?? true,
    removeDefaultNodePool: true,
    initialNodeCount: 1,
    nodeConfig: {
      serviceAccount,
      bootDiskKmsKey: platformKeyId,
      oauthScopes: ['https://www.googleapis.com/auth/cloud-platform'],
      workloadMetadataConfig: { mode: 'GKE_METADATA' },
      shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
      kubeletConfig: { insecureKubeletReadonlyPortEnabled: 'FALSE' },
      resourceLabels: regionLabels(args),
    },
    network: network.networkId,
    subnetwork: network.nodeSubnetId,
    networkingMode: 'VPC_NATIVE',
    // Internal load balancers without it carry at most 250 nodes; the one of a private link is such (docs.cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer).
    enableL4IlbSubsetting: true,
    ipAllocationPolicy: {
      clusterSecondaryRangeName: network.ranges.pods,
      servicesSecondaryRangeName: network.ranges.services,
    },
    // 256 addresses for each node.
    defaultMaxPodsPerNode: 110,
    datapathProvider: 'ADVANCED_DATAPATH',
    ...apiAccess(args),
    ...versions(cluster),
    ...identities(region),
    databaseEncryption: { state: 'ENCRYPTED', keyName: platformKeyId },
    enableShieldedNodes: true,
    loggingConfig: { enableComponents: ['SYSTEM_COMPONENTS', 'APISERVER', 'CONTROLLER_MANAGER', 'SCHEDULER'] },
    monitoringConfig: {
      enableComponents: ['SYSTEM_COMPONENTS', 'APISERVER', 'CONTROLLER_MANAGER', 'SCHEDULER'],
      // What reads the platform's own metrics is the platform team's choice; this would bill every sample.
      managedPrometheus: { enabled: false },
    },
    addonsConfig: {
      gcePersistentDiskCsiDriverConfig: { enabled: true },
      // Its controller makes the gateway's load balancer (constructs/kubernetes/gateway).
      httpLoadBalancing: { disabled: false },
      // The network policies open the cluster's DNS pods. With Dataplane V2 a node's cache is a pod of another name, and
      // Cloud DNS an address of the metadata server: all names would fail with either.
      dnsCacheConfig: { enabled: false },
    },
    dnsConfig: { clusterDns: 'KUBE_DNS' },
  };
}

/** Who reaches the API server: the region's network, and what the arguments name. */
function apiAccess({ region, cluster }: GcpKubernetesClusterArgs): Partial<ClusterArgs> {
  const { apiAccessRanges } = cluster;
  return {
    privateClusterConfig: { enablePrivateNodes: true, enablePrivateEndpoint: apiAccessRanges.length === 0 },
    masterAuthorizedNetworksConfig: {
      cidrBlocks: [
        { displayName: 'region', cidrBlock: region.addressRange },
        ...apiAccessRanges.map((cidrBlock) => ({ displayName: 'apiAccessRanges', cidrBlock })),
      ],
      // Else any machine of any customer of Google Cloud would do.
      gcpPublicCidrsAccessEnabled: false,
      privateEndpointEnforcementEnabled: true,
    },
    // A third way in, by name and past the ranges.
    controlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: false } },
    // Strangers may ask for health, as load balancers do, and for nothing else.
    anonymousAuthenticationConfig: { mode: 'LIMITED' },
  };
}

function identities({ account }: RegionPlace): Partial<ClusterArgs> {
  return {
    workloadIdentityConfig: { workloadPool: workloadPool({ account }) },
    // Certificates cannot be taken back.
    masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
    enableLegacyAbac: false,
    // Roles for everybody with a Google account are refused.
    rbacBindingConfig: {
      enableInsecureBindingSystemAuthenticated: false,
      enableInsecureBindingSystemUnauthenticated: false,
    },
  };
}

/** The minor version is the arguments'; its patches come by the channel, in the middle of the week. */
function versions({ version }: KubernetesClusterArgs): Partial<ClusterArgs> {
  return {
    minMasterVersion: version,
    releaseChannel: { channel: 'REGULAR' },
    maintenancePolicy: {
      // 18 hours a week; GKE asks for 48 hours in any 32 days, in pieces of 4 hours or more
      // (docs.cloud.google.com/kubernetes-engine/docs/how-to/maintenance-windows-and-exclusions).
      recurringWindow: {
        startTime: '2026-01-06T02:00:00Z',
        endTime: '2026-01-06T08:00:00Z',
        recurrence: 'FREQ=WEEKLY;BYDAY=TU,WE,TH',
      },
      maintenanceExclusions: [
        {
          exclusionName: 'minor-versions-come-from-the-config',
          startTime: '2026-01-01T00:00:00Z',
          exclusionOptions: { scope: 'NO_MINOR_UPGRADES', endTimeBehavior: 'UNTIL_END_OF_SUPPORT' },
        },
      ],
    },
  };
}

function workloadPool({ account }: Pick<RegionPlace, 'account'>): string {
  return `${account}.svc.id.goog`;
}

const MAX_CLUSTER_NAME = 40;
