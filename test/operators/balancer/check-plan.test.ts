import { describe, expect, it } from '@jest/globals';
import { checkPlan, type PlanRule } from '../../../operators/balancer/check-plan.ts';
import { planBalance } from '../../../operators/balancer/plan/plan-balance.ts';
import type { LeaderChange, Move, Plan, ReplicaMove } from '../../../operators/balancer/plan/plan.ts';
import { generateCluster } from '../../bench/balance/generate.ts';
import { broker, modelOf, partition, type TestInput } from './clusters.ts';

/** Three racks; broker 6 is new, 7 cordoned, 8 dead; `x` is excluded; broker 4 has hardly any disk left. */
const INPUT: TestInput = {
  brokers: [0, 1, 2, 3, 4, 5].map((id) => broker(id)).concat(broker(7, 'cordoned'), broker(8, 'dead')),
  partitions: [
    partition('a', 0, [0, 1, 2]),
    partition('a', 1, [8], { size: 1 }),
    partition('big', 0, [4, 5, 0], { size: 890 }),
    partition('x', 0, [0, 1, 2]),
  ],
  excludedTopics: ['x'],
};
const WITH_NEW: TestInput = { ...INPUT, brokers: [...INPUT.brokers, broker(6, 'new')] };

function move(topic: string, number: number, from: number, to: number, more: Partial<ReplicaMove> = {}): ReplicaMove {
  const rest = { sizeMb: 10, goal: 'disk-distribution', reason: 'a mutant', role: 'follower' } as const;
  return { kind: 'replica-move', topic, partition: number, from, to, ...rest, ...more };
}

function change(topic: string, number: number, from: number, to: number): LeaderChange {
  return { kind: 'leader-change', topic, partition: number, from, to, goal: 'leader-distribution', reason: 'a mutant' };
}

function planWith(moves: readonly Move[], honest: 'honest' | 'lying' = 'honest'): Plan {
  const replicaMoves = moves.filter((each) => each.kind === 'replica-move');
  const { summary } = planBalance(modelOf(INPUT));
  const movedMb = replicaMoves.reduce((total, { sizeMb }) => total + sizeMb, honest === 'honest' ? 0 : 1);
  const leaderChanges = moves.length - replicaMoves.length;
  return { moves, unmet: [], summary: { ...summary, replicaMoves: replicaMoves.length, leaderChanges, movedMb } };
}

const faults = (input: TestInput, moves: readonly Move[]): readonly PlanRule[] =>
  checkPlan(modelOf(input), planWith(moves)).map(({ rule }) => rule);

describe('the checker of plans', () => {
  it('lets good moves pass', () => {
    expect(faults(INPUT, [move('a', 0, 1, 4, { sizeMb: 10 }), change('a', 0, 0, 2), move('a', 0, 0, 3)])).toEqual([]);
  });

  const mutants: readonly (readonly [string, PlanRule, TestInput, readonly Move[]])[] = [
    ['names what is not there', 'known-names', INPUT, [move('nothing', 0, 0, 3)]],
    ['moves a replica that is elsewhere', 'moves-what-is-there', INPUT, [move('a', 0, 5, 3)]],
    ['takes a leader for a follower', 'moves-what-is-there', INPUT, [move('a', 0, 0, 3)]],
    ['puts two replicas on one broker', 'one-replica-per-broker', INPUT, [move('a', 0, 1, 2)]],
    ['touches an excluded topic', 'excluded-topic', INPUT, [move('x', 0, 1, 4)]],
    ['fills a cordoned broker', 'broker-takes-nothing', INPUT, [move('a', 0, 1, 7)]],
    ['fills a dead broker', 'broker-takes-nothing', INPUT, [move('a', 0, 2, 8)]],
    ['prefers an old broker to a new one', 'only-onto-new-brokers', WITH_NEW, [move('a', 0, 1, 4)]],
    ['lets a broker lead that holds nothing', 'moves-what-is-there', INPUT, [change('a', 0, 0, 5)]],
    ['lets a dead broker lead', 'broker-leads-nothing', INPUT, [change('a', 0, 0, 8)]],
    ['gives up a rack', 'racks-kept', INPUT, [move('a', 0, 1, 5)]],
    ['fills a disk', 'within-capacity', INPUT, [move('big', 0, 5, 2), move('a', 0, 2, 5), move('big', 0, 0, 3)]],
    ['copies from the dead', 'copies-from-the-living', INPUT, [move('a', 1, 8, 2, { role: 'leader', sizeMb: 1 })]],
    ['goes back', 'no-way-back', INPUT, [move('a', 0, 1, 4), move('a', 0, 4, 1)]],
    ['goes on where it just came', 'no-way-back', INPUT, [move('a', 0, 1, 4), move('a', 0, 4, 7)]],
    ['leads to and fro', 'no-way-back', INPUT, [change('a', 0, 0, 1), change('a', 0, 1, 0)]],
    ['gives no reason', 'says-why', INPUT, [move('a', 0, 1, 4, { reason: '' })]],
  ];
  it.each(mutants)('catches a planner that %s', (_, rule, input, moves) => {
    expect(faults(input, moves)).toContain(rule);
  });

  it('catches a summary that does not add up', () => {
    const lie = planWith([move('a', 0, 1, 4)], 'lying');
    expect(checkPlan(modelOf(INPUT), lie).map(({ rule }) => rule)).toEqual(['adds-up']);
  });

  it('counts both copies while a move runs: room that a later move makes is not there yet', () => {
    const swap = [move('big', 0, 5, 2, { sizeMb: 880 }), move('small', 0, 2, 5)];
    const brokers = [0, 1, 2, 4, 5].map((id) => broker(id));
    const input = {
      brokers,
      partitions: [partition('big', 0, [4, 5, 0], { size: 880 }), partition('small', 0, [1, 2, 0], { size: 30 })],
    };
    expect(faults(input, swap)).toContain('within-capacity');
  });

  it('catches real plans that are cut up: each wrong order or leftover shows', () => {
    const model = modelOf(generateCluster({ old: 6, brokers: 9, partitions: 200, dead: 1 }));
    const plan = planBalance(model);
    expect(checkPlan(model, plan)).toEqual([]);
    expect(checkPlan(model, { ...plan, moves: plan.moves.slice(0, -1) }).map(({ rule }) => rule)).toContain('adds-up');
    const twice = checkPlan(model, { ...plan, moves: [...plan.moves, ...plan.moves.slice(0, 5)] });
    expect(twice.map(({ rule }) => rule)).toContain('moves-what-is-there');
  });
});
