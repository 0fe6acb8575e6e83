import type { ApiServer } from '../../operators/runtime/api-server.ts';
import { watchCollection } from '../../operators/runtime/watch-collection.ts';

/** Objects of every kind that is watched, all namespaces. */
export interface WatchedObjects<Kinds> {
  /** Objects of a kind as the API server last told of them. */
  readonly list: <Kind extends keyof Kinds>(kind: Kind) => readonly Kinds[Kind][];
  /** Resolves when something has changed since the last call, or after `timeoutMs`. @returns whether something has */
  readonly changed: (timeoutMs: number) => Promise<boolean>;
}

/** Watches kinds, each by its path, until `signal` is aborted. Resolves when all have been read once. */
export async function watchObjects<Kinds extends object>(
  api: ApiServer,
  paths: Readonly<Record<keyof Kinds, string>>,
  { signal, onTrouble }: { readonly signal: AbortSignal; readonly onTrouble: (message: string) => void },
): Promise<WatchedObjects<Kinds>> {
  let wake = (): void => undefined;
  let isChanged = false;
  const objects = new Map<string, readonly unknown[]>();
  const read = Object.entries<string>(paths).map(async ([kind, path]) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    void watchCollection(
      api,
      { path },
      {
        onState: (state) => {
          objects.set(kind, [...state.values()]);
          isChanged = true;
          wake();
          resolve(undefined);
        },
        onTrouble: (error) => {
          onTrouble(`${kind}: ${error.message}`);
        },
        signal,
      },
    );
    await promise;
  });
  await Promise.all(read);
  return {
    list: <Kind extends keyof Kinds>(kind: Kind) => (objects.get(String(kind)) ?? []) as readonly Kinds[Kind][],
    changed: async (timeoutMs) => {
      if (!isChanged) {
        const { promise, resolve } = Promise.withResolvers<undefined>();
        const timer = setTimeout(() => {
          resolve(undefined);
        }, timeoutMs);
        wake = () => {
          resolve(undefined);
        };
        await promise;
        clearTimeout(timer);
      }
      const wasChanged = isChanged;
      isChanged = false;
      return wasChanged;
    },
  };
}
