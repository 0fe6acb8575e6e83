import type { Dimension, Goal } from '../goals.ts';

/** One replica goes from one broker to another. */
export interface ReplicaMove {
  readonly kind: 'replica-move';
  readonly topic: string;
  readonly partition: number;
  /** Broker ids. */
  readonly from: number;
  readonly to: number;
  /** Whether the replica leads its partition, and goes on leading it at its new place. */
  readonly role: 'leader' | 'follower';
  readonly sizeMb: number;
  readonly goal: Goal;
  readonly reason: string;
}

/** Another replica leads; no data moves. */
export interface LeaderChange {
  readonly kind: 'leader-change';
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly goal: Goal;
  readonly reason: string;
}

export type Move = ReplicaMove | LeaderChange;

/** Something that the plan leaves undone, and why. */
export interface Unmet {
  readonly goal: Goal;
  /** How many replicas, partitions or brokers it is about. */
  readonly count: number;
  readonly message: string;
}

/** How even a dimension is: standard deviation over the mean, and the extremes over the mean, of shares of what is fair for each broker. */
export interface Evenness {
  readonly cv: number;
  readonly max: number;
  readonly min: number;
}

/** What is bought, and for how many bytes. */
export interface PlanSummary {
  readonly replicaMoves: number;
  readonly leaderChanges: number;
  readonly movedMb: number;
  /** Of all replicas' data. */
  readonly movedShare: number;
  readonly before: Readonly<Record<Dimension, Evenness>>;
  readonly after: Readonly<Record<Dimension, Evenness>>;
}

/** What to do, in an order in which every prefix is safe. */
export interface Plan {
  readonly moves: readonly Move[];
  readonly unmet: readonly Unmet[];
  readonly summary: PlanSummary;
}

/** What stays on brokers that are dead or to be emptied, where anything does: a cluster that is not balanced, whatever its loads. */
export function leftBehind({ unmet }: Pick<Plan, 'unmet'>): Unmet | undefined {
  return unmet.find(({ goal }) => goal === 'dead-brokers' || goal === 'drain');
}
