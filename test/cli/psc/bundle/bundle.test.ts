import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BundleFiles, collectBundle } from '../../../../cli/psc/bundle/collect.ts';
import { writeBundle } from '../../../../cli/psc/bundle/write.ts';
import type { WholeCluster } from '../../../../cli/psc/psc-cluster.ts';
import { UserError } from '../../../../cli/user-error.ts';
import { type ApiCall, ApiServerError } from '../../../../operators/runtime/api-server.ts';
import { examplePsc } from '../../../support/example-psc.ts';

const NOW_MS = Date.UTC(2026, 10, 30);
const NAMESPACE = '/api/v1/namespaces/psc-orders';

/** A cluster with one PSC and one pod, which has died once; nodes are forbidden to whoever asks. */
function cluster(): { readonly cluster: WholeCluster; readonly asked: string[] } {
  const asked: string[] = [];
  const psc = examplePsc('local');
  const stored = { ...psc, metadata: { ...psc.metadata, uid: '1', resourceVersion: '7', generation: 3 } };
  const pod = {
    metadata: { name: 'kafka-0', namespace: 'psc-orders', managedFields: [{ manager: 'noise' }] },
    spec: { containers: [{ name: 'kafka' }] },
  };
  const event = {
    type: 'Warning',
    reason: 'BackOff',
    message: 'restarting',
    count: 3,
    lastTimestamp: '2026-11-30T00:00:00Z',
    involvedObject: { kind: 'Pod', name: 'kafka-0' },
  };
  const answers: Readonly<Record<string, unknown>> = {
    '/apis/flotilla.dev/v1/namespaces/psc-orders/physicalstatefulclusters/orders': stored,
    [`${NAMESPACE}/pods`]: { items: [pod] },
    [`${NAMESPACE}/events`]: { items: [event] },
    [`${NAMESPACE}/configmaps`]: { items: [{ metadata: { name: 'c' }, data: { 'a.properties': 'password=hunter2' } }] },
  };
  const get = ({ path }: ApiCall): Promise<unknown> => {
    asked.push(path);
    if (path === '/api/v1/nodes') return Promise.reject(new ApiServerError('403 nodes are forbidden', { status: 403 }));
    return Promise.resolve(answers[path] ?? { items: null });
  };
  const text = ({ path, query }: ApiCall): Promise<string> => {
    asked.push(path);
    return Promise.resolve(`${query['previous'] === 'true' ? 'died' : 'runs'} with password=hunter2\n`);
  };
  const never = (): never => {
    throw new Error('nothing is changed or watched');
  };
  return { cluster: { api: { get, text, lines: never, write: never } }, asked };
}

describe('a bundle for a bug report', () => {
  let files: BundleFiles;
  let asked: string[];
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-bundle-test-'));
    const world = cluster();
    files = await collectBundle(world.cluster, 'orders', NOW_MS);
    ({ asked } = world);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('has the PSC, what was made for it, events, and logs of a container and of the one before it', () => {
    expect([...files.keys()]).toEqual(
      expect.arrayContaining([
        'README.txt',
        'balance.txt',
        'events.txt',
        'logs/kafka-0/kafka.before.log',
        'logs/kafka-0/kafka.log',
        'objects/pods.json',
        'objects/statefulsets.json',
        'psc.json',
      ]),
    );
    expect(files.get('events.txt')).toContain(
      '2026-11-30T00:00:00Z  Warning  BackOff  Pod/kafka-0 (3 times)  restarting',
    );
    expect(files.get('logs/kafka-0/kafka.before.log')).toMatch(/^died/);
    expect(files.get('objects/pods.json')).not.toContain('noise');
  });

  it('has no secret: none is asked for what it holds, and those in texts are taken out', () => {
    for (const text of files.values()) expect(text).not.toContain('hunter2');
    expect(files.get('objects/configmaps.json')).toContain('password=[redacted]');
    expect(asked.filter((path) => /\/secrets(\/|$)/.test(path))).toEqual([]);
  });

  it('names what could not be read, and has the rest', () => {
    expect(files.get('left-out.txt')).toMatch(/explain\.txt: .+\nnodes\.json: 403 nodes are forbidden/);
  });

  it('is one file below a folder of its own name, and never on top of another', async () => {
    const archive = join(folder, 'orders.tar.gz');
    await writeBundle(files, 'orders-bundle', archive);
    const { stdout } = await promisify(execFile)('tar', ['-tzf', archive]);
    expect(stdout.split('\n')).toContain('orders-bundle/psc.json');
    expect((await stat(archive)).mode & 0o077).toBe(0);
    await expect(writeBundle(files, 'orders-bundle', archive)).rejects.toThrow(UserError);
  });
});
