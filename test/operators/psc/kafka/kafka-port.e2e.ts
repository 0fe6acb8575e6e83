import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Consumer, Producer, stringSerializers } from '@platformatic/kafka';
import { BrokerConnections } from '../../../../operators/psc/kafka/broker-connections.ts';
import { readBrokerMetadata } from '../../../../operators/psc/kafka/broker-metadata.ts';
import { brokerPlaces } from '../../../../operators/psc/kafka/broker-places.ts';
import { realKafkaPort } from '../../../../operators/psc/kafka/kafka-port.ts';
import { READ_MAX_MS } from '../../../../operators/psc/kafka/psc-kafka.ts';
import type { ReachableKafka } from '../../../../operators/psc/observed.ts';
import { RefusedError } from '../../../../operators/psc/ports.ts';
import { createAuthority } from '../../../support/certificates.ts';
import { eventually } from '../../../support/kafka-wait.ts';
import { type ObjectStore, prepareObjectStore } from '../../../support/object-store.ts';
import { describeInfiniteStorage } from './infinite-storage.ts';
import { CHANGE_MAX_MS, eventuallyKept, minIsrOf, OrdersCluster, psc, reachable } from './orders-cluster.ts';

const START_MAX_MS = 180_000;
jest.setTimeout(CHANGE_MAX_MS);

let folder: string;
let store: ObjectStore;
let orders: OrdersCluster;
/** What a single test has to clean up. */
const onEnd: (() => void)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-port-'));
  store = await prepareObjectStore(folder);
  orders = await OrdersCluster.startTiered(store);
  await orders.freshWhere('three unfenced brokers', ({ brokers }) => {
    return brokers.size === 3 && [...brokers.values()].every(({ isFenced }) => !isFenced);
  });
  await orders.admin.createTopics({ topics: ['two-needed'], partitions: 6, replicas: 3 });
  await orders.admin.createTopics({
    topics: ['one-needed'],
    partitions: 2,
    replicas: 3,
    configs: [{ name: 'min.insync.replicas', value: '1' }],
  });
  await orders.freshWhere('all partitions in sync', (view) => {
    const made = view.partitions.filter(({ topic }) => topic.endsWith('-needed'));
    return made.length === 8 && view.partitions.every(({ isr }) => isr.length === 3);
  });
}, START_MAX_MS);

afterEach(() => {
  for (const end of onEnd.splice(0)) end();
  orders.closePorts();
});

afterAll(async () => {
  await orders.stop();
  store.kill();
  await rm(folder, { recursive: true });
}, START_MAX_MS);

describe('a healthy cluster', () => {
  test('shows every broker with its metrics and its disk', async () => {
    const { brokers } = await orders.fresh();
    expect([...brokers.keys()].sort()).toEqual([0, 1, 2]);
    for (const broker of brokers.values()) {
      expect(broker.isFenced).toBe(false);
      expect(broker.metrics).toEqual({
        underReplicatedPartitions: 0,
        underMinIsrPartitions: 0,
        offlineLogDirectories: 0,
        brokerState: 3,
        remoteCopy: { lagBytes: 0, errorsPerSecond: 0 },
      });
      expect(broker.disk?.totalBytes).toBeGreaterThan(0);
      expect(broker.disk?.usableBytes).toBeLessThanOrEqual(broker.disk?.totalBytes ?? 0);
    }
  });

  test('shows a quorum of three voters that are caught up, led by one of them', async () => {
    const { quorum } = await orders.fresh();
    expect([1000, 1001, 1002]).toContain(quorum.leaderId);
    expect(quorum.leaderEpoch).toBeGreaterThan(0);
    expect([...quorum.voters].sort((a, b) => a.id - b.id)).toMatchObject(
      [1000, 1001, 1002].map((id) => ({ id, isCaughtUp: true })),
    );
  });

  test('shows of each partition what must be in sync by its topic, or by the default of the cluster', async () => {
    // Without the controllers nobody says which broker's metadata is the newest; no view that decides anything is without them.
    const { partitions } = await orders.freshWhere('an active controller', ({ quorum }) => quorum.leaderId > 0);
    expect(minIsrOf(partitions, 'two-needed')).toEqual(new Set([2]));
    expect(minIsrOf(partitions, 'one-needed')).toEqual(new Set([1]));
  });

  test('shows a min ISR that was altered a moment ago, and the partitions of a topic that was made anew', async () => {
    await orders.admin.createTopics({ topics: ['made-anew'], partitions: 1, replicas: 3 });
    await orders.freshWhere('the topic', ({ partitions }) => minIsrOf(partitions, 'made-anew').has(2));
    await orders.setTopic('made-anew', 'min.insync.replicas', '1');
    await orders.freshWhere('its new min ISR', ({ partitions }) => minIsrOf(partitions, 'made-anew').has(1));
    await orders.admin.deleteTopics({ topics: ['made-anew'] });
    await orders.freshWhere('no such topic', ({ partitions }) => minIsrOf(partitions, 'made-anew').size === 0);
    await orders.admin.createTopics({ topics: ['made-anew'], partitions: 2, replicas: 3 });
    const view = await orders.freshWhere('the topic of that name', ({ partitions }) =>
      minIsrOf(partitions, 'made-anew').has(2),
    );
    expect(view.partitions.filter(({ topic }) => topic === 'made-anew')).toHaveLength(2);
    await orders.admin.deleteTopics({ topics: ['made-anew'] });
    await orders.freshWhere('no such topic', ({ partitions }) => minIsrOf(partitions, 'made-anew').size === 0);
  });

  test('answers who is still asking when connections that nobody needs are closed', async () => {
    const [first, second] = brokerPlaces(psc);
    if (first === undefined || second === undefined) throw new Error('the example has two brokers');
    const connections = new BrokerConnections({
      credentials: () => Promise.resolve({ password: orders.password, ca: orders.kafka.ca }),
      lookup: orders.lookup,
    });
    onEnd.push(() => {
      connections.close();
    });
    await connections.call(second, readBrokerMetadata);
    const asked = connections.call(first, async (connection) => {
      connections.keepOnly([]);
      return await readBrokerMetadata(connection);
    });
    expect((await asked).aliveBrokers).toHaveLength(3);
    expect(connections.has(second)).toBe(false);
    connections.keepOnly([]);
    expect(connections.has(first)).toBe(false);
  });

  test('is read in less time than a decision may be old', async () => {
    const startMs = Date.now();
    const view = await orders.fresh();
    expect(view.readAtMs).toBeGreaterThanOrEqual(startMs);
    expect(Date.now() - startMs).toBeLessThan(READ_MAX_MS);
  });

  test('is seen by the look in the background too, and who waits for it is told', async () => {
    const changed: string[] = [];
    const other = orders.newPort({ onChange: (name) => changed.push(name) });
    expect(other.cached(psc).state).toBe('unreachable');
    const view = await eventuallyKept(other);
    expect(view.brokers.size).toBe(3);
    expect(changed).toContain('orders');
  });
});

describeInfiniteStorage(
  () => orders,
  () => store,
);

describe('dynamic settings', () => {
  test('name what brokers take while they run, and nothing that Kafka refuses for all brokers', async () => {
    const { dynamicSettings } = await orders.fresh();
    expect([...dynamicSettings]).toEqual(
      expect.arrayContaining(['log.retention.ms', 'message.max.bytes', 'num.io.threads']),
    );
    for (const name of ['log.retention.hours', 'broker.rack', 'listeners', 'ssl.keystore.location', 'process.roles']) {
      expect(dynamicSettings).not.toContain(name);
    }
    expect(await orders.refusedForAllBrokers([...dynamicSettings])).toEqual([]);
  });

  test('are set, seen, and removed again', async () => {
    await orders.port.alterClusterSettings(psc, { 'log.retention.ms': '7200000' }, []);
    await orders.freshWhere('the setting', ({ clusterSettings }) => clusterSettings['log.retention.ms'] === '7200000');
    await orders.port.alterClusterSettings(psc, {}, ['log.retention.ms']);
    await orders.freshWhere('no setting', ({ clusterSettings }) => clusterSettings['log.retention.ms'] === undefined);
  });

  test('are in the kept view as soon as they are set', async () => {
    await eventuallyKept(orders.port);
    await orders.port.alterClusterSettings(psc, { 'log.retention.ms': '3600000' }, []);
    expect(reachable(orders.port.cached(psc)).clusterSettings['log.retention.ms']).toBe('3600000');
    await orders.port.alterClusterSettings(psc, {}, ['log.retention.ms']);
    expect(reachable(orders.port.cached(psc)).clusterSettings['log.retention.ms']).toBeUndefined();
  });

  test.each([
    ['with a value that Kafka cannot read', { 'log.retention.ms': 'soon' }, /log\.retention\.ms/],
    ['that need a restart', { 'process.roles': 'controller' }, /process\.roles/],
  ])('%s are refused in Kafka’s words', async (_, settings, words) => {
    const refused = orders.port.alterClusterSettings(psc, settings, []).catch((error: unknown) => error);
    expect(await refused).toBeInstanceOf(RefusedError);
    expect(String(await refused)).toMatch(words);
  });
});

describe('the quota of users that have none of their own', () => {
  test('is set and seen', async () => {
    const values = { producer_byte_rate: 40_000_000, consumer_byte_rate: 120_000_000 };
    await orders.port.alterDefaultQuota(psc, values);
    const view = await orders.freshWhere(
      'the quota',
      ({ defaultUserQuota }) => Object.keys(defaultUserQuota).length > 0,
    );
    expect(view.defaultUserQuota).toEqual(values);
  });

  test('is refused under a name that Kafka does not have', async () => {
    await expect(orders.port.alterDefaultQuota(psc, { bytes: 1 })).rejects.toBeInstanceOf(RefusedError);
  });
});

describe('a broker', () => {
  test('that has stopped leaves every ISR, is fenced, and leads again as preferred once it was asked to', async () => {
    const watching = orders.newPort();
    watching.cached(psc);
    watching.setAttention('orders', 'watch');
    await orders.kafka.endPod('kafka-1');
    const view = await orders.freshWhere('broker 1 fenced', ({ brokers }) => brokers.get(1)?.isFenced === true);
    expect(view.brokers.get(1)?.metrics).toBeUndefined();
    expect(view.brokers.get(1)?.disk).toBeUndefined();
    expect(view.brokers.get(0)?.metrics?.underReplicatedPartitions).toBeGreaterThan(0);
    for (const { isr, leader, replicas } of view.partitions) {
      expect(isr).not.toContain(1);
      expect(replicas).toContain(1);
      expect(leader).not.toBe(1);
    }
    await eventually({ what: 'the kept view to know of it', withinMs: CHANGE_MAX_MS }, () => {
      const kept = watching.cached(psc);
      return Promise.resolve(kept.state === 'reachable' && kept.brokers.get(1)?.isFenced === true ? true : undefined);
    });

    await orders.kafka.startPod('kafka-1');
    const back = await orders.freshWhere('broker 1 in sync', ({ partitions }) =>
      partitions.every(({ isr }) => isr.includes(1)),
    );
    const own = back.partitions.filter(({ replicas }) => replicas[0] === 1);
    expect(own.length).toBeGreaterThan(0);
    expect(own.every(({ leader }) => leader !== 1)).toBe(true);
    // Partitions that need no election, and one that is gone, are no reason to fail.
    await orders.port.electPreferred(psc, [...back.partitions, { topic: 'never-made', partition: 0 }]);
    await orders.freshWhere('preferred leaders', ({ partitions }) => {
      return partitions.every(({ leader, replicas }) => leader === replicas[0]);
    });
  });

  test('that answers nothing costs its own metrics and disk, and not the view', async () => {
    orders.kafka.signalPod('kafka-2', 'SIGSTOP');
    try {
      const startMs = Date.now();
      const view = await orders.fresh();
      expect(Date.now() - startMs).toBeLessThan(READ_MAX_MS);
      expect(view.brokers.get(2)?.metrics).toBeUndefined();
      expect(view.brokers.get(2)?.disk).toBeUndefined();
      expect(view.brokers.get(0)?.metrics?.brokerState).toBe(3);
    } finally {
      orders.kafka.signalPod('kafka-2', 'SIGCONT');
    }
    await orders.freshWhere('broker 2 in sync', ({ partitions, brokers }) => {
      return brokers.get(2)?.isFenced === false && partitions.every(({ isr }) => isr.includes(2));
    });
  });
});

describe('a controller', () => {
  test('that has stopped is no longer caught up, and is again after its return', async () => {
    const { quorum } = await orders.fresh();
    const follower = quorum.voters.find(({ id }) => id !== quorum.leaderId)?.id ?? 0;
    await orders.kafka.endPod(`controller-${follower - 1000}`);
    const isCaughtUp = ({ quorum: { voters } }: ReachableKafka): boolean | undefined => {
      return voters.find(({ id }) => id === follower)?.isCaughtUp;
    };
    await orders.freshWhere('a voter that is behind', (view) => isCaughtUp(view) === false);
    await orders.kafka.startPod(`controller-${follower - 1000}`);
    await orders.freshWhere('a voter that is caught up', (view) => isCaughtUp(view) === true);
  });

  test('that leads is followed by another; without a majority no leader is shown, and brokers go on with what they know', async () => {
    const before = await orders.fresh();
    const [follower = 0] = before.quorum.voters.map(({ id }) => id).filter((id) => id !== before.quorum.leaderId);
    const stopped = [before.quorum.leaderId, follower].map((id) => `controller-${id - 1000}`);
    try {
      await orders.kafka.endPod(stopped[0] ?? '');
      const after = await orders.freshWhere('another leader', ({ quorum }) => {
        return quorum.leaderId > 0 && quorum.leaderId !== before.quorum.leaderId;
      });
      expect(after.quorum.leaderEpoch).toBeGreaterThan(before.quorum.leaderEpoch);
      await orders.kafka.endPod(stopped[1] ?? '');
      const none = await orders.freshWhere('no leader', ({ quorum }) => quorum.leaderId === -1);
      expect(none.partitions).toHaveLength(before.partitions.length);
    } finally {
      await Promise.all(stopped.map((pod) => orders.kafka.startPod(pod)));
    }
    await orders.freshWhere('a leader', ({ quorum: { leaderId, voters } }) => {
      return leaderId > 0 && voters.every(({ isCaughtUp }) => isCaughtUp);
    });
  });
});

describe('consumer lag', () => {
  test('is what a group has still to read of each topic, for groups that are there and for those that have left', async () => {
    await orders.admin.createTopics({ topics: ['bills'], partitions: 2, replicas: 3 });
    const access = orders.clientOptions();
    const producer = new Producer({ ...access, serializers: stringSerializers });
    const messages = Array.from({ length: 10 }, (_, index) => ({
      topic: 'bills',
      partition: index % 2,
      key: `${index}`,
      value: 'v',
    }));
    await producer.send({ acks: -1, messages });
    const consumer = new Consumer({ ...access, groupId: 'billing' });
    await consumer.joinGroup();
    await consumer.commit({
      offsets: [
        { topic: 'bills', partition: 0, offset: 2n, leaderEpoch: -1 },
        { topic: 'bills', partition: 1, offset: 5n, leaderEpoch: -1 },
      ],
    });
    const lag = async (): Promise<unknown> => await orders.port.consumerLag('orders');
    await eventuallyKept(orders.port);
    // The kept view learns of the topics a moment after they are made.
    await eventually({ what: 'the lag', withinMs: CHANGE_MAX_MS / 2 }, async () => {
      const found = await orders.port.consumerLag('orders');
      return found?.lags.some(({ records }) => records === 3) === true ? true : undefined;
    });
    expect(await lag()).toEqual({ lags: [{ group: 'billing', topic: 'bills', records: 3 }], leftOut: 0 });
    await new Promise<void>((resolve, reject) => {
      consumer.leaveGroup((error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
    await producer.send({ acks: -1, messages: messages.slice(0, 4) });
    expect(await lag()).toEqual({ lags: [{ group: 'billing', topic: 'bills', records: 7 }], leftOut: 0 });
    await Promise.all([consumer.close(), producer.close()]);
  });

  test('is not known of a cluster that nobody has asked for', async () => {
    expect(await orders.newPort().consumerLag('orders')).toBeUndefined();
  });
});

describe('a cluster that cannot be asked', () => {
  test('says so when the password is wrong', async () => {
    const view = await orders.newPort({ password: () => 'wrong' }).fresh(psc);
    expect(view).toEqual({
      state: 'unreachable',
      reason: expect.stringMatching(/^the brokers refuse the password of the platform: /) as unknown,
    });
  });

  test('is asked with new credentials once those in use are refused', async () => {
    let password = 'wrong';
    const other = orders.newPort({ password: () => password });
    expect((await other.fresh(psc)).state).toBe('unreachable');
    password = orders.password;
    expect((await other.fresh(psc)).state).toBe('reachable');
  });

  test('says so when its certificate is of another authority', async () => {
    const view = await orders.newPort({ ca: (await createAuthority('another')).certificate }).fresh(psc);
    expect(view).toEqual({
      state: 'unreachable',
      reason: expect.stringMatching(/^a certificate is not accepted: /) as unknown,
    });
  });

  test('says so when its credentials are not there', async () => {
    const other = realKafkaPort({
      credentialsOf: () => Promise.reject(new Error('Secret kafka-platform-users is missing')),
      clock: { nowMs: Date.now },
      lookup: orders.lookup,
    });
    onEnd.push(() => {
      other.stop();
    });
    expect(await other.fresh(psc)).toEqual({
      state: 'unreachable',
      reason: expect.stringContaining('Secret kafka-platform-users is missing') as unknown,
    });
  });

  test('is unreachable within its time when no broker answers', async () => {
    for (const name of ['kafka-0', 'kafka-1', 'kafka-2']) orders.kafka.signalPod(name, 'SIGSTOP');
    try {
      const startMs = Date.now();
      expect((await orders.newPort().fresh(psc)).state).toBe('unreachable');
      expect((await orders.port.fresh(psc)).state).toBe('unreachable');
      expect(Date.now() - startMs).toBeLessThan(2 * READ_MAX_MS + 1_000);
    } finally {
      for (const name of ['kafka-0', 'kafka-1', 'kafka-2']) orders.kafka.signalPod(name, 'SIGCONT');
    }
    await orders.freshWhere('an answer', () => true);
  });

  test('is unreachable once the port has stopped', async () => {
    const other = orders.newPort();
    expect((await other.fresh(psc)).state).toBe('reachable');
    other.stop();
    expect((await other.fresh(psc)).state).toBe('unreachable');
    await expect(other.alterClusterSettings(psc, { 'log.retention.ms': '1' }, [])).rejects.toThrow();
  });
});
