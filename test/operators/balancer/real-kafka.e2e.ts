import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { LookupFunction } from 'node:net';
import { Admin, type BaseOptions, Producer, SASLMechanisms, stringSerializers } from '@platformatic/kafka';
import { PORTS } from '../../../constructs/kubernetes/kafka/listeners.ts';
import { PLATFORM_USERS } from '../../../constructs/kubernetes/kafka/secrets.ts';
import { balancePass } from '../../../operators/balancer/execute/balance-pass.ts';
import type { Decision } from '../../../operators/balancer/execute/decide.ts';
import {
  type BalanceIntent,
  type BalanceMemory,
  NO_MEMORY,
  type ObservedCluster,
} from '../../../operators/balancer/execute/observed.ts';
import { EXECUTE_SETTINGS, type ExecuteSettings } from '../../../operators/balancer/execute/settings.ts';
import { carryOut } from '../../../operators/balancer/kafka/carry-out.ts';
import { newMeters, observeCluster, readLogDirectories } from '../../../operators/balancer/kafka/observe-cluster.ts';
import { readOffsets } from '../../../operators/balancer/kafka/read-offsets.ts';
import { BrokerConnections } from '../../../operators/psc/kafka/broker-connections.ts';
import { brokerPlaces } from '../../../operators/psc/kafka/broker-places.ts';
import { exampleDataPlane, examplePsc } from '../../support/example-psc.ts';
import { type RunningKafka, startKafka } from '../../support/kafka-processes.ts';
import { eventually } from '../../support/kafka-wait.ts';

const START_MAX_MS = 240_000;
const BALANCED_MAX_MS = 180_000;
const PARTITIONS = 24;
const RECORDS = 60;
const psc = examplePsc('local', { brokers: 6 });
const brokers = brokerPlaces(psc);
const CAPACITY = { disk: 10_000, nwIn: 100_000, nwOut: 100_000, cpu: 400 };

jest.setTimeout(START_MAX_MS);

let kafka: RunningKafka;
let connections: BrokerConnections;
let admin: Admin;
let intent: BalanceIntent = { mode: 'on', isRolling: false, drain: [], excludedTopics: [] };
/** What the topic held before anything moved. */
let produced: Awaited<ReturnType<typeof offsets>>;
let memory: BalanceMemory = NO_MEMORY;
/** What one balancer keeps for itself. */
let left: BalanceMemory['left'];

/** Stands for DNS: every advertised name leads to its pod. */
const lookup: LookupFunction = (host, options, callback) => {
  const address = kafka.addresses.get(host);
  if (address === undefined) callback(new Error(`nobody is called ${host}`), '', 4);
  else if (options.all === true) callback(null, [{ address, family: 4 }]);
  else callback(null, address, 4);
};

function clientOptions(): BaseOptions {
  const password = kafka.passwords[PLATFORM_USERS.operator] ?? '';
  return {
    clientId: 'test',
    bootstrapBrokers: brokers.slice(0, 3).map(({ host }) => `${host}:${PORTS.internal}`),
    retries: 5,
    timeout: 15_000,
    tls: { ca: kafka.ca, lookup },
    tlsServerName: true,
    sasl: { mechanism: SASLMechanisms.SCRAM_SHA_512, username: PLATFORM_USERS.operator, password },
  };
}

beforeAll(async () => {
  kafka = await startKafka(psc, exampleDataPlane('local'));
  connections = new BrokerConnections({
    credentials: () => Promise.resolve({ password: kafka.passwords[PLATFORM_USERS.operator] ?? '', ca: kafka.ca }),
    lookup,
  });
  admin = new Admin(clientOptions());
  await eventually({ what: 'six brokers in service', withinMs: START_MAX_MS / 2 }, async () => {
    const { brokers: seen } = await look();
    return seen.length === 6 && seen.every(({ fencedSinceMs }) => fencedSinceMs === undefined) ? true : undefined;
  });
  const orders = [
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
  ];
  const assignments = Array.from({ length: PARTITIONS }, (_, partition) => ({
    partition,
    brokers: orders[partition % 3] ?? [],
  }));
  await admin.createTopics({ topics: ['orders'], assignments });
  await produce();
  produced = await offsets();
  for (const { end } of produced.values()) expect(end).toBeGreaterThanOrEqual(RECORDS);
}, START_MAX_MS);

afterAll(async () => {
  await admin.close();
  connections.close();
  await kafka.stop();
}, START_MAX_MS);

describe('the balancer of a real Kafka', () => {
  test(
    'spreads a topic of three brokers over six by itself, a zone for each replica, and leaves no throttle',
    async () => {
      const { state } = await untilRest();
      expect(state).toBe('Balanced');
      const after = await look();
      const held = replicasOf(after);
      expect([...held.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5]);
      for (const count of held.values()) expect(count).toBeGreaterThanOrEqual(PARTITIONS / 2 - 3);
      expectWhole(after);
    },
    BALANCED_MAX_MS,
  );

  test(
    'makes anew elsewhere, in the same zone, what a broker held that died for good',
    async () => {
      kafka.signalPod('kafka-5', 'SIGKILL');
      const { state } = await untilRest('one balancer', { deadAfterMs: DEAD_AFTER_MS });
      expect(state).toBe('Balanced');
      const after = await look();
      expect([...replicasOf(after).keys()].sort()).toEqual([0, 1, 2, 3, 4]);
      expectWhole(after);
      await kafka.startPod('kafka-5');
      await eventually({ what: 'the broker back in service', withinMs: BALANCED_MAX_MS / 3 }, async () => {
        const back = (await look()).brokers.find(({ id }) => id === 5);
        return back !== undefined && back.fencedSinceMs === undefined ? true : undefined;
      });
    },
    BALANCED_MAX_MS,
  );

  test(
    'empties three brokers, although each pass is that of another balancer',
    async () => {
      intent = { ...intent, drain: [3, 4, 5] };
      await untilRest('another balancer each time');
      const after = await look();
      expect([...replicasOf(after).keys()].sort()).toEqual([0, 1, 2]);
      // Not by what the controllers say alone: the logs are gone from their disks.
      const empty = after.brokers.filter(({ id }) => id > 2).map(({ id }) => id);
      await eventually({ what: 'disks without logs', withinMs: BALANCED_MAX_MS / 2 }, async () => {
        const logs = await Promise.all(empty.map(logsOn));
        return logs.every((count) => count === 0) ? true : undefined;
      });
      expectWhole(after);
    },
    BALANCED_MAX_MS,
  );

  test('has lost no record on the way', async () => {
    expect(await offsets()).toEqual(produced);
  });
});

let meters = newMeters();

async function look(): Promise<ObservedCluster> {
  return await observeCluster({ brokers, connections, capacity: CAPACITY, meters, nowMs: Date.now });
}

async function offsets(): ReturnType<typeof readOffsets> {
  const { partitions } = await look();
  return await readOffsets(
    brokers,
    connections,
    partitions.filter(({ topic }) => topic === 'orders'),
  );
}

/** Makes passes until one after the other finds nothing to do. */
async function untilRest(
  who: 'one balancer' | 'another balancer each time' = 'one balancer',
  settings: Partial<ExecuteSettings> = {},
): Promise<Decision> {
  let quiet = 0;
  const within = { what: 'rest', withinMs: BALANCED_MAX_MS - 10_000 };
  return await eventually(within, async () => {
    if (who === 'another balancer each time') meters = newMeters();
    const decision = await balancePass(
      {
        observe: async () => ({ cluster: await look(), intent, memory: { ...memory, ...(left && { left }) } }),
        decided: (decided) => {
          left = who === 'one balancer' ? decided.memory.left : undefined;
        },
        remember: ({ isUnderWay, newBrokers }) => {
          memory = { isUnderWay, newBrokers };
          return Promise.resolve();
        },
        carryOut: (step) => carryOut(step, { brokers, connections }),
        nowMs: Date.now,
        isLeader: () => true,
      },
      { execute: { ...settings, rate: { ...EXECUTE_SETTINGS.rate, first: 50 * 2 ** 20 } } },
    );
    const isAtRest = decision.steps.length === 0 && decision.state === 'Balanced' && decision.wait === undefined;
    quiet = isAtRest ? quiet + 1 : 0;
    return quiet >= QUIET_PASSES ? decision : undefined;
  });
}

const QUIET_PASSES = 6;
/** Instead of a quarter of an hour. */
const DEAD_AFTER_MS = 10_000;

/** Replicas of the topic by broker. */
function replicasOf({ partitions }: ObservedCluster): ReadonlyMap<number, number> {
  const held = new Map<number, number>();
  for (const { topic, replicas } of partitions) {
    if (topic === 'orders') for (const id of replicas) held.set(id, (held.get(id) ?? 0) + 1);
  }
  return held;
}

/** Every partition has three replicas in three zones, all in sync, and the preferred one leads; nothing is slowed down. */
function expectWhole({ partitions, brokers: seen, throttledReplicas }: ObservedCluster): void {
  const orders = partitions.filter(({ topic }) => topic === 'orders');
  expect(orders).toHaveLength(PARTITIONS);
  for (const { replicas, isr, leader, adding, removing } of orders) {
    expect(new Set(replicas.map((id) => id % 3)).size).toBe(3);
    expect([...isr].sort()).toEqual([...replicas].sort());
    expect(leader).toBe(replicas[0]);
    expect([...adding, ...removing]).toEqual([]);
  }
  expect(throttledReplicas.size).toBe(0);
  expect(seen.filter(({ throttle }) => throttle !== undefined)).toEqual([]);
}

/** Logs of the topic on a broker's disk. */
async function logsOn(id: number): Promise<number> {
  const broker = brokers.find((each) => each.id === id);
  if (broker === undefined) throw new Error(`there is no broker ${id}`);
  const { sizes } = await connections.call(broker, readLogDirectories);
  return [...sizes.keys()].filter((key) => key.startsWith('orders/')).length;
}

/** A client that sends again what it had no answer to may send it twice. */
async function produce(): Promise<void> {
  const producer = new Producer({ ...clientOptions(), serializers: stringSerializers });
  const padding = 'x'.repeat(8_192);
  for (let round = 0; round < RECORDS; round += 1) {
    const messages = Array.from({ length: PARTITIONS }, (_, partition) => ({
      topic: 'orders',
      partition,
      key: String(partition),
      value: padding,
    }));
    await producer.send({ acks: -1, messages });
  }
  await producer.close();
}
