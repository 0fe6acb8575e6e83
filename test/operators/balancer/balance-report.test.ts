import { describe, expect, it } from '@jest/globals';
import { CONDITION_TYPES } from '../../../contracts/conditions.ts';
import type { BalanceStatus, PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import type { Decision } from '../../../operators/balancer/execute/decide.ts';
import type { ObservedBroker, ObservedCluster } from '../../../operators/balancer/execute/observed.ts';
import {
  balanceReport,
  balancingCondition,
  isNews,
  unreachableReport,
} from '../../../operators/balancer/service/balance-report.ts';
import { DrainProof } from '../../../operators/balancer/service/drain-proof.ts';
import { MoveRate } from '../../../operators/balancer/service/move-rate.ts';
import { balancedBrokers, capacityOf, intentOf, storedMemory } from '../../../operators/balancer/service/psc-intent.ts';
import { brokerPlaces } from '../../../operators/psc/kafka/broker-places.ts';
import { examplePsc } from '../../support/example-psc.ts';

const NOW_MS = Date.UTC(2026, 10, 30);
const MIB = 2 ** 20;

function decision(more: Partial<Decision> = {}): Decision {
  const memory = { isUnderWay: true, newBrokers: [3] };
  return { steps: [], state: 'Moving', wait: undefined, memory, plan: undefined, ...more };
}

function report(before: BalanceStatus | undefined, mib: number, more: Partial<Decision> = {}): BalanceStatus {
  return balanceReport({
    decision: decision(more),
    remaining: { bytes: mib * MIB, partitions: mib },
    before,
    bytesPerSecond: MIB,
    drained: [],
    nowMs: NOW_MS,
  });
}

describe("the balancer's part of the status", () => {
  it('counts what is done as what is left becomes less', () => {
    const first = report(undefined, 60);
    expect(first).toMatchObject({ bytesToMove: String(60 * MIB), bytesMoved: '0', partitionsToMove: 60 });
    expect(first.estimatedEnd).toBe(new Date(NOW_MS + 60_000).toISOString());
    const second = report(first, 20);
    expect(second).toMatchObject({ bytesMoved: String(40 * MIB), partitionsMoved: 40, partitionsToMove: 20 });
    // More has come to the plan: what is done stays done.
    const third = report(second, 50);
    expect(third).toMatchObject({ bytesMoved: String(40 * MIB), bytesToMove: String(50 * MIB) });
    const ended = report(third, 0, { state: 'Balanced', memory: { isUnderWay: false, newBrokers: [] } });
    expect(ended).toMatchObject({ state: 'Balanced', bytesMoved: String(90 * MIB), bytesToMove: '0' });
    expect(ended.estimatedEnd).toBeUndefined();
    expect(report(ended, 30).bytesMoved).toBe('0');
  });

  it('leads another balancer on', () => {
    const stalled = [{ broker: 2, sinceMs: NOW_MS - 1_000, lastMs: NOW_MS }];
    const memory = { isUnderWay: true, newBrokers: [3, 4], stalled, rateChangedAtMs: NOW_MS };
    const balance = report(undefined, 1, { memory });
    expect(storedMemory({ ...examplePsc('local'), status: { balance } })).toEqual(memory);
  });

  it('is stored at once when it is news, and not for the sake of figures', () => {
    const before = report(undefined, 60);
    expect(isNews(before, report(before, 20))).toBe(false);
    expect(isNews(before, report(before, 20, { state: 'Paused' }))).toBe(true);
    expect(isNews(before, { ...report(before, 20), drained: ['kafka-3'] })).toBe(true);
    const memory = { isUnderWay: true, newBrokers: [3], stalled: [{ broker: 2, sinceMs: NOW_MS, lastMs: NOW_MS }] };
    expect(isNews(before, report(before, 20, { memory }))).toBe(true);
    expect(isNews(undefined, before)).toBe(true);
  });

  it('is stored at once when excluded topics hold something else', () => {
    const held = (message: string): BalanceStatus =>
      report(undefined, 0, { state: 'Blocked', wait: { reason: 'TopicsExcluded', message } });
    expect(isNews(held('1 replica of a'), held('1 replica of a'))).toBe(false);
    expect(isNews(held('1 replica of a'), held('1 replica of b'))).toBe(true);
  });

  it.each([
    [{ state: 'Balanced' }, { status: 'False', reason: 'Balanced' }],
    [
      { state: 'Moving', partitionsToMove: 3 },
      { status: 'True', reason: 'MovingReplicas' },
    ],
    [
      { state: 'Paused', reason: 'Cancelled' },
      { status: 'False', reason: 'Cancelled' },
    ],
    [
      { state: 'Blocked', reason: 'ClientsSlow', message: 'at 3', partitionsToMove: 2 },
      { status: 'True', reason: 'ClientsSlow', message: 'at 3; 2 partitions with 0 MiB are left' },
    ],
    [
      { state: 'Blocked', reason: 'TopicsExcluded', message: 'a stays at 3' },
      { status: 'True', reason: 'TopicsExcluded', message: 'a stays at 3' },
    ],
  ] as const)('has a condition: %j', (balance, expected) => {
    expect(balancingCondition(balance, 7)).toMatchObject({
      ...expected,
      type: CONDITION_TYPES.balancing,
      observedGeneration: 7,
    });
  });

  it('says that Kafka does not answer, and forgets nothing', () => {
    const before = report(undefined, 60);
    const after = unreachableReport(before, 'nobody is there');
    expect(after).toMatchObject({ state: 'Blocked', reason: 'KafkaUnreachable', memory: before.memory });
    expect(after.estimatedEnd).toBeUndefined();
    expect(balancingCondition(after, 1)).toMatchObject({ status: 'True', reason: 'KafkaUnreachable' });
  });
});

describe('what a PSC asks of the balancer', () => {
  const asked = (maintenance: PhysicalStatefulCluster['spec']['maintenance'], status = {}): PhysicalStatefulCluster => {
    const psc = examplePsc('local', { brokers: 6 });
    return { ...psc, spec: { ...psc.spec, ...(maintenance === undefined ? {} : { maintenance }) }, status };
  };
  const rolling = (reason: string) => ({
    conditions: [
      { type: CONDITION_TYPES.rolling, status: 'True' as const, reason, lastTransitionTime: '2026-11-30T00:00:00Z' },
    ],
  });

  it.each([
    [undefined, 'on'],
    [{ balancing: 'On' }, 'on'],
    [{ balancing: 'Paused' }, 'paused'],
    [{ paused: true }, 'paused'],
    [{ balancing: 'Cancelled', paused: true }, 'cancelled'],
  ] as const)('%j: %s', (maintenance, mode) => {
    expect(intentOf(asked(maintenance), NOW_MS).mode).toBe(mode);
  });

  it('leaves topics as they are named, for only the cluster knows which are meant', () => {
    expect(intentOf(asked(undefined), NOW_MS).excludedTopics).toEqual([]);
    const excludedTopics = ['audit', 'metrics-*'];
    expect(intentOf(asked({ excludedTopics }), NOW_MS).excludedTopics).toEqual(excludedTopics);
  });

  it('names brokers by their pods', () => {
    expect(intentOf(asked({ drain: ['kafka-3', 'kafka-12'] }), NOW_MS).drain).toEqual([3, 12]);
  });

  it('empties brokers that are being taken away, not before that has begun, and looks at all that served', () => {
    const time = new Date(NOW_MS).toISOString();
    const status = {
      leaving: [
        { pod: 'kafka-6', zone: 'local-a', since: time },
        { pod: 'kafka-9', zone: 'local-a', since: time, goneAt: time },
      ],
      brokers: [
        { pod: 'kafka-0', zone: 'local-a', joined: true },
        { pod: 'kafka-6', zone: 'local-a', joined: true },
        { pod: 'kafka-7', zone: 'local-b' },
        { pod: 'kafka-8', zone: 'local-a', joined: true },
      ],
    };
    const psc = asked({ drain: ['kafka-3'] }, status);
    expect(intentOf(psc, NOW_MS).drain).toEqual([3, 6]);
    expect(balancedBrokers(psc).map(({ pod }) => pod)).toEqual([
      ...brokerPlaces(psc).map(({ pod }) => pod),
      'kafka-6',
      'kafka-8',
    ]);
  });

  it.each([
    ['a batch is out', { fence: { since: new Date(NOW_MS - 60_000).toISOString() } }, true],
    ['a batch has been out for hours', { fence: { since: new Date(NOW_MS - 2 * 3_600_000).toISOString() } }, false],
    ['the operator waits for moves to end', rolling('ReassignmentRunning'), true],
    ['the operator waits for what the balancer mends', rolling('UnderReplicatedPartitions'), false],
    ['nothing rolls', {}, false],
  ])('%s: %j', (_, status, expected) => {
    expect(intentOf(asked(undefined, status), NOW_MS).isRolling).toBe(expected);
  });

  it('gives each broker its part of the limits, with three copies of what comes in and a quarter to spare', () => {
    const { kafka } = examplePsc('local', { brokers: 6 }).spec;
    if (kafka === undefined) throw new Error('the example is a Kafka');
    const limits = { ...kafka.limits, ingressBytesPerSecond: String(6 * MIB), egressBytesPerSecond: String(12 * MIB) };
    expect(capacityOf({ ...kafka, limits })).toMatchObject({
      disk: kafka.brokers.storage.sizeGib * 1024,
      nwIn: (3 * 1024) / 0.75,
      nwOut: (2 * 1024 + 2 * 1024) / 0.75,
      cpu: kafka.brokers.resources.cpuLimitMillis / 10,
    });
  });
});

describe('the proof that brokers are empty', () => {
  const broker = (id: number, logs?: number): ObservedBroker => ({
    id,
    rack: 'a',
    capacity: { disk: 1, nwIn: 1, nwOut: 1, cpu: 1 },
    pressure: 'none',
    ...(logs === undefined ? {} : { logs }),
  });
  const seen = (atMs: number, brokers: readonly ObservedBroker[], replicas: readonly number[]): ObservedCluster => ({
    atMs,
    brokers,
    partitions: [
      {
        topic: 't',
        partition: 0,
        replicas,
        adding: [],
        removing: [],
        isr: replicas,
        leader: replicas[0] ?? -1,
        disk: 1,
        nwIn: 1,
        nwOut: 1,
        cpu: 1,
      },
    ],
    throttledReplicas: new Map(),
  });

  it('takes two looks', () => {
    const proof = new DrainProof();
    expect(proof.proven(seen(1, [broker(0, 1), broker(3, 0)], [0]), [3])).toEqual([]);
    expect(proof.proven(seen(1, [broker(0, 1), broker(3, 0)], [0]), [3])).toEqual([]);
    expect(proof.proven(seen(2, [broker(0, 1), broker(3, 0)], [0]), [3])).toEqual([3]);
  });

  it.each([
    ['its disk has a log', [broker(0, 1), broker(3, 1)], [0]],
    ['its disk is not known', [broker(0, 1), broker(3)], [0]],
    ['metadata have a replica there', [broker(0, 1), broker(3, 0)], [0, 3]],
  ])('fails while %s', (_, brokers, replicas) => {
    const proof = new DrainProof();
    expect(proof.proven(seen(1, brokers, replicas), [3])).toEqual([]);
    expect(proof.proven(seen(2, brokers, replicas), [3])).toEqual([]);
  });
});

describe('the rate of moves', () => {
  it('is what is left less over a minute', () => {
    const rate = new MoveRate();
    expect(rate.after(0, 100)).toBeUndefined();
    expect(rate.after(10_000, 80)).toBe(2);
    expect(rate.after(20_000, 40)).toBe(3);
    expect(rate.after(65_000, 40)).toBeCloseTo(40 / 55);
    expect(rate.after(66_000, 0)).toBeUndefined();
  });
});
