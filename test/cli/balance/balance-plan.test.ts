import { describe, expect, it } from '@jest/globals';
import { explanationText, planText, statusText } from '../../../cli/balance/balance-text.ts';
import { loadsBeforeAndAfter } from '../../../cli/balance/broker-loads.ts';
import type { BalanceLook } from '../../../cli/balance/look.ts';
import { planSvg } from '../../../cli/balance/plan-svg.ts';
import { decide } from '../../../operators/balancer/execute/decide.ts';
import { type BalanceIntent, NO_MEMORY, type ObservedCluster } from '../../../operators/balancer/execute/observed.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';
import { examplePsc } from '../../support/example-psc.ts';

const CAPACITY = { disk: 10_000, nwIn: 10_000, nwOut: 10_000, cpu: 400 };
const ON: BalanceIntent = { mode: 'on', isRolling: false, drain: [], excludedTopics: [] };
const NOW_MS = Date.UTC(2026, 10, 30);

/** Twelve partitions on three of six brokers. */
const CLUSTER: ObservedCluster = {
  atMs: 1_000_000,
  brokers: [0, 1, 2, 3, 4, 5].map((id) => ({ id, rack: `r${id % 3}`, capacity: CAPACITY, pressure: 'none' })),
  partitions: Array.from({ length: 12 }, (_, partition) => {
    const replicas = [partition % 3, (partition + 1) % 3, (partition + 2) % 3];
    const loads = { disk: 100, nwIn: 100, nwOut: 300, cpu: 1 };
    return {
      topic: 'orders',
      partition,
      replicas,
      adding: [],
      removing: [],
      isr: replicas,
      leader: partition % 3,
      ...loads,
    };
  }),
  throttledReplicas: new Map(),
};

const PSC: StoredPsc = {
  ...examplePsc('local', { name: 'demo', brokers: 6 }),
  metadata: { name: 'demo', namespace: 'psc-demo', uid: '1', resourceVersion: '1', generation: 1 },
};

const LOOK: BalanceLook = { psc: PSC, cluster: CLUSTER, intent: ON, decision: decide(CLUSTER, ON, NO_MEMORY) };

describe('brokers before and after a plan', () => {
  const { before, after } = loadsBeforeAndAfter(CLUSTER, LOOK.decision.plan?.moves ?? []);

  it('carry the same in sum', () => {
    expect(before.map(({ replicas }) => replicas)).toEqual([12, 12, 12, 0, 0, 0]);
    expect(before.map(({ leaders }) => leaders)).toEqual([4, 4, 4, 0, 0, 0]);
    for (const key of ['replicas', 'leaders', 'diskMb', 'kbIn', 'kbOut'] as const) {
      const sum = (loads: typeof before): number => loads.reduce((total, load) => total + load[key], 0);
      expect(sum(after)).toBe(sum(before));
    }
    for (const { replicas } of after) expect(replicas).toBeGreaterThanOrEqual(5);
  });

  it('are drawn, a pair of bars for each', () => {
    const svg = planSvg({ title: 'a <plan>', before, after });
    expect(svg.match(/<title>broker 4 in r1 after: \d+/g)).toHaveLength(4);
    expect(svg).toContain('a &lt;plan&gt;');
    expect(svg.match(/<rect /g)).toHaveLength(1 + 3 + 4 * 6 * 2);
  });

  it('are told, with the moves and their reasons', () => {
    const text = planText(LOOK, { before, after }, 2);
    expect(text).toMatch(/^demo: \d+ replicas to move with \d+ MB, \d+ leaders to change\n/);
    expect(text).toMatch(/kafka-3 +r0 +0 ▶ \d/);
    expect(text).toMatch(/ {2}(replica|leader) of orders-\d+: \d ▶ \d {2}\([a-z-]+: broker /);
    expect(text).toMatch(/and \d+ more: --all lists them/);
  });

  it('are not planned where all is even', () => {
    const even = { ...CLUSTER, brokers: CLUSTER.brokers.slice(0, 3) };
    const look = { ...LOOK, cluster: even, decision: decide(even, ON, NO_MEMORY) };
    const text = planText(look, loadsBeforeAndAfter(even, look.decision.plan?.moves ?? []), 20);
    expect(text).toContain('demo: balanced: nothing is to be moved');
  });
});

describe('a drain that excluded topics hold', () => {
  const asked: BalanceIntent = { ...ON, drain: [0], excludedTopics: ['ord*'] };
  const look = { ...LOOK, intent: asked, decision: decide(CLUSTER, asked, NO_MEMORY) };

  it('is not called balanced in a plan', () => {
    const text = planText(look, loadsBeforeAndAfter(CLUSTER, []), 20);
    expect(text).toContain('demo: nothing can be moved');
    expect(text).toContain('not met: drain: 12 replicas stay on brokers that are being drained: of excluded topics');
    expect(text).not.toContain('balanced');
  });

  it('is explained with the names of the topics', () => {
    const text = explanationText(look);
    expect(text).toContain('demo: Blocked');
    expect(text).toContain('waits: TopicsExcluded: 12 replicas of excluded topics stay at brokers 0: orders');
  });
});

describe('a plan that cannot be made', () => {
  it('is not called balanced', () => {
    const asked: BalanceIntent = { ...ON, drain: [0, 1, 2, 3, 4, 5] };
    const text = planText({ ...LOOK, decision: decide(CLUSTER, asked, NO_MEMORY) }, { before: [], after: [] }, 20);
    expect(text).toContain('demo: nothing can be planned');
  });
});

describe("the balancer's next pass", () => {
  it('is told call by call', () => {
    const text = explanationText(LOOK);
    expect(text).toContain('a plan is under way, for the new brokers 3, 4, 5');
    expect(text).toMatch(/1\. let moves take 10240 KiB\/s at brokers/);
    expect(text).toMatch(/3\. move orders-\d+ to /);
  });

  it('is told with what it waits for', () => {
    const paused: BalanceIntent = { ...ON, mode: 'paused' };
    const text = explanationText({ ...LOOK, intent: paused, decision: decide(CLUSTER, paused, NO_MEMORY) });
    expect(text).toContain('waits: Paused: a person paused it');
    expect(text).toContain('the next pass changes nothing');
  });
});

describe('the state of a cluster', () => {
  it('has progress, what is asked for, and what is proven', () => {
    const text = statusText(
      {
        ...PSC,
        spec: { ...PSC.spec, maintenance: { drain: ['kafka-4', 'kafka-5'], balancing: 'Paused' } },
        status: {
          balance: {
            state: 'Moving',
            bytesMoved: String(3 * 2 ** 20),
            bytesToMove: String(40 * 2 ** 20),
            partitionsMoved: 2,
            partitionsToMove: 9,
            bytesPerSecond: String(2 ** 20),
            estimatedEnd: new Date(NOW_MS + 40_000).toISOString(),
            drained: ['kafka-5'],
          },
        },
      },
      NOW_MS,
    );
    expect(text).toContain('left  9 partitions with 40 MiB, 1.0 MiB/s, 40 s more at this rate');
    expect(text).toContain('asked for: Paused; go on with ./flotilla balance resume demo');
    expect(text).toContain('kafka-4: is being emptied');
    expect(text).toContain('kafka-5: proven to be empty');
  });

  it('has the topics that are left alone, and that no broker is being emptied of them', () => {
    const text = statusText(
      {
        ...PSC,
        spec: { ...PSC.spec, maintenance: { drain: ['kafka-4'], excludedTopics: ['audit', 'metrics-*'] } },
        status: { balance: { state: 'Blocked', reason: 'TopicsExcluded', message: 'audit stays' } },
      },
      NOW_MS,
    );
    expect(text).toContain('demo: Blocked (TopicsExcluded: audit stays)');
    expect(text).toContain('excluded topics: audit, metrics-*');
    expect(text).toContain('kafka-4: not proven to be empty');
    expect(text).not.toContain('is being emptied');
  });

  it('is not made up', () => {
    expect(statusText(PSC, NOW_MS)).toBe('demo: the balancer has not seen it yet\n');
  });
});
