import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REGION_LOOPBACK, REGION_PORTS } from '../../../local/region/forwarder-addresses.ts';
import { withLock } from '../../../local/tools/lock-file.ts';
import { type CommandResult, runFlotilla } from '../../support/run-flotilla.ts';

const PORTS = Object.values(REGION_PORTS);
const COMMAND_MAX_MS = 60_000;

jest.setTimeout(COMMAND_MAX_MS);

describe('up', () => {
  let root: string;
  let state: string;
  let servers: Server[];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'flotilla-refusals-'));
    state = join(root, 'region');
    servers = [];
  });
  afterEach(async () => {
    await Promise.all(servers.map(close));
    rmSync(root, { recursive: true });
  });

  test('names every port that is taken, and makes nothing', async () => {
    for (const port of PORTS) servers.push(await listenOrFindTaken(port));
    const { code, err } = await up(state);
    for (const port of PORTS) expect(err).toContain(`${REGION_LOOPBACK}:${port} is taken by another program`);
    expect(code).toBe(3);
    expect(readdirSync(root)).toEqual([]);
  });

  test('of a region that another process is at work on names that process, and leaves all to it', async () => {
    await withLock(`${state}.lock`, {}, async () => {
      const { code, err } = await up(state);
      expect(err).toContain(`another ./flotilla up or down is at work on this region, process ${process.pid}`);
      expect(code).toBe(3);
      expect(existsSync(state)).toBe(false);
    });
    expect(readdirSync(root)).toEqual([]);
  });
});

async function up(state: string): Promise<CommandResult> {
  return await runFlotilla(['up'], { FLOTILLA_STATE: state });
}

/** Taken by a server of this test, or by a region that runs. */
async function listenOrFindTaken(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.once('error', () => {
      resolve();
    });
    server.listen(port, REGION_LOOPBACK, resolve);
  });
  return server;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise((resolve) => server.close(resolve));
}
