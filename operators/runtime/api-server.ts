import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

/** Where a pod finds its API server, and as whom it speaks to it. */
export interface ApiServerAccess {
  /** As in `https://10.96.0.1:443`. */
  readonly server: string;
  /** PEM of the authority of the API server. */
  readonly caFile: string;
  readonly identity: TokenIdentity | CertificateIdentity;
}

/** A service account's token. The kubelet replaces it before it ends, so that it is read for every call. */
export interface TokenIdentity {
  readonly tokenFile: string;
}

/** A user's certificate and key, PEM. */
export interface CertificateIdentity {
  readonly certificate: string;
  readonly key: string;
}

export interface ApiCall {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export type WriteMethod = 'POST' | 'PATCH' | 'DELETE';

export interface ApiWrite {
  readonly method: WriteMethod;
  readonly path: string;
  readonly body: unknown;
  /** @default - none */
  readonly query?: Readonly<Record<string, string>>;
  /** How a PATCH is merged, as in `application/merge-patch+json`. @default application/json */
  readonly contentType?: string;
  readonly signal: AbortSignal;
}

/**
 * The Kubernetes API over the platform's own HTTPS, its JSON as it is. For services beside every gateway, whose memory
 * counts: the official client takes about as much as all the rest of the process.
 */
export interface ApiServer {
  /** Body of an answer. @throws ApiServerError */
  readonly get: (call: ApiCall) => Promise<unknown>;
  /** Each line of an answer that goes on. @throws ApiServerError, also when the connection breaks */
  readonly lines: (call: ApiCall) => AsyncGenerator<unknown, void>;
  /** Body of the answer to a change. @throws ApiServerError */
  readonly write: (call: ApiWrite) => Promise<unknown>;
}

/** For what is no JSON, as logs of pods are. */
export interface TextApi {
  /** Body of an answer as it is. @throws ApiServerError */
  readonly text: (call: ApiCall) => Promise<string>;
}

/** The API server refused, or could not be reached; `status` is 0 then. */
export class ApiServerError extends Error {
  override readonly name = 'ApiServerError';
  readonly status: number;
  /** What the API server says to it, where it speaks in its own form (kind Status). */
  readonly answer?: ApiStatus;

  constructor(
    message: string,
    options: { readonly status: number; readonly cause?: unknown; readonly answer?: ApiStatus },
  ) {
    super(message, { cause: options.cause });
    this.status = options.status;
    if (options.answer !== undefined) this.answer = options.answer;
  }
}

/** Whether an eviction was refused by a disruption budget: the API server also says 429 when it is busy. */
export function isBudgetUsedUp({ status, answer }: ApiServerError): boolean {
  return status === TOO_MANY && answer?.details?.causes?.some(({ reason }) => reason === 'DisruptionBudget') === true;
}

/** An error in the API server's own form. */
export interface ApiStatus {
  readonly kind: 'Status';
  readonly message?: string;
  /** As in `Conflict`. */
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly field?: string }[] };
}

/**
 * A call that the API server has no room for yet (429 with a time) is made again after that time, as every official
 * client does: such a call was not begun. A used-up disruption budget is an answer, not a lack of room.
 *
 * @throws Error when the authority cannot be read.
 */
export async function apiServer(access: ApiServerAccess): Promise<ApiServer & TextApi> {
  const { identity } = access;
  const own = 'tokenFile' in identity ? {} : { cert: identity.certificate, key: identity.key };
  const agent = new Agent({ ca: await readFile(access.caFile, 'utf8'), keepAlive: true, ...own });
  const open = async (call: SentCall): Promise<IncomingMessage> => {
    for (let tries = 1; ; tries += 1) {
      const answered = await answer(access, agent, call);
      if (!(answered instanceof Refusal)) return answered;
      if (answered.retryAfterMs === undefined || tries === MAX_TRIES) throw answered.error;
      await delay(answered.retryAfterMs, undefined, { signal: call.signal }).catch(() => {
        throw answered.error;
      });
    }
  };
  const text = async (call: SentCall): Promise<string> => {
    const response = await open(call);
    let body = '';
    for await (const part of chunks(response, call.path)) body += part;
    return body;
  };
  const whole = async (call: SentCall): Promise<unknown> => parse(await text(call), call.path);
  return {
    get: whole,
    text: async (call) => await text({ ...call, accept: '*/*' }),
    write: async ({ body, contentType = 'application/json', query = {}, ...call }) =>
      await whole({ ...call, query, body: { text: JSON.stringify(body), contentType } }),
    lines: async function* (call) {
      const response = await open(call);
      let rest = '';
      for await (const part of chunks(response, call.path)) {
        const complete = (rest + part).split('\n');
        rest = complete.pop() ?? '';
        if (rest.length > MAX_LINE_LENGTH) {
          throw new ApiServerError(`${call.path}: a line of more than ${MAX_LINE_LENGTH} characters`, { status: 0 });
        }
        for (const line of complete) if (line !== '') yield parse(line, call.path);
      }
    },
  };
}

/** An object of the API server is at most 1.5 MiB (etcd's limit), and JSON escapes some of it. */
const MAX_LINE_LENGTH = 8 * 1024 * 1024;
const MAX_ERROR_LENGTH = 2_000;
const MAX_ERROR_BODY_LENGTH = 64 * 1024;
/** As in client-go: ten tries more. */
const MAX_TRIES = 11;
/** Silence after which a connection counts as broken: longer than a watch's bookmarks are apart. */
const SILENCE_MS = 90_000;

interface SentCall extends ApiCall {
  readonly method?: WriteMethod;
  /** @default application/json */
  readonly accept?: string;
  readonly body?: { readonly text: string; readonly contentType: string };
}

/** An answer that is no success, and when to ask again if asking again is what the server wants. */
class Refusal {
  readonly error: ApiServerError;
  readonly retryAfterMs: number | undefined;

  constructor(error: ApiServerError, retryAfter: string | undefined) {
    this.error = error;
    const isBusy = error.status === TOO_MANY && !isBudgetUsedUp(error);
    const seconds = Number(retryAfter);
    this.retryAfterMs = isBusy && seconds > 0 ? seconds * 1_000 : undefined;
  }
}

async function answer(access: ApiServerAccess, agent: Agent, call: SentCall): Promise<IncomingMessage | Refusal> {
  const { path, query, signal, method = 'GET', accept = 'application/json', body } = call;
  const url = new URL(path, access.server);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  const headers = {
    accept,
    ...(body === undefined ? {} : bodyHeaders(body)),
    ...(await authorization(access.identity)),
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, { agent, headers, method, signal, timeout: SILENCE_MS }, resolve);
    sent.once('timeout', () => {
      sent.destroy(new Error(`nothing came for ${SILENCE_MS / 1000} s`));
    });
    sent.once('error', (cause) => {
      reject(new ApiServerError(`${path}: ${cause.message}`, { status: 0, cause }));
    });
    sent.end(body?.text);
  });
  const status = response.statusCode ?? 0;
  if (status >= OK && status < REDIRECT) return response;
  let text = '';
  for await (const part of chunks(response, path)) if (text.length < MAX_ERROR_BODY_LENGTH) text += part;
  const said = statusOf(text);
  const words = (said?.message ?? text).slice(0, MAX_ERROR_LENGTH);
  const error = new ApiServerError(`${path}: ${status} ${words}`, {
    status,
    ...(said === undefined ? {} : { answer: said }),
  });
  return new Refusal(error, response.headers['retry-after']);
}

/** Undefined for what is no Status: a proxy's page, or an answer that was cut. */
function statusOf(text: string): ApiStatus | undefined {
  try {
    const body = JSON.parse(text) as Partial<ApiStatus> | null;
    return body?.kind === 'Status' ? (body as ApiStatus) : undefined;
  } catch {
    return undefined;
  }
}

const OK = 200;
const REDIRECT = 300;
const TOO_MANY = 429;

/** Node leaves the length of a DELETE's body out, which the server then takes for the connection's next request. */
function bodyHeaders({ text, contentType }: NonNullable<SentCall['body']>): Readonly<Record<string, string | number>> {
  return { 'content-type': contentType, 'content-length': Buffer.byteLength(text) };
}

async function authorization(identity: ApiServerAccess['identity']): Promise<{ readonly authorization?: string }> {
  if (!('tokenFile' in identity)) return {};
  return { authorization: `Bearer ${(await readFile(identity.tokenFile, 'utf8')).trim()}` };
}

async function* chunks(response: IncomingMessage, path: string): AsyncGenerator<string, void> {
  response.setEncoding('utf8');
  try {
    for await (const part of response) yield part as string;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ApiServerError(`${path}: the connection broke: ${message}`, { status: 0, cause: error });
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiServerError(`${path}: the answer is no JSON`, { status: 0, cause: error });
  }
}
