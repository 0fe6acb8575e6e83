import { isAborted, pause } from './abort-signals.ts';
import { type ApiServer, ApiServerError } from './api-server.ts';

/** A set of objects in the API. */
export interface Collection {
  /** As in `/api/v1/namespaces/flotilla-gateway/configmaps`. */
  readonly path: string;
  /** @default - all */
  readonly labelSelector?: string;
}

/** What an object of the API has at least. */
export interface ApiObject {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly resourceVersion?: string };
}

export interface FollowOptions<Raw, T> {
  /** What of an object is kept; the rest is given up before the next page is read. */
  readonly shape: (object: Raw) => T;
  /** Called with all objects of a version: first of all, and whenever the API server has forgotten the one that was reached. */
  readonly onAll: (objects: readonly T[], version: string) => void;
  /** Called with each change after that. */
  readonly onChange: (change: { readonly type: 'set' | 'gone'; readonly object: T }) => void;
  /** Called when the API server cannot be read; it is tried again. */
  readonly onTrouble: (error: ApiServerError) => void;
  readonly signal: AbortSignal;
}

/**
 * Follows a collection until `signal` is aborted, change by change. A watch that ends or breaks goes on from the version that
 * it had reached; one that the API server has forgotten (410) begins with all objects again.
 */
export async function followCollection<Raw extends ApiObject, T>(
  api: ApiServer,
  collection: Collection,
  options: FollowOptions<Raw, T>,
): Promise<void> {
  const { signal, onTrouble } = options;
  let version: string | undefined;
  let failures = 0;
  const reached = (next: string): void => {
    version = next;
    failures = 0;
  };
  while (!isAborted(signal)) {
    try {
      if (version === undefined) {
        const listed = await listAll(api, collection, options);
        options.onAll(listed.objects, listed.version);
        // Not `reached`: a list that works says nothing of the watch that failed.
        version = listed.version;
      }
      const before = version;
      await watchOnce(api, collection, version, { ...options, reached });
      // A whole watch ends with a bookmark at least: one that told of nothing was cut short.
      if (version !== before) continue;
    } catch (error) {
      if (isAborted(signal)) return;
      if (!(error instanceof ApiServerError)) throw error;
      // A version that is forgotten is the ordinary course of things, no trouble.
      if (error.status === GONE) version = undefined;
      else onTrouble(error);
    }
    failures += 1;
    await pause(Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS), signal);
  }
}

const GONE = 410;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 15_000;
/** How long one watch lasts; the API server sends a bookmark at its end, so that the next begins there. */
const WATCH_SECONDS = 240;
/** Objects per answer: bounds what is in memory at once in its whole form. */
const PAGE_SIZE = 100;

interface ListAnswer<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  /** Go writes an empty list as null. */
  readonly items: readonly T[] | null;
}

async function listAll<Raw, T>(
  api: ApiServer,
  { path, labelSelector }: Collection,
  { shape, signal }: Pick<FollowOptions<Raw, T>, 'shape' | 'signal'>,
): Promise<{ readonly objects: readonly T[]; readonly version: string }> {
  const objects: T[] = [];
  let next = '';
  for (;;) {
    const query = {
      ...(labelSelector === undefined ? {} : { labelSelector }),
      limit: String(PAGE_SIZE),
      ...(next === '' ? {} : { continue: next }),
    };
    const { metadata, items } = (await api.get({ path, query, signal })) as ListAnswer<Raw>;
    for (const item of items ?? []) objects.push(shape(item));
    next = metadata.continue ?? '';
    if (next === '') return { objects, version: metadata.resourceVersion };
  }
}

type WatchEvent<Raw> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: Raw }
  | { readonly type: 'ERROR'; readonly object: { readonly code?: number; readonly message?: string } };

async function watchOnce<Raw extends ApiObject, T>(
  api: ApiServer,
  { path, labelSelector }: Collection,
  version: string,
  options: FollowOptions<Raw, T> & { readonly reached: (version: string) => void },
): Promise<void> {
  const query = {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(WATCH_SECONDS),
    resourceVersion: version,
  };
  for await (const line of api.lines({ path, query, signal: options.signal })) {
    const event = line as WatchEvent<Raw>;
    if (event.type === 'ERROR') {
      const { code = 0, message = '' } = event.object;
      throw new ApiServerError(`${path}: watch: ${message}`, { status: code });
    }
    if (event.type !== 'BOOKMARK') {
      const object = options.shape(event.object);
      options.onChange({ type: event.type === 'DELETED' ? 'gone' : 'set', object });
    }
    // After it was told: what the caller refuses is not passed over.
    const { resourceVersion } = event.object.metadata;
    if (resourceVersion !== undefined) options.reached(resourceVersion);
  }
}
