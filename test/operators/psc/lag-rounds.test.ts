import { describe, expect, test } from '@jest/globals';
import { LAG_ROUND_MS, startLagRounds } from '../../../operators/psc/lag-rounds.ts';
import type { ConsumerLag } from '../../../operators/psc/kafka/consumer-lag.ts';
import { operatorMetrics } from '../../../operators/psc/operator-metrics.ts';
import { missingSelectors, selectorsOf } from '../../support/exposition.ts';

const LAG: ConsumerLag = { lags: [{ group: 'billing', topic: 'orders', records: 7 }], leftOut: 0 };

describe('rounds of consumer lag', () => {
  test('ask every PSC, one after the other, a minute after the last round has ended', async () => {
    const world = lagWorld(['orders', 'paid']);
    expect(world.asked).toEqual([]);
    await world.passTime(LAG_ROUND_MS);
    expect(world.asked).toEqual(['orders', 'paid']);
    await world.passTime(LAG_ROUND_MS - 1);
    expect(world.asked).toHaveLength(2);
    await world.passTime(1);
    expect(world.asked).toHaveLength(4);
  });

  test('forget what was known of a cluster that does not answer, and go on', async () => {
    const world = lagWorld(['orders', 'paid']);
    await world.passTime(LAG_ROUND_MS);
    world.fail('orders');
    await world.passTime(LAG_ROUND_MS);
    expect(world.told.slice(2)).toEqual([
      ['orders', undefined],
      ['paid', LAG],
    ]);
  });

  test('end at once, and tell nothing of what is still under way', async () => {
    const world = lagWorld(['orders', 'paid']);
    world.stopAtNextRead();
    await world.passTime(LAG_ROUND_MS);
    await world.passTime(LAG_ROUND_MS);
    expect(world.asked).toEqual(['orders']);
    expect(world.told).toEqual([]);
  });
});

describe('the metrics of the operator', () => {
  test('show the lag of each group and topic for as long as it is known', async () => {
    const metrics = shownMetrics();
    metrics.consumerLag('orders', LAG);
    const line = 'flotilla_consumer_lag_records{psc="orders",group="billing",topic="orders"} 7';
    expect((await metrics.text()).split('\n')).toContain(line);
    metrics.consumerLag('orders', undefined);
    expect(await metrics.text()).not.toContain('billing');
    metrics.consumerLag('orders', LAG);
    metrics.forgetAll();
    expect(await metrics.text()).not.toContain('billing');
  });

  test('have every name and label that the dashboard asks the operator for', async () => {
    const metrics = shownMetrics();
    metrics.consumerLag('orders', LAG);
    metrics.passEnded(0.1, 'waiting');
    metrics.waits('orders', [{ task: 'roll', reason: 'WaitingForPods' }]);
    const wanted = selectorsOf('flotilla_');
    expect(wanted.map(({ name }) => name)).toContain('flotilla_consumer_lag_records');
    expect(missingSelectors(wanted, await metrics.text())).toEqual([]);
  });
});

function shownMetrics(): ReturnType<typeof operatorMetrics> {
  return operatorMetrics({
    wallMs: () => 0,
    queueDepth: () => ({ waiting: 0, running: 0, later: 0 }),
    isLeader: () => true,
    cachedObjects: () => 0,
    pscs: () => [],
  });
}

function lagWorld(names: readonly string[]) {
  let nowMs = 0;
  let due: { readonly atMs: number; readonly run: () => void }[] = [];
  let beforeAnswer: () => void = () => undefined;
  const failing = new Set<string>();
  const asked: string[] = [];
  const told: (readonly [string, ConsumerLag | undefined])[] = [];
  const stop = startLagRounds({
    timers: {
      nowMs: () => nowMs,
      after: (delayMs, run) => {
        const timer = { atMs: nowMs + delayMs, run };
        due.push(timer);
        return () => {
          due = due.filter((each) => each !== timer);
        };
      },
    },
    known: () => names,
    read: (psc) => {
      asked.push(psc);
      beforeAnswer();
      return failing.has(psc) ? Promise.reject(new Error('no answer')) : Promise.resolve(LAG);
    },
    onLag: (psc, lag) => told.push([psc, lag]),
  });
  return {
    asked,
    told,
    fail: (psc: string) => failing.add(psc),
    stopAtNextRead: () => {
      beforeAnswer = stop;
    },
    passTime: async (timeMs: number) => {
      nowMs += timeMs;
      const now = due.filter(({ atMs }) => atMs <= nowMs);
      due = due.filter(({ atMs }) => atMs > nowMs);
      for (const { run } of now) run();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
