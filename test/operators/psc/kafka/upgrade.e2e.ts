import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { featuresOf } from '../../../../operators/psc/kafka-releases.ts';
import { RefusedError } from '../../../../operators/psc/ports.ts';
import { kafkaHome, KAFKAS } from '../../../support/kafka-jars.ts';
import { eventually } from '../../../support/kafka-wait.ts';
import { isWellCluster } from './kafka-hands.ts';
import { CHANGE_MAX_MS, OrdersCluster, psc } from './orders-cluster.ts';

const START_MAX_MS = 180_000;
/** Six processes, one after the other. */
const ROLL_MAX_MS = 300_000;
jest.setTimeout(ROLL_MAX_MS);

const TOPIC = 'kept';
/** In the order in which the operator replaces them. */
const PODS = ['controller-0', 'controller-1', 'controller-2', 'kafka-0', 'kafka-1', 'kafka-2'];
const BEFORE = { ...featuresOf('4.2.1') };
const NEWEST = { ...featuresOf('4.3.1') };

let homes: { readonly before: string; readonly newest: string };
let orders: OrdersCluster;
let writer: Writer | undefined;

beforeAll(async () => {
  homes = { before: await kafkaHome(KAFKAS.before), newest: await kafkaHome(KAFKAS.newest) };
  orders = await OrdersCluster.start({ home: homes.before });
  await isWell();
  await orders.admin.createTopics({ topics: [TOPIC], partitions: 3, replicas: 3 });
  await isWell();
  writer = startWriter();
}, 2 * START_MAX_MS);

afterAll(async () => {
  await writer?.stop();
  await orders.stop();
}, START_MAX_MS);

/** What the operator takes for granted of upgrades, with processes of both versions; in the region `test/e2e/upgrade.e2e.ts` has it do them. */
describe('a cluster that was made by Kafka 4.2.1', () => {
  test('has what that version brings: it takes a cordon without a word, and knows of none', async () => {
    expect((await orders.fresh()).features).toMatchObject(BEFORE);
    await orders.port.setCordon(psc, 2, 'present');
    expect((await orders.fresh()).brokers.get(2)?.disk?.isCordoned).toBe(false);
    await orders.port.setCordon(psc, 2, 'absent');
  });

  test('is rolled to 4.3.1, which changes nothing of that', async () => {
    await roll(homes.newest);
    expect((await orders.fresh()).features).toMatchObject(BEFORE);
  });

  test('is rolled back while that is so', async () => {
    await roll(homes.before);
    expect((await orders.fresh()).features).toMatchObject(BEFORE);
  });

  test('refuses to finish what not everybody knows', async () => {
    await run('kafka-0', homes.newest);
    await expect(orders.port.finishFeatures(psc, NEWEST)).rejects.toBeInstanceOf(RefusedError);
    expect((await orders.fresh()).features).toMatchObject(BEFORE);
  });

  test('is upgraded for good, once every process is of 4.3.1', async () => {
    await roll(homes.newest);
    await orders.port.finishFeatures(psc, NEWEST);
    // Whoever leads next may not have heard that it is done.
    await orders.port.finishFeatures(psc, NEWEST);
    await orders.freshWhere(
      'features',
      ({ features }) => features?.['metadata.version'] === NEWEST['metadata.version'],
    );
    expect((await orders.fresh()).features).toMatchObject(NEWEST);
    await orders.port.setCordon(psc, 2, 'present');
    await orders.port.setCordon(psc, 2, 'absent');
  });

  test('runs no process of 4.2.1 any more', async () => {
    await orders.kafka.endPod('kafka-2');
    orders.kafka.runFrom('kafka-2', homes.before);
    // It goes on trying, and nobody lets it in.
    const started = orders.kafka.startPod('kafka-2').then(
      () => 'serves',
      () => 'ended',
    );
    await eventually({ what: 'a refusal', withinMs: CHANGE_MAX_MS }, async () => {
      return /metadata\.version|UNSUPPORTED_VERSION/.test(await orders.kafka.output('kafka-2')) ? true : undefined;
    });
    await orders.kafka.endPod('kafka-2');
    expect(await started).toBe('ended');
    await run('kafka-2', homes.newest);
  });

  test('has every record that it acknowledged meanwhile', async () => {
    const acknowledged = (await writer?.stop()) ?? 0;
    expect(acknowledged).toBeGreaterThan(100);
    const read = await readAll(acknowledged);
    expect(Array.from({ length: acknowledged }, (_, index) => index).filter((each) => !read.has(each))).toEqual([]);
  });
});

async function roll(home: string): Promise<void> {
  for (const pod of PODS) await run(pod, home);
}

async function run(pod: string, home: string): Promise<void> {
  await orders.kafka.endPod(pod);
  orders.kafka.runFrom(pod, home);
  await orders.kafka.startPod(pod);
  await isWell();
}

async function isWell(): Promise<void> {
  await orders.freshWhere('a cluster that is well', isWellCluster);
}

interface Writer {
  /** Ends it. Number of records that were acknowledged: they hold the numbers from 0 on. */
  readonly stop: () => Promise<number>;
}

/** Writes numbers, each once the one before it was acknowledged by every replica in sync. */
function startWriter(): Writer {
  const producer = new Producer({ ...orders.clientOptions(), serializers: stringSerializers, retries: 100 });
  const end = new AbortController();
  let next = 0;
  const written = (async () => {
    while (!end.signal.aborted) {
      await producer.send({ messages: [{ topic: TOPIC, key: String(next), value: String(next) }], acks: -1 });
      next += 1;
    }
    await producer.close();
  })();
  // It is awaited at the end; a rejection is nobody's surprise before that.
  written.catch(() => undefined);
  return {
    stop: async () => {
      end.abort();
      await written;
      return next;
    },
  };
}

/** Numbers in the topic, which holds at least so many records. */
async function readAll(count: number): Promise<ReadonlySet<number>> {
  const consumer = new Consumer({ ...orders.clientOptions(), groupId: 'reader', deserializers: stringDeserializers });
  const read = new Set<number>();
  const stream = await consumer.consume({ topics: [TOPIC], mode: 'earliest' });
  for await (const { value } of stream) {
    read.add(Number(value));
    if (read.size >= count) break;
  }
  await consumer.close(true);
  return read;
}
