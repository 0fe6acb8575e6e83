import { ComponentResource, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Firewall } from '@pulumi/gcp/compute/firewall.js';
import { Network } from '@pulumi/gcp/compute/network.js';
import { Subnetwork } from '@pulumi/gcp/compute/subnetwork.js';
import { refuseProblems } from '../input-problems.ts';
import type { RegionNetworkArgs, RegionPlace } from '../region-args.ts';
import { logFlows } from './flow-log.ts';
import { reachGoogleApis } from './google-apis.ts';
import { networkProblems } from './network-problems.ts';
import type { ClusterRangesArgs } from './network-problems.ts';
import { regionRanges } from './region-ranges.ts';
import { leadOut } from './way-out.ts';

export interface GcpNetworkArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace & Pick<RegionNetworkArgs, 'zones' | 'addressRange'>;
  readonly kubernetesClusters: readonly ClusterRangesArgs[];
  /** Bucket of the region that flow logs go to. */
  readonly logBucket: Input<string>;
}

/** Names of the secondary ranges of the nodes' subnet that one Kubernetes cluster has. */
export interface ClusterRangeNames {
  readonly pods: string;
  readonly services: string;
}

/**
 * A region's network on GCP: one subnet for the nodes of all zones, with a range for the pods and one for the services of
 * each Kubernetes cluster; a way out with addresses that others can open; a way to Google's APIs, the object store's
 * among them, that leaves Google's network nowhere; flow logs; and no way in but those that GKE opens for its clusters.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class GcpNetwork extends ComponentResource {
  /** projects/…/global/networks/… */
  readonly networkId: Output<string>;
  /** projects/…/regions/…/subnetworks/…, given out once its nodes reach what is outside. */
  readonly nodeSubnetId: Output<string>;
  /** Cluster ▶ its ranges in that subnet. */
  readonly clusterRanges: Readonly<Record<string, ClusterRangeNames>>;
  /** Zone ▶ public address; nodes of any zone may come from any of them: what others open for this region. */
  readonly egressAddresses: Readonly<Record<string, Output<string>>>;

  constructor(name: string, args: GcpNetworkArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`network ${name}`, networkProblems(args));
    super('flotilla:gcp:Network', name, {}, options);

    const { region, kubernetesClusters } = args;
    const child = { parent: this };
    const network = new Network(
      `${name}-network`,
      {
        project: region.account,
        autoCreateSubnetworks: false,
        routingMode: 'REGIONAL',
        // Ways out are named one by one instead: see way-out.ts and google-apis.ts.
        deleteDefaultRoutesOnCreate: true,
      },
      child,
    );
    refuseTheRest(name, { region, networkId: network.id, options: child });
    const nodes = new Subnetwork(
      `${name}-nodes`,
      {
        project: region.account,
        region: region.name,
        network: network.id,
        ipCidrRange: regionRanges(region.addressRange).nodes,
        secondaryIpRanges: kubernetesClusters.flatMap(({ name: cluster, podRange, serviceRange }) => [
          { rangeName: rangeNames(cluster).pods, ipCidrRange: podRange },
          { rangeName: rangeNames(cluster).services, ipCidrRange: serviceRange },
        ]),
        privateIpGoogleAccess: true,
        stackType: 'IPV4_ONLY',
        logConfig: {
          // All flows; brokers' connections last for days, and each would be told of 120 times in that time at 5 seconds.
          flowSampling: 1,
          aggregationInterval: 'INTERVAL_10_MIN',
          metadata: 'INCLUDE_ALL_METADATA',
        },
      },
      child,
    );
    const wayOut = leadOut(name, { region, networkId: network.id, subnetId: nodes.id, tagged: args, options: child });
    const apis = reachGoogleApis(name, { tagged: args, networkId: network.id, options: child });
    logFlows(name, { region, subnetName: nodes.name, logBucket: args.logBucket, options: child });

    this.networkId = network.id;
    this.nodeSubnetId = output({ id: nodes.id, ways: [...wayOut.ids, ...apis] }).apply(({ id }) => id);
    this.clusterRanges = Object.fromEntries(kubernetesClusters.map(({ name: key }) => [key, rangeNames(key)]));
    this.egressAddresses = wayOut.addresses;
    this.registerOutputs({
      networkId: this.networkId,
      nodeSubnetId: this.nodeSubnetId,
      clusterRanges: this.clusterRanges,
      egressAddresses: this.egressAddresses,
    });
  }
}

function rangeNames(cluster: string): ClusterRangeNames {
  return { pods: `${cluster}-pods`, services: `${cluster}-services` };
}

/**
 * GCP refuses what nobody allows, and says nothing of it: this says so in the log. GKE opens what its clusters need at
 * priority 1000 (cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules).
 */
function refuseTheRest(
  name: string,
  args: {
    readonly region: RegionPlace;
    readonly networkId: Input<string>;
    readonly options: CustomResourceOptions;
  },
): void {
  new Firewall(
    `${name}-refuse-ingress`,
    {
      project: args.region.account,
      network: args.networkId,
      description: 'What no other rule lets in is refused and logged',
      direction: 'INGRESS',
      priority: 65534,
      sourceRanges: ['0.0.0.0/0'],
      denies: [{ protocol: 'all' }],
      logConfig: { metadata: 'EXCLUDE_ALL_METADATA' },
    },
    args.options,
  );
}
