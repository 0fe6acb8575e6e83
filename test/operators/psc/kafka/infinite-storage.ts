import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Producer, stringSerializers } from '@platformatic/kafka';
import { PORTS } from '../../../../constructs/kubernetes/kafka/listeners.ts';
import type { RemoteCopy } from '../../../../operators/psc/observed.ts';
import { COPY_ERRORS } from '../../../../operators/psc/plan-tiering.ts';
import { missingSelectors, selectorsOf } from '../../../support/exposition.ts';
import { eventually } from '../../../support/kafka-wait.ts';
import type { ObjectStore } from '../../../support/object-store.ts';
import { BUCKET, CHANGE_MAX_MS, type OrdersCluster } from './orders-cluster.ts';

const TOPIC = 'cold';
/** The least that Kafka takes. */
const SEGMENT_BYTES = 1 << 20;

/** What brokers show of Infinite Storage while their store is away, refuses, and takes: from the one to the next. */
export function describeInfiniteStorage(orders: () => OrdersCluster, store: () => ObjectStore): void {
  describe('brokers with Infinite Storage', () => {
    test('show a lag and count no failures while the store is away', async () => {
      await fillSegments(orders());
      const copies = await copiesWhere(orders(), 'a lag', (all) =>
        all.some(({ lagBytes }) => lagBytes > SEGMENT_BYTES),
      );
      expect(copies.map(({ errorsPerSecond }) => errorsPerSecond)).toEqual([0, 0, 0]);
    });

    test('count failures once the store refuses, and have no lag once it takes segments', async () => {
      await store().start();
      await copiesWhere(orders(), 'failures', (all) =>
        all.some(({ errorsPerSecond }) => errorsPerSecond >= COPY_ERRORS.begins),
      );
      await mkdir(join(store().objects, BUCKET));
      await copiesWhere(orders(), 'no lag', (all) => all.every(({ lagBytes }) => lagBytes === 0));
      const files = await readdir(join(store().objects, BUCKET), { recursive: true });
      expect(files.filter((file) => file.endsWith('.log')).length).toBeGreaterThan(3);
    });

    test('show what concerns one topic under its label, and everything that the dashboard asks of brokers', async () => {
      const shown = await Promise.all([0, 1, 2].map((id) => expositionOf(orders(), `kafka-${id}`)));
      expect(shown.join('\n')).toContain(`kafka_server_brokertopicmetrics_remotecopylagbytes{topic="${TOPIC}"`);
      expect(shown.flatMap((text) => text.split('\n')).filter((line) => /^[^{ ]*cold/.test(line))).toEqual([]);
      const wanted = selectorsOf('kafka_');
      expect(wanted.length).toBeGreaterThan(4);
      expect(missingSelectors(wanted, shown.join('\n'))).toEqual([]);
    });
  });
}

/** Some segments in each of three partitions, one for each broker to lead. */
async function fillSegments(orders: OrdersCluster): Promise<void> {
  const configs = [
    { name: 'remote.storage.enable', value: 'true' },
    { name: 'segment.bytes', value: String(SEGMENT_BYTES) },
  ];
  await orders.admin.createTopics({ topics: [TOPIC], partitions: 3, replicas: 3, configs });
  const producer = new Producer({ ...orders.clientOptions(), serializers: stringSerializers });
  const value = 'x'.repeat(SEGMENT_BYTES / 8);
  for (let round = 0; round < 32; round += 1) {
    const messages = [0, 1, 2].map((partition) => ({ topic: TOPIC, partition, key: 'k', value }));
    await producer.send({ acks: -1, messages });
  }
  await producer.close();
}

async function copiesWhere(
  orders: OrdersCluster,
  what: string,
  isSo: (copies: readonly RemoteCopy[]) => boolean,
): Promise<readonly RemoteCopy[]> {
  return await eventually({ what, withinMs: CHANGE_MAX_MS / 2 }, async () => {
    const { brokers } = await orders.fresh();
    const copies = [...brokers.values()].flatMap(({ metrics }) => metrics?.remoteCopy ?? []);
    return copies.length === 3 && isSo(copies) ? copies : undefined;
  });
}

async function expositionOf({ kafka }: OrdersCluster, broker: string): Promise<string> {
  const address = kafka.pods.find(({ name }) => name === broker)?.address ?? '';
  return await (await fetch(`http://${address}:${PORTS.metrics}/metrics`)).text();
}
