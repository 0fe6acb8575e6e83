import type { HaproxyMaster } from './haproxy-master.ts';
import {
  changesOf,
  isNothing,
  planRoutes,
  type RouteChange,
  type RouteConfigMap,
  type RouteFiles,
  wantedRoutes,
  withChanges,
} from './route-files.ts';
import { readRoutes, writeRoutes } from './routes-folder.ts';

export interface GatewayRoutesOptions {
  /** Folder that HAProxy reads beside its own configuration. */
  readonly folder: string;
  readonly master: HaproxyMaster;
  readonly log: (line: string) => void;
}

export interface GatewayRoutes {
  /**
   * Has HAProxy route as the ConfigMaps say; a file that HAProxy refuses is left as it was before, so that one cluster's
   * route never holds up another's. Does nothing where nothing has changed.
   *
   * @throws HaproxyMasterError when the master does not answer: to be called again
   */
  readonly settle: (configMaps: Iterable<RouteConfigMap>, signal: AbortSignal) => Promise<'unchanged' | 'reloaded'>;
  /** Whether HAProxy has ever loaded what was wanted. */
  readonly isLoaded: () => boolean;
}

/** Keeps the routes of one HAProxy; calls of `settle` must not overlap. */
export function gatewayRoutes({ folder, master, log }: GatewayRoutesOptions): GatewayRoutes {
  let loaded: RouteFiles | undefined;
  /** Content that HAProxy has refused, by file: offered again, it would only be refused again. */
  const bad = new Map<string, string | undefined>();
  let complaints = '';

  const place = async (files: RouteFiles): Promise<void> => {
    await writeRoutes(folder, planRoutes(await readRoutes(folder), files));
  };

  /** Halves what was refused until the files that are at fault are alone: each refused reload counts against old workers. */
  const load = async (changes: readonly RouteChange[], signal: AbortSignal): Promise<void> => {
    const base: RouteFiles = loaded ?? new Map();
    const target = withChanges(base, changes);
    await place(target);
    if ((await master.reload(signal)) === 'loaded') {
      loaded = target;
      return;
    }
    await place(base);
    const [only] = changes;
    if (changes.length <= 1) {
      if (only === undefined) throw new Error('HAProxy refuses its configuration, without any route');
      bad.set(only.file, only.content);
      log(`HAProxy refuses ${only.file}: the route stays as it was; HAProxy's own log says why`);
      return;
    }
    const middle = Math.ceil(changes.length / 2);
    await load(changes.slice(0, middle), signal);
    await load(changes.slice(middle), signal);
  };

  return {
    isLoaded: () => loaded !== undefined,
    settle: async (configMaps, signal) => {
      const { files, refused } = wantedRoutes(configMaps);
      const said = refused.map(({ configMap, why }) => `ConfigMap ${configMap} is no route: ${why}`).join('\n');
      if (said !== complaints && said !== '') log(said);
      complaints = said;
      const base: RouteFiles = loaded ?? new Map();
      const changes = changesOf(planRoutes(base, files)).filter(
        ({ file, content }) => !bad.has(file) || bad.get(file) !== content,
      );
      const isInPlace = isNothing(planRoutes(await readRoutes(folder), base));
      if (loaded !== undefined && changes.length === 0 && isInPlace) return 'unchanged';
      for (const { file } of changes) bad.delete(file);
      await load(changes, signal);
      // Every route was refused at the start: without them HAProxy still serves the clusters to come.
      if (loaded === undefined) await load([], signal);
      return 'reloaded';
    },
  };
}
