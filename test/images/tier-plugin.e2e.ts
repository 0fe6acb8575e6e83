import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { freePorts } from '../../local/kubernetes/free-ports.ts';
import { kafkaHome, KAFKAS } from '../support/kafka-jars.ts';
import { eventually } from '../support/kafka-wait.ts';
import { type ObjectStore, prepareObjectStore, writeKeyPair } from '../support/object-store.ts';
import { tierJars } from '../support/tier-jars.ts';

jest.setTimeout(600_000);
/** Some tries of a Java program that starts anew for each. */
const REFUSAL_MAX_MS = 120_000;

const BUCKET = 'flotilla-demo';
const PREFIX = 'kafka/demo';

describe('the tier plugin against a real S3 store', () => {
  let folder: string;
  let tier: string;
  let classPath: string;
  let store: ObjectStore;

  beforeAll(async () => {
    tier = join(await tierJars(), 'tier');
    classPath = classPathOf(await kafkaHome());
    folder = await mkdtemp(join(tmpdir(), 'flotilla-tier-'));
    await mkdir(join(folder, 'work'));
    store = await prepareObjectStore(folder);
    await mkdir(join(store.objects, BUCKET));
    await store.start();
  });

  afterAll(async () => {
    store.kill();
    await rm(folder, { recursive: true });
  });

  test('keeps a segment with all its indexes, reads ranges of it, and forgets it on demand', async () => {
    expect(await probe('life', local(store.port))).toEqual(LIFE);
    // Only the segment that was not deleted is left, under the prefix, the topic with its id, and the partition.
    const left = (await readdir(join(folder, 'objects', BUCKET), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, 'objects', BUCKET).length + 1));
    expect(left.map((path) => path.replace(/-[\w-]{22}/g, '-ID')).sort()).toEqual(
      ['index', 'leader-epochs', 'log', 'snapshot', 'timeindex'].map(
        (suffix) => `${PREFIX}/orders-ID/3/00000000000000000500-ID.${suffix}`,
      ),
    );
  });

  test('does the same beside the jars of the Kafka that clusters are upgraded from', async () => {
    const before = classPathOf(await kafkaHome(KAFKAS.before));
    expect(await probe('life', { ...local(store.port), prefix: 'kafka/before' }, before)).toEqual(LIFE);
  });

  test('stops the transfer of what a reader does not take', async () => {
    await probe('large', local(store.port));
    const counter = await countingProxy(store.port);
    expect(await probe('partial', local(counter.port))).toEqual({ partial: '1000' });
    expect(counter.sentBytes()).toBeGreaterThan(1000);
    expect(counter.sentBytes()).toBeLessThan(16 << 20);
    counter.server.close();
  });

  test('tells a refusal from an absence that will pass', async () => {
    await writeKeyPair(store.credentials, 'the-identity', 'another-credential');
    expect(await refusalOf(local(store.port))).toMatch(/^RemoteStorageException: cannot write kafka\/demo/);
    await writeKeyPair(store.credentials, 'the-identity', 'the-credential');
    expect((await probe('write', local(store.port)))['write']).toBe('done');
    const [nobodys = 0] = await freePorts(1, '127.0.0.1');
    expect((await probe('write', local(nobodys)))['write']).toMatch(/^RetriableRemoteStorageException/);
    expect(await refusalOf({ ...local(store.port), bucket: 'absent' })).toMatch(
      /^RemoteStorageException: .*bucket absent/,
    );
  });

  test.each([
    [{ cloud: 'gcp' }, /cloud: Infinite Storage does not speak|gcp.*does not speak/],
    [{ cloud: 'azure' }, /azure.*does not speak/],
    [{ cloud: 'moon' }, /moon.*must be aws or local/],
    [{ cloud: '' }, /cloud.*is missing/],
    [{ bucket: '' }, /bucket.*is missing/],
    [{ endpoint: '' }, /endpoint.*no address by itself/],
    [{ endpoint: 'store:9000' }, /endpoint.*must be http/],
  ])('refuses the settings %j before the broker starts', async (change, message) => {
    const { configure } = await probe('life', { ...local(1), ...change });
    expect(configure).toMatch(/^ConfigException/);
    expect(configure).toMatch(message);
  });

  function local(port: number): Readonly<Record<string, string>> {
    return {
      cloud: 'local',
      region: 'local',
      bucket: BUCKET,
      prefix: PREFIX,
      endpoint: `http://127.0.0.1:${port}`,
      'key.id': 'a-key-that-nothing-stands-behind',
      'credentials.folder': store.credentials,
    };
  }

  /** A store may refuse while the body is on its way, and end the connection: that is tried again, by Kafka as here. */
  async function refusalOf(settings: Readonly<Record<string, string>>): Promise<string> {
    return await eventually({ what: 'an answer for good', withinMs: REFUSAL_MAX_MS }, async () => {
      const said = (await probe('write', settings))['write'];
      return said?.startsWith('RetriableRemoteStorageException') === true ? undefined : said;
    });
  }

  function classPathOf(kafka: string): string {
    return [`${tier}/*`, `${kafka}/libs/*`].join(':');
  }

  async function probe(
    scenario: string,
    settings: Readonly<Record<string, string>>,
    classes = classPath,
  ): Promise<Readonly<Record<string, string>>> {
    const source = join(import.meta.dirname, 'TierProbe.java');
    const pairs = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
    const args = ['-Xmx256m', '-cp', classes, source, scenario, join(folder, 'work'), ...pairs];
    const { stdout } = await promisify(execFile)('java', args, { timeout: 120_000 });
    const lines = stdout.split('\n').filter((line) => /^[\w-]+=/.test(line));
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  }
});

/** What becomes of a segment's parts, of ranges, and of what is not there. */
const LIFE = {
  whole: 'same',
  tail: 'same',
  range: 'same',
  'range-over-end': 'same',
  'range-after-end': 'same',
  'range-backwards': expect.stringMatching(/^IllegalArgumentException: positions 10 to 9 are no range/),
  'index-OFFSET': 'same',
  'index-TIMESTAMP': 'same',
  'index-PRODUCER_SNAPSHOT': 'same',
  'index-TRANSACTION': 'same',
  'index-LEADER_EPOCH': 'same',
  'no-transactions': expect.stringMatching(/^RemoteResourceNotFoundException: there is no object/),
  'deleted-log': expect.stringMatching(/^RemoteResourceNotFoundException/),
  'deleted-index': expect.stringMatching(/^RemoteResourceNotFoundException/),
  'deleted-again': 'done',
  neighbor: 'same',
};

/** Passes on everything and counts what the store sent. */
async function countingProxy(
  port: number,
): Promise<{ readonly server: Server; readonly port: number; readonly sentBytes: () => number }> {
  let sent = 0;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    upstream.on('data', (chunk) => {
      sent += chunk.length;
    });
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on('error', end).on('close', end).pipe(upstream).on('error', end).on('close', end).pipe(client);
  });
  const own = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(portOf(server));
    });
  });
  return { server, port: own, sentBytes: () => sent };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
