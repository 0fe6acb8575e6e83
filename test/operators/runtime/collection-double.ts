import { type ApiServer, ApiServerError } from '../../../operators/runtime/api-server.ts';
import type { ApiObject } from '../../../operators/runtime/follow-collection.ts';

/** An API server with one collection of objects, which pages, tells watches, forgets and fails as a test says. */
export interface CollectionDouble {
  readonly api: ApiServer;
  readonly put: (name: string, content?: object) => ApiObject;
  readonly drop: (name: string) => void;
  /** Of what was read, in order: `list`, `list more`, `watch from <version>`. */
  readonly calls: readonly string[];
  /** Breaks the running watch. */
  readonly breakWatch: () => void;
  /** Versions so far are forgotten: a watch from one of them is refused with 410. */
  readonly forget: () => void;
  /** The next calls fail. */
  readonly fail: (count: number) => void;
}

const PAGE = 2;

export function collectionDouble(): CollectionDouble {
  const objects = new Map<string, ApiObject>();
  const events: { readonly version: number; readonly type: string; readonly object: ApiObject }[] = [];
  const calls: string[] = [];
  let [version, forgotten, failing, generation] = [0, 0, 0, 0];
  let wake = (): void => undefined;
  const tell = (type: string, object: ApiObject): void => {
    events.push({ version, type, object });
    wake();
  };
  const objectOf = (name: string, content: object): ApiObject => ({
    ...content,
    metadata: { name, namespace: 'here', resourceVersion: String((version += 1)) },
  });
  const refuse = (): void => {
    if (failing === 0) return;
    failing -= 1;
    throw new ApiServerError('not now', { status: 503 });
  };
  return {
    calls,
    put: (name, content = {}) => {
      const object = objectOf(name, content);
      tell(objects.has(name) ? 'MODIFIED' : 'ADDED', object);
      objects.set(name, object);
      return object;
    },
    drop: (name) => {
      objects.delete(name);
      tell('DELETED', objectOf(name, {}));
    },
    breakWatch: () => {
      generation += 1;
      wake();
    },
    forget: () => (forgotten = version),
    fail: (count) => (failing = count),
    api: {
      write: async () => await Promise.reject(new Error('nothing is written here')),
      get: async ({ query }) => {
        await Promise.resolve();
        refuse();
        const { limit, continue: from = '0' } = query;
        calls.push(from === '0' ? 'list' : 'list more');
        if (limit === undefined) throw new Error('a list without a bound');
        const all = [...objects.values()];
        const end = Number(from) + PAGE;
        const items = all.slice(Number(from), end);
        const metadata = { resourceVersion: String(version), ...(end < all.length ? { continue: String(end) } : {}) };
        return { metadata, items: items.length === 0 ? null : items };
      },
      lines: async function* ({ query, signal }) {
        await Promise.resolve();
        refuse();
        let at = Number(query['resourceVersion']);
        calls.push(`watch from ${at}`);
        const own = generation;
        signal.addEventListener('abort', () => {
          wake();
        });
        if (at < forgotten) {
          yield { type: 'ERROR', object: { code: 410, message: 'too old resource version' } };
          return;
        }
        while (!signal.aborted) {
          if (generation !== own) throw new ApiServerError('the connection broke', { status: 0 });
          const next = events.find((event) => event.version > at);
          if (next === undefined) {
            await new Promise<void>((resolve) => (wake = resolve));
            continue;
          }
          at = next.version;
          yield { type: next.type, object: next.object };
        }
      },
    },
  };
}
