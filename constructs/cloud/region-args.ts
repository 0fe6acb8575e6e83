import type { Cloud } from '../../contracts/cloud.ts';

/** Clouds that a region's resources are made on: all but the one machine. */
export type PublicCloud = Exclude<Cloud, 'local'>;

/**
 * What a region is made from, the same on every cloud. All values are known before anything runs, so that all of them
 * can be judged before the first resource is registered. A parsed stack config of a public cloud has this shape, but for a
 * private link whose load balancer is not there yet.
 */
export interface RegionArgs {
  /** Name of the Pulumi stack, as in `aws-us-west-2`; part of the names of resources. */
  readonly stack: string;
  readonly region: RegionPlace & RegionNetworkArgs;
  /** At least one; each is the ground of one data plane. */
  readonly kubernetesClusters: readonly KubernetesClusterArgs[];
  readonly mothership: MothershipArgs;
  /** Present exactly in the region that hosts the control plane. */
  readonly controlPlane?: ControlPlaneArgs;
  /** The mothership's too, in the region that hosts it. */
  readonly tenants: readonly TenantArgs[];
  /** Absent: nobody is told what the region costs. */
  readonly budget?: BudgetArgs;
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
  /** Registry and path that nodes pull images from, as in `registry.example.com/flotilla`; may be the cloud's own. */
  readonly imageRegistry: string;
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
  /**
   * Who may do everything in the cluster: role ARNs (aws), `user:…`, `group:…` or `serviceAccount:…` with an
   * e-mail (gcp), `user:…`, `group:…` or `servicePrincipal:…` with an object id of Entra (azure). Empty: nobody, until
   * somebody is let in by hand.
   */
  readonly administrators: readonly string[];
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

/** Where the mothership is: hosted here, or reached elsewhere. */
export type MothershipArgs =
  | {
      readonly hosted: true;
      /** Offers the mothership to networks of the same cloud without the internet between. */
      readonly privateLink?: {
        /**
         * The gateway's load balancer, which Kubernetes makes: its ARN (aws), self link of its forwarding rule (gcp) or
         * resource id of its frontend IP configuration (azure). Not known before the gateway's first deployment.
         */
        readonly loadBalancer: string;
        /** Accounts (aws), projects (gcp) or subscriptions (azure) that may connect. */
        readonly consumers: readonly string[];
        /** Only for aws, whose links stay in their region else: other regions that consumers connect from. */
        readonly consumerRegions?: readonly string[];
      };
    }
  | {
      readonly hosted: false;
      /** `host:port` of the mothership's external bootstrap. */
      readonly bootstrapServer: string;
      /** Reaches it by a private link of the same cloud; absent: by its public address, over mutual TLS. */
      readonly privateLink?: {
        /** Name of the endpoint service (aws), self link of the service attachment (gcp), resource id (azure). */
        readonly service: string;
      };
    };

export interface ControlPlaneArgs {
  /** Name of the Kubernetes cluster that runs it. */
  readonly cluster: string;
  readonly database: {
    /** Major version of PostgreSQL, as in `18`. */
    readonly version: string;
    /** Instance class of the cloud's database service. */
    readonly instanceClass: string;
    readonly storageGib: number;
    readonly backupRetentionDays: number;
  };
}

/** What the region may cost before somebody is told; nothing is ever stopped by it. */
export interface BudgetArgs {
  /** For each calendar month, in the currency that the account is billed in (aws: US dollars). */
  readonly monthlyAmount: number;
  /** ISO 4217, as in `USD`; what gcp and azure take the amount in is the billing account's own. */
  readonly currency: string;
  /** Told at half, at nine tenths and at all of the amount, and when the forecast passes it. */
  readonly alertEmails: readonly string[];
  /** First month that counts, as in `2026-12`: Azure asks for it. */
  readonly firstMonth: string;
  /** Only for gcp, which keeps budgets with the billing account: its id, as in `000000-AAAAAA-000000`. */
  readonly billingAccount?: string;
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
