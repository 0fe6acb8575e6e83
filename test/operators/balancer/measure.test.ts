import { describe, expect, it } from '@jest/globals';
import { type BrokerCounters, parseBrokerCounters } from '../../../operators/balancer/kafka/broker-counters.ts';
import { BrokerMeter, type BrokerRates } from '../../../operators/balancer/kafka/broker-meter.ts';
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

  it('holds a broker for slow until it has not been for ten minutes', () => {
    const meter = new BrokerMeter();
    expect(meter.slowSince(1, 'some', MINUTE_MS)).toBe(MINUTE_MS);
    expect(meter.slowSince(1, 'none', 2 * MINUTE_MS)).toBe(MINUTE_MS);
    expect(meter.slowSince(1, 'some', 9 * MINUTE_MS)).toBe(MINUTE_MS);
    expect(meter.slowSince(1, 'none', 18 * MINUTE_MS)).toBe(MINUTE_MS);
    expect(meter.slowSince(1, 'none', 20 * MINUTE_MS)).toBeUndefined();
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
  });

  it("spread what a broker tells of a topic over what it leads of it, by offsets' rates", () => {
    const loads = partitionLoads(
      [partition('orders', 1, 1), partition('orders', 1, 3), partition('orders', 2, 5)],
      new Map([[1, rates(80, 240, 40)]]),
    );
    expect(loads.map(({ nwIn }) => nwIn)).toEqual([20, 60, 5]);
    // Consumers, and two followers.
    expect(loads.map(({ nwOut }) => nwOut)).toEqual([60 + 2 * 20, 180 + 2 * 60, 5 + 2 * 5]);
  });

  it("sum up to a broker's CPU with what it follows", () => {
    const all = [partition('orders', 1, 1), partition('orders', 1, 3), partition('orders', 2, 5)];
    const loads = partitionLoads(all, new Map([[1, rates(80, 240, 40)]]));
    const [led = 0, more = 0] = loads.map(({ cpu }) => cpu);
    expect(more / led).toBeCloseTo(3);
    expect(led + more).toBeLessThan(40);
    expect(led + more).toBeGreaterThan(38);
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
