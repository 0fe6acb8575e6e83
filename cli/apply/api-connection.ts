import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { EXIT_CODES, UserError } from '../user-error.ts';

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the server's address, as in `/api/v1/namespaces`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** @default application/json */
  readonly contentType?: string;
  /** @default application/json */
  readonly accept?: string;
  /** `text`: the body of a success is a string, whatever it holds. @default json */
  readonly as?: 'json' | 'text';
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Sends one call and resolves with any answer that is not worth another try. */
export type ApiConnection = (call: ApiCall) => Promise<ApiAnswer>;

/** The API server's refusal of a call, in its own words. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly causes: readonly ApiErrorCause[];

  constructor(answer: ApiAnswer) {
    const { message, reason, details } = (answer.body ?? {}) as ApiStatus;
    super(message ?? `the API server answered ${answer.status}`);
    this.name = 'ApiError';
    this.status = answer.status;
    this.reason = reason ?? '';
    this.causes = details?.causes ?? [];
  }
}

/** Body of a successful answer; throws {@link ApiError} for any other. */
export function bodyOf(answer: ApiAnswer): unknown {
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw new ApiError(answer);
}

export interface ApiErrorCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

interface ApiStatus {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly ApiErrorCause[] };
}

/**
 * Connects to the cluster of the current context.
 *
 * The client's own object API passes manifests through its generated models, which drop the fields that they do not
 * know; here the bytes that were judged by the policies are the bytes that are sent. Repeats what failed for want of
 * capacity or connection, so callers send only calls that may be repeated.
 */
export function connect(config: KubeConfig): ApiConnection {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw noCluster(config);
  const agents: AgentCache = {};
  return async (call) => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await tryOnce(config, server, call, agents);
      const isLast = attempt === MAX_ATTEMPTS;
      if (answer instanceof ConnectionFailure) {
        if (isLast || !answer.isPassing) throw unreachable(server, answer);
      } else if (isLast || !isPassing(answer)) {
        return answer;
      }
      await delay(backoffMs(attempt, answer));
    }
  };
}

const MAX_ATTEMPTS = 6;
const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const REPEATED_STATUSES: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
const PASSING_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);

/** The API server calls a manifest that breaks its kind's structure an internal error of its own. */
const BROKEN_MANIFEST = 'failed to create typed patch object';

function isPassing({ status, body }: ApiAnswer): boolean {
  const { message } = (body ?? {}) as ApiStatus;
  return REPEATED_STATUSES.has(status) && message?.includes(BROKEN_MANIFEST) !== true;
}

interface RawAnswer extends ApiAnswer {
  readonly retryAfterMs?: number;
}

interface AgentCache {
  direct?: Agent;
}

class ConnectionFailure {
  readonly cause: Error;
  readonly isPassing: boolean;

  constructor(cause: Error) {
    this.cause = cause;
    this.isPassing = 'code' in cause && typeof cause.code === 'string' && PASSING_CODES.has(cause.code);
  }
}

function backoffMs(attempt: number, answer: RawAnswer | ConnectionFailure): number {
  const asked = answer instanceof ConnectionFailure ? undefined : answer.retryAfterMs;
  return Math.min(asked ?? FIRST_BACKOFF_MS * 2 ** (attempt - 1), MAX_BACKOFF_MS);
}

async function tryOnce(
  config: KubeConfig,
  server: string,
  call: ApiCall,
  agents: AgentCache,
): Promise<RawAnswer | ConnectionFailure> {
  const options = await authenticated(config);
  const url = new URL(server.replace(/\/$/, '') + call.path);
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
  const text = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers = {
    ...(options.headers as OutgoingHttpHeaders | undefined),
    Accept: call.accept ?? 'application/json',
    ...(text === undefined ? {} : bodyHeaders(text, call)),
  };
  const agent = config.getCurrentCluster()?.proxyUrl === undefined ? keptAlive(agents, options) : options.agent;
  const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
  return await new Promise((resolve) => {
    const fail = (error: Error): void => {
      resolve(new ConnectionFailure(error));
    };
    const settings = url.protocol === 'http:' ? { auth: options.auth } : { ...options, agent };
    const sent = send(url, { ...settings, method: call.method, headers, timeout: REQUEST_TIMEOUT_MS }, (response) => {
      readAnswer(response, call.as).then(resolve, fail);
    });
    sent.once('timeout', () => {
      sent.destroy(Object.assign(new Error(`no answer within ${REQUEST_TIMEOUT_MS / 1000} s`), { code: 'ETIMEDOUT' }));
    });
    sent.once('error', fail);
    sent.end(text);
  });
}

/** Node sends the body of a DELETE without its length unless told: the server would take it for the next request. */
function bodyHeaders(text: string, { contentType }: ApiCall): OutgoingHttpHeaders {
  return { 'Content-Type': contentType ?? 'application/json', 'Content-Length': Buffer.byteLength(text) };
}

/** Certificates and the credentials of the user, which plugins of the kubeconfig may have to fetch. */
async function authenticated(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new UserError(`no credentials for context "${config.getCurrentContext()}": ${messageOf(error)}`, {
      hint: 'log in to the cloud again, or check the user of that context in the kubeconfig',
      exitCode: EXIT_CODES.environment,
      cause: error,
    });
  }
  return options;
}

/** One connection serves many calls; the client's own agent opens one for each. */
function keptAlive(agents: AgentCache, options: RequestOptions): Agent {
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
  const given = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  agents.direct ??= new Agent({ ...Object.fromEntries(known), keepAlive: true });
  return agents.direct;
}

async function readAnswer(response: IncomingMessage, as: ApiCall['as'] = 'json'): Promise<RawAnswer> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf8');
  const seconds = Number(response.headers['retry-after']);
  const status = response.statusCode ?? 0;
  return {
    status,
    body: as === 'text' && status >= 200 && status < 300 ? text : parse(text),
    ...(Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {}),
  };
}

/** Proxies and broken servers answer in plain text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.trim() };
  }
}

function unreachable(server: string, failure: ConnectionFailure): UserError {
  return new UserError(`the cluster at ${server} does not answer: ${failure.cause.message}`, {
    hint: 'check the context (--context), the network or VPN to the cluster, and that the API server runs',
    exitCode: EXIT_CODES.environment,
    cause: failure.cause,
  });
}

function noCluster(config: KubeConfig): UserError {
  const contexts = config.getContexts().map(({ name }) => name);
  return new UserError(`the kubeconfig has no cluster for context "${config.getCurrentContext()}"`, {
    hint:
      contexts.length === 0 ? 'set KUBECONFIG to a kubeconfig of the cluster' : `choose one of: ${contexts.join(', ')}`,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
