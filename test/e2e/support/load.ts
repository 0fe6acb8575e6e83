import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { kafkaHome } from '../../support/kafka-jars.ts';
import type { JavaClientFiles } from './kafka-tools.ts';

/** What a load was, and what became of it. */
export interface LoadReport {
  readonly acknowledged: number;
  /** Records that the client gave up (delivery.timeout.ms of 30 s). */
  readonly failed: number;
  /** Records that were never read although they were sent. */
  readonly missing: number;
  /** Records that were read twice, or after one that was sent later with the same key. */
  readonly outOfPlace: number;
  /** What the client said last of its failures; empty when there were none. */
  readonly failure: string;
}

export interface LongestWait {
  readonly ms: number;
  /** Partition that the record was for, as `topic-0`. */
  readonly partition: string;
  /** When it was answered, by the machine's clock. */
  readonly until: string;
  /** What one record in a hundred waited longer than. */
  readonly p99Ms: number;
}

export interface Load {
  /** The longest that any record waited for its acknowledgement since the last call, or the start. */
  readonly longestWait: () => Promise<LongestWait>;
  /** Ends the load, and resolves when all of it was read, or after a minute. */
  readonly stop: () => Promise<LoadReport>;
  /** Ends it at once, for whoever wants no report. */
  readonly kill: () => void;
}

export interface LoadOptions extends JavaClientFiles {
  readonly topicPrefix: string;
  /** Of 8,192 bytes each, over 20 topics of 12 partitions. */
  readonly recordsPerSecond: number;
}

/**
 * A constant load with acks=all and a check of each key's order, by Kafka's own Java client.
 *
 * @throws Error when the client does not start
 */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const { properties, hosts, topicPrefix, recordsPerSecond } = options;
  const program = spawn(
    'java',
    [
      '-Xmx384m',
      '-XX:+UseSerialGC',
      `-Djdk.net.hosts.file=${hosts}`,
      '-cp',
      `${await kafkaHome()}/libs/*`,
      join(import.meta.dirname, 'LoadProbe.java'),
      properties,
      topicPrefix,
      ...[TOPICS, PARTITIONS, recordsPerSecond, RECORD_BYTES].map(String),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = linesOf(program);
  const load = { program, lines };
  await answer(load, 'started');
  return {
    kill: () => {
      program.kill('SIGKILL');
    },
    longestWait: async () => {
      program.stdin.write('mark\n');
      const [ms = '', partition = '', until = '', p99 = ''] = (await answer(load, 'longest-wait-ms')).split(' ');
      return { ms: Number(ms), partition, until, p99Ms: Number(p99) };
    },
    stop: async () => {
      program.stdin.end('stop\n');
      const number = async (name: string): Promise<number> => Number(await answer(load, name));
      return {
        acknowledged: await number('acknowledged'),
        failed: await number('failed'),
        missing: await number('missing'),
        outOfPlace: await number('out-of-place'),
        failure: await answer(load, 'failure'),
      };
    },
  };
}

const TOPICS = 20;
const PARTITIONS = 12;
const RECORD_BYTES = 8_192;

interface Running {
  readonly program: ChildProcess;
  readonly lines: AsyncIterator<string>;
}

function linesOf({ stdout }: ChildProcess): AsyncIterator<string> {
  if (stdout === null) throw new Error('the load has no standard output');
  return createInterface({ input: stdout })[Symbol.asyncIterator]();
}

/** The rest of the next line that begins so. */
async function answer({ program, lines }: Running, name: string): Promise<string> {
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    if (next.value.startsWith(name)) return next.value.slice(name.length).trim();
  }
  const end = program.exitCode ?? program.signalCode ?? 'its output closed';
  throw new Error(`the load ended before it said ${name} (${end})`);
}
