import fc from 'fast-check';
import type { BrokerState, ClusterModel } from '../../../operators/balancer/model/cluster-model.ts';
import { parseCluster } from '../../../operators/balancer/model/parse-cluster.ts';
import type { Plan } from '../../../operators/balancer/plan/plan.ts';
import type { CommonInput, CommonPartition } from '../../bench/balance/common-format.ts';
import { proposalsOf } from '../../bench/balance/run-plan.ts';

export interface TestInput extends CommonInput {
  readonly excludedTopics?: readonly string[];
}

export const CAPACITY = { disk: 1_000, nwIn: 1_000, nwOut: 1_000, cpu: 100 } as const;

/** A broker of a small cluster; its rack is its id modulo 3. */
export function broker(id: number, state: BrokerState = 'alive', rack = `r${id % 3}`): CommonInput['brokers'][number] {
  return { id, rack, capacity: CAPACITY, state };
}

/** A partition whose first replica leads. */
export function partition(
  topic: string,
  number: number,
  replicas: readonly number[],
  loads: Partial<Pick<CommonPartition, 'size' | 'nwIn' | 'nwOut' | 'cpu'>> = {},
): CommonPartition {
  const leader = replicas[0] ?? -1;
  return { topic, partition: number, replicas, leader, size: 10, nwIn: 10, nwOut: 10, cpu: 1, ...loads };
}

export function modelOf(input: TestInput): ClusterModel {
  const parsed = parseCluster(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  return parsed.value;
}

/** The cluster as it is when a plan has been carried out. */
export function after(input: TestInput, plan: Plan): TestInput {
  const ends = new Map(proposalsOf(input, plan).map((each) => [`${each.topic}-${each.partition}`, each]));
  return {
    ...input,
    partitions: input.partitions.map((each) => {
      const end = ends.get(`${each.topic}-${each.partition}`);
      return end === undefined ? each : { ...each, replicas: end.new, leader: end.newLeader ?? each.leader };
    }),
  };
}

/** Clusters of all kinds: uneven racks, brokers in every state, broken rack rules, overload, several replication factors, excluded topics. */
export const anyCluster: fc.Arbitrary<TestInput> = fc
  .record({
    racks: fc.integer({ min: 1, max: 4 }),
    states: fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.constant<BrokerState>('alive') },
        { weight: 3, arbitrary: fc.constantFrom<BrokerState>('new', 'cordoned', 'demoted', 'draining', 'dead') },
      ),
      { minLength: 3, maxLength: 12 },
    ),
    partitions: fc.array(
      fc.record({
        topic: fc.integer({ min: 0, max: 4 }),
        replicas: fc.uniqueArray(fc.nat(1_000), { minLength: 1, maxLength: 3 }),
        leader: fc.nat(2),
        size: fc.integer({ min: 0, max: 200 }),
        nwIn: fc.integer({ min: 0, max: 100 }),
        nwOut: fc.integer({ min: 0, max: 150 }),
        cpu: fc.integer({ min: 0, max: 12 }),
      }),
      { minLength: 1, maxLength: 60 },
    ),
    excluded: fc.subarray(['t3', 't4']),
  })
  .map(({ racks, states, partitions, excluded }) => {
    const brokers = states.map((state, index) => broker(index * 2, index === 0 ? 'alive' : state, `r${index % racks}`));
    // A new broker is one without replicas.
    const holders = brokers.filter(({ state }) => state !== 'new').map(({ id }) => id);
    return {
      brokers,
      excludedTopics: excluded,
      partitions: partitions.map(({ topic, replicas: drawn, leader, ...loads }, index) => {
        const replicas = [...new Set(drawn.map((each) => holders[each % holders.length] ?? 0))];
        return { ...partition(`t${topic}`, index, replicas, loads), leader: replicas[leader % replicas.length] ?? 0 };
      }),
    };
  });
