import { afterEach, describe, expect, it } from '@jest/globals';
import type { ApiObject } from '../../../operators/runtime/follow-collection.ts';
import { type ObjectCache, objectCache } from '../../../operators/runtime/object-cache.ts';
import { isOlderVersion } from '../../../operators/runtime/resource-version.ts';
import { eventually } from '../../support/kafka-wait.ts';
import { type CollectionDouble, collectionDouble } from './collection-double.ts';

type Thing = ApiObject & { readonly owner?: string };

const WAIT_MAX_MS = 5_000;
const ended: AbortController[] = [];

afterEach(() => {
  for (const each of ended.splice(0)) each.abort();
});

describe('a cache of objects', () => {
  it('is synced when everything has been read, page by page, and calls back with each owner then', async () => {
    const { server, cache, changed } = cacheOf((given) => {
      for (const name of ['a', 'b', 'c', 'd', 'e']) given.put(name, { owner: name < 'c' ? 'x' : 'y' });
    });
    expect(cache.isSynced()).toBe(false);
    await synced(cache);
    expect(namesOf(cache, 'x')).toEqual(['a', 'b']);
    expect(namesOf(cache, 'y')).toEqual(['c', 'd', 'e']);
    expect([...cache.owners()].sort()).toEqual(['x', 'y']);
    expect([...new Set(changed)].sort()).toEqual(['x', 'y']);
    expect(server.calls.slice(0, 3)).toEqual(['list', 'list more', 'list more']);
  });

  it('follows what is added, changed, given to another owner, and deleted', async () => {
    const { server, cache, changed } = cacheOf();
    await synced(cache);
    server.put('a', { owner: 'x' });
    await has(cache, 'x', ['a']);
    changed.length = 0;
    server.put('a', { owner: 'y' });
    await has(cache, 'y', ['a']);
    expect(namesOf(cache, 'x')).toEqual([]);
    expect(changed.sort()).toEqual(['x', 'y']);
    server.put('stranger');
    server.drop('a');
    await has(cache, 'y', []);
    expect(cache.size()).toBe(0);
    expect([...cache.owners()]).toEqual([]);
  });

  it('goes on from where it was when a watch breaks, without reading all again', async () => {
    const { server, cache } = cacheOf((given) => given.put('a', { owner: 'x' }));
    await synced(cache);
    await eventually(
      { what: 'a watch', withinMs: WAIT_MAX_MS },
      async () => await when(server.calls.includes('watch from 1')),
    );
    server.breakWatch();
    server.put('b', { owner: 'x' });
    await has(cache, 'x', ['a', 'b']);
    expect(server.calls).toEqual(['list', 'watch from 1', 'watch from 1']);
  });

  it('reads all again when the version is forgotten, and tells owners of what went meanwhile', async () => {
    const { server, cache, changed } = cacheOf((given) => {
      given.put('a', { owner: 'x' });
      given.put('b', { owner: 'y' });
    });
    await synced(cache);
    await eventually(
      { what: 'a watch', withinMs: WAIT_MAX_MS },
      async () => await when(server.calls.includes('watch from 2')),
    );
    changed.length = 0;
    server.fail(1);
    server.breakWatch();
    server.drop('a');
    server.forget();
    await has(cache, 'x', []);
    expect(namesOf(cache, 'y')).toEqual(['b']);
    expect(changed).toContain('x');
  });

  it('takes what a write returned, and is not thrown back by what was told before', async () => {
    const { server, cache } = cacheOf((given) => given.put('a', { owner: 'x' }));
    await synced(cache);
    const newer = { metadata: { name: 'a', namespace: 'here', resourceVersion: '5' }, owner: 'x' };
    cache.assume('Thing', newer);
    expect([...cache.objectsOf('x')]).toEqual([newer]);
    server.put('a', { owner: 'x' });
    server.put('b', { owner: 'x' });
    await has(cache, 'x', ['a', 'b']);
    expect([...cache.objectsOf('x')]).toContain(newer);
  });

  it('does not take back what has gone since a write returned it', async () => {
    const { server, cache } = cacheOf();
    await synced(cache);
    const written = server.put('a', { owner: 'x' });
    server.drop('a');
    server.put('b', { owner: 'x' });
    await has(cache, 'x', ['b']);
    cache.assume('Thing', { ...written, owner: 'x' });
    expect(namesOf(cache, 'x')).toEqual(['b']);
  });
});

describe('versions of objects', () => {
  it.each([
    ['9', '10', true],
    ['10', '9', false],
    ['10', '10', false],
    ['99999999999999999998', '99999999999999999999', true],
    ['a', 'b', false],
    [undefined, '1', false],
  ])('%s is older than %s: %s', (one, other, isOlder) => {
    expect(isOlderVersion(one, other)).toBe(isOlder);
  });
});

function cacheOf(before: (server: CollectionDouble) => unknown = () => undefined): {
  readonly server: CollectionDouble;
  readonly cache: ObjectCache<Thing>;
  readonly changed: string[];
} {
  const server = collectionDouble();
  before(server);
  const changed: string[] = [];
  const cache = objectCache<Thing>({
    api: server.api,
    kinds: [{ kind: 'Thing', path: '/things', shape: (object) => object, ownerOf: ({ owner }) => owner }],
    onChange: (owner) => changed.push(owner),
    onTrouble: () => undefined,
  });
  const stop = new AbortController();
  ended.push(stop);
  void cache.run(stop.signal);
  return { server, cache, changed };
}

async function synced(cache: ObjectCache<Thing>): Promise<void> {
  await eventually({ what: 'a synced cache', withinMs: WAIT_MAX_MS }, async () => await when(cache.isSynced()));
}

async function has(cache: ObjectCache<Thing>, owner: string, names: readonly string[]): Promise<void> {
  await eventually(
    { what: `${owner} with ${names.join(', ')}`, withinMs: WAIT_MAX_MS },
    async () => await when(JSON.stringify(namesOf(cache, owner)) === JSON.stringify(names)),
  );
}

function namesOf(cache: ObjectCache<Thing>, owner: string): readonly string[] {
  return [...cache.objectsOf(owner)].map(({ metadata }) => metadata.name).sort();
}

async function when(isSo: boolean): Promise<true | undefined> {
  return await Promise.resolve(isSo ? true : undefined);
}
