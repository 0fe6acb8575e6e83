import { X509Certificate } from 'node:crypto';
import type { ClusterView, KafkaRole } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { certificateHosts } from '../../../constructs/kubernetes/kafka/listeners.ts';
import { CA_FILE, certificateCommonName, PLATFORM_USERS } from '../../../constructs/kubernetes/kafka/secrets.ts';
import { certificateFault, type CertificateFault, isKeyPair } from './certificate-fault.ts';
import {
  AUTHORITY_FILES,
  credentialSecretRef,
  type ObservedCredentials,
  podCertificateFile,
} from './credential-secrets.ts';
import { LostCredentialsError } from './lost-credentials-error.ts';

/** What must be made so that a PSC's credentials are whole; all else is kept as it is. */
export interface CredentialsPlan {
  readonly authority: 'keep' | 'create';
  /** Certificates to issue, by pod. */
  readonly issue: readonly CertificateOrder[];
  /** Files of pods that are no longer placed and whose certificate has come to its end. */
  readonly drop: readonly string[];
  /** Platform users that have no password yet. */
  readonly users: readonly string[];
  /** The certificate that everybody trusts is written from the authority. */
  readonly ca: 'keep' | 'write';
}

export interface CertificateOrder {
  readonly pod: string;
  readonly reason: 'absent' | CertificateFault;
  readonly commonName: string;
  readonly hosts: readonly string[];
}

/**
 * What is missing or no longer good of a PSC's credentials at `nowMs`.
 *
 * A pod that is no longer placed may still be handing its data over: its certificate stays until it would be renewed.
 *
 * @throws LostCredentialsError when something is gone that a running cluster or its clients still depend on
 */
export function planCredentials(view: ClusterView, observed: ObservedCredentials, nowMs: number): CredentialsPlan {
  refuseLosses(view, observed, nowMs);
  const authority = observed.authority?.[AUTHORITY_FILES.certificate];
  const held = observed.tls ?? {};
  const wanted = [...podsOf(view)];
  const orders = wanted.flatMap(({ role, pod }): readonly CertificateOrder[] => {
    const commonName = certificateCommonName(pod, view.namespace);
    const hosts = certificateHosts(view, role, pod);
    const pem = held[podCertificateFile(pod)];
    if (pem === undefined || authority === undefined) return [{ pod, reason: 'absent', commonName, hosts }];
    const reason = certificateFault(pem, { authority, commonName, hosts, nowMs });
    return reason === undefined ? [] : [{ pod, reason, commonName, hosts }];
  });
  const files = new Set(wanted.map(({ pod }) => podCertificateFile(pod)));
  return {
    authority: authority === undefined ? 'create' : 'keep',
    issue: orders,
    drop: Object.entries(held)
      .filter(([file, pem]) => !files.has(file) && (authority === undefined || isSpent(pem, authority, nowMs)))
      .map(([file]) => file),
    users: Object.values(PLATFORM_USERS).filter((user) => (observed.platformUsers?.[user] ?? '') === ''),
    ca: authority !== undefined && observed.ca?.[CA_FILE] === authority ? 'keep' : 'write',
  };
}

/** Whether nothing is to be made: {@link planCredentials} of whole credentials. */
export function isWhole(plan: CredentialsPlan): boolean {
  return (
    plan.authority === 'keep' && plan.ca === 'keep' && plan.issue.length + plan.drop.length + plan.users.length === 0
  );
}

function* podsOf({ brokers, controllers }: ClusterView): Generator<{ readonly role: KafkaRole; readonly pod: string }> {
  for (const { name } of controllers) yield { role: 'controller', pod: name };
  for (const { name } of brokers) yield { role: 'broker', pod: name };
}

function isSpent(pem: string, authority: string, nowMs: number): boolean {
  return certificateFault(pem, { authority, nowMs }) !== undefined;
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
}

function isAuthorityWhole(authority: Readonly<Record<string, string>>): boolean {
  const { [AUTHORITY_FILES.certificate]: certificate = '', [AUTHORITY_FILES.key]: key = '' } = authority;
  return isKeyPair(certificate, key);
}
