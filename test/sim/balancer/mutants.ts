import type { Decide } from '../../../operators/balancer/execute/balance-pass.ts';
import { decide, type Decision } from '../../../operators/balancer/execute/decide.ts';
import type {
  BalanceIntent,
  ObservedBroker,
  ObservedCluster,
  ObservedPartition,
} from '../../../operators/balancer/execute/observed.ts';
import type { BalanceStep, Reassignment } from '../../../operators/balancer/execute/steps.ts';
import type { Invariant } from './invariants.ts';

/** A balancer that is wrong in one line, and the invariant that must notice. */
export interface Mutant {
  readonly name: string;
  readonly killedBy: Invariant;
  readonly make: () => Decide;
}

export const MUTANTS: readonly Mutant[] = [
  seeing('racks are not looked at', 'racks', { broker: (broker) => ({ ...broker, rack: `r${broker.id}` }) }),
  { name: 'whoever is away counts as in service', killedBy: 'taker', make: () => trusting },
  seeing('disks count as ten times as large', 'disk', {
    broker: (broker) => ({ ...broker, capacity: { ...broker.capacity, disk: 10 * broker.capacity.disk } }),
  }),
  seeing("somebody else's moves are not seen", 'others', {
    partition: (partition) => ({ ...partition, adding: [], removing: [], isr: partition.replicas }),
  }),
  seeing('replicas count as in sync', 'whole', { partition: inSync }),
  seeing('who is away is never given up', 'emptied', {
    broker: (broker, atMs) => (broker.fencedSinceMs === undefined ? broker : { ...broker, fencedSinceMs: atMs }),
  }),
  asking('the list of excluded topics is lost', 'excluded', (intent) => ({ ...intent, excludedTopics: [] })),
  asking('a pause is overlooked', 'paused', (intent) => ({ ...intent, mode: 'on', isRolling: false })),
  doing('moves have no throttle', 'throttled', (steps) => steps.filter(({ kind }) => kind !== 'throttle-replicas')),
  doing('throttles stay', 'unthrottled', (steps) =>
    steps.filter(
      (step) =>
        step.kind !== 'unthrottle-brokers' && !(step.kind === 'throttle-replicas' && step.followers.length === 0),
    ),
  ),
  doing('nobody elects', 'leaders', (steps) => steps.filter(({ kind }) => kind !== 'elect')),
  doing('a replica is lost on the way', 'replication', (steps) => changed(steps, (replicas) => replicas.slice(0, -1))),
  {
    name: 'limits are twenty times as high',
    killedBy: 'limits',
    make: () => (cluster, intent, memory, options) =>
      decide(cluster, intent, memory, { ...options, execute: { maxMovesPerBroker: 100, maxMovesPerCluster: 2_000 } }),
  },
  { name: 'loads are taken for something else in each pass', killedBy: 'no-way-back', make: makeFickle },
  { name: 'leaders are given back in every pass', killedBy: 'liveness', make: () => tireless(1) },
  { name: 'leaders are given back now and then', killedBy: 'quiet', make: () => tireless(3) },
  {
    name: 'a broker that is away is a mistake',
    killedBy: 'no-mistake',
    make: () => (cluster, intent, memory, options) => {
      if (cluster.brokers.some(({ fencedSinceMs }) => fencedSinceMs !== undefined)) throw new Error('somebody is away');
      return decide(cluster, intent, memory, options);
    },
  },
];

const TRUSTING = seeing('', 'taker', { broker: alwaysInService, partition: inSync }).make();

/** It does not ask who is away for a rate, which would fail and keep it from the rest. */
const trusting: Decide = (cluster, intent, memory, options) => {
  const away = new Set(cluster.brokers.flatMap(({ id, fencedSinceMs }) => (fencedSinceMs === undefined ? [] : [id])));
  const decision = TRUSTING(cluster, intent, memory, options);
  const steps = decision.steps.map((step) =>
    step.kind === 'throttle-brokers' || step.kind === 'unthrottle-brokers'
      ? { ...step, brokers: step.brokers.filter((id) => !away.has(id)) }
      : step,
  );
  return { ...decision, steps };
};

function alwaysInService({ id, rack, capacity, throttle, pressure }: ObservedBroker): ObservedBroker {
  return { id, rack, capacity, pressure, ...(throttle === undefined ? {} : { throttle }) };
}

interface Eyes {
  readonly broker?: (broker: ObservedBroker, atMs: number) => ObservedBroker;
  readonly partition?: (partition: ObservedPartition) => ObservedPartition;
}

function seeing(name: string, killedBy: Invariant, eyes: Eyes): Mutant {
  const seen = (each: ObservedBroker, atMs: number): ObservedBroker => eyes.broker?.(each, atMs) ?? each;
  const partition = (each: ObservedPartition): ObservedPartition => eyes.partition?.(each) ?? each;
  return {
    name,
    killedBy,
    make: () => (cluster, intent, memory, options) =>
      decide(
        {
          ...cluster,
          brokers: cluster.brokers.map((each) => seen(each, cluster.atMs)),
          partitions: cluster.partitions.map(partition),
        },
        intent,
        memory,
        options,
      ),
  };
}

function asking(name: string, killedBy: Invariant, wrong: (intent: BalanceIntent) => BalanceIntent): Mutant {
  return {
    name,
    killedBy,
    make: () => (cluster, intent, memory, options) => decide(cluster, wrong(intent), memory, options),
  };
}

function doing(
  name: string,
  killedBy: Invariant,
  wrong: (steps: Decision['steps'], cluster: ObservedCluster) => readonly BalanceStep[],
): Mutant {
  return {
    name,
    killedBy,
    make: () => (cluster, intent, memory, options) => {
      const decision = decide(cluster, intent, memory, options);
      return { ...decision, steps: wrong(decision.steps, cluster) };
    },
  };
}

function inSync(partition: ObservedPartition): ObservedPartition {
  const leader = partition.leader < 0 ? (partition.replicas[0] ?? -1) : partition.leader;
  return { ...partition, leader, isr: partition.replicas.filter((id) => !partition.adding.includes(id)) };
}

function changed(
  steps: readonly BalanceStep[],
  replicas: (of: Reassignment['replicas']) => Reassignment['replicas'],
): readonly BalanceStep[] {
  return steps.map((step) =>
    step.kind === 'reassign'
      ? { ...step, partitions: step.partitions.map((each) => ({ ...each, replicas: replicas(each.replicas) })) }
      : step,
  );
}

/** Every other pass it takes the light for heavy. */
function makeFickle(): Decide {
  let passes = 0;
  return (cluster, intent, memory, options) => {
    passes += 1;
    const isOdd = passes % 2 === 1;
    const partitions = cluster.partitions.map((each) => {
      const weight = (each.partition % 2 === 0) === isOdd ? 10 : 0.1;
      return { ...each, nwIn: each.nwIn * weight, nwOut: each.nwOut * weight, cpu: each.cpu * weight };
    });
    return decide({ ...cluster, partitions }, intent, { ...memory, isUnderWay: true, left: new Map() }, options);
  };
}

/** It gives leaders back that are there already. */
function tireless(everyPasses: number): Decide {
  let passes = 0;
  return (cluster, intent, memory, options) => {
    const decision = decide(cluster, intent, memory, options);
    passes += 1;
    if (passes % everyPasses > 0) return decision;
    const partitions = cluster.partitions.slice(0, 1).map(({ topic, partition }) => ({ topic, partition }));
    return { ...decision, steps: [...decision.steps, { kind: 'elect', partitions }] };
  };
}
