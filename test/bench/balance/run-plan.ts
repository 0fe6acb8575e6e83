import { parseCluster } from '../../../operators/balancer/model/parse-cluster.ts';
import type { ClusterModel } from '../../../operators/balancer/model/cluster-model.ts';
import type { Plan } from '../../../operators/balancer/plan/plan.ts';
import { planBalance } from '../../../operators/balancer/plan/plan-balance.ts';
import type { CommonInput, CommonOutput, Proposal } from './common-format.ts';

export interface PlanRun {
  readonly model: ClusterModel;
  readonly plan: Plan;
  readonly output: CommonOutput;
}

/** Plans for an input of the common format, with the CPU that the model and the planner take, all threads. Throws for a wrong input. */
export function runPlan(input: unknown): PlanRun {
  const startMs = performance.now();
  const build = cpuClock();
  const parsed = parseCluster(input);
  const buildMs = build();
  if (!parsed.ok) {
    const lines = parsed.violations
      .slice(0, 20)
      .map(({ path, value, rule }) => `${path} = ${JSON.stringify(value)}: ${rule}`);
    throw new RangeError(`this is no cluster to be balanced:\n  ${lines.join('\n  ')}`);
  }
  const planning = cpuClock();
  const plan = planBalance(parsed.value);
  const cpuMs = planning();
  const ms = performance.now() - startMs;
  return {
    model: parsed.value,
    plan,
    output: { ms, cpuMs, buildMs, proposals: proposalsOf(input as CommonInput, plan) },
  };
}

/** What a plan comes to, partition by partition. */
export function proposalsOf({ partitions }: CommonInput, { moves }: Plan): readonly Proposal[] {
  const ends = new Map<string, { readonly replicas: Map<number, number>; leader: number | undefined }>();
  for (const move of moves) {
    const key = `${move.topic}-${move.partition}`;
    let end = ends.get(key);
    if (end === undefined) ends.set(key, (end = { replicas: new Map(), leader: undefined }));
    if (move.kind === 'replica-move') end.replicas.set(move.from, move.to);
    if (move.kind === 'leader-change' || move.role === 'leader') end.leader = move.to;
  }
  return partitions.flatMap(({ topic, partition, replicas, leader }): readonly Proposal[] => {
    const end = ends.get(`${topic}-${partition}`);
    if (end === undefined) return [];
    const newLeader = end.leader ?? leader;
    const after = replicas.map((id) => end.replicas.get(id) ?? id);
    // Kafka's preferred leader is the first of the list.
    return [
      { topic, partition, old: replicas, new: [newLeader, ...after.filter((id) => id !== newLeader)], newLeader },
    ];
  });
}

/** Milliseconds of CPU since it was made. */
export function cpuClock(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
}
