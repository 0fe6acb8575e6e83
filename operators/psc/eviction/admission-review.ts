import type { EvictionAnswer, EvictionRequest } from './answer-eviction.ts';

/** A review of an eviction (admission.k8s.io/v1), as far as it is read. */
export interface EvictionReview extends EvictionRequest {
  readonly uid: string;
  readonly namespace: string;
}

/** The review that the API server sent; undefined for what is none, or is of something else. */
export function parseEvictionReview(text: string): EvictionReview | undefined {
  const request = (parsed(text) as RawReview | undefined)?.request;
  const pod = request?.name ?? request?.object?.metadata?.name;
  if (request?.subResource !== 'eviction' || request.uid === undefined) return undefined;
  if (pod === undefined || request.namespace === undefined) return undefined;
  return {
    uid: request.uid,
    namespace: request.namespace,
    pod,
    username: request.userInfo?.username ?? '',
    isDryRun: request.dryRun === true,
  };
}

/** The answer as the API server wants it. `kubectl drain` asks again after 429, and is content with 404. */
export function reviewResponse(uid: string, answer: EvictionAnswer): Readonly<Record<string, unknown>> {
  const response =
    answer.kind === 'allowed'
      ? { uid, allowed: true, ...(answer.warning === undefined ? {} : { warnings: [answer.warning] }) }
      : { uid, allowed: false, status: { ...STATUSES[answer.kind], message: answer.message } };
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}

const STATUSES = {
  refused: { code: 429, reason: 'TooManyRequests' },
  gone: { code: 404, reason: 'NotFound' },
} as const;

interface RawReview {
  readonly request?: {
    readonly uid?: string;
    readonly name?: string;
    readonly namespace?: string;
    readonly subResource?: string;
    readonly dryRun?: boolean;
    readonly userInfo?: { readonly username?: string };
    readonly object?: { readonly metadata?: { readonly name?: string } };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
