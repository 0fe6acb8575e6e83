import { X509Certificate } from 'node:crypto';
import type { ClusterView, KafkaRole } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { certificateHosts } from '../../../constructs/kubernetes/kafka/listeners.ts';
import { CA_FILE, certificateCommonName, LOGINS_FILE } from '../../../constructs/kubernetes/kafka/secrets.ts';
import { certificateFault, type CertificateFault, isKeyPair } from './certificate-fault.ts';
import { type Authorities, authoritiesOf, clientTrust, podTrust } from './authorities.ts';
import {
  AUTHORITY_FILES,
  credentialSecretRef,
  type ObservedCredentials,
  podCertificateFile,
  podOfCertificateFile,
  type SecretData,
} from './credential-secrets.ts';
import { LostCredentialsError } from './lost-credentials-error.ts';
import { heldLogins, missingLogins } from './platform-logins.ts';

/** What must be made so that a PSC's credentials are whole; all else is kept as it is. */
export interface CredentialsPlan {
  readonly authority: 'keep' | 'create';
  /** Certificates to issue, by pod. */
  readonly issue: readonly CertificateOrder[];
  /** Files of pods that are no longer placed and whose certificate has come to its end. */
  readonly drop: readonly string[];
  /** Of the platform's users, those in use that have no password yet. */
  readonly logins: readonly string[];
  /** The certificates that everybody trusts are written from the authorities. */
  readonly ca: 'keep' | 'write';
}

export interface CertificateOrder {
  readonly pod: string;
  /** `trust`: those whom its pod shall trust are others now. */
  readonly reason: 'absent' | 'trust' | CertificateFault;
  readonly commonName: string;
  readonly hosts: readonly string[];
}

/**
 * What is missing or no longer good of a PSC's credentials at `nowMs`.
 *
 * A pod that is no longer placed may still be handing its data over: its certificate stays until it would be renewed.
 *
 * When those change whom pods shall trust, every certificate is made anew: both are written at once and read at once, so that a
 * pod which shows the certificate trusts those that were written with it (ADR 0013).
 *
 * @throws LostCredentialsError when something is gone that a running cluster or its clients still depend on
 */
export function planCredentials(view: ClusterView, observed: ObservedCredentials, nowMs: number): CredentialsPlan {
  refuseLosses(view, observed, nowMs);
  const authorities = authoritiesOf(observed.authority);
  const forPods = authorities === undefined ? undefined : podTrust(authorities);
  const forClients = authorities === undefined ? undefined : clientTrust(authorities);
  const held = observed.tls ?? {};
  const isTrustOld = held[CA_FILE] !== forPods;
  const placed = [...podsOf(view)];
  // One that leaves goes on talking to the others.
  const leaving = isTrustOld ? leavingPods(held, placed) : [];
  const orders = [...placed, ...leaving].flatMap(({ role, pod }): readonly CertificateOrder[] => {
    const commonName = certificateCommonName(pod, view.namespace);
    const hosts = certificateHosts(view, role, pod);
    const pem = held[podCertificateFile(pod)];
    if (pem === undefined || authorities === undefined) return [{ pod, reason: 'absent', commonName, hosts }];
    const wish = { authority: authorities.current, commonName, hosts, nowMs, ...asked(view) };
    const reason = certificateFault(pem, wish) ?? (isTrustOld ? 'trust' : undefined);
    return reason === undefined ? [] : [{ pod, reason, commonName, hosts }];
  });
  const files = new Set([CA_FILE, ...[...placed, ...leaving].map(({ pod }) => podCertificateFile(pod))]);
  return {
    authority: authorities === undefined ? 'create' : 'keep',
    issue: orders,
    drop: Object.entries(held)
      .filter(([file, pem]) => !files.has(file) && isSpent(pem, authorities, nowMs))
      .map(([file]) => file),
    logins: missingLogins(observed.platformUsers ?? {}),
    ca: forClients !== undefined && observed.ca?.[CA_FILE] === forClients ? 'keep' : 'write',
  };
}

function asked({ certificatesRequestedAt }: ClusterView): { readonly askedAtMs?: number } {
  return certificatesRequestedAt === undefined ? {} : { askedAtMs: Date.parse(certificatesRequestedAt) };
}

interface RolePod {
  readonly role: KafkaRole;
  readonly pod: string;
}

/** Pods that have a certificate and are placed no longer. */
function leavingPods(held: SecretData, placed: readonly RolePod[]): readonly RolePod[] {
  const known = new Set(placed.map(({ pod }) => pod));
  return Object.keys(held).flatMap((file): RolePod[] => {
    const pod = podOfCertificateFile(file);
    if (pod === undefined || known.has(pod)) return [];
    return [{ role: pod.startsWith('controller-') ? 'controller' : 'broker', pod }];
  });
}

/** Whether nothing is to be made: {@link planCredentials} of whole credentials. */
export function isWhole(plan: CredentialsPlan): boolean {
  return (
    plan.authority === 'keep' && plan.ca === 'keep' && plan.issue.length + plan.drop.length + plan.logins.length === 0
  );
}

function* podsOf({ brokers, controllers }: ClusterView): Generator<RolePod> {
  for (const { name } of controllers) yield { role: 'controller', pod: name };
  for (const { name } of brokers) yield { role: 'broker', pod: name };
}

function isSpent(pem: string, authorities: Authorities | undefined, nowMs: number): boolean {
  return authorities === undefined || certificateFault(pem, { authority: authorities.current, nowMs }) !== undefined;
}

/** The Secret `kafka-ca` is written last, so that where it is, all of them have been. */
function refuseLosses({ name }: ClusterView, observed: ObservedCredentials, nowMs: number): void {
  const authorityRef = credentialSecretRef(name, 'authority');
  const caRef = credentialSecretRef(name, 'ca');
  const certificate = observed.authority?.[AUTHORITY_FILES.certificate];
  const startOver = `delete ${caRef.namespace}/${caRef.name} and restart all pods; every client then needs the new authority`;
  if (observed.ca !== undefined && observed.authority === undefined) {
    throw new LostCredentialsError(name, authorityRef, {
      why: 'is gone, and clients trust no other authority',
      remedy: `Restore it from a backup of etcd, or ${startOver}`,
    });
  }
  if (observed.authority !== undefined && !isAuthorityWhole(observed.authority)) {
    throw new LostCredentialsError(name, authorityRef, {
      why: 'holds no certificate with its private key',
      remedy: `Restore it from a backup of etcd, or delete it, ${startOver}`,
    });
  }
  if (certificate !== undefined && new X509Certificate(certificate).validToDate.getTime() <= nowMs) {
    throw new LostCredentialsError(name, authorityRef, {
      why: 'holds an authority that has expired',
      remedy: `Delete it, ${startOver}`,
    });
  }
  if (observed.ca !== undefined && observed.platformUsers === undefined) {
    throw new LostCredentialsError(name, credentialSecretRef(name, 'platformUsers'), {
      why: 'is gone, and Kafka knows its users by these passwords only',
      remedy: 'Restore it from a backup of etcd',
    });
  }
  if (!isReadable(observed.platformUsers ?? {})) {
    throw new LostCredentialsError(name, credentialSecretRef(name, 'platformUsers'), {
      why: `says nothing in ${LOGINS_FILE} of which logins are in use`,
      remedy: 'Restore it from a backup of etcd',
    });
  }
}

function isReadable(platformUsers: SecretData): boolean {
  try {
    heldLogins(platformUsers);
    return true;
  } catch {
    return false;
  }
}

function isAuthorityWhole(authority: Readonly<Record<string, string>>): boolean {
  const { [AUTHORITY_FILES.certificate]: certificate = '', [AUTHORITY_FILES.key]: key = '' } = authority;
  return isKeyPair(certificate, key);
}
