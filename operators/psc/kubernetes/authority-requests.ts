import { X509Certificate } from 'node:crypto';
import type { ClusterView } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { FIELD_OWNERS } from '../../../contracts/field-owners.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { authorityRequest, NAMESPACES } from '../../../contracts/names.ts';
import { type ApiServer, ApiServerError } from '../../runtime/api-server.ts';
import {
  authorityCertificate,
  nextRequestName,
  type ObservedIssuer,
  type ObservedRequest,
  type Offer,
  requestOf,
  requestTrouble,
  withRenewal,
} from '../credentials/authority-issuer.ts';
import { issuedSecretRef, type SecretData } from '../credentials/credential-secrets.ts';
import { type IssuedAuthority, issuedAuthority, UnfitAuthorityError } from '../credentials/issued-authority.ts';
import { holds } from '../intent.ts';
import { ConflictError } from '../ports.ts';
import { isNotFound } from './api-errors.ts';
import { portWrites } from './port-writes.ts';
import type { SecretStore } from './secret-store.ts';

/** Authorities that PSCs have from issuers: what was asked for, and what came of it. Read by name, never listed or watched. */
export interface AuthorityRequests {
  /** @param current certificate (PEM) of the authority that is in use; undefined while there is none */
  readonly observe: (view: ClusterView, current: string | undefined, nowMs: number) => Promise<ObservedIssuer>;
  /** @throws ConflictError, RefusedError */
  readonly ask: (psc: string, request: KubernetesObject) => Promise<void>;
  /** Asks for another answer. @throws ConflictError when the request changes meanwhile */
  readonly renew: (psc: string, nowMs: number) => Promise<void>;
  /** The answer, if it is the one that was decided on. @throws ConflictError when it is another, or none */
  readonly take: (psc: string, mark: string | undefined, nowMs: number) => Promise<IssuedAuthority>;
}

export function authorityRequests(api: ApiServer, secrets: Pick<SecretStore, 'read'>): AuthorityRequests {
  const writes = portWrites(api);
  const get: Get = async (path) =>
    (await api.get({ path, query: {}, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) })) as KubernetesObject;
  return {
    observe: async (view, current, nowMs) => {
      const [request, secret] = await Promise.all([
        observedRequest(view, get),
        secrets.read(issuedSecretRef(view.name)),
      ]);
      return { request, offer: offerOf(view.name, secret?.data, current, nowMs) };
    },
    ask: async (psc, request) => {
      await writes.write({
        method: 'PATCH',
        path: requestPath(psc),
        query: { fieldManager: FIELD_OWNERS.operator, force: 'true' },
        contentType: 'application/apply-patch+yaml',
        body: request,
      });
    },
    renew: async (psc, nowMs) => {
      const stored = await get(requestPath(psc));
      await writes.writeExisting({
        method: 'PATCH',
        path: `${requestPath(psc)}/status`,
        query: { fieldManager: FIELD_OWNERS.operator },
        contentType: 'application/merge-patch+json',
        // The list of conditions is replaced whole, by what it was a moment ago.
        body: {
          metadata: { resourceVersion: stored.metadata['resourceVersion'] },
          status: { conditions: withRenewal(stored, nowMs) },
        },
      });
    },
    take: async (psc, mark, nowMs) => {
      const secret = await secrets.read(issuedSecretRef(psc));
      const issued = secret === undefined ? undefined : fitAuthority(psc, secret.data, nowMs);
      if (issued === undefined || issued instanceof UnfitAuthorityError) {
        throw new ConflictError(`the authority of ${psc} that was issued is not there any longer`);
      }
      if (mark !== undefined && mark !== markOf(issued.certificate)) {
        throw new ConflictError(`the authority of ${psc} that was issued is another now`);
      }
      return issued;
    },
  };
}

type Get = (path: string) => Promise<KubernetesObject>;

async function observedRequest(view: ClusterView, get: Get): Promise<ObservedRequest> {
  const { authorityIssuer } = view.kafka;
  if (authorityIssuer === undefined) throw new Error(`${view.name} asks no issuer for its authority`);
  try {
    const stored = await get(requestPath(view.name));
    const { metadata, spec } = authorityCertificate(view, authorityIssuer);
    if (!holds(stored, { metadata: { labels: metadata.labels }, spec })) return { state: 'different' };
    const request = requestOf(stored);
    const trouble = request.isIssuing ? requestTrouble(await nextRequest(stored, get)) : undefined;
    return trouble === undefined ? request : { ...request, trouble };
  } catch (error) {
    if (!(error instanceof ApiServerError)) throw error;
    if (error.status === FORBIDDEN) {
      const reason =
        'the operator may not read Certificates of cert-manager: write certManager: true at the Kubernetes cluster of the stack config, and apply it';
      return { state: 'unavailable', reason };
    }
    if (!isNotFound(error)) throw error;
    // Of an object that is not there the API server speaks in its own form; of a kind that it does not know, in none.
    if (error.answer !== undefined) return { state: 'absent' };
    const reason = 'cert-manager is not installed in this cluster: install it, or take spec.kafka.authorityIssuer away';
    return { state: 'unavailable', reason };
  }
}

/** What cert-manager has sent to the issuer: only there it says what that waits for. Without the right to read it nobody is told, and all else goes on. */
async function nextRequest(certificate: KubernetesObject, get: Get): Promise<KubernetesObject | undefined> {
  try {
    return await get(`${GROUP_PATH}/certificaterequests/${encodeURIComponent(nextRequestName(certificate))}`);
  } catch (error) {
    if (error instanceof ApiServerError && (isNotFound(error) || error.status === FORBIDDEN)) return undefined;
    throw error;
  }
}

function offerOf(psc: string, secret: SecretData | undefined, current: string | undefined, nowMs: number): Offer {
  if (secret === undefined) return { state: 'none' };
  const issued = fitAuthority(psc, secret, nowMs);
  if (issued instanceof UnfitAuthorityError) return { state: 'unfit', reason: issued.message };
  const mark = markOf(issued.certificate);
  return current !== undefined && markOf(current) === mark ? { state: 'current' } : { state: 'other', mark };
}

function fitAuthority(psc: string, secret: SecretData, nowMs: number): IssuedAuthority | UnfitAuthorityError {
  try {
    return issuedAuthority(psc, secret, nowMs);
  } catch (error) {
    if (error instanceof UnfitAuthorityError) return error;
    throw error;
  }
}

function markOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256;
}

const FORBIDDEN = 403;
const CALL_TIMEOUT_MS = 20_000;

const GROUP_PATH = `/apis/cert-manager.io/v1/namespaces/${NAMESPACES.system}`;

function requestPath(psc: string): string {
  return `${GROUP_PATH}/certificates/${encodeURIComponent(authorityRequest(psc))}`;
}
