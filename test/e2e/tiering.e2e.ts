import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { CLIENT_FILES } from '../../cli/local/client-files.ts';
import { tenantAccess } from '../../cli/local/tenant-access.ts';
import { LOCAL_OBJECT_STORE, OBJECT_STORE_FOLDER } from '../../constructs/kubernetes/local/object-store.ts';
import { NAMESPACES } from '../../contracts/names.ts';
import { type RunningRegion, runningRegion } from '../../local/region/running-region.ts';
import { eventually } from '../local/eventually.ts';
import type { CommandResult } from '../support/run-flotilla.ts';
import { type TestRegion, testRegion, UP_MAX_MS } from './region.ts';
import { type KafkaTools, kafkaTools } from './support/kafka-tools.ts';
import { inShell, type ShellOptions } from './support/shell.ts';

const COMMAND_MAX_MS = 60_000;
const TEST_MAX_MS = 240_000;
/** Brokers look for what to copy every 30 s, and for what to let go every 10 s. */
const TIERED_MAX_MS = 120_000;
const DELETED_MAX_MS = 60_000;
/** Longer than a broker takes to answer that the store is away, and then some. */
const READ_PATIENCE_MS = 8_000;
const TOPIC = `tiering-${randomUUID().slice(0, 8)}`;
/** Kafka takes no smaller one. */
const SEGMENT_BYTES = 1024 * 1024;
/** About 4.5 segments. */
const RECORDS = 45_000;
const LATER_RECORDS = 1_000;
/** With its number in front about 100 bytes. */
const VALUE = `.${'0123456789'.repeat(9)}`;

jest.setTimeout(TEST_MAX_MS);

/** Each test goes on where the one before it ended: a topic's records on their way into the store, and back. */
describe('Infinite Storage of a running tenant', () => {
  let flotilla: TestRegion['flotilla'];
  let running: RunningRegion;
  let tools: KafkaTools;
  let client: string;
  let environment: string;
  beforeAll(async () => {
    const { local, ...region } = await testRegion();
    ({ flotilla } = region);
    running = await runningRegion(local.layout);
    tools = await kafkaTools();
    const { files } = await tenantAccess(local, 'demo');
    const { folder, bootstrapServer } = files;
    environment = `export KAFKA_OPTS=-Djdk.net.hosts.file=${folder}/${CLIENT_FILES.hosts}`;
    client = `--bootstrap-server ${bootstrapServer} --command-config ${folder}/${CLIENT_FILES.properties}`;
  }, UP_MAX_MS);
  afterAll(async () => {
    try {
      expect((await flotilla('fault', 'heal')).code).toBe(0);
      await kafka(`kafka-topics.sh ${client} --delete --if-exists --topic ${TOPIC}`);
    } finally {
      await tools.remove();
    }
  }, TEST_MAX_MS);

  it("moves closed segments into the tenant's bucket, and lets the volumes go of them", async () => {
    const settings = {
      'remote.storage.enable': 'true',
      'segment.bytes': SEGMENT_BYTES,
      'local.retention.ms': 1000,
      'retention.ms': -1,
    };
    const configs = Object.entries(settings).map(([key, value]) => `--config ${key}=${value}`);
    await kafka(`kafka-topics.sh ${client} --create --topic ${TOPIC} --partitions 1 ${configs.join(' ')}`);
    await produce(0, RECORDS);
    expect(await offsetAt('earliest')).toBe(0);
    // What is still written to stays, and what is closed goes.
    await eventually(
      () => offsetAt('earliest-local'),
      (offset) => offset > RECORDS / 2,
      TIERED_MAX_MS,
    );
    const objects = await storedObjects();
    const segments = objects
      .filter((name) => name.endsWith('.log'))
      .map((name) => Number(/\/(\d{20})-/.exec(name)?.[1]));
    expect(segments.length).toBeGreaterThanOrEqual(4);
    expect(Math.min(...segments)).toBe(0);
    for (const kind of ['index', 'timeindex', 'leader-epochs']) {
      expect(objects.filter((name) => name.endsWith(`.${kind}`)).length).toBeGreaterThanOrEqual(segments.length);
    }
    expect(await offsetAt('earliest')).toBe(0);
  });

  it('gives every record back from the first on, in its order', async () => {
    expect(await consumed(0, RECORDS)).toEqual(values(0, RECORDS));
  });

  it('goes on taking and giving records while the store is away, and gives the old ones again after it', async () => {
    expect((await flotilla('fault', 'object-store-down')).code).toBe(0);
    await produce(RECORDS, LATER_RECORDS);
    expect(await consumed(RECORDS, LATER_RECORDS)).toEqual(values(RECORDS, LATER_RECORDS));
    expect(await consumed(0, 1)).toEqual([]);
    expect((await flotilla('fault', 'object-store-up')).code).toBe(0);
    const count = RECORDS + LATER_RECORDS;
    expect(await consumed(0, count)).toEqual(values(0, count));
  });

  it("takes a deleted topic's objects away", async () => {
    await kafka(`kafka-topics.sh ${client} --delete --topic ${TOPIC}`);
    await eventually(storedObjects, (objects) => objects.length === 0, DELETED_MAX_MS);
  });

  async function kafka(command: string, more: Partial<ShellOptions> = {}): Promise<CommandResult> {
    const result = await inShell(`${environment}\n${command}`, {
      folders: [tools.folder],
      timeoutMs: COMMAND_MAX_MS,
      ...more,
    });
    if (result.code !== 0) throw new Error(`${command} ended with ${result.code ?? 'a signal'}:\n${result.err}`);
    return result;
  }

  async function produce(first: number, count: number): Promise<void> {
    // All that are in sync must have a record before it counts; linger makes few large requests of many records.
    const settings = '--command-property acks=all --command-property linger.ms=50 --batch-size 65536';
    await kafka(`kafka-console-producer.sh ${client} --topic ${TOPIC} ${settings}`, {
      input: `${values(first, count).join('\n')}\n`,
    });
  }

  /** Values of up to `count` records from an offset on, as they came before patience was at its end. */
  async function consumed(first: number, count: number): Promise<readonly string[]> {
    const range = `--partition 0 --offset ${first} --max-messages ${count} --timeout-ms ${READ_PATIENCE_MS}`;
    const { out } = await kafka(`kafka-console-consumer.sh ${client} --topic ${TOPIC} ${range}`);
    return out.split('\n').slice(0, -1);
  }

  async function offsetAt(time: 'earliest' | 'earliest-local'): Promise<number> {
    const { out } = await kafka(`kafka-get-offsets.sh ${client} --topic ${TOPIC} --time ${time}`);
    return Number(/:0:(\d+)$/m.exec(out)?.[1]);
  }

  /** Files of the store under the bucket and the prefix of the tenant that belong to the topic. */
  async function storedObjects(): Promise<readonly string[]> {
    const bucket = `${OBJECT_STORE_FOLDER}/flotilla-demo`;
    const { kubectl } = running;
    const pod = ['--namespace', NAMESPACES.controlPlane, 'exec', `${LOCAL_OBJECT_STORE}-0`];
    // A prefix is no folder to be relied on: the store takes it away with its last object.
    const path = `${bucket}/kafka/demo/${TOPIC}-*`;
    const found = await kubectl([...pod, '--', 'find', bucket, '-type', 'f', '-path', path]);
    return found.split('\n').filter((line) => line !== '');
  }
});

function values(first: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${first + index}${VALUE}`);
}
