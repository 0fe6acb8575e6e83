import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { missingReplicas } from '../../../../operators/psc/classify.ts';
import type { ReachableKafka } from '../../../../operators/psc/observed.ts';
import { RefusedError } from '../../../../operators/psc/ports.ts';
import { unrollableTopics } from '../../../../operators/psc/safety.ts';
import { isrOf, isWhole, type KafkaHands, kafkaHandsIn, ofTopic, partitionIn } from './kafka-hands.ts';
import type { KafkaConformanceWorld } from './kafka-conformance-world.ts';
import { leavingTests } from './leaving-conformance.ts';
import { quorumTests } from './quorum-conformance.ts';

/** What the operator takes for granted of Kafka; the model that it is simulated with is held to the same. */
export function kafkaConformance(
  name: string,
  makeWorld: () => Promise<KafkaConformanceWorld>,
  startTimeoutMs: number,
): void {
  describe(`${name} keeps what the operator takes for granted`, () => {
    let world: KafkaConformanceWorld;
    let hands: KafkaHands;
    const ground = (): KafkaGround => ({ world, hands });

    beforeAll(async () => {
      world = await makeWorld();
      hands = kafkaHandsIn(world);
      await world.createTopic('paid', PAID);
      await hands.freshWhere('the topic', (view) => ofTopic(view, 'paid').length === PAID.length);
      await hands.allWell();
    }, startTimeoutMs);

    afterEach(async () => {
      await hands.allWell();
    }, startTimeoutMs);

    afterAll(async () => {
      await world.stop();
    }, startTimeoutMs);

    describe('of a cluster that is well', () => {
      healthTests(ground);
    });
    describe('of settings and quotas', () => {
      settingTests(ground);
    });
    describe('of brokers', () => {
      brokerTests(ground);
    });
    describe('of leaders', () => {
      leaderTests(ground);
    });
    describe('of replicas that are few', () => {
      fewReplicasTests(ground);
    });
    describe('of reassignments', () => {
      reassignmentTests(ground);
    });
    describe('of brokers that leave', () => {
      leavingTests(ground);
    });
    describe('of controllers', () => {
      quorumTests(ground);
    });
    describe('of silence', () => {
      silenceTests(ground);
    });
  });
}

export interface KafkaGround {
  readonly world: KafkaConformanceWorld;
  readonly hands: KafkaHands;
}

/** Each broker is preferred once, and each of the other two follows it once. */
const PAID = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
];

function healthTests(ground: () => KafkaGround): void {
  test('every broker is registered and not fenced, and shows its metrics and its disk', async () => {
    const { brokers } = await ground().hands.fresh();
    expect([...brokers.keys()].sort()).toEqual([0, 1, 2]);
    for (const { isFenced, metrics, disk } of brokers.values()) {
      expect(isFenced).toBe(false);
      expect(metrics).toMatchObject({ underReplicatedPartitions: 0, underMinIsrPartitions: 0 });
      expect(metrics).toMatchObject({ offlineLogDirectories: 0, brokerState: 3 });
      expect(disk?.usableBytes).toBeGreaterThan(0);
      expect(disk?.totalBytes).toBeGreaterThanOrEqual(disk?.usableBytes ?? Infinity);
    }
  });

  test('every partition is led by its preferred leader, with all replicas in sync and the min ISR of the cluster', async () => {
    const partitions = ofTopic(await ground().hands.fresh(), 'paid');
    expect(partitions.map(({ replicas }) => replicas)).toEqual(PAID);
    for (const { leader, replicas, isr, adding, removing, minIsr } of partitions) {
      expect(leader).toBe(replicas[0]);
      expect([...isr].sort()).toEqual([0, 1, 2]);
      expect([...adding, ...removing]).toEqual([]);
      expect(minIsr).toBe(2);
    }
  });

  test('a view that is kept shows the same in a while', async () => {
    const { world } = ground();
    const kept = await world.eventually('a kept view', () => {
      const view = world.port.cached(world.psc);
      return Promise.resolve(view.state === 'reachable' ? view : undefined);
    });
    expect([...kept.brokers.keys()].sort()).toEqual([0, 1, 2]);
    expect(ofTopic(kept, 'paid')).toEqual(ofTopic(await ground().hands.fresh(), 'paid'));
  });
}

const LISTENER_LIMIT = 'listener.name.external.max.connections';

function settingTests(ground: () => KafkaGround): void {
  test('brokers say which settings they take while they run', async () => {
    const { dynamicSettings } = await ground().hands.fresh();
    for (const name of ['log.retention.ms', 'message.max.bytes', 'compression.type']) {
      expect(dynamicSettings).toContain(name);
    }
    for (const name of ['process.roles', 'broker.rack', 'log.retention.hours', LISTENER_LIMIT]) {
      expect(dynamicSettings).not.toContain(name);
    }
  });

  test('limits of one listener are taken while brokers run, though no broker says so', async () => {
    const { world, hands } = ground();
    await world.port.alterClusterSettings(world.psc, { [LISTENER_LIMIT]: '1000' }, []);
    await hands.freshWhere('the limit', ({ clusterSettings }) => clusterSettings[LISTENER_LIMIT] === '1000');
    await world.port.alterClusterSettings(world.psc, {}, [LISTENER_LIMIT]);
    await hands.freshWhere('no limit', ({ clusterSettings }) => clusterSettings[LISTENER_LIMIT] === undefined);
  });

  test('a dynamic setting is seen once it is set, and no longer once it is taken away; taking it away again is no fault', async () => {
    const { world, hands } = ground();
    await world.port.alterClusterSettings(world.psc, { 'log.retention.ms': '7200000' }, []);
    await hands.freshWhere('the setting', ({ clusterSettings }) => clusterSettings['log.retention.ms'] === '7200000');
    for (let time = 0; time < 2; time += 1) {
      await world.port.alterClusterSettings(world.psc, {}, ['log.retention.ms']);
      await hands.freshWhere('no setting', ({ clusterSettings }) => clusterSettings['log.retention.ms'] === undefined);
    }
  });

  test.each([
    ['with a value that means nothing', { 'log.retention.ms': 'bogus' }],
    ['that needs a restart', { 'process.roles': 'broker' }],
  ])('a setting %s is refused, and with it all that were sent together', async (_, wrong) => {
    const { world, hands } = ground();
    const sent = world.port.alterClusterSettings(world.psc, { 'message.max.bytes': '2000000', ...wrong }, []);
    expect(await hands.failureOf(sent)).toBeInstanceOf(RefusedError);
    expect((await hands.fresh()).clusterSettings['message.max.bytes']).not.toBe('2000000');
  });

  test('quotas of the default user are set one by one: one that is not named stays', async () => {
    const { world, hands } = ground();
    await world.port.alterDefaultQuota(world.psc, { producer_byte_rate: 40_000_000, consumer_byte_rate: 1_000_000 });
    await world.port.alterDefaultQuota(world.psc, { consumer_byte_rate: 120_000_000 });
    const { defaultUserQuota } = await hands.freshWhere(
      'the quota',
      ({ defaultUserQuota: { consumer_byte_rate } }) => consumer_byte_rate === 120_000_000,
    );
    expect(defaultUserQuota).toEqual({ producer_byte_rate: 40_000_000, consumer_byte_rate: 120_000_000 });
  });

  test('a quota under a name that Kafka does not have is refused', async () => {
    const { world, hands } = ground();
    const sent = world.port.alterDefaultQuota(world.psc, { bytes: 1 });
    expect(await hands.failureOf(sent)).toBeInstanceOf(RefusedError);
  });
}

function brokerTests(ground: () => KafkaGround): void {
  test('one that is stopped in order is fenced, stays registered, and leaves every ISR; leaders say what they lack', async () => {
    const { world, hands } = ground();
    await world.stopBroker(1);
    const view = await hands.freshWhere('a fenced broker', ({ brokers }) => brokers.get(1)?.isFenced === true);
    expect(view.brokers.get(1)).toEqual({ id: 1, isFenced: true });
    for (const partition of view.partitions) expect(partition.isr).not.toContain(1);
    const told = await hands.freshWhere('the metrics', (each) => missedByMetrics(each) === missedByMetadata(each));
    expect(missedByMetadata(told)).toBeGreaterThanOrEqual(PAID.length);
    await world.startBroker(1);
    const back = await hands.allWell();
    expect(back.brokers.get(1)?.metrics?.brokerState).toBe(3);
    await giveBack(ground());
  });

  test('one that is killed counts as in sync and as leader until its session ends, though it shows no metrics', async () => {
    const { world, hands } = ground();
    await world.killBroker(2);
    const view = await hands.fresh();
    expect(view.brokers.get(2)).toEqual({ id: 2, isFenced: false });
    expect(partitionIn(view, 'paid', 2)).toMatchObject({ leader: 2 });
    expect(isrOf(view, 'paid', 0)).toEqual([0, 1, 2]);
    await hands.freshWhere('a fenced broker', ({ brokers }) => brokers.get(2)?.isFenced === true);
    const after = await hands.freshWhere('a smaller ISR', (each) => isrOf(each, 'paid', 0).length === 2);
    expect(isrOf(after, 'paid', 2)).toEqual([0, 1]);
    await world.startBroker(2);
    await hands.allWell();
    await giveBack(ground());
  });

  test('one that is killed and started at once is not let in before the session of its former life has ended', async () => {
    const { world, hands } = ground();
    const startMs = world.nowMs();
    await world.killBroker(2);
    await world.startBroker(2);
    // Its last heartbeat may have been up to two seconds before (broker.heartbeat.interval.ms).
    expect(world.nowMs() - startMs).toBeGreaterThan(SESSION_MS - HEARTBEAT_MS);
    await hands.allWell();
    expect(partitionIn(await hands.fresh(), 'paid', 2).leader).not.toBe(2);
    await giveBack(ground());
  });
}

/** `broker.session.timeout.ms` and `broker.heartbeat.interval.ms`, by default. */
const SESSION_MS = 9_000;
const HEARTBEAT_MS = 2_000;

function leaderTests(ground: () => KafkaGround): void {
  test('the next replica in order leads what a broker led that has gone, and leads on when it is back', async () => {
    const { world, hands } = ground();
    await world.stopBroker(0);
    await hands.freshWhere('another leader', (view) => partitionIn(view, 'paid').leader === 1);
    await world.startBroker(0);
    const back = await hands.allWell();
    expect(partitionIn(back, 'paid').leader).toBe(1);
    // In the other order it came back into the ISR; what counts is the order of the replicas.
    await world.stopBroker(1);
    await hands.freshWhere('a leader', (view) => partitionIn(view, 'paid').leader === 0);
    await world.startBroker(1);
    await hands.allWell();
    await giveBack(ground());
  });

  test('preferred leaders lead again once they are asked to; what is led so already, or is gone, is no fault', async () => {
    const { world, hands } = ground();
    await world.stopBroker(1);
    await world.startBroker(1);
    const { partitions } = await hands.allWell();
    expect(ofTopic(await hands.fresh(), 'paid').map(({ leader }) => leader)).toEqual([0, 2, 2]);
    await world.port.electPreferred(world.psc, [...partitions, { topic: 'never-made', partition: 0 }]);
    const view = await hands.freshWhere('preferred leaders', (each) => partitionIn(each, 'paid', 1).leader === 1);
    expect(ofTopic(view, 'paid').map(({ leader }) => leader)).toEqual([0, 1, 2]);
  });

  test('an election of a replica that is not there fails, and takes nothing from the others', async () => {
    const { world, hands } = ground();
    await world.stopBroker(1);
    await world.startBroker(1);
    await hands.allWell();
    await world.stopBroker(0);
    const { partitions } = await hands.freshWhere('a leader', (each) => partitionIn(each, 'paid').leader > 0);
    const failure = await hands.failureOf(world.port.electPreferred(world.psc, partitions));
    expect(failure).not.toBeInstanceOf(RefusedError);
    await hands.freshWhere('the other', (each) => partitionIn(each, 'paid', 1).leader === 1);
    await world.startBroker(0);
    await hands.allWell();
    await giveBack(ground());
  });
}

function fewReplicasTests(ground: () => KafkaGround): void {
  test('without its last replica in sync a partition has no leader and nobody in sync, and only that replica leads it again', async () => {
    const { world, hands } = ground();
    await world.createTopic('pair', [[2, 1]], { minIsr: 1 });
    await hands.freshWhere('the topic', (view) => view.partitions.some(({ topic }) => topic === 'pair'));
    await world.stopBroker(1);
    await hands.freshWhere('one in sync', (view) => isrOf(view, 'pair').length === 1);
    await world.killBroker(2);
    const alone = await hands.freshWhere('no leader', (view) => partitionIn(view, 'pair').leader === -1);
    expect(isrOf(alone, 'pair')).toEqual([]);
    // What is left of the others is below their min ISR, and their leader says so.
    const told = await hands.freshWhere('the metrics', (view) => missedByMetrics(view) === missedByMetadata(view));
    expect(ofTopic(told, 'paid').map(({ leader, isr }) => [leader, ...isr])).toEqual(PAID.map(() => [0, 0]));
    const short = told.partitions.filter(({ leader, isr, minIsr }) => leader === 0 && isr.length < minIsr);
    expect(told.brokers.get(0)?.metrics?.underMinIsrPartitions).toBe(short.length);
    await world.startBroker(1);
    const waiting = await hands.freshWhere('broker 1 in sync', (view) => isrOf(view, 'paid').includes(1));
    expect(partitionIn(waiting, 'pair').leader).toBe(-1);
    await world.startBroker(2);
    const back = await hands.allWell();
    expect(partitionIn(back, 'pair').leader).toBe(2);
    await giveBack(ground());
  });

  test('a topic that needs all of its replicas is seen as one', async () => {
    const { world, hands } = ground();
    await world.createTopic('narrow', [[0, 1, 2]], { minIsr: 2 });
    await hands.freshWhere('the topic', (view) => view.partitions.some(({ topic }) => topic === 'narrow'));
    expect(unrollableTopics(await hands.fresh())).not.toContain('narrow');
    await world.reassign('narrow', 0, [0, 1]);
    const view = await hands.freshWhere('two replicas', (each) => partitionIn(each, 'narrow').replicas.length === 2);
    expect(partitionIn(view, 'narrow').minIsr).toBe(2);
    expect(unrollableTopics(view)).toContain('narrow');
    await world.reassign('narrow', 0, [0, 1, 2]);
    await hands.freshWhere('three replicas', (each) => partitionIn(each, 'narrow').replicas.length === 3);
  });
}

function reassignmentTests(ground: () => KafkaGround): void {
  test('one whose new replica is away waits for it: the new order counts at once, the old replicas stay, none is missed', async () => {
    const { world, hands } = ground();
    await world.createTopic('moving', [[0, 1]], { minIsr: 1 });
    await hands.freshWhere('the topic', (view) => view.partitions.some(({ topic }) => topic === 'moving'));
    await world.stopBroker(2);
    await hands.freshWhere('a fenced broker', ({ brokers }) => brokers.get(2)?.isFenced === true);
    await world.reassign('moving', 0, [2, 0]);
    const view = await hands.freshWhere('the move', (each) => partitionIn(each, 'moving').adding.length > 0);
    const { replicas, leader, adding, removing } = partitionIn(view, 'moving');
    expect({ replicas, leader, adding, removing }).toEqual({
      replicas: [2, 0, 1],
      leader: 0,
      adding: [2],
      removing: [1],
    });
    expect(isrOf(view, 'moving')).toEqual([0, 1]);
    const told = await hands.freshWhere('the metrics', (each) => missedByMetrics(each) === missedByMetadata(each));
    expect(missingReplicas(partitionIn(told, 'moving'))).toEqual([]);
    await world.startBroker(2);
    const moved = await hands.freshWhere('the end of it', (each) => isWhole(partitionIn(each, 'moving')));
    expect(partitionIn(moved, 'moving')).toMatchObject({ replicas: [2, 0], leader: 0, adding: [], removing: [] });
    await hands.allWell();
    await giveBack(ground());
  });

  test('one that changes the order only is over at once, and moves no leader', async () => {
    const { world, hands } = ground();
    await world.createTopic('turned', [[0, 1, 2]]);
    await hands.freshWhere('the topic', (view) => view.partitions.some(({ topic }) => topic === 'turned'));
    await world.reassign('turned', 0, [1, 0, 2]);
    const view = await hands.freshWhere('the order', (each) => partitionIn(each, 'turned').replicas[0] === 1);
    expect(partitionIn(view, 'turned')).toMatchObject({ replicas: [1, 0, 2], leader: 0, adding: [], removing: [] });
    await giveBack(ground());
    expect(partitionIn(await hands.fresh(), 'turned').leader).toBe(1);
  });
}

function silenceTests(ground: () => KafkaGround): void {
  test('a cluster that nobody answers for is unreachable, for a reason, and takes no write; none of it is a refusal', async () => {
    const { world, hands } = ground();
    const speak = await world.silence();
    try {
      const view = await world.port.fresh(world.psc);
      expect(view).toEqual({ state: 'unreachable', reason: expect.stringMatching(/./) as unknown });
      const sent = world.port.alterClusterSettings(world.psc, { 'log.retention.ms': '7200000' }, []);
      expect(await hands.failureOf(sent)).not.toBeInstanceOf(RefusedError);
    } finally {
      await speak();
    }
    await hands.allWell();
    await giveBack(ground());
  });
}

/** Lets every preferred replica lead again. */
async function giveBack({ world, hands }: KafkaGround): Promise<void> {
  const { partitions } = await hands.allWell();
  await world.port.electPreferred(world.psc, partitions);
  await hands.freshWhere('preferred leaders', (view) =>
    view.partitions.every(({ leader, replicas }) => leader === replicas[0]),
  );
}

function missedByMetadata({ partitions }: ReachableKafka): number {
  return partitions.filter((each) => each.leader >= 0 && missingReplicas(each).length > 0).length;
}

function missedByMetrics({ brokers }: ReachableKafka): number {
  return [...brokers.values()].reduce((sum, { metrics }) => sum + (metrics?.underReplicatedPartitions ?? 0), 0);
}
