import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../../local/eventually.ts';
import { bootstrapServerOf, type JavaClientFiles, type KafkaTools } from './kafka-tools.ts';
import { type ToolEvent, VerifiedRecords, type VerifiedReport } from './verified-records.ts';

/** Kafka's verifiable producer and consumer on one topic. */
export interface VerifiedLoad {
  /** Resolves when something more was acknowledged than before the call. */
  readonly flows: () => Promise<void>;
  /** {@link VerifiedRecords.takeLongestPauseMs} */
  readonly takeLongestPauseMs: () => number;
  /** Ends the producer, and the consumer when it has read all that was acknowledged, or after a minute. */
  readonly stop: () => Promise<VerifiedReport>;
  /** Ends both at once, for whoever wants no report. */
  readonly kill: () => void;
}

export interface VerifiedLoadOptions extends JavaClientFiles {
  readonly tools: KafkaTools;
  /** One that is there. */
  readonly topic: string;
  readonly recordsPerSecond: number;
}

/** Starts both, and leaves it to the caller to wait until it flows. */
export async function startVerifiedLoad(options: VerifiedLoadOptions): Promise<VerifiedLoad> {
  const { properties, topic, recordsPerSecond } = options;
  const bootstrapServer = await bootstrapServerOf(properties);
  // By itself the tool sends nothing twice: it is there to show what a single try does.
  const persistent = `${properties}.persistent`;
  await copyFile(properties, persistent);
  await appendFile(persistent, `\nretries=${2 ** 31 - 1}\n`);
  const records = new VerifiedRecords();
  const consumer = start(options, records, [
    'kafka-verifiable-consumer.sh',
    ...['--bootstrap-server', bootstrapServer],
    ...['--topic', topic, '--group-id', `${topic}-check`, '--verbose', '--command-config', properties],
  ]);
  const producer = start(options, records, [
    'kafka-verifiable-producer.sh',
    ...['--bootstrap-server', bootstrapServer],
    ...['--topic', topic, '--acks', '-1', '--throughput', String(recordsPerSecond), '--repeating-keys', String(KEYS)],
    ...['--command-config', persistent],
  ]);
  return {
    flows: async () => {
      const before = records.acknowledged;
      await eventually(
        () => records.acknowledged,
        (count) => count > before || hasEnded(producer.process),
        FLOW_MAX_MS,
        LOOK_MS,
      );
      if (hasEnded(producer.process)) throw new Error('the verifiable producer ended by itself');
    },
    takeLongestPauseMs: () => records.takeLongestPauseMs(),
    stop: async () => {
      producer.process.kill('SIGTERM');
      await producer.ended;
      const endMs = performance.now() + READ_MAX_MS;
      await eventually(
        () => records.isAllRead,
        (isAllRead) => isAllRead || performance.now() > endMs,
        2 * READ_MAX_MS,
        LOOK_MS,
      );
      consumer.process.kill('SIGTERM');
      await consumer.ended;
      return records.report();
    },
    kill: () => {
      for (const { process } of [producer, consumer]) process.kill('SIGKILL');
    },
  };
}

/** Enough for every partition to have some. */
const KEYS = 60;
const LOOK_MS = 250;
const FLOW_MAX_MS = 120_000;
const READ_MAX_MS = 60_000;

interface Running {
  readonly process: ChildProcess;
  /** Resolves when it has ended and all that it printed was told. */
  readonly ended: Promise<void>;
}

function start(
  { tools, hosts }: VerifiedLoadOptions,
  records: VerifiedRecords,
  [tool, ...args]: readonly [string, ...string[]],
): Running {
  const program = spawn(join(tools.folder, tool), args, {
    // Each try of a record would be told, and a roll makes many.
    env: { ...process.env, KAFKA_OPTS: `-Dtools.level=error -Djdk.net.hosts.file=${hosts}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: program.stdout });
  lines.on('line', (line) => {
    if (line.startsWith('{')) records.add(JSON.parse(line) as ToolEvent);
  });
  const ended = new Promise<void>((resolve) => {
    lines.once('close', resolve);
  });
  return { process: program, ended };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
