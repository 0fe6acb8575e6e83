import type { ClusterView } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { objectLabels } from '../../../constructs/kubernetes/kafka/labels.ts';
import type { AuthorityIssuerSpec } from '../../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { authorityRequest, NAMESPACES } from '../../../contracts/names.ts';
import { issuedSecretRef } from './credential-secrets.ts';
import { AUTHORITY_DAYS, AUTHORITY_RENEWAL_DAYS } from './validity.ts';

/** What has become of the wish for an authority from an issuer. */
export interface ObservedIssuer {
  readonly request: ObservedRequest;
  readonly offer: Offer;
}

/** The Certificate by which cert-manager is asked. */
export type ObservedRequest =
  /** It cannot be asked; `reason` says why, and what to do. */
  | { readonly state: 'unavailable'; readonly reason: string }
  | { readonly state: 'absent' }
  /** It asks for something else than it should. */
  | { readonly state: 'different' }
  | {
      readonly state: 'there';
      /** It is about to be answered anew. */
      readonly isIssuing: boolean;
      /** When somebody asked last for another answer, or the last answer failed. */
      readonly askedAtMs?: number;
      /** What cert-manager says where there is no answer, or where another one was refused. */
      readonly trouble?: string;
    };

/** What the issuer's Secret holds. */
export type Offer =
  | { readonly state: 'none' }
  /** It is no authority of the PSC's; `reason` says why, and what to do. */
  | { readonly state: 'unfit'; readonly reason: string }
  /** The one that is in use. */
  | { readonly state: 'current' }
  /** Another one. `mark` names it: exactly that one is to be taken over. */
  | { readonly state: 'other'; readonly mark: string };

const GROUP = 'cert-manager.io';

/** As the Secret of an authority names where it came from. */
export function issuerName({ kind, group = GROUP, name }: AuthorityIssuerSpec): string {
  return `${kind}.${group}/${name}`;
}

/**
 * The Certificate by which a PSC's authority is asked for. Each answer has a key of its own, and all of them one name: what one of
 * them vouches for is then no further authority below the issuer's (RFC 5280, self-issued).
 */
export function authorityCertificate(view: ClusterView, issuer: AuthorityIssuerSpec): KubernetesObject {
  const { name, namespace } = { name: authorityRequest(view.name), namespace: NAMESPACES.system };
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'Certificate',
    metadata: { name, namespace, labels: objectLabels(view) },
    spec: {
      isCA: true,
      commonName: name,
      secretName: issuedSecretRef(view.name).name,
      duration: hours(AUTHORITY_DAYS),
      renewBefore: hours(AUTHORITY_RENEWAL_DAYS),
      usages: ['cert sign', 'crl sign'],
      privateKey: { algorithm: 'ECDSA', size: 256, encoding: 'PKCS8', rotationPolicy: 'Always' },
      issuerRef: { name: issuer.name, kind: issuer.kind, group: issuer.group ?? GROUP },
    },
  };
}

/** As cert-manager writes durations itself. */
function hours(days: number): string {
  return `${days * 24}h0m0s`;
}

/** What an authority is waited for; undefined where there is nothing to wait for. */
export function issuerWait(psc: string, { request, offer }: ObservedIssuer): string | undefined {
  const certificate = `Certificate ${NAMESPACES.system}/${authorityRequest(psc)}`;
  switch (request.state) {
    case 'unavailable':
      return request.reason;
    case 'absent':
      return `${certificate} is to be made, by which cert-manager is asked for the authority`;
    case 'different':
      return `${certificate} does not ask for what it should`;
    case 'there':
      if (request.trouble !== undefined) return `${certificate}: ${request.trouble}`;
      if (request.isIssuing) return `${certificate} is being issued`;
      if (offer.state === 'unfit') return offer.reason;
      return offer.state === 'none' ? `${certificate} is not issued yet` : undefined;
  }
}

interface StoredCertificate {
  readonly status?: {
    readonly conditions?: readonly CertificateCondition[];
    readonly lastFailureTime?: string;
    /** Of the last answer; of the first one 1. */
    readonly revision?: number;
  };
}

/** A condition of cert-manager's Certificate. */
export interface CertificateCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: number;
}

/** What a stored Certificate says that asks for what it should. */
export function requestOf(stored: object): Extract<ObservedRequest, { readonly state: 'there' }> {
  const { conditions = [], lastFailureTime } = (stored as StoredCertificate).status ?? {};
  const ready = conditions.find(({ type }) => type === 'Ready');
  const issuing = conditions.find(({ type }) => type === ISSUING);
  const isIssuing = issuing?.status === 'True';
  const times = [issuing?.lastTransitionTime, lastFailureTime].flatMap((time) =>
    time === undefined ? [] : [Date.parse(time)],
  );
  // The reason is that of whoever refused: an approver's own, the issuer's, or that the answer was of no use.
  const failed = issuing?.status === 'False' && issuing.reason !== ISSUED ? issuing.message : undefined;
  // While it is being issued, it says only that it is; why it takes long is said elsewhere.
  const unready = ready?.status === 'False' ? ready.message : undefined;
  const trouble = isIssuing ? undefined : (failed ?? unready);
  return {
    state: 'there',
    isIssuing,
    ...(times.length === 0 ? {} : { askedAtMs: Math.max(...times) }),
    ...(trouble === undefined ? {} : { trouble: trouble.slice(0, MAX_MESSAGE_LENGTH) }),
  };
}

/** Name of the CertificateRequest with which cert-manager is about to have a Certificate issued. */
export function nextRequestName(certificate: object & KubernetesObject): string {
  const { revision = 0 } = (certificate as StoredCertificate).status ?? {};
  return `${certificate.metadata.name}-${revision + 1}`;
}

/** What keeps a CertificateRequest (undefined where there is none yet) from being answered; undefined where nothing is said of it. */
export function requestTrouble(stored: KubernetesObject | undefined): string | undefined {
  if (stored === undefined) return undefined;
  const { conditions = [] } = (stored as StoredCertificate).status ?? {};
  const name = `CertificateRequest ${stored.metadata.name}`;
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (ready?.status === 'False') return `${name}: ${ready.message ?? ''}`.slice(0, MAX_MESSAGE_LENGTH);
  const isDecided = conditions.some(({ type, status }) => status === 'True' && DECISIONS.has(type));
  return isDecided ? undefined : `${name} is not approved yet`;
}

/** Nobody signs a request before somebody has approved of it: cert-manager itself, or what a company has put in its place. */
const DECISIONS: ReadonlySet<string> = new Set(['Approved', 'Denied', 'InvalidRequest', 'Ready']);

const MAX_MESSAGE_LENGTH = 500;

/** cert-manager issues anew whatever has this condition (`cmctl renew` sets it, and nothing else). */
const ISSUING = 'Issuing';

/** The reason with which that condition is over where the answer is there. */
const ISSUED = 'Issued';

/** A Certificate's conditions with the wish that it be issued anew. */
export function withRenewal(stored: object, nowMs: number): readonly CertificateCondition[] {
  const { metadata, status } = stored as StoredCertificate & { readonly metadata: { readonly generation?: number } };
  const others = (status?.conditions ?? []).filter(({ type }) => type !== ISSUING);
  const { generation } = metadata;
  return [
    ...others,
    {
      type: ISSUING,
      status: 'True',
      reason: 'ManuallyTriggered',
      message: 'another authority of the PSC was asked for',
      // cert-manager's times have no fractions of a second.
      lastTransitionTime: `${new Date(nowMs).toISOString().slice(0, -5)}Z`,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    },
  ];
}
