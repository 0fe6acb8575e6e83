import type { PartitionLoads, Resource } from '../model/cluster-model.ts';

/** How well a broker serves its clients now: `unknown` where its metrics did not answer. */
export type Pressure = 'none' | 'some' | 'unknown';

export interface ObservedBroker {
  readonly id: number;
  readonly rack: string;
  /** Since when the controllers have it fenced; absent while it is in service. */
  readonly fencedSinceMs?: number;
  /** MB of disk, KB/s in, KB/s out, percent of CPU. */
  readonly capacity: Readonly<Record<Resource, number>>;
  /** Bytes a second that throttled replicas may take here, each way (KIP-73); absent where no rate is set. */
  readonly throttle?: number;
  readonly pressure: Pressure;
  /** Since when clients have waited at it; absent while they do not. */
  readonly slowSinceMs?: number;
  /** Since when it does not answer although the controllers have it in service; absent while it does. */
  readonly silentSinceMs?: number;
  /** Since when all its request handlers are taken while nothing is carried and nothing computed; absent while they are not. */
  readonly stuckSinceMs?: number;
  /** Replicas on its disk, as it tells itself; absent where it does not. */
  readonly logs?: number;
}

/** A partition as Kafka tells it: while it moves, `replicas` are the old ones and the new ones together (KIP-455). */
export interface ObservedPartition extends PartitionLoads {
  readonly topic: string;
  readonly partition: number;
  /** Broker ids, the preferred leader first. */
  readonly replicas: readonly number[];
  readonly adding: readonly number[];
  readonly removing: readonly number[];
  readonly isr: readonly number[];
  /** -1: nobody leads it. */
  readonly leader: number;
  /** MB that replicas which are being added have still to copy; absent where none is. */
  readonly copyingMb?: number;
}

/** Entries `partition:broker` of a topic's throttled replicas. */
export interface ReplicaThrottle {
  readonly leaders: readonly string[];
  readonly followers: readonly string[];
}

/** One cluster, as one look at it shows it. */
export interface ObservedCluster {
  readonly atMs: number;
  readonly brokers: readonly ObservedBroker[];
  readonly partitions: readonly ObservedPartition[];
  /** Of topics that have any. */
  readonly throttledReplicas: ReadonlyMap<string, ReplicaThrottle>;
}

/** What people and the operator ask for. */
export interface BalanceIntent {
  /** `paused`: nothing begins, what runs ends; `cancelled`: what runs is taken back too. */
  readonly mode: 'on' | 'paused' | 'cancelled';
  /** A batch of brokers is being replaced: nothing begins, and leaders are the operator's to give back. */
  readonly isRolling: boolean;
  /** Ids of brokers that are to be emptied. */
  readonly drain: readonly number[];
  /** Names of topics that are left where they are, or the beginning of names with an asterisk after it. */
  readonly excludedTopics: readonly string[];
}

/** A broker whose storage was seen to stall, first and last. */
export interface StalledBroker {
  readonly broker: number;
  readonly sinceMs: number;
  readonly lastMs: number;
}

/** What one pass leaves for the next; kept in the PSC's status, so that another balancer can go on. */
export interface BalanceMemory {
  /** A plan has been begun and not been finished: it goes on to the target, however little is left. */
  readonly isUnderWay: boolean;
  /** Brokers that were empty when it was begun. */
  readonly newBrokers: readonly number[];
  /** Those of the last hour. @default none */
  readonly stalled?: readonly StalledBroker[];
  /** When the rate of moves was changed last. */
  readonly rateChangedAtMs?: number;
  /**
   * By partition, brokers that a replica has left of late: it does not go back there. Kept by one process only, for there may be
   * very many; the next one may at worst move some data twice.
   */
  readonly left?: WaysLeft;
}

export type WaysLeft = ReadonlyMap<string, { readonly brokers: readonly number[]; readonly atMs: number }>;

export const NO_MEMORY: BalanceMemory = { isUnderWay: false, newBrokers: [] };

/** Where a partition will be when what runs has ended, the preferred leader first. */
export function targetOf({ replicas, removing }: ObservedPartition): readonly number[] {
  return removing.length === 0 ? replicas : replicas.filter((id) => !removing.includes(id));
}

export function isMoving({ adding, removing }: ObservedPartition): boolean {
  return adding.length > 0 || removing.length > 0;
}
