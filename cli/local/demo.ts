import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Admin, Consumer, MessagesStreamModes, Producer } from '@platformatic/kafka';
import { DemoMeter, type DemoReport } from './demo-meter.ts';
import { decodeRecord, encodeRecord } from './demo-record.ts';
import { clientOptions, type KafkaAccess } from './kafka-access.ts';

export interface DemoOptions {
  readonly recordsPerSecond: number;
  readonly recordBytes: number;
  /** How long to produce, from the first record on. @default until `signal` */
  readonly durationMs?: number;
  /** Aborted: the demo stops producing, waits for what is on the way, and ends. */
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
  /** @default 1000 */
  readonly lineIntervalMs?: number;
}

/** Topic of the demo; its records are kept for ten minutes. */
export const DEMO_TOPIC = 'flotilla-demo';

/**
 * Produces numbered records at a steady rate with an idempotent producer and acks=all, consumes them, and tells how it
 * goes once in a while.
 *
 * @throws what the Kafka client throws when it gives up
 */
export async function runDemo(access: KafkaAccess, options: DemoOptions): Promise<DemoReport> {
  const run = randomInt(2 ** 47);
  const meter = new DemoMeter();
  await ensureTopic(access);
  const consumer = new Consumer({ ...clientOptions(access, 'flotilla-demo'), groupId: `${DEMO_TOPIC}-${run}` });
  const producer = new Producer({ ...clientOptions(access, 'flotilla-demo'), idempotent: true, acks: ACKS_ALL });
  const failure = Promise.withResolvers<never>();
  const over = new AbortController();
  try {
    const stream = await consume(consumer);
    stream.on('error', failure.reject);
    stream.on('data', ({ value, partition, offset }) => {
      const record = decodeRecord(value);
      if (record?.run !== run) return;
      meter.received(record.sequence, `${partition}:${offset}`, Date.now() - record.sentAtMs);
    });
    const telling = tell(meter, options, over.signal);
    await Promise.race([failure.promise, produce(producer, run, meter, options)]);
    await Promise.race([failure.promise, arrived(meter)]);
    over.abort();
    await telling;
    return meter.report();
  } finally {
    over.abort();
    await Promise.allSettled([producer.close(), consumer.close(true)]);
  }
}

const PARTITIONS = 3;
const REPLICAS = 3;
const RETENTION_MS = 10 * 60 * 1000;
const ACKS_ALL = -1;
const TICK_MS = 50;
/** More are not sent at once to catch up after a standstill: some are skipped instead. */
const MAX_BATCH_RECORDS = 5_000;
/** What is lost never arrives; what a broker holds that has just come back may take as long as its start. */
const ARRIVAL_TIMEOUT_MS = 60_000;
const LINE_INTERVAL_MS = 1_000;
const FETCH_WAIT_MS = 100;

async function ensureTopic(access: KafkaAccess): Promise<void> {
  const admin = new Admin(clientOptions(access, 'flotilla-demo'));
  try {
    if ((await admin.listTopics()).includes(DEMO_TOPIC)) return;
    await admin.createTopics({
      topics: [DEMO_TOPIC],
      partitions: PARTITIONS,
      replicas: REPLICAS,
      configs: [{ name: 'retention.ms', value: String(RETENTION_MS) }],
    });
  } finally {
    await admin.close();
  }
}

/** From the end of each partition as it is now: a member that has yet to join would miss the first records. */
async function consume(consumer: Consumer): Promise<Awaited<ReturnType<Consumer['consume']>>> {
  const ends = await consumer.listOffsets({ topics: [DEMO_TOPIC] });
  const offsets = (ends.get(DEMO_TOPIC) ?? []).map((offset, partition) => ({ topic: DEMO_TOPIC, partition, offset }));
  return await consumer.consume({
    topics: [DEMO_TOPIC],
    mode: MessagesStreamModes.MANUAL,
    offsets,
    autocommit: false,
    maxWaitTime: FETCH_WAIT_MS,
  });
}

async function produce(
  producer: Producer,
  run: number,
  meter: DemoMeter,
  { recordsPerSecond, recordBytes, durationMs = Number.POSITIVE_INFINITY, signal }: DemoOptions,
): Promise<void> {
  const startMs = performance.now();
  let sequence = 0;
  let due = 0;
  while (!signal.aborted && performance.now() - startMs < durationMs) {
    const wanted = Math.floor(((performance.now() - startMs) * recordsPerSecond) / 1000);
    const count = Math.min(wanted - due, MAX_BATCH_RECORDS);
    due = wanted;
    const batch = Array.from({ length: count }, (_, index) => sequence + index);
    sequence += count;
    const parts = Map.groupBy(batch, (each) => each % PARTITIONS);
    await Promise.all(
      [...parts].map(([partition, part]) => send(producer, run, part, { partition, meter, recordBytes })),
    );
    await delay(TICK_MS);
  }
}

interface SendOptions {
  readonly partition: number;
  readonly meter: DemoMeter;
  readonly recordBytes: number;
}

/**
 * All to one partition: the client sends what a broker leads in one request, and retries it where the first partition's
 * leader is. Once another of them has a different leader, no retry can succeed.
 */
async function send(
  producer: Producer,
  run: number,
  batch: readonly number[],
  { partition, meter, recordBytes }: SendOptions,
): Promise<void> {
  const sentAtMs = Date.now();
  const messages = batch.map((sequence) => ({
    topic: DEMO_TOPIC,
    partition,
    key: Buffer.from(String(sequence)),
    value: encodeRecord({ run, sequence, sentAtMs }, recordBytes),
  }));
  try {
    await producer.send({ messages });
    for (const sequence of batch) meter.acknowledged(sequence);
  } catch {
    // Counted, shown and reported: a demo goes on through faults, as a program would that keeps its records.
    meter.failed(batch.length);
  }
}

async function arrived(meter: DemoMeter): Promise<void> {
  const deadlineMs = performance.now() + ARRIVAL_TIMEOUT_MS;
  while (meter.report().missing > 0 && performance.now() < deadlineMs) await delay(TICK_MS);
}

async function tell(
  meter: DemoMeter,
  { onLine, lineIntervalMs = LINE_INTERVAL_MS }: DemoOptions,
  over: AbortSignal,
): Promise<void> {
  let shownMs = performance.now();
  for (;;) {
    await delay(lineIntervalMs, undefined, { signal: over }).catch(() => undefined);
    if (over.aborted) return;
    const nowMs = performance.now();
    onLine(meter.line(nowMs - shownMs));
    shownMs = nowMs;
  }
}
