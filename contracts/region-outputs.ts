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
  /** Cloud identities of the platform's own services. */
  readonly identities: PlatformIdentities;
  /** Tenant name ▶ what the tenant's storage component made. Has the mothership's too, under `mothership`. */
  readonly tenants: Readonly<Record<string, TenantStorageOutputs>>;
  /** Only in the control-plane region. */
  readonly database?: DatabaseOutputs;
}

/** Role ARN (aws), service account e-mail (gcp) or client id (azure) of each service that calls its cloud. */
export interface PlatformIdentities {
  readonly externalDns: string;
  /** Only in the control-plane region. */
  readonly bucketProvisioner?: string;
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
}
