import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseBrokerMetrics } from '../../../../operators/psc/kafka/broker-metrics.ts';
import { brokerPlaces } from '../../../../operators/psc/kafka/broker-places.ts';
import { isForOneBrokerOnly } from '../../../../operators/psc/kafka/broker-settings.ts';
import {
  isUnchanged,
  type KnownPartition,
  type KnownTopic,
  mergeTopics,
  partitionViews,
} from '../../../../operators/psc/kafka/partition-views.ts';
import {
  bestInformed,
  CAUGHT_UP_MAX_MS,
  FETCHED_MAX_MS,
  quorumView,
  type QuorumReplica,
} from '../../../../operators/psc/kafka/quorum-view.ts';
import { examplePsc } from '../../../support/example-psc.ts';

describe('what two brokers know of a partition', () => {
  test('has in sync only what both have, with the leader of the higher epoch', () => {
    const a = topic({ leaderId: 0, leaderEpoch: 4, isrNodes: [0, 1, 2] });
    const b = topic({ leaderId: 1, leaderEpoch: 5, isrNodes: [1, 2] });
    for (const witnesses of [
      [[a], [b]],
      [[b], [a]],
    ]) {
      expect(mergeTopics(witnesses)).toEqual([topic({ leaderId: 1, leaderEpoch: 5, isrNodes: [1, 2] })]);
    }
  });

  test('never has more in sync than either of them, whatever they know', () => {
    const isr = fc.subarray([0, 1, 2, 3]);
    const partition = fc.record({
      partitionIndex: fc.nat(3),
      leaderId: fc.integer({ min: -1, max: 3 }),
      leaderEpoch: fc.nat(5),
      replicaNodes: fc.constant([0, 1, 2, 3]),
      isrNodes: isr,
    });
    const partitions = fc.uniqueArray(partition, { selector: ({ partitionIndex }) => partitionIndex });
    const known = fc.uniqueArray(
      fc
        .record({ topicId: fc.constantFrom('a', 'b', 'c'), partitions })
        .map((each) => ({ ...each, name: each.topicId })),
      { selector: ({ topicId }) => topicId },
    );
    const isrOf = (
      topics: readonly KnownTopic[],
      { topicId }: KnownTopic,
      index: number,
    ): readonly number[] | undefined =>
      topics.find((each) => each.topicId === topicId)?.partitions.find(({ partitionIndex }) => partitionIndex === index)
        ?.isrNodes;
    fc.assert(
      fc.property(known, known, (one, two) => {
        const merged = mergeTopics([one, two]);
        for (const each of merged) {
          for (const { partitionIndex, isrNodes } of each.partitions) {
            const sides = [isrOf(one, each, partitionIndex), isrOf(two, each, partitionIndex)].flatMap((ids) =>
              ids ? [ids] : [],
            );
            expect(sides.length).toBeGreaterThan(0);
            for (const id of isrNodes) for (const side of sides) expect(side).toContain(id);
          }
        }
        for (const side of [one, two]) {
          for (const each of side) {
            for (const { partitionIndex } of each.partitions) expect(isrOf(merged, each, partitionIndex)).toBeDefined();
          }
        }
      }),
    );
  });

  test('counts while one of them still, or already, knows its topic', () => {
    expect(mergeTopics([[topic({})], []])).toEqual([topic({})]);
    expect(mergeTopics([[], [topic({})]])).toEqual([topic({})]);
  });

  test('is not mixed up with a topic of the same name that was made anew', () => {
    const old = { ...topic({ isrNodes: [0] }), topicId: 'old' };
    expect(mergeTopics([[old], [topic({ isrNodes: [0, 1] })]])).toHaveLength(2);
  });
});

describe('a view of partitions', () => {
  const minIsr = new Map([['id-of-t', 2]]);

  test('shows where replicas are moving, as the controller says', () => {
    const move = { topic: 't', partition: 0, replicas: [3, 1, 2, 0], adding: [3], removing: [0] };
    const [view] = partitionViews([topic({})], minIsr, [move]);
    expect(view).toMatchObject({ replicas: [3, 1, 2, 0], adding: [3], removing: [0], minIsr: 2 });
  });

  test('leaves out topics that were deleted before their min ISR could be asked', () => {
    expect(partitionViews([topic({})], new Map(), [])).toEqual([]);
  });

  test.each([
    ['another replica in sync', topic({ isrNodes: [0, 1] })],
    ['another leader', topic({ leaderId: 2 })],
    ['other replicas', topic({ replicaNodes: [0, 1, 3] })],
    ['another partition', topic({ partitionIndex: 1 })],
  ])('is changed by %s', (_, changed) => {
    const view = partitionViews([topic({})], minIsr, []);
    expect(isUnchanged(view, [topic({})])).toBe(true);
    expect(isUnchanged(view, [changed])).toBe(false);
    expect(isUnchanged(view, [])).toBe(false);
    expect(isUnchanged(view, [topic({}), { ...changed, name: 'other' }])).toBe(false);
  });
});

describe('the quorum', () => {
  const leader = replica(1000, { caughtUpAgoMs: 0, fetchedAgoMs: 0 });
  const isCaughtUp = (voter: QuorumReplica): boolean | undefined =>
    quorumView({ leaderId: 1000, leaderEpoch: 3, currentVoters: [leader, voter], observers: [] }).voters[1]?.isCaughtUp;

  test.each([
    ['that follows', { caughtUpAgoMs: 400, fetchedAgoMs: 400 }, true],
    ['at both limits', { caughtUpAgoMs: CAUGHT_UP_MAX_MS, fetchedAgoMs: FETCHED_MAX_MS }, true],
    ['that fetches and stays behind', { caughtUpAgoMs: CAUGHT_UP_MAX_MS + 1, fetchedAgoMs: 0 }, false],
    [
      'that was caught up when it fell silent',
      { caughtUpAgoMs: FETCHED_MAX_MS + 1, fetchedAgoMs: FETCHED_MAX_MS + 1 },
      false,
    ],
  ] as const)('has a voter %s', (_, ages, expected) => {
    expect(isCaughtUp(replica(1001, ages))).toBe(expected);
  });

  test('has a voter that never fetched', () => {
    const silent = replica(1001, { caughtUpAgoMs: 0, fetchedAgoMs: 0 });
    expect(isCaughtUp({ ...silent, lastFetchTimestamp: -1n, lastCaughtUpTimestamp: -1n })).toBe(false);
  });

  test('has controllers without a vote beside its voters, and no brokers', () => {
    const fresh = { caughtUpAgoMs: 0, fetchedAgoMs: 0 };
    const observers = [replica(0, fresh), replica(1001, fresh)];
    const { voters, joining } = quorumView({ leaderId: 1000, leaderEpoch: 3, currentVoters: [leader], observers });
    expect(voters.map(({ id }) => id)).toEqual([1000]);
    expect(joining).toEqual([{ id: 1001, directory: 'directory-of-1001', isCaughtUp: true }]);
  });

  test('has nobody caught up while nobody leads', () => {
    const view = quorumView({ leaderId: -1, leaderEpoch: 3, currentVoters: [leader], observers: [] });
    expect(view).toEqual({ leaderId: -1, leaderEpoch: 0, voters: [], joining: [] });
  });

  test('knows which brokers have the newest metadata', () => {
    const observers = [
      replica(0, { caughtUpAgoMs: 900, fetchedAgoMs: 0 }),
      replica(1, { caughtUpAgoMs: 10, fetchedAgoMs: 0 }),
      replica(2, { caughtUpAgoMs: 60_000, fetchedAgoMs: 0 }),
    ];
    expect(bestInformed({ leaderId: 1000, leaderEpoch: 3, currentVoters: [leader], observers })).toEqual([1, 0, 2]);
  });
});

describe("a broker's metrics", () => {
  const text = [
    '# HELP kafka_server_replicamanager_underreplicatedpartitions Attribute',
    'kafka_server_replicamanager_underreplicatedpartitions 4.0',
    'kafka_server_replicamanager_underminisrpartitioncount 1.0 1700000000000',
    'kafka_server_replicamanager_leadercount 8.0',
    'kafka_log_logmanager_offlinelogdirectorycount{a="b c"} 2.0',
    'kafka_server_kafkaserver_brokerstate 3.0',
  ];

  test('are read from the lines that have them', async () => {
    expect(await parseBrokerMetrics(text)).toEqual({
      underReplicatedPartitions: 4,
      underMinIsrPartitions: 1,
      offlineLogDirectories: 2,
      brokerState: 3,
    });
  });

  test('tell of copies into the bucket where the broker makes any: of all topics, not of one', async () => {
    const copies = [
      'kafka_server_brokertopicmetrics_remotecopylagbytes{topic="orders"} 7.0',
      'kafka_server_brokertopicmetrics_remotecopylagbytes 42.0',
      'kafka_server_brokertopicmetrics_remotecopylagbytes{topic="paid"} 35.0',
      'kafka_server_brokertopicmetrics_remotecopyerrors_five_minute_rate 0.25',
    ];
    const { remoteCopy } = await parseBrokerMetrics([...text, ...copies]);
    expect(remoteCopy).toEqual({ lagBytes: 42, errorsPerSecond: 0.25 });
    expect((await parseBrokerMetrics([...text, ...copies.slice(0, 3)])).remoteCopy).toBeUndefined();
  });

  test.each([1, 2, 4, 5])('are not guessed when line %i is missing or says no number', async (index) => {
    const name = text[index]?.split(/[ {]/)[0] ?? '';
    await expect(parseBrokerMetrics(text.toSpliced(index, 1))).rejects.toThrow(name);
    await expect(parseBrokerMetrics(text.toSpliced(index, 1, `${name} NaN`))).rejects.toThrow(name);
  });
});

describe('dynamic settings', () => {
  test.each([
    ['listener.name.external.max.connections', false],
    ['listener.name.external.max.connection.creation.rate', false],
    ['listener.name.internal.ssl.keystore.location', true],
    ['ssl.truststore.location', true],
    ['advertised.listeners', true],
    ['log.retention.ms', false],
    ['max.connections', false],
  ])('%s: for one broker only is %s', (name, expected) => {
    expect(isForOneBrokerOnly(name)).toBe(expected);
  });
});

describe('brokers are asked', () => {
  test('of all zones in turn', () => {
    const places = brokerPlaces(examplePsc('local', { brokers: 6 }));
    expect(places.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(places.slice(0, 3).map(({ zone }) => zone)).size).toBe(3);
    expect(places[4]?.host).toBe('kafka-4.kafka.psc-orders.svc.cluster.local');
  });
});

function topic(partition: Partial<KnownPartition>): KnownTopic {
  const whole = { partitionIndex: 0, leaderId: 0, leaderEpoch: 1, replicaNodes: [0, 1, 2], isrNodes: [0, 1, 2] };
  return { name: 't', topicId: 'id-of-t', partitions: [{ ...whole, ...partition }] };
}

function replica(
  replicaId: number,
  { caughtUpAgoMs, fetchedAgoMs }: { readonly caughtUpAgoMs: number; readonly fetchedAgoMs: number },
): QuorumReplica {
  const nowMs = 1_700_000_000_000;
  return {
    replicaId,
    replicaDirectoryId: `directory-of-${replicaId}`,
    lastCaughtUpTimestamp: BigInt(nowMs - caughtUpAgoMs),
    lastFetchTimestamp: BigInt(nowMs - fetchedAgoMs),
  };
}
