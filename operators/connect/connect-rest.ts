import { clientServiceHost } from '../../constructs/kubernetes/client/client-objects.ts';
import { PORTS } from '../../constructs/kubernetes/shared/ports.ts';
import { pscNamespace } from '../../contracts/names.ts';
import type { ConnectorVerdict, ConnectView } from '../client/observed.ts';
import type { ConnectPort } from '../client/ports.ts';
import type { StoredPsc } from '../psc/observed.ts';
import { ConflictError, RefusedError } from '../psc/ports.ts';
import { parseConnectors, parseVerdict, withoutSecrets } from './connect-answers.ts';

export interface ConnectRestOptions {
  /** Base address of a PSC's workers. @default that of its Service */
  readonly addressOf?: (psc: StoredPsc) => string;
  /** Told what was asked for, names only, and how it ended. @default nobody is */
  readonly log?: (psc: string, line: string) => void;
}

/** Connect clusters by their REST interface, inside of the Kubernetes cluster: network policies keep others from it. */
export function connectRest({
  addressOf = serviceAddress,
  log = () => undefined,
}: ConnectRestOptions = {}): ConnectPort {
  const change = async (psc: StoredPsc, what: string, request: Request): Promise<void> => {
    try {
      await send(addressOf(psc), request);
      log(psc.metadata.name, what);
    } catch (error) {
      log(psc.metadata.name, `${what}: failed: ${messageOf(error)}`);
      throw error;
    }
  };
  return {
    view: async (psc) => await view(addressOf(psc)),
    verdict: async (psc, { name, config }) => await verdict(addressOf(psc), { ...config, name }),
    create: async (psc, { name, config }, state) => {
      const body = { name, config, initial_state: state === 'paused' ? 'PAUSED' : 'RUNNING' };
      await change(psc, `make connector ${name}`, { method: 'POST', path: '/connectors', body, refusals: REFUSALS });
    },
    configure: async (psc, { name, config }) => {
      const path = `${pathOf(name)}/config`;
      await change(psc, `configure connector ${name}`, { method: 'PUT', path, body: config, refusals: REFUSALS });
    },
    pause: async (psc, name) => {
      await change(psc, `pause connector ${name}`, { method: 'PUT', path: `${pathOf(name)}/pause` });
    },
    resume: async (psc, name) => {
      await change(psc, `resume connector ${name}`, { method: 'PUT', path: `${pathOf(name)}/resume` });
    },
    restartFailed: async (psc, name) => {
      const path = `${pathOf(name)}/restart?includeTasks=true&onlyFailed=true`;
      await change(psc, `restart what failed of connector ${name}`, { method: 'POST', path });
    },
    remove: async (psc, name) => {
      const done = [NOT_FOUND];
      await change(psc, `take connector ${name} away`, { method: 'DELETE', path: pathOf(name), done });
    },
  };
}

function serviceAddress({ metadata: { name, namespace = pscNamespace(name) } }: StoredPsc): string {
  return `http://${clientServiceHost({ kind: 'connect', namespace })}:${PORTS.connect}`;
}

interface Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Statuses by which Connect says that it will not take this, however often it is sent. @default none */
  readonly refusals?: readonly number[];
  /** Statuses that say that it is done already. @default none */
  readonly done?: readonly number[];
  /** @default 20 s */
  readonly timeoutMs?: number;
}

const NOT_FOUND = 404;
const CONFLICT = 409;
const REFUSALS = [400, 422] as const;

const VIEW_TIMEOUT_MS = 10_000;
const CHANGE_TIMEOUT_MS = 20_000;
/** Some connectors look at the system that they are for. */
const VERDICT_TIMEOUT_MS = 30_000;

async function view(address: string): Promise<ConnectView> {
  try {
    const path = '/connectors?expand=info&expand=status';
    const answer = await send(address, { method: 'GET', path, timeoutMs: VIEW_TIMEOUT_MS });
    return { state: 'reachable', connectors: parseConnectors(answer) };
  } catch (error) {
    return { state: 'unreachable', reason: messageOf(error) };
  }
}

async function verdict(address: string, config: Readonly<Record<string, string>>): Promise<ConnectorVerdict> {
  const plugin = encodeURIComponent(config['connector.class'] ?? '');
  const path = `/connector-plugins/${plugin}/config/validate`;
  try {
    const answer = await send(address, {
      method: 'PUT',
      path,
      body: config,
      // A class that no worker has is not there.
      refusals: [...REFUSALS, NOT_FOUND],
      timeoutMs: VERDICT_TIMEOUT_MS,
    });
    return parseVerdict(answer);
  } catch (error) {
    if (error instanceof RefusedError) return { verdict: 'rejected', problems: error.message };
    return { verdict: 'unknown', reason: messageOf(error) };
  }
}

/** @throws ConflictError, RefusedError, and Error where nobody answers or the answer is an error of Connect's own */
async function send(address: string, request: Request): Promise<unknown> {
  const { method, path, body, refusals = [], done = [], timeoutMs = CHANGE_TIMEOUT_MS } = request;
  const response = await fetch(`${address}${path}`, {
    method,
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  if (response.ok) return text === '' ? undefined : (JSON.parse(text) as unknown);
  const { status } = response;
  if (done.includes(status)) return undefined;
  const message = withoutSecrets(errorMessage(text) ?? `HTTP status ${status}`);
  if (refusals.includes(status)) throw new RefusedError(message);
  // The group shares out its work anew; or what was meant is gone, or there already.
  if (status === CONFLICT || status === NOT_FOUND) throw new ConflictError(message);
  throw new Error(`Connect answers ${status}: ${message}`);
}

/** Connect's own words, where the answer has any. */
function errorMessage(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

function pathOf(connector: string): string {
  return `/connectors/${encodeURIComponent(connector)}`;
}

/** What went wrong; `fetch` itself only says that it failed. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && error.message === 'fetch failed' ? cause.message : error.message;
}
