import { X509Certificate } from 'node:crypto';
import { EVICTION_WEBHOOK } from '../../../contracts/eviction-webhook.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { LABELS, PART_OF } from '../../../contracts/labels.ts';
import { createAuthority } from '../../runtime/pki.ts';
import { encodedData } from '../credentials/credential-secrets.ts';
import { BACKDATED_MS, CERTIFICATE_RENEWAL_DAYS, DAY_MS } from '../credentials/validity.ts';
import type { SecretStore } from '../kubernetes/secret-store.ts';

/** What the webhook serves with, PEM. */
export interface WebhookCertificate {
  readonly certificate: string;
  readonly key: string;
  /** Authorities that the API server is to trust: of this certificate and, for replicas that still show it, of the one before. */
  readonly authorities: string;
}

/** Days that the webhook's certificate lasts. Nobody but the API server is told of its authority, so that both go together. */
const WEBHOOK_CERTIFICATE_DAYS = 365;

const FILES = { certificate: 'tls.crt', key: 'tls.key', authorities: 'ca.crt' } as const;

/**
 * The key pair that all replicas share, from the Secret; made where there is none, and anew when its end is near. The key of
 * its authority is kept by nobody.
 *
 * @throws ConflictError when another replica was quicker: the next look finds what it has made
 */
export async function webhookCertificate(
  secrets: SecretStore,
  { namespace, nowMs }: { readonly namespace: string; readonly nowMs: number },
): Promise<WebhookCertificate> {
  const stored = await secrets.read({ namespace, name: EVICTION_WEBHOOK.secret });
  const known = stored === undefined ? undefined : certificateIn(stored.data);
  if (known !== undefined && endsAtMs(known) - nowMs > CERTIFICATE_RENEWAL_DAYS * DAY_MS) return known;
  const made = await newCertificate(namespace, nowMs, known);
  await secrets.write(secretOf(namespace, made), stored);
  return made;
}

function certificateIn(data: Readonly<Record<string, string>>): WebhookCertificate | undefined {
  const { [FILES.certificate]: certificate, [FILES.key]: key, [FILES.authorities]: authorities } = data;
  if (certificate === undefined || key === undefined || authorities === undefined) return undefined;
  return { certificate, key, authorities };
}

/** One that cannot be read has ended. */
function endsAtMs({ certificate }: WebhookCertificate): number {
  try {
    return Date.parse(new X509Certificate(certificate).validTo);
  } catch {
    return -Infinity;
  }
}

async function newCertificate(
  namespace: string,
  nowMs: number,
  former: WebhookCertificate | undefined,
): Promise<WebhookCertificate> {
  const validity = {
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + WEBHOOK_CERTIFICATE_DAYS * DAY_MS),
  };
  const authority = await createAuthority('flotilla-evictions', validity);
  const host = `${EVICTION_WEBHOOK.service}.${namespace}.svc`;
  const { certificate, key } = await authority.issue({ commonName: host, usages: ['server'], dnsNames: [host] });
  return { certificate, key, authorities: `${authority.certificate}${newestOf(former?.authorities ?? '')}` };
}

/** Only the one before: a bundle is no history. */
function newestOf(authorities: string): string {
  return /^-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/.exec(authorities)?.[0] ?? '';
}

function secretOf(namespace: string, { certificate, key, authorities }: WebhookCertificate): KubernetesObject {
  const data = { [FILES.certificate]: certificate, [FILES.key]: key, [FILES.authorities]: authorities };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: EVICTION_WEBHOOK.secret, namespace, labels: { [LABELS.partOf]: PART_OF } },
    type: 'kubernetes.io/tls',
    data: encodedData(data),
  };
}
