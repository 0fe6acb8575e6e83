/**
 * Columns of what a broker carries. The first four have a capacity; `replicas` and `leaders` are counts, `leaderIn` is what producers send it, `potOut` what
 * it would send if it led all that it holds.
 */
export const DIMENSIONS = ['disk', 'nwIn', 'nwOut', 'cpu', 'replicas', 'leaders', 'leaderIn', 'potOut'] as const;
export type Dimension = (typeof DIMENSIONS)[number];
export const DIMENSION_COUNT = DIMENSIONS.length;
/** Place of each dimension in `DIMENSIONS`. */
export const COLUMN = {
  disk: 0,
  nwIn: 1,
  nwOut: 2,
  cpu: 3,
  replicas: 4,
  leaders: 5,
  leaderIn: 6,
  potOut: 7,
} as const satisfies Readonly<Record<Dimension, number>>;

/** What a plan must keep, or mend where it is broken, most urgent first. */
export const HARD_GOALS = [
  'leadership',
  'dead-brokers',
  'drain',
  'rack-awareness',
  'replica-capacity',
  'disk-capacity',
  'network-in-capacity',
  'network-out-capacity',
  'cpu-capacity',
] as const;
export type HardGoal = (typeof HARD_GOALS)[number];

/** What a plan brings closer, in the order in which a tie is decided. */
export const SOFT_GOALS = {
  disk: 'disk-distribution',
  nwIn: 'network-in-distribution',
  nwOut: 'network-out-distribution',
  cpu: 'cpu-distribution',
  replicas: 'replica-distribution',
  leaders: 'leader-distribution',
  leaderIn: 'leader-inbound-distribution',
  potOut: 'potential-outbound-distribution',
} as const satisfies Readonly<Record<Dimension, string>>;
export type SoftGoal = (typeof SOFT_GOALS)[Dimension];
export type Goal = HardGoal | SoftGoal;

/** Hard goal that keeps a dimension below what a broker can carry; the others have no limit. */
export const CAPACITY_GOALS = {
  disk: 'disk-capacity',
  nwIn: 'network-in-capacity',
  nwOut: 'network-out-capacity',
  cpu: 'cpu-capacity',
  replicas: 'replica-capacity',
} as const satisfies Partial<Readonly<Record<Dimension, HardGoal>>>;
export type LimitedDimension = keyof typeof CAPACITY_GOALS;
export const LIMITED = Object.keys(CAPACITY_GOALS) as readonly LimitedDimension[];

/** How much a squared deviation counts, by dimension. */
export type Weights = Readonly<Record<Dimension, number>>;

/**
 * While replicas move, what a change of leaders can even out later without moving a byte counts little. Where partitions have one replica only there is
 * nothing that could do it later, and the weights of leaders count here too.
 */
export const REPLICA_WEIGHTS: Weights = {
  disk: 1,
  nwIn: 1,
  nwOut: 0.2,
  cpu: 0.2,
  replicas: 2,
  leaders: 0.2,
  leaderIn: 0.05,
  potOut: 0.5,
};
export const LEADER_WEIGHTS: Weights = {
  disk: 1,
  nwIn: 1,
  nwOut: 1,
  cpu: 1,
  replicas: 1,
  leaders: 1,
  leaderIn: 0.3,
  potOut: 0.5,
};

/** What may be tuned. Shares are of a broker's fair share, which is 1. */
export interface BalanceSettings {
  /** Share of each capacity that may be used, for good or while a move runs. */
  readonly usableShare: number;
  readonly maxReplicasPerBroker: number;
  /**
   * Gap between giver and taker at which data stops moving. Bytes are the price of balance: below it they buy too little. The grain widens it where brokers
   * hold few replicas, for one replica then is a large part of a broker: `gap = targetGap + gapGrain / replicas per broker`, the latter at most
   * 0.03 or two replicas.
   */
  readonly targetGap: number;
  readonly gapGrain: number;
  /** A deviation from the fair share that starts a plan, in target gaps. Wider than what a plan leaves, so that noise is not chased. */
  readonly triggerGaps: number;
  /** Gap that is too small for one more move or leader change, however few bytes it takes. */
  readonly leastGap: number;
}

export const DEFAULT_SETTINGS: BalanceSettings = {
  usableShare: 0.9,
  maxReplicasPerBroker: 10_000,
  targetGap: 0.049,
  gapGrain: 9.9,
  triggerGaps: 2,
  leastGap: 0.01,
};
