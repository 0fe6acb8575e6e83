import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { criMessage, logParts, partCalled } from '../../../cli/local/log-parts.ts';
import { regionLayout } from '../../../local/region/layout.ts';
import { loadStack, requireParsed } from '../../../stacks/config.ts';

const CONFIG = requireParsed(loadStack(join(import.meta.dirname, '../../../stacks'), 'local'));

describe('the logs of a region', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'flotilla-logs-'));
    for (const file of [
      'run/etcd.json',
      'nodes/local-a/log/kubelet.log',
      'nodes/local-a/var-log-pods/psc-demo_kafka-0_u1/kafka/0.log',
      'nodes/local-a/var-log-pods/psc-demo_kafka-0_u1/kafka/10.log',
      'nodes/local-a/var-log-pods/psc-demo_kafka-0_u1/prepare/0.log',
      'nodes/local-b/var-log-pods/psc-mothership_kafka-0_u2/kafka/0.log',
      'nodes/local-b/var-log-pods/flotilla-gateway_gateway-x_u3/haproxy/0.log',
      'nodes/local-c/var-log-pods/flotilla-gateway_gateway-x_u4/haproxy/0.log',
    ]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), '');
    }
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const parts = async (): Promise<Awaited<ReturnType<typeof logParts>>> => await logParts(regionLayout(CONFIG, folder));

  it('are those of daemons, programs of nodes and pods, running or not', async () => {
    expect([...new Set((await parts()).map(({ name }) => name))]).toEqual([
      'etcd',
      'flotilla-gateway/gateway-x',
      'local-a/kubelet',
      'psc-demo/kafka-0',
      'psc-mothership/kafka-0',
    ]);
  });

  it("show each container's last run, by number and not by letter", async () => {
    const { files } = partCalled('demo/kafka-0', await parts());
    expect(files.map(({ path, label }) => [label, path.split('/').at(-1)])).toEqual([
      ['kafka', '10.log'],
      ['prepare', '0.log'],
    ]);
  });

  it('of a pod are found on every node that it was on', async () => {
    const { files } = partCalled('gateway-x', await parts());
    expect(files.map(({ path }) => /nodes\/(.*?)\//.exec(path)?.[1])).toEqual(['local-b', 'local-c']);
  });

  it('are never guessed: a name that is missing or not the only one is answered with those there are', async () => {
    const all = await parts();
    const hint = (text: string): unknown => {
      try {
        return partCalled(text, all);
      } catch (error) {
        return error instanceof Error && 'hint' in error ? error.hint : error;
      }
    };
    expect(hint('kafka-0')).toBe('choose from: psc-demo/kafka-0, psc-mothership/kafka-0');
    expect(hint('kubelet')).toMatch(/local-a\/kubelet/);
  });

  it.each([
    { line: '2026-11-22T10:00:00.1Z stdout F [info] started', message: '[info] started' },
    { line: '2026-11-22T10:00:00.1Z stderr P half of', message: 'half of' },
    { line: '2026-11-22T10:00:00.1Z stdout F ', message: '' },
    { line: 'no such form', message: 'no such form' },
  ])('show of "$line" what was logged', ({ line, message }) => {
    expect(criMessage(line)).toBe(message);
  });
});
