import type { ApiServer, ApiServerError } from './api-server.ts';
import { type ApiObject, followCollection } from './follow-collection.ts';
import { isOlderVersion } from './resource-version.ts';

/** A kind of object that is kept, over all namespaces. */
export interface CachedKind<T> {
  /** For people. */
  readonly kind: string;
  /** Of the collection, as in `/api/v1/pods`. */
  readonly path: string;
  /** @default - all */
  readonly labelSelector?: string;
  /** What is kept of an object as the API server sends it. */
  readonly shape: (object: ApiObject) => T;
  /** Key that the object is found by; undefined for objects that are none of ours. */
  readonly ownerOf: (object: T) => string | undefined;
}

export interface ObjectCacheOptions<T> {
  readonly api: ApiServer;
  readonly kinds: readonly CachedKind<T>[];
  /** Called with the owner of whatever has changed; with each owner once all have been read. */
  readonly onChange: (owner: string) => void;
  readonly onTrouble: (kind: string, error: ApiServerError) => void;
}

/** What the API server has told of some kinds of objects, by owner. It may be behind, never ahead and never backwards. */
export interface ObjectCache<T> {
  /** Whether every kind has been read whole. Before that, what is not here may well be there. */
  readonly isSynced: () => boolean;
  readonly owners: () => Iterable<string>;
  /** Of one owner, in no order. */
  readonly objectsOf: (owner: string) => Iterable<T>;
  /** Takes an object as a write returned it, so that the next look is not behind the own write. */
  readonly assume: (kind: string, object: T) => void;
  /** Follows all kinds until `signal` is aborted. Called once. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly size: () => number;
}

/** A cache over the API that is empty until `run`. */
export function objectCache<T extends ApiObject>(options: ObjectCacheOptions<T>): ObjectCache<T> {
  const index = new OwnerIndex<T>();
  const unread = new Set(options.kinds.map(({ kind }) => kind));
  /** Kind ▶ version up to which everything of it was told. */
  const told = new Map<string, string | undefined>();
  const followOne = async (cached: CachedKind<T>, signal: AbortSignal): Promise<void> => {
    const { kind } = cached;
    await followCollection<ApiObject, T>(options.api, cached, {
      shape: cached.shape,
      onAll: (objects, version) => {
        told.set(kind, version);
        const changed = index.replaceKind(kind, objects, cached.ownerOf);
        unread.delete(kind);
        // An object may have gone while nobody watched: everybody who had one is told.
        for (const owner of unread.size === 0 ? changed : []) options.onChange(owner);
      },
      onChange: ({ type, object }) => {
        told.set(kind, object.metadata.resourceVersion);
        const owners = type === 'gone' ? index.remove(kind, object) : index.set(kind, object, cached.ownerOf(object));
        for (const owner of owners) options.onChange(owner);
      },
      onTrouble: (error) => {
        options.onTrouble(kind, error);
      },
      signal,
    });
  };
  return {
    isSynced: () => unread.size === 0,
    owners: () => index.owners(),
    objectsOf: (owner) => index.objectsOf(owner),
    assume: (kind, object) => {
      const cached = options.kinds.find((each) => each.kind === kind);
      if (cached === undefined) throw new Error(`${kind} is not cached`);
      // What came after it was told already: the object may have gone since.
      if (!isOlderVersion(told.get(kind), object.metadata.resourceVersion)) return;
      index.set(kind, object, cached.ownerOf(object));
    },
    run: async (signal) => {
      const all = options.kinds.map(async (cached) => {
        await followOne(cached, signal);
      });
      await Promise.all(all);
    },
    size: () => index.size(),
  };
}

interface Entry<T> {
  readonly object: T;
  readonly owner: string;
}

/** Objects by key, and by owner. */
class OwnerIndex<T extends ApiObject> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #byOwner = new Map<string, Map<string, T>>();

  owners(): Iterable<string> {
    return this.#byOwner.keys();
  }

  objectsOf(owner: string): Iterable<T> {
    return this.#byOwner.get(owner)?.values() ?? [];
  }

  size(): number {
    return this.#entries.size;
  }

  /** @returns owners of whatever was or is there */
  replaceKind(kind: string, objects: readonly T[], ownerOf: CachedKind<T>['ownerOf']): ReadonlySet<string> {
    const changed = new Set<string>();
    const present = new Set(objects.map((object) => keyOf(kind, object)));
    for (const [key, { owner }] of this.#entries) {
      if (!key.startsWith(`${kind}/`)) continue;
      changed.add(owner);
      if (!present.has(key)) this.#drop(key);
    }
    for (const object of objects) for (const owner of this.set(kind, object, ownerOf(object))) changed.add(owner);
    return changed;
  }

  /** @returns owners that are concerned: none when something newer is there already */
  set(kind: string, object: T, owner: string | undefined): readonly string[] {
    const key = keyOf(kind, object);
    const old = this.#entries.get(key);
    if (old !== undefined && isOlderVersion(object.metadata.resourceVersion, old.object.metadata.resourceVersion))
      return [];
    if (old !== undefined && old.owner !== owner) this.#drop(key);
    if (owner !== undefined) {
      this.#entries.set(key, { object, owner });
      const own = this.#byOwner.get(owner);
      if (own === undefined) this.#byOwner.set(owner, new Map([[key, object]]));
      else own.set(key, object);
    }
    return [...new Set([old?.owner, owner])].filter((each) => each !== undefined);
  }

  /** @returns its owner, unless something newer is there under its name */
  remove(kind: string, object: T): readonly string[] {
    const key = keyOf(kind, object);
    const old = this.#entries.get(key);
    if (old === undefined || isOlderVersion(object.metadata.resourceVersion, old.object.metadata.resourceVersion))
      return [];
    this.#drop(key);
    return [old.owner];
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    const own = this.#byOwner.get(entry.owner);
    own?.delete(key);
    if (own?.size === 0) this.#byOwner.delete(entry.owner);
  }
}

function keyOf(kind: string, { metadata: { namespace = '', name } }: ApiObject): string {
  return `${kind}/${namespace}/${name}`;
}
