/** Content of route files by their names. */
export type RouteFiles = ReadonlyMap<string, string>;

/** A ConfigMap of the gateway's namespace that carries the label of routes. */
export interface RouteConfigMap {
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}

export interface RoutePlan {
  readonly write: RouteFiles;
  readonly remove: readonly string[];
}

/** A route that is left out, and why. */
export interface RefusedRoute {
  readonly configMap: string;
  readonly why: string;
}

/**
 * Files that the ConfigMaps ask for: from each the one that has its name. A name decides which file is written, so that any
 * other could put a file where it does not belong, or replace another cluster's route.
 */
export function wantedRoutes(configMaps: Iterable<RouteConfigMap>): {
  readonly files: RouteFiles;
  readonly refused: readonly RefusedRoute[];
} {
  const files = new Map<string, string>();
  const refused: RefusedRoute[] = [];
  for (const { metadata, data = {} } of configMaps) {
    const file = `${metadata.name}.cfg`;
    const content = data[file];
    const strangers = Object.keys(data).filter((name) => name !== file);
    if (!ROUTE_FILE.test(file)) refused.push({ configMap: metadata.name, why: `its name is not that of a route` });
    else if (strangers.length > 0) refused.push({ configMap: metadata.name, why: `it holds ${strangers.join(', ')}` });
    else if (content === undefined) refused.push({ configMap: metadata.name, why: `it has no ${file}` });
    else files.set(file, content);
  }
  return { files, refused };
}

/** What turns the files that are there into those that are wanted. */
export function planRoutes(present: RouteFiles, wanted: RouteFiles): RoutePlan {
  return {
    write: new Map([...wanted].filter(([file, content]) => present.get(file) !== content)),
    remove: [...present.keys()].filter((file) => !wanted.has(file)),
  };
}

export function isNothing({ write, remove }: RoutePlan): boolean {
  return write.size + remove.length === 0;
}

/** One file to be written, or to be removed where it has no content. */
export interface RouteChange {
  readonly file: string;
  readonly content: string | undefined;
}

export function changesOf({ write, remove }: RoutePlan): readonly RouteChange[] {
  return [
    ...[...write].map(([file, content]) => ({ file, content })),
    ...remove.map((file) => ({ file, content: undefined })),
  ];
}

export function withChanges(base: RouteFiles, changes: readonly RouteChange[]): RouteFiles {
  const files = new Map(base);
  for (const { file, content } of changes) {
    if (content === undefined) files.delete(file);
    else files.set(file, content);
  }
  return files;
}

/** A name in Kubernetes has no slash; this also keeps dots out, but for the ending that HAProxy looks for. */
const ROUTE_FILE = /^route-[a-z0-9]([-a-z0-9]*[a-z0-9])?[.]cfg$/;
