import { describe, expect, it } from '@jest/globals';
import type { BrokerState } from '../../../operators/balancer/model/cluster-model.ts';
import { excludedAmong, heldByExcluded } from '../../../operators/balancer/execute/excluded-topics.ts';
import type { ObservedCluster, ObservedPartition } from '../../../operators/balancer/execute/observed.ts';

function partition(topic: string, replicas: readonly number[], more: Partial<ObservedPartition> = {}) {
  const [leader = -1] = replicas;
  const loads = { disk: 1, nwIn: 1, nwOut: 1, cpu: 1 };
  return { topic, partition: 0, replicas, adding: [], removing: [], isr: replicas, leader, ...loads, ...more };
}

const TOPICS = ['audit', 'audit-old', 'metrics-cpu', 'metrics-disk', 'metrics', 'a.b'];

describe('topics that people exclude', () => {
  it.each<[readonly string[], readonly string[]]>([
    [[], []],
    [['audit'], ['audit']],
    [['audit*'], ['audit', 'audit-old']],
    [
      ['metrics-*', 'audit-old'],
      ['audit-old', 'metrics-cpu', 'metrics-disk'],
    ],
    [['*'], TOPICS],
    [['a.*'], ['a.b']],
    [['Audit', 'nobody', 'udit*'], []],
  ])('%j are of these topics: %j', (asked, expected) => {
    const partitions = [...TOPICS, ...TOPICS].map((topic) => ({ topic }));
    expect([...excludedAmong(partitions, asked)].sort()).toEqual([...expected].sort());
  });
});

describe('what excluded topics hold', () => {
  const states = new Map<number, BrokerState>([
    [0, 'alive'],
    [1, 'draining'],
    [2, 'dead'],
    [3, 'demoted'],
  ]);
  const held = (partitions: readonly ObservedPartition[], excluded: readonly string[]) => {
    const cluster: ObservedCluster = { atMs: 0, brokers: [], partitions, throttledReplicas: new Map() };
    return heldByExcluded(cluster, states, new Set(excluded));
  };

  it('is what they have on brokers that are dead or to be emptied', () => {
    expect(held([partition('b', [1, 0]), partition('a', [2, 1]), partition('free', [1])], ['a', 'b'])).toEqual({
      reason: 'TopicsExcluded',
      message: '3 replicas of excluded topics stay at brokers 1, 2: a, b',
    });
  });

  it('is nothing of other topics, on other brokers, or on its way from there', () => {
    const leaving = partition('b', [0, 1], { adding: [0], removing: [1], isr: [1] });
    expect(held([partition('a', [1, 2]), partition('b', [0, 3]), leaving], ['b'])).toBeUndefined();
  });

  it('is told with a few names only, however long they are', () => {
    const topics = Array.from({ length: 20 }, (_, index) => `${String(index).padStart(2, '0')}${'x'.repeat(247)}`);
    const message = held(
      topics.map((topic) => partition(topic, [1])),
      topics,
    )?.message;
    expect(message).toMatch(/: 00x+, 01x+, 02x+ and 17 more$/);
    expect(message?.length).toBeLessThan(1024);
  });
});
