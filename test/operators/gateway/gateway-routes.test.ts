import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gatewayRoutes, type GatewayRoutes } from '../../../operators/gateway/gateway-routes.ts';
import { type HaproxyMaster, HaproxyMasterError, parseMasterState } from '../../../operators/gateway/haproxy-master.ts';
import {
  planRoutes,
  type RouteConfigMap,
  wantedRoutes,
  withChanges,
  changesOf,
} from '../../../operators/gateway/route-files.ts';

const NEVER = new AbortController().signal;

let folder: string;
let lines: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-routes-'));
  lines = [];
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the routes of a gateway', () => {
  test('are the files of the ConfigMaps, and those of clusters that went are gone', async () => {
    const { routes, master } = gateway();
    await routes.settle([route('orders', 'a'), route('payments', 'b')], NEVER);
    expect(master.running).toEqual({ 'route-orders.cfg': 'a', 'route-payments.cfg': 'b' });
    await routes.settle([route('payments', 'c')], NEVER);
    expect(master.running).toEqual({ 'route-payments.cfg': 'c' });
    expect(await readdir(folder)).toEqual(['route-payments.cfg']);
  });

  test('are loaded once at the start, and not again while nothing changes', async () => {
    const { routes, master } = gateway();
    expect(routes.isLoaded()).toBe(false);
    expect(await routes.settle([], NEVER)).toBe('reloaded');
    expect(routes.isLoaded()).toBe(true);
    expect(await routes.settle([], NEVER)).toBe('unchanged');
    expect(await routes.settle([route('orders', 'a')], NEVER)).toBe('reloaded');
    expect(await routes.settle([route('orders', 'a')], NEVER)).toBe('unchanged');
    expect(master.reloads).toBe(2);
  });

  test('are put right when an earlier process has left others', async () => {
    await writeFile(join(folder, 'route-gone.cfg'), 'old');
    await writeFile(join(folder, 'route-orders.cfg.new'), 'half of a fi');
    const { routes, master } = gateway();
    await routes.settle([route('orders', 'a')], NEVER);
    expect(master.running).toEqual({ 'route-orders.cfg': 'a' });
  });

  test('are put right when somebody has changed a file', async () => {
    const { routes, master } = gateway();
    await routes.settle([route('orders', 'a')], NEVER);
    await writeFile(join(folder, 'route-orders.cfg'), 'other');
    expect(await routes.settle([route('orders', 'a')], NEVER)).toBe('reloaded');
    expect(master.running).toEqual({ 'route-orders.cfg': 'a' });
  });

  test('are tried again when the master did not answer', async () => {
    const { routes, master } = gateway();
    master.isThere = false;
    await expect(routes.settle([route('orders', 'a')], NEVER)).rejects.toThrow(HaproxyMasterError);
    expect(routes.isLoaded()).toBe(false);
    master.isThere = true;
    expect(await routes.settle([route('orders', 'a')], NEVER)).toBe('reloaded');
    expect(master.running).toEqual({ 'route-orders.cfg': 'a' });
  });
});

describe('a route that HAProxy refuses', () => {
  test('leaves the cluster on its earlier route and holds up no other', async () => {
    const { routes, master } = gateway();
    await routes.settle([route('orders', 'a')], NEVER);
    await routes.settle([route('orders', 'rubbish'), route('payments', 'b'), route('users', 'c')], NEVER);
    const running = { 'route-orders.cfg': 'a', 'route-payments.cfg': 'b', 'route-users.cfg': 'c' };
    expect(master.running).toEqual(running);
    expect(await onDisk()).toEqual(running);
    expect(lines.filter((line) => line.includes('refuses route-orders.cfg'))).toHaveLength(1);
  });

  test('is not offered again until it changes', async () => {
    const { routes, master } = gateway();
    await routes.settle([route('orders', 'rubbish')], NEVER);
    const { reloads } = master;
    await routes.settle([], NEVER);
    await routes.settle([route('orders', 'rubbish')], NEVER);
    await routes.settle([route('orders', 'rubbish')], NEVER);
    expect(master.reloads - reloads).toBeLessThanOrEqual(2);
    await routes.settle([route('orders', 'mended')], NEVER);
    expect(master.running).toEqual({ 'route-orders.cfg': 'mended' });
  });

  test('does not keep a new gateway from the clusters to come', async () => {
    const { routes, master } = gateway();
    await routes.settle([route('orders', 'rubbish')], NEVER);
    expect(routes.isLoaded()).toBe(true);
    expect(master.running).toEqual({});
  });

  test('is found among 200 with few reloads in a row that fail, for each counts against the worker that runs', async () => {
    const { routes, master } = gateway();
    const all = Array.from({ length: 200 }, (_, index) => route(`c${index}`, index === 137 ? 'rubbish' : 'good'));
    await routes.settle(all, NEVER);
    expect(Object.keys(master.running)).toHaveLength(199);
    expect(master.failedInARow).toBeLessThan(16);
    expect(master.reloads).toBeLessThan(20);
  });
});

describe('a ConfigMap with the label that is no route', () => {
  test.each([
    ['whose file would be another cluster’s', { name: 'route-orders', data: { 'route-payments.cfg': 'x' } }],
    ['with a file beside its own', { name: 'route-orders', data: { 'route-orders.cfg': 'x', 'zz.cfg': 'y' } }],
    ['with no file', { name: 'route-orders', data: {} }],
    ['whose name is another’s', { name: 'haproxy', data: { 'haproxy.cfg': 'x' } }],
    ['whose name has a dot', { name: 'route-a.b', data: { 'route-a.b.cfg': 'x' } }],
  ])('is left out: one %s', async (_, { name, data }) => {
    const { routes, master } = gateway();
    const stranger = { metadata: { name }, data } as unknown as RouteConfigMap;
    await routes.settle([stranger, route('users', 'c')], NEVER);
    expect(master.running).toEqual({ 'route-users.cfg': 'c' });
    expect(lines[0]).toContain(`ConfigMap ${name} is no route`);
    expect(wantedRoutes([stranger]).refused).toHaveLength(1);
  });
});

describe('a plan', () => {
  test('leads from any files to any others, and then has nothing to do', () => {
    const files = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2'));
    fc.assert(
      fc.property(files, files, (from, to) => {
        const [present, wanted] = [new Map(Object.entries(from)), new Map(Object.entries(to))];
        const after = withChanges(present, changesOf(planRoutes(present, wanted)));
        expect(new Map(after)).toEqual(wanted);
        expect(changesOf(planRoutes(after, wanted))).toEqual([]);
      }),
    );
  });
});

describe("the master's answer", () => {
  test('tells how often it has reloaded and how often in vain', () => {
    const text = `#<PID>  <type>  <reloads>  <uptime>  <version>
25843   master   12 [failed: 3]   0d00h00m08s     2.6.12
# workers
26682   worker   4   0d00h00m01s     2.6.12
`;
    expect(parseMasterState(text)).toEqual({ reloads: 12, failed: 3 });
  });

  test('is not guessed at', () => {
    expect(() => parseMasterState('Unknown command')).toThrow(HaproxyMasterError);
  });
});

interface TestMaster extends HaproxyMaster {
  isThere: boolean;
  reloads: number;
  failedInARow: number;
  running: Readonly<Record<string, string>>;
}

/** A master as HAProxy's is: it loads all files or none, and one that holds rubbish spoils all. */
function gateway(): { readonly routes: GatewayRoutes; readonly master: TestMaster } {
  let inARow = 0;
  const master: TestMaster = {
    isThere: true,
    reloads: 0,
    failedInARow: 0,
    running: {},
    reload: async () => {
      if (!master.isThere) throw new HaproxyMasterError('nobody there');
      master.reloads += 1;
      const files = await onDisk();
      if (Object.values(files).includes('rubbish')) {
        inARow += 1;
        master.failedInARow = Math.max(master.failedInARow, inARow);
        return 'refused';
      }
      inARow = 0;
      master.running = files;
      return 'loaded';
    },
  };
  return { master, routes: gatewayRoutes({ folder, master, log: (line) => lines.push(line) }) };
}

async function onDisk(): Promise<Readonly<Record<string, string>>> {
  await mkdir(folder, { recursive: true });
  const names = (await readdir(folder)).filter((name) => name.endsWith('.cfg'));
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')]));
  return Object.fromEntries(files) as Readonly<Record<string, string>>;
}

function route(psc: string, content: string): RouteConfigMap {
  return { metadata: { name: `route-${psc}` }, data: { [`route-${psc}.cfg`]: content } };
}
