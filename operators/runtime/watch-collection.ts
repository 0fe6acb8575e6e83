import type { ApiServer, ApiServerError } from './api-server.ts';
import { type ApiObject, type Collection, followCollection } from './follow-collection.ts';

export interface WatchOptions<T> {
  /**
   * Called with all objects, by namespace and name, whenever any has changed; the first time when all have been read. The map
   * is the same each time: what is needed of it later must be copied.
   */
  readonly onState: (objects: ReadonlyMap<string, T>) => void;
  /** Called when the API server cannot be read; it is tried again. */
  readonly onTrouble: (error: ApiServerError) => void;
  readonly signal: AbortSignal;
}

/** Follows a small collection as a whole until `signal` is aborted: {@link followCollection} for those who need no single change. */
export async function watchCollection<T extends ApiObject>(
  api: ApiServer,
  collection: Collection,
  { onState, onTrouble, signal }: WatchOptions<T>,
): Promise<void> {
  const objects = new Map<string, T>();
  await followCollection<T, T>(api, collection, {
    shape: (object) => object,
    onAll: (all) => {
      objects.clear();
      for (const object of all) objects.set(keyOf(object), object);
      onState(objects);
    },
    onChange: ({ type, object }) => {
      if (type === 'gone') objects.delete(keyOf(object));
      else objects.set(keyOf(object), object);
      onState(objects);
    },
    onTrouble,
    signal,
  });
}

function keyOf({ metadata: { namespace = '', name } }: ApiObject): string {
  return `${namespace}/${name}`;
}
