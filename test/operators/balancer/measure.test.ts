import { describe, expect, it } from '@jest/globals';
import { type BrokerCounters, parseBrokerCounters } from '../../../operators/balancer/kafka/broker-counters.ts';
import { BrokerMeter, type BrokerRates } from '../../../operators/balancer/kafka/broker-meter.ts';
import { RateMeter } from '../../../operators/balancer/kafka/rate-meter.ts';
import { type MeasuredPartition, partitionLoads } from '../../../operators/balancer/kafka/partition-loads.ts';

const MINUTE_MS = 60_000;

describe("a broker's counters", () => {
  const text = [
    'kafka_server_brokertopicmetrics_bytesinpersec_total 900.0',
    'kafka_server_brokertopicmetrics_bytesinpersec_total{topic="orders"} 700.0',
    'kafka_server_brokertopicmetrics_bytesoutpersec_total{topic="orders"} 1400.0',
    'kafka_server_brokertopicmetrics_bytesinpersec_total{topic="paid"} 200.0',
    'process_cpu_seconds_total 12.5',
    'kafka_server_kafkarequesthandlerpool_requesthandleravgidlepercent_total 3.0E9',
    'kafka_network_requestchannel_requestqueuesize 2.0',
  ];

  it('are read by topic', async () => {
    expect(await parseBrokerCounters(text)).toEqual({
      bytesIn: new Map([
        ['orders', 700],
        ['paid', 200],
      ]),
      bytesOut: new Map([['orders', 1400]]),
      cpuSeconds: 12.5,
      idleNanos: 3e9,
      queuedRequests: 2,
    });
  });

  it.each([4, 5, 6])('are not guessed when line %i is missing', async (index) => {
    await expect(parseBrokerCounters(text.toSpliced(index, 1))).rejects.toThrow('the metrics have no');
  });
});

describe('the meter of a broker', () => {
  const counted = (more: Partial<BrokerCounters> = {}): BrokerCounters => ({
    bytesIn: new Map([['orders', 0]]),
    bytesOut: new Map(),
    cpuSeconds: 100,
    idleNanos: 0,
    queuedRequests: 0,
    ...more,
  });
  const idle = 9e9;

  it('tells nothing at the first look, and rates at the second', () => {
    const meter = new BrokerMeter();
    expect(meter.rates(1, counted(), 0)).toBeUndefined();
    const after = counted({ bytesIn: new Map([['orders', 1024 * 1000]]), cpuSeconds: 102, idleNanos: idle });
    expect(meter.rates(1, after, 10_000)).toMatchObject({
      kbIn: new Map([['orders', 100]]),
      cpu: 20,
      pressure: 'none',
    });
  });

  it('keeps what it knows for a while, and not for ever', () => {
    const meter = new BrokerMeter();
    meter.rates(1, counted(), 0);
    meter.rates(1, counted({ idleNanos: idle }), 10_000);
    expect(meter.rates(1, undefined, MINUTE_MS)?.pressure).toBe('none');
    expect(meter.rates(1, undefined, 5 * MINUTE_MS)).toBeUndefined();
  });

  it('begins anew with a broker that was started anew', () => {
    const meter = new BrokerMeter();
    meter.rates(1, counted({ cpuSeconds: 50, idleNanos: 5e12 }), 0);
    expect(meter.rates(1, counted({ cpuSeconds: 3 }), 10_000)).toBeUndefined();
    expect(meter.rates(1, counted({ cpuSeconds: 4, idleNanos: idle }), 20_000)?.cpu).toBe(10);
  });

  it.each([
    ['handlers that have hardly a pause', { idleNanos: 1e9 }],
    ['a queue that stands', { idleNanos: idle, queuedRequests: 400 }],
  ])('says that clients wait by %s', (_, more) => {
    const meter = new BrokerMeter();
    meter.rates(1, counted(), 0);
    expect(meter.rates(1, counted(more), 10_000)?.pressure).toBe('some');
  });

  describe('holds a broker for stuck', () => {
    const looks = (...later: readonly Partial<BrokerCounters>[]): number | undefined => {
      const meter = new BrokerMeter();
      return [{}, ...later].map((more, index) => {
        const counters = counted(more);
        meter.rates(1, counters, index * 10_000);
        return meter.stuckSince(1, counters, index * 10_000);
      })[later.length];
    };

    it('since no handler of it came back while it neither carried nor computed anything', () => {
      expect(looks({ cpuSeconds: 100.5 }, { cpuSeconds: 101 })).toBe(10_000);
    });

    it.each<[string, Partial<BrokerCounters>]>([
      ['a handler comes back now and then', { idleNanos: 1e9 }],
      ['it carries something', { bytesIn: new Map([['orders', 1024]]) }],
      ['it feeds consumers', { bytesOut: new Map([['orders', 1024]]) }],
      ['it computes', { cpuSeconds: 109 }],
    ])('and not when %s', (_, more) => {
      expect(looks({ cpuSeconds: 100.5 }, { cpuSeconds: 101, ...more })).toBeUndefined();
    });

    it('no longer once it has stopped telling, or was started anew', () => {
      const meter = new BrokerMeter();
      meter.rates(1, counted(), 0);
      meter.rates(1, counted({ cpuSeconds: 100.5 }), 10_000);
      expect(meter.stuckSince(1, counted({ cpuSeconds: 100.5 }), 10_000)).toBe(10_000);
      meter.rates(1, undefined, 20_000);
      expect(meter.stuckSince(1, undefined, 20_000)).toBeUndefined();
      meter.rates(1, counted({ cpuSeconds: 3 }), 30_000);
      expect(meter.stuckSince(1, counted({ cpuSeconds: 3 }), 30_000)).toBeUndefined();
    });
  });

  it('holds a broker for slow until it has not been for ten minutes', () => {
    const meter = new BrokerMeter();
    expect(meter.slowSince(1, 'some', MINUTE_MS)).toBe(MINUTE_MS);
    expect(meter.slowSince(1, 'none', 2 * MINUTE_MS)).toBe(MINUTE_MS);
    expect(meter.slowSince(1, 'some', 9 * MINUTE_MS)).toBe(MINUTE_MS);
    expect(meter.slowSince(1, 'none', 18 * MINUTE_MS)).toBe(MINUTE_MS);
    expect(meter.slowSince(1, 'none', 20 * MINUTE_MS)).toBeUndefined();
  });
});

describe('the meter of a partition', () => {
  const key = 'orders/0';
  const kilobytes = (records: number) => ({ start: 0, end: records });

  it('tells nothing at the first look, and all that came at the second', () => {
    const meter = new RateMeter();
    expect(meter.kilobytesIn(key, kilobytes(100), 100 * 1024, 0)).toBe(0);
    expect(meter.kilobytesIn(key, kilobytes(150), 150 * 1024, 10_000)).toBe(5);
  });

  it('lets a minute of something else count half', () => {
    const meter = new RateMeter();
    meter.kilobytesIn(key, kilobytes(100), 100 * 1024, 0);
    meter.kilobytesIn(key, kilobytes(200), 200 * 1024, 10_000);
    expect(meter.kilobytesIn(key, kilobytes(200), 200 * 1024, 70_000)).toBeCloseTo(5);
    expect(meter.kilobytesIn(key, kilobytes(201), 201 * 1024, 75_000)).toBeGreaterThan(4.9);
  });
});

describe('loads of partitions', () => {
  const partition = (topic: string, leader: number, kbIn: number): MeasuredPartition => ({
    topic,
    leader,
    replicas: [1, 2, 3],
    diskMb: 10,
    kbIn,
  });
  const rates = (kbIn: number, kbOut: number, cpu: number): BrokerRates => ({
    kbIn: new Map([['orders', kbIn]]),
    kbOut: new Map([['orders', kbOut]]),
    cpu,
    pressure: 'none',
    isStuck: false,
  });

  const both = new Map([
    [1, rates(60, 200, 30)],
    [2, rates(30, 70, 6)],
  ]);

  it("spread what all brokers tell of a topic over its partitions, by offsets' rates", () => {
    const all = [partition('orders', 1, 1), partition('orders', 1, 3), partition('orders', 2, 5)];
    const loads = partitionLoads(all, both);
    expect(loads.map(({ nwIn }) => nwIn)).toEqual([10, 30, 50]);
    // Consumers, and two followers.
    expect(loads.map(({ nwOut }) => nwOut)).toEqual([30 + 2 * 10, 90 + 2 * 30, 150 + 2 * 50]);
  });

  it('do not change because a leader does', () => {
    const led = [partition('orders', 1, 1), partition('orders', 1, 3), partition('orders', 2, 5)];
    const changed = [partition('orders', 2, 1), partition('orders', 1, 3), partition('orders', 1, 5)];
    expect(partitionLoads(changed, both)).toEqual(partitionLoads(led, both));
  });

  it("sum up to the brokers' CPU with what followers do", () => {
    const all = [partition('orders', 1, 1), partition('orders', 1, 3), partition('orders', 2, 5)];
    const loads = partitionLoads(all, both);
    const [one = 0, three = 0] = loads.map(({ cpu }) => cpu);
    expect(three / one).toBeCloseTo(3);
    const sum = loads.reduce((total, { cpu }) => total + cpu, 0);
    expect(sum).toBeLessThan(36);
    expect(sum).toBeGreaterThan(30);
  });

  it('are as even as nobody knows better where only consumers read', () => {
    const loads = partitionLoads(
      [partition('orders', 1, 0), partition('orders', 1, 0)],
      new Map([[1, rates(0, 90, 10)]]),
    );
    expect(loads.map(({ nwOut }) => nwOut)).toEqual([45, 45]);
  });

  it('go by offsets alone where a broker tells nothing', () => {
    expect(partitionLoads([partition('orders', 1, 50)], new Map())).toEqual([
      { disk: 10, nwIn: 50, nwOut: 150, cpu: 0.1 },
    ]);
  });
});
