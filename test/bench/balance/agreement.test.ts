/*
 * The generator and the judge give what the scripts give that all balancers are compared with. The figures are those of
 *   gen.py 12 15 600 --dead 2 --skew 1.5 --seed 7 > input.json
 *   evaluate.py input.json output.json --json
 * with proposals that move the first replica of each fifth partition three brokers further and let the second lead.
 */
import { describe, expect, it } from '@jest/globals';
import type { CommonInput, Proposal } from './common-format.ts';
import { generateCluster } from './generate.ts';
import { judge } from './judge.ts';
import { uniformNumbers } from './xorshift.ts';

const INPUT = generateCluster({ old: 12, brokers: 15, partitions: 600, dead: 2, skew: 1.5, seed: 7 });

function proposals({ partitions }: CommonInput): readonly Proposal[] {
  return partitions
    .filter((_, index) => index % 5 === 0)
    .map(({ topic, partition, replicas }) => {
      const [first = 0, ...others] = replicas;
      const next = (first + 3) % 15;
      const moved = [replicas.includes(next) ? first : next, ...others];
      return { topic, partition, old: replicas, new: moved, newLeader: moved[1] ?? first };
    });
}

const FIRST = {
  topic: 't0',
  partition: 0,
  replicas: [6, 4, 8],
  leader: 6,
  size: 2494.815,
  nwIn: 65.492,
  nwOut: 302.591,
  cpu: 0.196393,
};
const LAST = {
  topic: 't11',
  partition: 31,
  replicas: [9, 11, 1],
  leader: 9,
  size: 962.527,
  nwIn: 119.291,
  nwOut: 484.175,
  cpu: 0.336095,
};
const CVS = {
  disk: 0.5887,
  nwIn: 0.5481,
  nwOut: 0.6566,
  cpu: 0.618,
  replicas: 0.5705,
  leaders: 0.639,
  leaderIn: 0.6544,
  potOut: 0.5599,
} as const;

describe('the common format', () => {
  it('is generated as the shared generator does, to the last digit', () => {
    expect(INPUT.partitions[0]).toEqual(FIRST);
    expect(INPUT.partitions.at(-1)).toEqual(LAST);
    expect(INPUT.brokers.map(({ state }) => state).join(' ')).toBe(`${'alive '.repeat(10)}dead dead new new new`);
  });

  it('is judged as the shared judge does', () => {
    const verdict = judge(INPUT, proposals(INPUT));
    expect(verdict).toMatchObject({ replicaMoves: 120, movesToNonNew: 80, leaderChanges: 120 });
    expect(verdict.movedPercentOfData).toBeCloseTo(6.12, 2);
    for (const [column, cv] of Object.entries(CVS)) {
      expect(verdict.after.columns[column as keyof typeof CVS].cv).toBeCloseTo(cv, 4);
    }
    expect(verdict.after).toMatchObject({ rackViolations: 0, offlineReplicas: 365 });
    expect(verdict.after.topicSpread).toBeCloseTo(19.083, 3);
  });

  it('refuses proposals that are none', () => {
    const [partition] = INPUT.partitions;
    if (partition === undefined) throw new Error('an empty cluster');
    const { topic, partition: number, replicas } = partition;
    const proposal = { topic, partition: number, old: replicas, new: replicas };
    const twice = [replicas[0] ?? 0, replicas[0] ?? 0, replicas[1] ?? 0];
    expect(() => judge(INPUT, [{ ...proposal, topic: 'none' }])).toThrow('there is no partition');
    expect(() => judge(INPUT, [{ ...proposal, old: [0, 1] }])).toThrow('has other replicas');
    expect(() => judge(INPUT, [{ ...proposal, new: replicas.slice(1) }])).toThrow('changes its replication');
    expect(() => judge(INPUT, [{ ...proposal, new: twice }])).toThrow('repeats a broker');
    expect(() => judge(INPUT, [{ ...proposal, newLeader: 14 }])).toThrow('is led by none');
  });

  it('draws the numbers of xorshift64*, as 64-bit integers would', () => {
    const mask = (1n << 64n) - 1n;
    let state = (99n * 0x9e3779b97f4a7c15n + 1n) & mask;
    const uniform = uniformNumbers(99);
    for (let draw = 0; draw < 1_000; draw += 1) {
      state ^= state >> 12n;
      state = (state ^ (state << 25n)) & mask;
      state ^= state >> 27n;
      const expected = Number(((state * 0x2545f4914f6cdd1dn) & mask) >> 11n) / 2 ** 53;
      expect(uniform()).toBe(expected);
    }
  });
});
