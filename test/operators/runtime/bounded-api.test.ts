import { describe, expect, it } from '@jest/globals';
import { type ApiServer, ApiServerError } from '../../../operators/runtime/api-server.ts';
import { boundedApi } from '../../../operators/runtime/bounded-api.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';

describe('a bounded API server', () => {
  it('has no more calls under way than its bound', async () => {
    const { api, time, state } = bounded({ maxConcurrent: 3, ratePerSecond: 1_000, burst: 1_000, callMs: 100 });
    const calls = Promise.all(Array.from({ length: 10 }, async (_, index) => await api.get(get(`/${index}`))));
    await time.advance(1_000);
    await calls;
    expect(state.most).toBe(3);
    expect(state.paths).toEqual(Array.from({ length: 10 }, (_, index) => `/${index}`));
  });

  it('lets a burst through, and then so many a second', async () => {
    const { api, time, state } = bounded({ maxConcurrent: 100, ratePerSecond: 10, burst: 5, callMs: 0 });
    const calls = Promise.all(Array.from({ length: 25 }, async () => await api.get(get('/'))));
    await time.advance(0);
    expect(state.paths).toHaveLength(5);
    await time.advance(1_050);
    expect(state.paths).toHaveLength(15);
    await time.advance(1_000);
    await calls;
    expect(state.paths).toHaveLength(25);
  });

  it('gives a call up whose time is over while it waits, and serves those behind it', async () => {
    const { api, time, state } = bounded({ maxConcurrent: 1, ratePerSecond: 1_000, burst: 1_000, callMs: 100 });
    const stop = new AbortController();
    const first = api.get(get('/first'));
    const second = api.get({ ...get('/second'), signal: stop.signal });
    const third = api.get(get('/third'));
    stop.abort();
    await expect(second).rejects.toMatchObject({ status: 0 });
    await time.advance(1_000);
    await Promise.all([first, third]);
    expect(state.paths).toEqual(['/first', '/third']);
  });

  it('tells of each call its verb and what came of it', async () => {
    const { api, time, state } = bounded({ maxConcurrent: 1, ratePerSecond: 1_000, burst: 1_000, callMs: 0 });
    const signal = AbortSignal.timeout(60_000);
    await api.write({ method: 'PATCH', path: '/', body: {}, signal });
    await expect(api.write({ method: 'DELETE', path: '/fails', body: {}, signal })).rejects.toMatchObject({
      status: 409,
    });
    await time.advance(0);
    expect(state.told).toEqual(['patch 200', 'delete 409']);
  });
});

interface State {
  readonly paths: string[];
  readonly told: string[];
  most: number;
}

function bounded(options: { maxConcurrent: number; ratePerSecond: number; burst: number; callMs: number }): {
  readonly api: ApiServer;
  readonly time: VirtualTime;
  readonly state: State;
} {
  const time = virtualTime();
  const state: State = { paths: [], told: [], most: 0 };
  let busy = 0;
  const call = async ({ path }: { readonly path: string }): Promise<unknown> => {
    busy += 1;
    state.most = Math.max(state.most, busy);
    state.paths.push(path);
    await time.wait(options.callMs);
    busy -= 1;
    if (path === '/fails') throw new ApiServerError('conflict', { status: 409 });
    return {};
  };
  const lines = async function* (): AsyncGenerator<unknown, void> {
    yield await Promise.resolve({});
  };
  const onCall = ({ verb, code }: { readonly verb: string; readonly code: number }): unknown =>
    state.told.push(`${verb} ${code}`);
  return { api: boundedApi({ get: call, write: call, lines }, { ...options, timers: time, onCall }), time, state };
}

function get(path: string): Parameters<ApiServer['get']>[0] {
  return { path, query: {}, signal: AbortSignal.timeout(60_000) };
}
