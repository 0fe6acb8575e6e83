import { createHash } from 'node:crypto';

/** Namespaces of the platform. Each tenant has one of its own: {@link pscNamespace}. */
export const NAMESPACES = {
  /** Operator, balancer and sync-service of a data plane. */
  system: 'flotilla-system',
  /** The TLS-passthrough gateway of a data plane. */
  gateway: 'flotilla-gateway',
  dns: 'flotilla-dns',
  /** API, orchestrator, bucket provisioner, status sink; in the control-plane region only. */
  controlPlane: 'flotilla-control-plane',
} as const;

/** Name of the mothership's PSC. */
export const MOTHERSHIP = 'mothership';

/** Name of the PSC of kind connect that carries the control plane's outbox to the mothership. */
export const OUTBOX_PSC = 'outbox';

/** Namespace of a PSC and of everything made for it. */
export function pscNamespace(psc: string): string {
  return `psc-${psc}`;
}

/** cert-manager's Certificate in the operator's namespace by which a PSC's authority is asked for. */
export function authorityRequest(psc: string): string {
  return `${psc}${AUTHORITY_REQUEST_SUFFIX}`;
}

export const AUTHORITY_REQUEST_SUFFIX = '-ca';

/** What the Secret that an issuer answers with is called more than the Certificate that asked. */
export const ISSUED_SUFFIX = '-issued';

/** User that a Kubernetes API server knows a service account as; clouds know its workloads by the same name. */
export function accountUser(namespace: string, account: string): string {
  return `system:serviceaccount:${namespace}:${account}`;
}

/** External host name of one broker pod, or of `bootstrap`. */
export function externalHost(pod: string, psc: string, domain: string): string {
  return `${pod}.${psc}.${domain}`;
}

/** Zonal storage class: a volume of class `<prefix>-<zone>` is made in that zone. */
export function zonalStorageClass(prefix: string, zone: string): string {
  return `${prefix}-${zone}`;
}

/** Prefix of the zonal storage classes encrypted with the platform's key, or with a tenant's where it has its own. */
export function storageClassPrefix(ownKeyOf?: string): string {
  return ownKeyOf === undefined ? 'flotilla' : `flotilla-${ownKeyOf}`;
}

/** Volume attributes class of one pair of figures; undefined where volumes have no provisioned performance. */
export function volumeAttributesClass(performance: {
  readonly iops?: number;
  readonly throughputMibPerSecond?: number;
}): string | undefined {
  const { iops = 0, throughputMibPerSecond = 0 } = performance;
  return iops === 0 ? undefined : `flotilla-${iops}-iops-${throughputMibPerSecond}-mibps`;
}

/** Class that no provisioner serves: a claim that a StatefulSet remakes from its template stays Pending, never empty. */
export const PRECREATED_ONLY_STORAGE_CLASS = 'flotilla-precreated-only';

/**
 * Kafka's cluster id or directory id for a name: 16 bytes of its SHA-256 in unpadded URL-safe base64 (22 characters).
 * Never starts with a dash, which Kafka's tools would take for an option.
 */
export function kafkaUuid(name: string): string {
  const id = createHash('sha256').update(name).digest().subarray(0, 16).toString('base64url');
  return id.startsWith('-') ? `A${id.slice(1)}` : id;
}
