import { readFile } from 'node:fs/promises';
import { GATEWAY_ROUTE_LABEL } from '../../constructs/kubernetes/kafka/gateway-route.ts';
import { isAborted, pause, together } from '../runtime/abort-signals.ts';
import { type ApiServer } from '../runtime/api-server.ts';
import { serveChecks } from '../runtime/health-server.ts';
import { watchCollection } from '../runtime/watch-collection.ts';
import { type GatewayRoutes, gatewayRoutes } from './gateway-routes.ts';
import { haproxyMaster, HaproxyMasterError } from './haproxy-master.ts';
import type { RouteConfigMap } from './route-files.ts';

export interface GatewayOptions {
  readonly api: ApiServer;
  /** File with the pod's own namespace. */
  readonly namespaceFile: string;
  readonly routesFolder: string;
  readonly masterSocket: string;
  /** Port of `/livez` and `/readyz`. */
  readonly port: number;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** `flotilla serve gateway`: the routes of one gateway pod, until `signal` is aborted. */
export async function serveGateway(options: GatewayOptions): Promise<void> {
  const { api, routesFolder: folder, masterSocket, log } = options;
  const namespace = (await readFile(options.namespaceFile, 'utf8')).trim();
  const routes = gatewayRoutes({ folder, master: haproxyMaster(masterSocket), log });
  const health = await serveChecks(options.port, {
    '/livez': () => undefined,
    '/readyz': () => (routes.isLoaded() ? undefined : 'the routes have not been loaded yet'),
  });
  const wishes = latest<Iterable<RouteConfigMap>>();
  const [label, value] = Object.entries(GATEWAY_ROUTE_LABEL)[0] ?? [];
  const collection = {
    path: `/api/v1/namespaces/${namespace}/configmaps`,
    labelSelector: `${label ?? ''}=${value ?? ''}`,
  };
  try {
    await together(options.signal, (signal) => [
      watchCollection<RouteConfigMap>(api, collection, {
        onState: (configMaps) => {
          wishes.put(configMaps.values());
        },
        onTrouble: (error) => {
          log(`the routes cannot be read, those that are loaded stay: ${error.message}`);
        },
        signal,
      }),
      settleAll(routes, wishes, { log, signal }),
    ]);
  } finally {
    await health.close();
  }
}

/** Time between reloads, each of which leaves a worker behind for as long as its clients stay. */
const RELOAD_INTERVAL_MS = 1_000;
const RETRY_MS = 1_000;

async function settleAll(
  routes: GatewayRoutes,
  wishes: Latest<Iterable<RouteConfigMap>>,
  { log, signal }: Pick<GatewayOptions, 'log' | 'signal'>,
): Promise<void> {
  let trouble = '';
  while (!signal.aborted) {
    const wish = await wishes.take(signal);
    if (wish === undefined) return;
    const configMaps = [...wish];
    try {
      if ((await routes.settle(configMaps, signal)) === 'reloaded') log(`HAProxy has ${configMaps.length} routes`);
      trouble = '';
      await pause(RELOAD_INTERVAL_MS, signal);
    } catch (error) {
      if (isAborted(signal)) return;
      if (!(error instanceof HaproxyMasterError)) throw error;
      if (error.message !== trouble) log(error.message);
      trouble = error.message;
      await pause(RETRY_MS, signal);
      // Unless something newer has come meanwhile.
      wishes.putBack(configMaps);
    }
  }
}

/** A place for one value, of which only the newest matters. */
interface Latest<T> {
  readonly put: (value: T) => void;
  readonly putBack: (value: T) => void;
  /** Undefined when `signal` is aborted. */
  readonly take: (signal: AbortSignal) => Promise<T | undefined>;
}

function latest<T>(): Latest<T> {
  let held: { readonly value: T } | undefined;
  let wake = (): void => undefined;
  const put = (value: T): void => {
    held = { value };
    wake();
  };
  return {
    put,
    putBack: (value) => {
      if (held === undefined) put(value);
    },
    take: async (signal) => {
      while (held === undefined) {
        if (signal.aborted) return undefined;
        const { promise, resolve } = Promise.withResolvers<undefined>();
        wake = () => {
          resolve(undefined);
        };
        signal.addEventListener('abort', wake, { once: true });
        await promise;
        signal.removeEventListener('abort', wake);
      }
      const { value } = held;
      held = undefined;
      return value;
    },
  };
}
