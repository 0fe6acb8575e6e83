import { describe, expect, it } from '@jest/globals';
import { decide, type Decision } from '../../../operators/balancer/execute/decide.ts';
import {
  type BalanceIntent,
  type BalanceMemory,
  NO_MEMORY,
  type ObservedBroker,
  type ObservedCluster,
  type ObservedPartition,
} from '../../../operators/balancer/execute/observed.ts';
import { EXECUTE_SETTINGS } from '../../../operators/balancer/execute/settings.ts';

const NOW_MS = 100 * 60_000;
const ON: BalanceIntent = { mode: 'on', isRolling: false, drain: [], excludedTopics: [] };
const UNDER_WAY: BalanceMemory = { isUnderWay: true, newBrokers: [] };
const { rate, deadAfterMs, demoteAfterMs, silentAfterMs, maxMovesPerBroker, maxLeaderChanges } = EXECUTE_SETTINGS;

function broker(id: number, more: Partial<ObservedBroker> = {}): ObservedBroker {
  const capacity = { disk: 10_000, nwIn: 100_000, nwOut: 100_000, cpu: 400 };
  return { id, rack: `r${id % 3}`, capacity, pressure: 'none', ...more };
}

function partition(
  number: number,
  replicas: readonly number[],
  more: Partial<ObservedPartition> = {},
): ObservedPartition {
  const [leader = -1] = replicas;
  const loads = { disk: 50, nwIn: 100, nwOut: 200, cpu: 1 };
  return {
    topic: 'orders',
    partition: number,
    replicas,
    adding: [],
    removing: [],
    isr: replicas,
    leader,
    ...loads,
    ...more,
  };
}

/** Thirty partitions, led in turn, on the brokers 0, 1 and 2 of three racks. */
function partitions(count = 30): readonly ObservedPartition[] {
  const orders = [
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
  ];
  return Array.from({ length: count }, (_, number) => partition(number, orders[number % 3] ?? []));
}

function cluster(more: Partial<ObservedCluster> = {}): ObservedCluster {
  return {
    atMs: NOW_MS,
    brokers: [0, 1, 2].map((id) => broker(id)),
    partitions: partitions(),
    throttledReplicas: new Map(),
    ...more,
  };
}

const grown = (more: Partial<ObservedCluster> = {}): ObservedCluster =>
  cluster({ brokers: [0, 1, 2, 3, 4, 5].map((id) => broker(id)), ...more });

function kinds({ steps }: Decision): readonly string[] {
  return [...new Set(steps.map(({ kind }) => kind))];
}

function reassigned({ steps }: Decision): ReadonlyMap<number, readonly number[]> {
  const all = steps.flatMap((step) => (step.kind === 'reassign' ? step.partitions : []));
  return new Map(all.map((each) => [each.partition, each.replicas]));
}

describe('A pass of the balancer', () => {
  it('does nothing where the load is even', () => {
    expect(decide(cluster(), ON, NO_MEMORY)).toMatchObject({ steps: [], state: 'Balanced', memory: NO_MEMORY });
  });

  it('slows moves down before it begins them, and moves onto empty brokers only', () => {
    const decision = decide(grown(), ON, NO_MEMORY);
    expect(kinds(decision)).toEqual(['throttle-brokers', 'throttle-replicas', 'reassign']);
    expect(decision.memory).toMatchObject({ isUnderWay: true, newBrokers: [3, 4, 5] });
    const moves = reassigned(decision);
    expect(moves.size).toBeGreaterThan(0);
    const listed = decision.steps.flatMap((step) => (step.kind === 'throttle-replicas' ? step.followers : []));
    for (const [number, replicas] of moves) {
      const added = replicas.filter((id) => id > 2);
      expect(added).toHaveLength(1);
      expect(listed).toEqual(expect.arrayContaining(added.map((id) => `${number}:${id}`)));
      expect(new Set(replicas.map((id) => id % 3)).size).toBe(3);
    }
  });

  it('lets no broker take or feed more moves at a time than allowed, those that run included', () => {
    const running = partitions().map((each, index) =>
      index < 4 ? { ...each, replicas: [3, 1, 2, 0], adding: [3], removing: [0], leader: 0, isr: [0, 1, 2] } : each,
    );
    const decision = decide(grown({ partitions: running }), ON, { isUnderWay: true, newBrokers: [3, 4, 5] });
    const takers = new Map<number, number>([[3, 4]]);
    for (const [, replicas] of reassigned(decision)) {
      for (const id of replicas.filter((each) => each > 2)) takers.set(id, (takers.get(id) ?? 0) + 1);
    }
    expect(Math.max(...takers.values())).toBeLessThanOrEqual(maxMovesPerBroker);
    expect([...reassigned(decision).keys()].filter((number) => number < 4)).toEqual([]);
  });

  it('begins nothing where a disk has no room for both copies', () => {
    const small = { disk: 100, nwIn: 100_000, nwOut: 100_000, cpu: 400 };
    const brokers = [0, 1, 2, 3, 4, 5].map((id) => broker(id, id > 2 ? { capacity: small } : {}));
    const moves = [...reassigned(decide(grown({ brokers }), ON, NO_MEMORY)).values()];
    for (const id of [3, 4, 5]) expect(moves.filter((replicas) => replicas.includes(id)).length).toBeLessThanOrEqual(1);
  });

  it.each([
    { why: 'a person has it paused', intent: { ...ON, mode: 'paused' as const }, reason: 'Paused' },
    { why: 'brokers are being replaced', intent: { ...ON, isRolling: true }, reason: 'Rolling' },
  ])('begins nothing while $why, and says so', ({ intent, reason }) => {
    const decision = decide(grown(), intent, NO_MEMORY);
    expect(decision.steps).toEqual([]);
    expect(decision.wait?.reason).toBe(reason);
    expect(decision.plan?.moves.length).toBeGreaterThan(0);
  });

  it('empties a broker onto those that its replicas have left a moment ago, and does so only then', () => {
    const spread = partitions().map((each) => ({ ...each, replicas: [3, 4, 5], isr: [3, 4, 5], leader: 3 }));
    const left = new Map(
      spread.map((each) => [`orders-${each.partition}`, { brokers: [0, 1, 2], atMs: NOW_MS - 1_000 }]),
    );
    const seen = grown({ partitions: spread });
    const backAfter = (intent: BalanceIntent): number =>
      [...reassigned(decide(seen, intent, { ...NO_MEMORY, left })).values()].filter((ids) => Math.min(...ids) < 3)
        .length;
    expect(backAfter(ON)).toBe(0);
    expect(backAfter({ ...ON, drain: [3, 4, 5] })).toBeGreaterThan(0);
  });

  it('takes leaders from a broker at which alone clients have waited for long, and moves no data', () => {
    const brokers = [0, 1, 2].map((id) =>
      broker(id, id === 1 ? { pressure: 'some', slowSinceMs: NOW_MS - demoteAfterMs } : {}),
    );
    const decision = decide(cluster({ brokers }), ON, NO_MEMORY);
    expect(decision.wait?.reason).toBe('ClientsSlow');
    const moved = reassigned(decision);
    expect([...moved.keys()]).toEqual(
      partitions().flatMap(({ leader, partition: number }) => (leader === 1 ? [number] : [])),
    );
    for (const replicas of moved.values()) {
      expect(replicas[0]).not.toBe(1);
      expect(replicas.toSorted()).toEqual([0, 1, 2]);
    }
    const ordered = partitions().map((each) => (each.leader === 1 ? { ...each, replicas: [2, 0, 1] } : each));
    const [elect] = decide(cluster({ brokers, partitions: ordered }), ON, NO_MEMORY).steps;
    expect(elect).toMatchObject({ kind: 'elect' });
  });

  it('takes leaders from a broker that only the controllers hear, and tells it nothing', () => {
    const brokers = [0, 1, 2, 3, 4, 5].map((id) =>
      broker(id, id === 1 ? { pressure: 'unknown', silentSinceMs: NOW_MS - silentAfterMs } : {}),
    );
    const running = partitions().map((each, index) =>
      index === 0 ? { ...each, replicas: [1, 0, 2, 3], adding: [3], removing: [0], leader: 1, isr: [0, 1, 2] } : each,
    );
    const decision = decide(grown({ brokers, partitions: running }), ON, UNDER_WAY);
    expect(decision.wait?.reason).toBe('BrokersSilent');
    const moved = [...reassigned(decision).values()];
    expect(moved.length).toBeGreaterThan(0);
    for (const replicas of moved) {
      expect(replicas[0]).not.toBe(1);
      expect(replicas.toSorted()).toEqual([0, 1, 2]);
    }
    const told = decision.steps.flatMap((step) => (step.kind === 'throttle-brokers' ? step.brokers : []));
    expect(told).toEqual([0, 2, 3]);
  });

  it('waits a moment before it holds a silent broker for cut off', () => {
    const brokers = [0, 1, 2].map((id) => broker(id, id === 1 ? { silentSinceMs: NOW_MS - silentAfterMs / 2 } : {}));
    expect(decide(cluster({ brokers }), ON, NO_MEMORY)).toMatchObject({ steps: [], wait: { reason: 'BrokersSilent' } });
  });

  it('takes no leaders where clients wait at more than a third of all brokers, or only for a moment', () => {
    const slow = { pressure: 'some', slowSinceMs: NOW_MS - demoteAfterMs } as const;
    const many = [0, 1, 2].map((id) => broker(id, id === 0 ? {} : slow));
    expect(decide(cluster({ brokers: many }), ON, NO_MEMORY).steps).toEqual([]);
    const short = [0, 1, 2].map((id) =>
      broker(id, id === 1 ? { ...slow, slowSinceMs: NOW_MS - demoteAfterMs / 2 } : {}),
    );
    expect(decide(cluster({ brokers: short }), ON, NO_MEMORY).steps).toEqual([]);
  });

  it('holds brokers that come while a plan is under way for as new as those that it began for', () => {
    const { memory } = decide(grown(), ON, { isUnderWay: true, newBrokers: [3] });
    expect(memory.newBrokers).toEqual([3, 4, 5]);
  });

  it('does not even out what the cluster hardly carries', () => {
    const noise = partitions().map((each) => ({ ...each, nwIn: each.leader === 0 ? 3 : 1, nwOut: 0.1, cpu: 0.001 }));
    expect(decide(cluster({ partitions: noise }), ON, NO_MEMORY)).toMatchObject({ steps: [], state: 'Balanced' });
  });

  it('takes back all moves where a person wants that', () => {
    const running = [
      partition(0, [3, 1, 2, 0], { adding: [3], removing: [0], leader: 0, isr: [0, 1, 2] }),
      ...partitions().slice(1),
    ];
    const decision = decide(grown({ partitions: running }), { ...ON, mode: 'cancelled' }, UNDER_WAY);
    expect(decision.steps).toContainEqual({ kind: 'cancel', partitions: [{ topic: 'orders', partition: 0 }] });
    expect(reassigned(decision).size).toBe(0);
  });

  it('waits for replicas that may still recover', () => {
    const behind = partitions().map((each) => ({ ...each, isr: each.replicas.filter((id) => id !== 2), leader: 0 }));
    const brokers = [0, 1, 2, 3, 4, 5].map((id) => broker(id, id === 2 ? { fencedSinceMs: NOW_MS - 60_000 } : {}));
    const decision = decide(grown({ brokers, partitions: behind }), ON, NO_MEMORY);
    expect(decision.wait?.reason).toBe('UnderReplicatedPartitions');
    expect(reassigned(decision).size).toBe(0);
  });

  it('makes the replicas of a broker that does not come back anew in its rack', () => {
    const behind = partitions(6).map((each) => ({ ...each, isr: each.replicas.filter((id) => id !== 2), leader: 0 }));
    const brokers = [0, 1, 2, 5].map((id) => broker(id, id === 2 ? { fencedSinceMs: NOW_MS - deadAfterMs } : {}));
    const moves = [...reassigned(decide(cluster({ brokers, partitions: behind }), ON, UNDER_WAY)).values()];
    expect(moves.length).toBeGreaterThan(0);
    for (const replicas of moves) expect([...replicas].sort()).toEqual([0, 1, 5]);
  });

  it('takes back a move onto a broker that is gone', () => {
    const brokers = [0, 1, 2, 3, 4, 5].map((id) => broker(id, id === 3 ? { fencedSinceMs: NOW_MS - deadAfterMs } : {}));
    const running = [
      partition(0, [3, 1, 2, 0], { adding: [3], removing: [0], leader: 0, isr: [0, 1, 2] }),
      ...partitions().slice(1),
    ];
    const { steps } = decide(grown({ brokers, partitions: running }), ON, UNDER_WAY);
    expect(steps[0]).toEqual({ kind: 'cancel', partitions: [{ topic: 'orders', partition: 0 }] });
  });

  it('moves data off brokers that are to be emptied', () => {
    const moves = [...reassigned(decide(grown(), { ...ON, drain: [0] }, UNDER_WAY)).values()];
    expect(moves.filter((replicas) => !replicas.includes(0)).length).toBeGreaterThan(0);
    for (const replicas of moves) expect(new Set(replicas).size).toBe(3);
  });

  it('gives a few leaders back at a time to preferred ones that are in sync', () => {
    const moved = partitions().map((each) => ({ ...each, leader: 2 }));
    const { steps } = decide(cluster({ partitions: moved }), ON, NO_MEMORY);
    const [elect] = steps;
    expect(elect?.kind).toBe('elect');
    expect(elect?.kind === 'elect' ? elect.partitions.length : 0).toBe(maxLeaderChanges);
  });

  it('sets no rate at a broker that is away: it takes none, and all others would wait for theirs', () => {
    const brokers = [0, 1, 2, 3, 4, 5].map((id) => broker(id, id === 0 ? { fencedSinceMs: NOW_MS - deadAfterMs } : {}));
    const held = partitions().map((each) => ({ ...each, leader: 1, isr: [1, 2] }));
    const { steps } = decide(grown({ brokers, partitions: held }), ON, UNDER_WAY);
    const rated = steps.flatMap((step) => (step.kind === 'throttle-brokers' ? step.brokers : []));
    expect(steps.some(({ kind }) => kind === 'reassign')).toBe(true);
    expect(rated.length).toBeGreaterThan(0);
    expect(rated).not.toContain(0);
  });

  it('takes every throttle away when nothing moves', () => {
    const brokers = [0, 1, 2].map((id) => broker(id, { throttle: rate.first }));
    const throttledReplicas = new Map([['orders', { leaders: ['0:1'], followers: ['0:2'] }]]);
    expect(decide(cluster({ brokers, throttledReplicas }), ON, NO_MEMORY).steps).toEqual([
      { kind: 'throttle-replicas', topic: 'orders', leaders: [], followers: [] },
      { kind: 'unthrottle-brokers', brokers: [0, 1, 2] },
    ]);
  });

  it.each([
    { why: 'halves the rate where clients are slow', pressure: 'some' as const, factor: 0.5 },
    { why: 'raises the rate while none is', pressure: 'none' as const, factor: 1.5 },
    { why: 'keeps the rate while that is not known', pressure: 'unknown' as const, factor: 1 },
  ])('$why', ({ pressure, factor }) => {
    const throttle = rate.first;
    const brokers = [0, 1, 2, 3, 4, 5].map((id) => broker(id, { throttle, pressure: id === 1 ? pressure : 'none' }));
    const running = [
      partition(0, [3, 1, 2, 0], { adding: [3], removing: [0], leader: 0, isr: [0, 1, 2] }),
      ...partitions().slice(1),
    ];
    const memory = { isUnderWay: true, newBrokers: [3, 4, 5], rateChangedAtMs: NOW_MS - rate.intervalMs };
    const { steps } = decide(grown({ brokers, partitions: running }), { ...ON, mode: 'paused' }, memory);
    const rates = steps.flatMap((step) => (step.kind === 'throttle-brokers' ? [step.bytesPerSecond] : []));
    expect(rates).toEqual(factor === 1 ? [] : [factor * throttle]);
  });

  it('says that nothing can hold anything where every broker is to be emptied', () => {
    const decision = decide(cluster(), { ...ON, drain: [0, 1, 2] }, NO_MEMORY);
    expect(decision).toMatchObject({ steps: [], state: 'Blocked', wait: { reason: 'NoRoom' } });
  });

  it('says what no broker has room for where a broker is to be emptied, and calls nothing balanced', () => {
    // Nobody else is there for a third replica, and the broker leads nothing already.
    const led = partitions().map((each, index) => {
      const replicas = index % 2 === 0 ? [0, 1, 2] : [1, 0, 2];
      return { ...each, replicas, leader: index % 2 };
    });
    const decision = decide(cluster({ partitions: led }), { ...ON, drain: [2] }, NO_MEMORY);
    const message = expect.stringContaining('for which no broker has room') as unknown;
    expect(decision).toMatchObject({ steps: [], state: 'Blocked', wait: { reason: 'NoRoom', message } });
  });

  it.each(['orders', 'ord*', '*'])('touches no topic that is excluded: %s', (excluded) => {
    const intent = { ...ON, excludedTopics: [excluded] };
    expect(decide(grown(), intent, NO_MEMORY)).toMatchObject({ steps: [], state: 'Balanced' });
    const mixed = partitions().map((each, index) => (index < 10 ? { ...each, topic: 'others' } : each));
    const moves = decide(grown({ partitions: mixed }), { ...ON, excludedTopics: ['ord*'] }, NO_MEMORY).plan?.moves;
    expect(new Set(moves?.map(({ topic }) => topic))).toEqual(new Set(['others']));
  });

  it('takes no leader of an excluded topic from a broker at which clients wait', () => {
    const brokers = [0, 1, 2].map((id) =>
      broker(id, id === 1 ? { pressure: 'some', slowSinceMs: NOW_MS - demoteAfterMs } : {}),
    );
    expect(decide(cluster({ brokers }), { ...ON, excludedTopics: ['ord*'] }, NO_MEMORY).steps).toEqual([]);
  });

  it('gives leaders of excluded topics back to preferred ones in sync: they lead where they were meant to', () => {
    const moved = partitions(3).map((each) => ({ ...each, leader: 2 }));
    const { steps } = decide(cluster({ partitions: moved }), { ...ON, excludedTopics: ['ord*'] }, NO_MEMORY);
    expect(steps.map(({ kind }) => kind)).toEqual(['elect']);
  });

  it('lets moves of topics that are excluded meanwhile end', () => {
    const running = [
      partition(0, [3, 1, 2, 0], { adding: [3], removing: [0], leader: 0, isr: [0, 1, 2] }),
      ...partitions().slice(1),
    ];
    const decision = decide(grown({ partitions: running }), { ...ON, excludedTopics: ['orders'] }, UNDER_WAY);
    expect(decision.state).toBe('Moving');
    expect(kinds(decision)).toEqual(['throttle-brokers', 'throttle-replicas']);
  });

  it.each([
    { what: 'is to be emptied', brokers: grown().brokers, drain: [0] },
    {
      what: 'is dead',
      brokers: grown().brokers.map((each) => (each.id === 0 ? { ...each, fencedSinceMs: NOW_MS - deadAfterMs } : each)),
      drain: [],
    },
  ])('says which excluded topics keep a broker that $what from being empty', ({ brokers, drain }) => {
    const partitionsLeft = partitions(6).map((each) => {
      const isr = drain.length > 0 ? each.replicas : each.replicas.filter((id) => id !== 0);
      return { ...each, isr, leader: isr[0] ?? -1 };
    });
    const intent = { ...ON, drain, excludedTopics: ['ord*'] };
    const decision = decide(grown({ brokers, partitions: partitionsLeft }), intent, NO_MEMORY);
    expect(decision).toMatchObject({
      steps: [],
      state: 'Blocked',
      wait: { reason: 'TopicsExcluded', message: '6 replicas of excluded topics stay at brokers 0: orders' },
    });
    const paused = decide(grown({ brokers, partitions: partitionsLeft }), { ...intent, mode: 'paused' }, NO_MEMORY);
    expect(paused).toMatchObject({ state: 'Paused', wait: { reason: 'Paused' } });
  });

  it('moves the other topics off a broker first, and then says what is held', () => {
    const mixed = partitions(6).map((each) => (each.partition < 3 ? each : { ...each, topic: 'others' }));
    const intent = { ...ON, drain: [0], excludedTopics: ['orders'] };
    const decision = decide(grown({ partitions: mixed }), intent, NO_MEMORY);
    expect(decision).toMatchObject({ state: 'Moving', wait: undefined });
    expect(new Set(decision.plan?.moves.map(({ topic }) => topic))).toEqual(new Set(['others']));
  });
});
