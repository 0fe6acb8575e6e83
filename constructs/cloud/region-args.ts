import type { Cloud } from '../../contracts/cloud.ts';

/** Clouds that a region's resources are made on: all but the one machine. */
export type PublicCloud = Exclude<Cloud, 'local'>;

/**
 * What a region is made from, the same on every cloud. All values are known before anything runs, so that all of them
 * can be judged before the first resource is registered. A parsed stack config of a public cloud has this shape.
 */
export interface RegionArgs {
  /** Name of the Pulumi stack, as in `aws-us-west-2`; part of the names of resources. */
  readonly stack: string;
  readonly region: RegionPlace & RegionNetworkArgs;
  /** At least one; each is the ground of one data plane. */
  readonly kubernetesClusters: readonly KubernetesClusterArgs[];
  readonly tenants: readonly TenantArgs[];
}

/** Where a region is, and what everything in it is tagged with. */
export interface RegionPlace {
  readonly cloud: PublicCloud;
  /** The cloud's own name of the region, as in `us-west-2`. */
  readonly name: string;
  /** Account (aws), project (gcp) or subscription (azure). */
  readonly account: string;
  /** Tags (aws, azure) or labels (gcp) of every resource that can have them. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface RegionNetworkArgs {
  /** Zones in placement order, named as Kubernetes labels them; at least three. A new one goes at the end. */
  readonly zones: readonly string[];
  /** IPv4 block of the region's network, as in `10.0.0.0/16`; subnets are cut from it. */
  readonly addressRange: string;
  /** Parent of every host name of the region. */
  readonly domain: string;
}

export interface KubernetesClusterArgs {
  /** Short name within the region; the cluster's identifier is `<stack>-<name>`. */
  readonly name: string;
  /** Kubernetes minor version, as in `1.36`. */
  readonly version: string;
  readonly podRange: string;
  readonly serviceRange: string;
  /** CIDR blocks that may reach the API server; empty: private access only. */
  readonly apiAccessRanges: readonly string[];
  readonly nodeClasses: readonly NodeClassArgs[];
}

/** One pool of equal nodes per zone, so that a zonal volume always finds a node. */
export interface NodeClassArgs {
  readonly name: string;
  /** Instance class of the cloud, from the catalogue of constructs/capacity. */
  readonly instanceClass: string;
  /** `brokers` nodes are tainted and carry Kafka brokers only. */
  readonly purpose: 'brokers' | 'platform';
  readonly minPerZone: number;
  readonly maxPerZone: number;
}

/** What a tenant's cloud resources depend on; the rest of a tenant is in its PSC. */
export interface TenantArgs {
  /** Unique over all stacks, at most 40 characters; also the name of the tenant's PSC. */
  readonly name: string;
  /** Name of the Kubernetes cluster that runs it. */
  readonly cluster: string;
  /** The customer's own key (BYOK), in the cloud's own form; absent: a key of the tenant's, made by the platform. */
  readonly encryptionKey?: { readonly customerKeyId: string };
  /** `false` lets a removal of the tenant take its key and data along. */
  readonly deletionProtection: boolean;
}
