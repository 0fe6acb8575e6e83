import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CLIENT_FILES, clientFiles } from '../../../cli/local/client-files.ts';
import { DEMO_TOPIC, runDemo } from '../../../cli/local/demo.ts';
import type { KafkaAccess } from '../../../cli/local/kafka-access.ts';
import { ensureUser, LOCAL_USER } from '../../../cli/local/tenant-user.ts';
import { PORTS } from '../../../constructs/kubernetes/kafka/listeners.ts';
import { PLATFORM_USERS } from '../../../constructs/kubernetes/kafka/secrets.ts';
import type { BalanceStep } from '../../../operators/balancer/execute/steps.ts';
import { carryOut } from '../../../operators/balancer/kafka/carry-out.ts';
import { BrokerConnections } from '../../../operators/psc/kafka/broker-connections.ts';
import { brokerPlaces } from '../../../operators/psc/kafka/broker-places.ts';
import { exampleDataPlane, examplePsc } from '../../support/example-psc.ts';
import { kafkaHome } from '../../support/kafka-jars.ts';
import { type RunningKafka, startKafka } from '../../support/kafka-processes.ts';

const START_MAX_MS = 180_000;
const TEST_MAX_MS = 60_000;
const DEMO_MS = 4_000;

/** A real Kafka of rendered objects on loopback addresses, in the place of a region's tenant. */
describe('a client that connect lets in', () => {
  const dataPlane = exampleDataPlane('local');
  const psc = examplePsc('local');
  let kafka: RunningKafka;
  let folder: string;
  let operator: KafkaAccess;
  let access: KafkaAccess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-client-'));
    kafka = await startKafka(psc, dataPlane);
    operator = {
      bootstrapServer: `bootstrap.orders.${dataPlane.domain}:${PORTS.external}`,
      authority: kafka.ca,
      user: PLATFORM_USERS.operator,
      password: kafka.passwords[PLATFORM_USERS.operator] ?? '',
      lookup: lookupIn(kafka.addresses),
    };
    access = { ...operator, user: LOCAL_USER, password: 'first-password' };
    await ensureUser(operator, { user: LOCAL_USER, password: access.password });
  }, START_MAX_MS);
  afterAll(async () => {
    await kafka.stop();
    await rm(folder, { recursive: true, force: true });
  }, START_MAX_MS);

  it(
    'produces and consumes with nothing lost and nothing twice, and tells how it goes',
    async () => {
      const lines: string[] = [];
      const report = await runDemo(access, {
        recordsPerSecond: 200,
        recordBytes: 256,
        durationMs: DEMO_MS,
        signal: new AbortController().signal,
        onLine: (line) => lines.push(line),
      });
      expect(report).toMatchObject({ missing: 0, duplicated: 0, failed: 0, received: report.acknowledged });
      expect(report.acknowledged).toBeGreaterThan((DEMO_MS / 1000) * 100);
      expect(lines.some((line) => /received [1-9]\d*\/s, latency p50 \d+ ms/.test(line))).toBe(true);
    },
    TEST_MAX_MS,
  );

  // A broker's partitions went by one request: once one of them had another leader, none was taken for thirty seconds.
  it(
    'fails to send nothing when one of the partitions of a broker gets another leader',
    async () => {
      await lead([0, 1, 2], 'all');
      let moved: Promise<void> | undefined;
      const report = await runDemo(access, {
        recordsPerSecond: 500,
        recordBytes: 256,
        durationMs: DEMO_MS,
        signal: new AbortController().signal,
        onLine: () => {
          moved ??= lead([1, 2, 0], 'the second');
        },
      });
      await moved;
      expect(moved).toBeDefined();
      expect(report).toMatchObject({ missing: 0, duplicated: 0, failed: 0 });
    },
    TEST_MAX_MS,
  );

  it(
    "makes topics with Kafka's own tool from nothing but its files, and may change nothing of the cluster",
    async () => {
      for (const [name, content] of clientFiles(filesOptions())) await writeFile(join(folder, name), content);
      // The names lead to this test's brokers, not to a region's gateway.
      const hosts = [...kafka.addresses].map(([name, address]) => `${address} ${name}\n`).join('');
      await writeFile(join(folder, CLIENT_FILES.hosts), hosts);
      await kafkaTool('TopicCommand', '--create', '--topic', 'hello', '--partitions', '3');
      expect(await kafkaTool('TopicCommand', '--list')).toMatch(/^hello$/m);
      await expect(ensureUser(access, { user: 'another', password: 'password' })).rejects.toThrow();
    },
    TEST_MAX_MS,
  );

  it(
    'is let in with its last password only',
    async () => {
      await ensureUser(operator, { user: LOCAL_USER, password: 'second-password' });
      await expect(
        ensureUser({ ...operator, user: LOCAL_USER, password: 'wrong' }, { user: 'x', password: 'y' }),
      ).rejects.toThrow();
      const options = { recordsPerSecond: 50, recordBytes: 64, onLine: () => undefined };
      const report = await runDemo(
        { ...access, password: 'second-password' },
        { ...options, durationMs: 1_000, signal: new AbortController().signal },
      );
      expect(report.received).toBeGreaterThan(0);
    },
    TEST_MAX_MS,
  );

  /** Has partitions of the demo's topic led by the first of `replicas`. */
  async function lead(replicas: readonly number[], which: 'all' | 'the second'): Promise<void> {
    const partitions = (which === 'all' ? [0, 1, 2] : [1]).map((partition) => ({ topic: DEMO_TOPIC, partition }));
    const connections = new BrokerConnections({
      credentials: () => Promise.resolve({ password: operator.password, ca: kafka.ca }),
      lookup: operator.lookup,
    });
    const steps: readonly BalanceStep[] = [
      { kind: 'reassign', partitions: partitions.map((each) => ({ ...each, replicas })) },
      { kind: 'elect', partitions },
    ];
    try {
      for (const step of steps) await carryOut(step, { brokers: brokerPlaces(psc), connections });
    } finally {
      connections.close();
    }
  }

  function filesOptions(): Parameters<typeof clientFiles>[0] {
    const { bootstrapServer, authority, user, password } = access;
    return { tenant: 'orders', folder, bootstrapServer, authority, user, password, names: [], machineHosts: '' };
  }

  async function kafkaTool(tool: string, ...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(
      'java',
      [
        '-cp',
        join(await kafkaHome(), 'libs', '*'),
        `-Djdk.net.hosts.file=${join(folder, CLIENT_FILES.hosts)}`,
        `org.apache.kafka.tools.${tool}`,
        '--bootstrap-server',
        access.bootstrapServer,
        '--command-config',
        join(folder, CLIENT_FILES.properties),
        ...args,
      ],
      { timeout: TEST_MAX_MS },
    );
    return stdout;
  }
});

function lookupIn(addresses: ReadonlyMap<string, string>): LookupFunction {
  return (name, { all }, callback) => {
    const address = addresses.get(name);
    if (address === undefined) callback(new Error(`${name} is no name of the cluster`), '', 4);
    else if (all === true) callback(null, [{ address, family: 4 }]);
    else callback(null, address, 4);
  };
}
