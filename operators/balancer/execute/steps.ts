export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

/** One call to Kafka. Each may be repeated, and each leaves a state from which the next pass goes on. */
export type BalanceStep =
  /** Sets the rate of throttled replicas on these brokers, both ways. */
  | { readonly kind: 'throttle-brokers'; readonly brokers: readonly number[]; readonly bytesPerSecond: number }
  | { readonly kind: 'unthrottle-brokers'; readonly brokers: readonly number[] }
  /** Replaces a topic's throttled replicas; with empty lists there are none. */
  | {
      readonly kind: 'throttle-replicas';
      readonly topic: string;
      readonly leaders: readonly string[];
      readonly followers: readonly string[];
    }
  | { readonly kind: 'reassign'; readonly partitions: readonly Reassignment[] }
  | { readonly kind: 'cancel'; readonly partitions: readonly PartitionName[] }
  /** Gives partitions to their preferred leaders. */
  | { readonly kind: 'elect'; readonly partitions: readonly PartitionName[] };

export interface Reassignment extends PartitionName {
  /** Broker ids, the preferred leader first. */
  readonly replicas: readonly number[];
}

/** Why nothing new begins, most urgent first. */
export type WaitReason =
  | 'Cancelled'
  | 'Paused'
  | 'Rolling'
  | 'UnderReplicatedPartitions'
  | 'BrokersSilent'
  | 'ClientsSlow'
  | 'WrongPlan'
  | 'NoRoom'
  | 'TopicsExcluded';

export interface Wait {
  readonly reason: WaitReason;
  readonly message: string;
}
