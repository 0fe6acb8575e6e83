import type { ClusterView } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { objectLabels } from '../../../constructs/kubernetes/kafka/labels.ts';
import { CA_FILE } from '../../../constructs/kubernetes/kafka/secrets.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { openAuthority, type Validity } from '../../runtime/pki.ts';
import { authoritiesOf, clientTrust, endMs, podTrust, shownChain } from './authorities.ts';
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
import { firstLogins } from './platform-logins.ts';
import { newAuthority } from './rotate-authority.ts';
import { BACKDATED_MS, CERTIFICATE_DAYS, DAY_MS } from './validity.ts';

export interface IssueOptions {
  readonly nowMs: number;
  /** A new password each time: letters, digits, dashes and underscores. */
  readonly newPassword: () => string;
  /** The authority to begin with, as its Secret has it. @default - one that is made here */
  readonly firstAuthority?: SecretData;
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
  const authority = await authorityOf(view, observed, plan, options);
  const authorities = authoritiesOf(authority);
  if (authorities === undefined) throw new Error(`${view.name}: an authority without a certificate`);
  const issued = await issuedCertificates(view, authority, plan, options.nowMs);
  const dropped = new Set(plan.drop);
  const kept = Object.entries(observed.tls ?? {}).filter(([file]) => !dropped.has(file));
  const contents: Readonly<Record<CredentialSecret, SecretData>> = {
    authority,
    platformUsers: {
      ...(observed.platformUsers ?? firstLogins(options.nowMs)),
      ...Object.fromEntries(plan.logins.map((login) => [login, options.newPassword()])),
    },
    tls: sorted({ ...Object.fromEntries(kept), ...issued, [CA_FILE]: podTrust(authorities) }),
    ca: { [CA_FILE]: clientTrust(authorities) },
  };
  return CREDENTIAL_SECRETS.map((secret) => secretObject(view, secret, contents[secret]));
}

async function authorityOf(
  { name }: ClusterView,
  { authority }: ObservedCredentials,
  plan: CredentialsPlan,
  { nowMs, firstAuthority }: IssueOptions,
): Promise<SecretData> {
  if (plan.authority === 'create') return firstAuthority ?? (await newAuthority(name, nowMs));
  if (authority === undefined) throw new Error(`${name}: a plan keeps an authority that is not there`);
  return authority;
}

/** File ▶ private key, certificate, and what leads from it to those whom somebody may trust. */
async function issuedCertificates(
  { name }: ClusterView,
  secret: SecretData,
  plan: CredentialsPlan,
  nowMs: number,
): Promise<SecretData> {
  const { [AUTHORITY_FILES.certificate]: certificate, [AUTHORITY_FILES.key]: key } = secret;
  if (certificate === undefined || key === undefined) throw new Error(`${name}: half an authority issues nothing`);
  const authority = await openAuthority({ certificate, key });
  const authorities = authoritiesOf(secret);
  const chain = authorities === undefined ? '' : shownChain(authorities);
  const validity: Validity = {
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(Math.min(nowMs + CERTIFICATE_DAYS * DAY_MS, endMs(certificate))),
  };
  const issued = await Promise.all(
    plan.issue.map(async ({ pod, commonName, hosts }) => {
      // Brokers and controllers are each other's clients too.
      const pair = await authority.issue({ commonName, usages: ['client', 'server'], dnsNames: hosts, validity });
      return [podCertificateFile(pod), `${pair.key}${pair.certificate}${chain}`] as const;
    }),
  );
  return Object.fromEntries(issued);
}

function sorted(data: SecretData): SecretData {
  return Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One of a PSC's Secrets with this content, and nothing else. */
export function secretObject(view: ClusterView, secret: CredentialSecret, data: SecretData): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...credentialSecretRef(view.name, secret), labels: objectLabels(view) },
    type: secret === 'authority' ? 'kubernetes.io/tls' : 'Opaque',
    // Not `stringData`: under server-side apply a key that is left out there would stay.
    data: encodedData(data),
  };
}
