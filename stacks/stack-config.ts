import type { Cloud } from '../contracts/cloud.ts';
import type { AuthorityIssuerSpec, MaintenanceWindow } from '../contracts/gen/psc-types.ts';
import type { KafkaVersion } from '../contracts/images.ts';

/**
 * One stack, one region: what `stacks/Pulumi.<stack>.yaml` says once parsed, with every default filled in.
 * Each top-level field is a key `flotilla:<field>` of that file.
 */
export interface StackConfig {
  /** Name of the stack, from the file's name; not a key of the file. */
  readonly stack: string;
  readonly region: RegionConfig;
  /** At least one; Kubernetes clusters are the unit of a data plane. */
  readonly kubernetesClusters: readonly KubernetesClusterConfig[];
  readonly mothership: MothershipConfig;
  /** Present exactly in the region that hosts the control plane. */
  readonly controlPlane?: ControlPlaneConfig;
  readonly tenants: readonly TenantConfig[];
  /** Absent: nobody is told what the region costs. */
  readonly budget?: BudgetConfig;
}

/** What the region may cost before somebody is told; nothing is ever stopped by it. */
export interface BudgetConfig {
  /** For each calendar month, in `currency`. */
  readonly monthlyAmount: number;
  /** ISO 4217, as in `USD`: the currency that the account is billed in. */
  readonly currency: string;
  readonly alertEmails: readonly string[];
  /** First month that counts, as in `2026-12`. */
  readonly firstMonth: string;
  /** Only on gcp, as in `000000-AAAAAA-000000`. */
  readonly billingAccount?: string;
}

export interface RegionConfig {
  readonly cloud: Cloud;
  /** The cloud's own name of the region, as in `us-west-2`. */
  readonly name: string;
  /** Account (aws), project (gcp), subscription (azure); any word for `local`. */
  readonly account: string;
  /** Zones that data planes spread over, in placement order; at least three. */
  readonly zones: readonly string[];
  /** CIDR block of the region's network; subnets are cut from it. */
  readonly addressRange: string;
  /** Parent of every host name of the region: `<pod>.<psc>.<cluster>.<domain>`. */
  readonly domain: string;
  /** Registry and path that our own images come from, as in `registry.example.com/flotilla`. */
  readonly imageRegistry: string;
  /** Tags of every cloud resource. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface KubernetesClusterConfig {
  /** Short name within the region; the cluster's identifier is `<stack>-<name>`. */
  readonly name: string;
  /** Kubernetes minor version, as in `1.34`. */
  readonly version: string;
  readonly podRange: string;
  readonly serviceRange: string;
  /** CIDR blocks that may reach the API server; empty: private access only. */
  readonly apiAccessRanges: readonly string[];
  /**
   * Who may do everything in the cluster: role ARNs (aws), members such as `group:…` (gcp) or `group:<object id>` of Entra (azure).
   * Empty: nobody, until somebody is let in by hand.
   */
  readonly administrators: readonly string[];
  readonly nodeClasses: readonly NodeClassConfig[];
  /** The cluster has a Prometheus Operator, whose PodMonitors tell it what to read. */
  readonly podMonitors?: true;
  /** Where the data plane's services send their spans, by OTLP/HTTP. */
  readonly tracesTo?: string;
  /** The cluster has cert-manager, whose issuers the operator may ask for authorities. */
  readonly certManager?: true;
}

/** One pool of equal nodes per zone. */
export interface NodeClassConfig {
  readonly name: string;
  /** Instance class of the cloud, from the catalogue of constructs/capacity. */
  readonly instanceClass: string;
  /** `brokers` nodes are tainted and carry Kafka brokers only. */
  readonly purpose: 'brokers' | 'platform';
  readonly minPerZone: number;
  readonly maxPerZone: number;
}

/** Where the mothership is: hosted here, or reached elsewhere. */
export type MothershipConfig =
  | {
      readonly hosted: true;
      readonly ckus: number;
      readonly version: KafkaVersion;
      /** Name of the Kubernetes cluster that runs it. */
      readonly cluster: string;
      /**
       * CIDR blocks that data planes of other regions come from (`egressRanges` of their outputs); the region's own are
       * always let in. Empty: any address, over mutual TLS all the same.
       */
      readonly clientRanges: readonly string[];
      /** Offers the mothership to networks of the same cloud without the internet between. */
      readonly privateLink?: {
        /** Absent until the gateway has made it: what leads to it is in the manifests by then, and nobody is let in yet. */
        readonly loadBalancer?: string;
        readonly consumers: readonly string[];
        /** Only on aws: other regions that consumers connect from. */
        readonly consumerRegions?: readonly string[];
      };
    }
  | {
      readonly hosted: false;
      /** `host:port` of the mothership's external bootstrap. */
      readonly bootstrapServer: string;
      /** CIDR blocks that the address lies in: what network policies open. */
      readonly addressRanges: readonly string[];
      /** Reaches it by a private link of the same cloud; absent: by its public address. */
      readonly privateLink?: { readonly service: string };
    };

export interface ControlPlaneConfig {
  /** Name of the Kubernetes cluster that runs it. */
  readonly cluster: string;
  readonly database: {
    readonly version: string;
    readonly instanceClass: string;
    readonly storageGib: number;
    readonly backupRetentionDays: number;
  };
}

export interface TenantConfig {
  /** Unique over all stacks; also the name of the tenant's PSC. */
  readonly name: string;
  readonly ckus: number;
  /** Kafka version, as in `4.3.1`. */
  readonly version: KafkaVersion;
  /** Name of the Kubernetes cluster that runs it; default the first. */
  readonly cluster: string;
  /** Default: the region's zones. */
  readonly zones: readonly string[];
  /** Absent: all data stays on the volumes. */
  readonly infiniteStorage?: { readonly localRetentionHours: number };
  /** The customer's own key (BYOK), in the cloud's own form; absent: a key of the tenant's made by the platform. */
  readonly encryptionKey?: { readonly customerKeyId: string };
  /** Lower than what the CKUs allow, never higher. */
  readonly limits: TenantLimits;
  /** CIDR blocks that clients may come from; empty: any address. */
  readonly allowedSourceRanges: readonly string[];
  /** Broker settings beside those that the platform owns. */
  readonly config: Readonly<Record<string, string>>;
  /** When pods that work may be replaced; absent: at any time. */
  readonly maintenanceWindows?: readonly MaintenanceWindow[];
  /** Where the authority of its certificates comes from; absent: the operator makes it. */
  readonly authorityIssuer?: AuthorityIssuerSpec;
  readonly deletionProtection: boolean;
}

export interface TenantLimits {
  readonly ingressMegabytesPerSecond?: number;
  readonly egressMegabytesPerSecond?: number;
  readonly partitions?: number;
  readonly connections?: number;
}
