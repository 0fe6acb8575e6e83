import type { Cloud } from './cloud.ts';

/**
 * Values that only the cloud knows, once a region's stack is up: all that the manifests need beside the stack config.
 * Until then a file stands in for them (`stacks/outputs/<stack>.yaml`).
 */
export interface RegionOutputs {
  readonly cloud: Cloud;
  readonly region: string;
  /** Account (aws), project (gcp) or subscription (azure) that the region lives in. */
  readonly account: string;
  /** Key that encrypts what belongs to the platform: ARN (aws), resource name (gcp), disk encryption set id (azure). */
  readonly platformKeyId: string;
  /**
   * Name of the resource group that volumes are made in: theirs, and not that of the nodes, which goes with the cluster. Only
   * on azure.
   */
  readonly volumeResourceGroup?: string;
  /** Cloud identities of the platform's own services. */
  readonly identities: PlatformIdentities;
  /** Tenant name ▶ what the tenant's storage component made. Has the mothership's too, under `mothership`. */
  readonly tenants: Readonly<Record<string, TenantStorageOutputs>>;
  /**
   * IPv4 blocks that the region's nodes come from when they reach out, one of a single address for each NAT gateway: what
   * the config of the mothership's region names as `mothership.clientRanges`. Empty for `local`.
   */
  readonly egressRanges: readonly string[];
  /** Name in the stack config ▶ how to reach the cluster. Empty for `local`. */
  readonly kubernetesClusters: Readonly<Record<string, KubernetesClusterOutputs>>;
  /** The zone of the region's domain. Absent for `local`, whose zone is in the cluster itself. */
  readonly dnsZone?: DnsZoneOutputs;
  /** Only in the control-plane region. */
  readonly database?: DatabaseOutputs;
  /**
   * Where the mothership is offered by a private link: what configs of other regions of the same cloud name as
   * `mothership.privateLink.service`. In the form of that field.
   */
  readonly mothershipService?: string;
}

/** Role ARN (aws), service account e-mail (gcp) or client id (azure) of each service that calls its cloud. */
export interface PlatformIdentities {
  readonly externalDns: string;
  /** Only in the control-plane region. */
  readonly bucketProvisioner?: string;
  /**
   * ARN of the policy that the bucket provisioner has to set as permissions boundary of each role that it makes: AWS refuses
   * it a role without. Only in the control-plane region on aws.
   */
  readonly tenantBoundary?: string;
}

export interface KubernetesClusterOutputs {
  /** The cloud's own name of the cluster: what its command line takes to write a kubeconfig. */
  readonly name: string;
  /** URL of the API server; where access is private only, it answers inside the network. */
  readonly endpoint: string;
  /** URL of the issuer of service accounts' tokens, which other clouds can be told to trust. */
  readonly issuer: string;
  /**
   * Makes the gateway's load balancer, for Kubernetes' own cloud controller: role ARN (aws), client id (azure). Absent on
   * gcp, where an agent of GKE does.
   */
  readonly gatewayIdentity?: string;
  /** Role ARN of the cluster autoscaler. Only on aws: GKE and AKS have their own. */
  readonly autoscalerIdentity?: string;
}

export interface DnsZoneOutputs {
  /** Hosted zone id (aws), name of the managed zone (gcp) or resource id (azure). */
  readonly id: string;
  /** Where the parent domain has to delegate the region's domain to. */
  readonly nameServers: readonly string[];
}

export interface TenantStorageOutputs {
  /** The tenant's key or the customer's own, in the form of {@link RegionOutputs.platformKeyId}. */
  readonly keyId: string;
  /** Bucket (aws, gcp, local) or `account/container` (azure). */
  readonly bucket: string;
  /** Address of the object store where it is not the cloud's own. */
  readonly endpoint?: string;
  /** Identity that may use this bucket and this key, and nothing else. */
  readonly identity: string;
}

export interface DatabaseOutputs {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  /** CIDR blocks that the database answers from: what network policies open. */
  readonly addressRanges: readonly string[];
  /**
   * Where the administrator's name and password are kept, as JSON `{"username", "password"}`: ARN (aws), secret's resource
   * name (gcp) or secret's URL (azure). Absent for `local`.
   */
  readonly credentialsSecret?: string;
}
