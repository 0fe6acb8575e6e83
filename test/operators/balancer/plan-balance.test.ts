import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkPlan } from '../../../operators/balancer/check-plan.ts';
import type { Plan } from '../../../operators/balancer/plan/plan.ts';
import { planBalance } from '../../../operators/balancer/plan/plan-balance.ts';
import { generateCluster } from '../../bench/balance/generate.ts';
import { judge } from '../../bench/balance/judge.ts';
import { proposalsOf } from '../../bench/balance/run-plan.ts';
import { after, anyCluster, broker, modelOf, partition, type TestInput } from './clusters.ts';

const GENERATED: readonly TestInput[] = [
  generateCluster({ old: 6, brokers: 9, partitions: 300 }),
  generateCluster({ old: 9, brokers: 9, partitions: 300, newState: 'alive', skew: 2 }),
  generateCluster({ old: 9, brokers: 12, partitions: 300, dead: 2 }),
  generateCluster({ old: 12, brokers: 12, partitions: 300, dead: 2, racks: 4 }),
];

const planOf = (input: TestInput): Plan => planBalance(modelOf(input));

/** As in simulations, a number says which random clusters: what fails does so again. */
const SEEDS = [1, 2, 3];

/** Holds for random, hand-made and generated clusters alike. */
function forAll(holds: (input: TestInput) => void): void {
  for (const input of GENERATED) holds(input);
  for (const seed of SEEDS) fc.assert(fc.property(anyCluster, holds), { numRuns: 100, seed });
}

/** To the judge a broker that must be emptied is as good as dead: its rack is none to be in. */
function withoutDrained(input: TestInput): TestInput {
  const brokers = input.brokers.map((each) => (each.state === 'draining' ? { ...each, state: 'dead' as const } : each));
  return { ...input, brokers };
}

describe('a plan', () => {
  it('is safe after every prefix and while each move runs', () => {
    forAll((input) => {
      const model = modelOf(input);
      expect(checkPlan(model, planBalance(model))).toEqual([]);
    });
  });

  it('takes what must leave a broker to old ones in an order that gives each move its reason', () => {
    const brokers = [
      ...[0, 2, 4, 8, 10].map((id) => broker(id, 'alive', 'a')),
      broker(6, 'new', 'a'),
      broker(12, 'draining', 'a'),
    ];
    const none = { size: 0, nwIn: 0, nwOut: 0, cpu: 0 };
    const partitions = [[12, 0], [12, 0], [0]].map((replicas, number) => partition('t0', number, replicas, none));
    const model = modelOf({ brokers, partitions });
    const plan = planBalance(model);
    expect(plan.moves.filter(({ kind, to }) => kind === 'replica-move' && to !== 6).length).toBeGreaterThan(0);
    expect(checkPlan(model, plan)).toEqual([]);
  });

  it('is empty where the one before it has been carried out', () => {
    forAll((input) => {
      const done = after(input, planOf(input));
      const again = planOf(done);
      // What had no room while it ran may have it now; then a second plan comes to rest.
      const rest = again.moves.length === 0 ? again : planOf(after(done, again));
      expect(rest.moves).toEqual([]);
    });
  });

  it('does not depend on the order in which a cluster is told', () => {
    forAll((input) => {
      const turned = {
        ...input,
        brokers: input.brokers.toReversed(),
        partitions: input.partitions.toReversed().map((each) => ({ ...each, replicas: each.replicas.toReversed() })),
      };
      expect(planOf(turned)).toEqual(planOf(input));
    });
  });

  it('never has more rack violations or offline replicas than there were, by the judge', () => {
    forAll((input) => {
      const verdict = judge(withoutDrained(input), proposalsOf(input, planOf(input)));
      expect(verdict.after.rackViolations).toBeLessThanOrEqual(verdict.before.rackViolations);
      expect(verdict.after.offlineReplicas).toBeLessThanOrEqual(verdict.before.offlineReplicas);
    });
  });

  it('says the bytes that the judge counts', () => {
    forAll((input) => {
      const plan = planOf(input);
      expect(plan.summary.movedMb).toBeCloseTo(judge(input, proposalsOf(input, plan)).movedMb, 0);
    });
  });
});

describe('what a plan does', () => {
  it('fills new brokers, moving data onto them only, and says which goal each move serves', () => {
    const input = generateCluster({ old: 6, brokers: 9, partitions: 600 });
    const plan = planOf(input);
    const verdict = judge(input, proposalsOf(input, plan));
    expect(verdict.movesToNonNew).toBe(0);
    expect(verdict.after.columns.disk.cv).toBeLessThan(0.05);
    expect(verdict.after.columns.leaders.cv).toBeLessThan(0.05);
    expect(verdict.movedPercentOfData).toBeLessThan(33.3);
    for (const { reason } of plan.moves) expect(reason).toMatch(/^broker \d+ carries \d+ % of its fair share/);
  });

  it('fills new brokers of a cluster with few replicas, too', () => {
    const orders = [
      [0, 1, 2],
      [1, 2, 0],
      [2, 0, 1],
    ];
    const partitions = Array.from({ length: 30 }, (_, index) => partition('t', index, orders[index % 3] ?? []));
    const brokers = [0, 1, 2].map((id) => broker(id)).concat([3, 4, 5].map((id) => broker(id, 'new')));
    const plan = planOf({ brokers, partitions });
    expect(plan.summary.replicaMoves).toBeGreaterThan(40);
    expect(plan.summary.after.replicas.cv).toBeLessThan(0.05);
  });

  it('changes leaders only where that suffices', () => {
    const partitions = Array.from({ length: 60 }, (_, index) => partition('t', index, [0, 1, 2]));
    const plan = planOf({ brokers: [broker(0), broker(1), broker(2)], partitions });
    expect(plan.summary).toMatchObject({ replicaMoves: 0, movedMb: 0, leaderChanges: 40 });
    expect(plan.summary.after.leaders.cv).toBe(0);
  });

  it('empties a broker that is being drained, leaders first, and a dead one', () => {
    for (const state of ['draining', 'dead'] as const) {
      const brokers = [0, 1, 2, 3, 4].map((id) => broker(id)).concat(broker(5, state));
      const partitions = Array.from({ length: 20 }, (_, index) => partition('t', index, [index % 2 ? 2 : 5, 0, 1]));
      const input = { brokers, partitions };
      const plan = planOf(input);
      expect(plan.unmet.filter(({ goal }) => goal === 'drain' || goal === 'dead-brokers')).toEqual([]);
      expect(after(input, plan).partitions.filter(({ replicas }) => replicas.includes(5))).toEqual([]);
      const first = plan.moves.slice(
        0,
        plan.moves.findIndex(({ kind }) => kind === 'replica-move'),
      );
      expect(first.length).toBeGreaterThan(0);
      for (const { from } of first) expect(from).toBe(5);
    }
  });

  it('mends a partition that is in too few racks', () => {
    const input = { brokers: [broker(0), broker(1), broker(2), broker(3)], partitions: [partition('t', 0, [0, 3, 1])] };
    const plan = planOf(input);
    expect(plan.moves[0]).toMatchObject({ kind: 'replica-move', to: 2, goal: 'rack-awareness' });
    expect(new Set(after(input, plan).partitions[0]?.replicas.map((id) => id % 3)).size).toBe(3);
  });

  it('leaves excluded topics, cordoned brokers and small deviations alone', () => {
    const even = [0, 1, 2].map((id) => broker(id));
    const lopsided = Array.from({ length: 30 }, (_, index) => partition('t', index, [0]));
    expect(planOf({ brokers: even, partitions: lopsided, excludedTopics: ['t'] }).moves).toEqual([]);
    const cordoned = [broker(0), broker(1, 'cordoned'), broker(2)];
    expect(planOf({ brokers: cordoned, partitions: lopsided }).moves.filter(({ to }) => to === 1)).toEqual([]);
    const nearly = Array.from({ length: 30 }, (_, index) =>
      partition('t', index, [index % 3], { size: index < 3 ? 12 : 10 }),
    );
    expect(planOf({ brokers: even, partitions: nearly }).moves).toEqual([]);
  });

  it('takes load off a broker beyond its capacity, and gives the best part where not all can be met', () => {
    const partitions = Array.from({ length: 12 }, (_, index) => partition('t', index, [0], { size: 100 }));
    const relieved = planOf({ brokers: [broker(0), broker(1)], partitions });
    expect(relieved.moves.some(({ goal }) => goal === 'disk-capacity')).toBe(true);
    expect(relieved.unmet).toEqual([]);
    const full = planOf({
      brokers: [broker(0), broker(1)],
      partitions: [...partitions, ...partitions].map((each, index) => ({ ...each, partition: index })),
    });
    expect(full.moves.length).toBeGreaterThanOrEqual(9);
    expect(full.unmet).toContainEqual(
      expect.objectContaining({
        goal: 'disk-capacity',
        message: expect.stringContaining('all brokers together would need 133 %'),
      }),
    );
  });

  it('says that a partition without a live replica cannot be saved by moving it', () => {
    const plan = planOf({ brokers: [broker(0), broker(1), broker(2, 'dead')], partitions: [partition('t', 0, [2])] });
    expect(plan.moves).toEqual([]);
    expect(plan.unmet.map(({ goal }) => goal)).toEqual(expect.arrayContaining(['leadership', 'dead-brokers']));
    expect(plan.unmet.find(({ goal }) => goal === 'dead-brokers')?.message).toContain('no live replica to copy from');
  });
});
