import { X509Certificate } from 'node:crypto';
import type { ClusterView } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { objectLabels } from '../../../constructs/kubernetes/kafka/labels.ts';
import { CA_FILE } from '../../../constructs/kubernetes/kafka/secrets.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { type CertificateAuthority, createAuthority, openAuthority, type Validity } from '../../runtime/pki.ts';
import {
  AUTHORITY_FILES,
  CREDENTIAL_SECRETS,
  type CredentialSecret,
  credentialSecretRef,
  encodedData,
  type ObservedCredentials,
  podCertificateFile,
  type SecretData,
} from './credential-secrets.ts';
import type { CredentialsPlan } from './plan-credentials.ts';
import { AUTHORITY_DAYS, BACKDATED_MS, CERTIFICATE_DAYS, DAY_MS } from './validity.ts';

export interface IssueOptions {
  readonly nowMs: number;
  /** A new password each time: letters, digits, dashes and underscores. */
  readonly newPassword: () => string;
}

/**
 * Carries a plan out: the PSC's Secrets, whole, in the order in which they are to be written. What was observed and is not
 * in the plan is in them unchanged.
 */
export async function issueCredentials(
  view: ClusterView,
  observed: ObservedCredentials,
  plan: CredentialsPlan,
  options: IssueOptions,
): Promise<readonly KubernetesObject[]> {
  const authority = await authorityOf(view, observed, plan, options.nowMs);
  const contents: Readonly<Record<CredentialSecret, SecretData>> = {
    authority: { [AUTHORITY_FILES.certificate]: authority.certificate, [AUTHORITY_FILES.key]: authority.key },
    platformUsers: {
      ...observed.platformUsers,
      ...Object.fromEntries(plan.users.map((user) => [user, options.newPassword()])),
    },
    tls: await certificates(authority, observed, plan, options.nowMs),
    ca: { [CA_FILE]: authority.certificate },
  };
  return CREDENTIAL_SECRETS.map((secret) => secretObject(view, secret, contents[secret]));
}

async function authorityOf(
  { name }: ClusterView,
  { authority }: ObservedCredentials,
  plan: CredentialsPlan,
  nowMs: number,
): Promise<CertificateAuthority> {
  if (plan.authority === 'create') {
    const end = { notBefore: new Date(nowMs - BACKDATED_MS), notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS) };
    return await createAuthority(`${name}-ca`, end);
  }
  const { [AUTHORITY_FILES.certificate]: certificate, [AUTHORITY_FILES.key]: key } = authority ?? {};
  if (certificate === undefined || key === undefined)
    throw new Error(`${name}: a plan keeps an authority that is not there`);
  return await openAuthority({ certificate, key });
}

async function certificates(
  authority: CertificateAuthority,
  { tls }: ObservedCredentials,
  plan: CredentialsPlan,
  nowMs: number,
): Promise<SecretData> {
  const dropped = new Set(plan.drop);
  const kept = Object.entries(tls ?? {}).filter(([file]) => !dropped.has(file));
  const authorityEndMs = new X509Certificate(authority.certificate).validToDate.getTime();
  const validity: Validity = {
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(Math.min(nowMs + CERTIFICATE_DAYS * DAY_MS, authorityEndMs)),
  };
  const issued = await Promise.all(
    plan.issue.map(async ({ pod, commonName, hosts }) => {
      // Brokers and controllers are each other's clients too.
      const pair = await authority.issue({ commonName, usages: ['client', 'server'], dnsNames: hosts, validity });
      return [podCertificateFile(pod), `${pair.key}${pair.certificate}`] as const;
    }),
  );
  return Object.fromEntries([...kept, ...issued].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function secretObject(view: ClusterView, secret: CredentialSecret, data: SecretData): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...credentialSecretRef(view.name, secret), labels: objectLabels(view) },
    type: secret === 'authority' ? 'kubernetes.io/tls' : 'Opaque',
    // Not `stringData`: under server-side apply a key that is left out there would stay.
    data: encodedData(data),
  };
}
