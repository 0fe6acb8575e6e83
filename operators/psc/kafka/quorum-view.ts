import { FIRST_CONTROLLER_ID } from '../../../constructs/kubernetes/kafka/controller-config.ts';
import type { QuorumMember, QuorumView } from '../observed.ts';

/** One voter or observer, as the active controller tells of it (DescribeQuorum). Times are by the clock of that controller. */
export interface QuorumReplica {
  readonly replicaId: number;
  readonly replicaDirectoryId: string;
  readonly lastFetchTimestamp: bigint;
  readonly lastCaughtUpTimestamp: bigint;
}

export interface DescribedQuorum {
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly currentVoters: readonly QuorumReplica[];
  /** Brokers, and controllers that have no vote. */
  readonly observers: readonly QuorumReplica[];
}

/**
 * Longest time since a replica last had all of the metadata log. One that follows has it at every fetch, which waits for half
 * a second where nothing is new; the rest is for pauses of its process.
 */
export const CAUGHT_UP_MAX_MS = 10_000;

/**
 * Longest time since a voter last asked for news. Controllers themselves give each other up after two seconds
 * (`controller.quorum.fetch.timeout.ms`). Being caught up alone would hold for ten more seconds of one that just died.
 */
export const FETCHED_MAX_MS = 5_000;

/** No controller leads, or none can be asked. */
export const NO_QUORUM: QuorumView = { leaderId: -1, leaderEpoch: 0, voters: [], joining: [] };

/**
 * The quorum as its leader sees it. By times and not by offsets: how many records a replica is behind says nothing of how
 * long it has been silent, and a quorum at rest writes almost none.
 */
export function quorumView({ leaderId, leaderEpoch, currentVoters, observers }: DescribedQuorum): QuorumView {
  if (leaderId < 0) return NO_QUORUM;
  const leader = currentVoters.find(({ replicaId }) => replicaId === leaderId);
  // The leader's own times are its clock's at the moment of the answer. One that steps down without a vote has none.
  const nowMs = leader?.lastCaughtUpTimestamp;
  const member = ({ replicaId, replicaDirectoryId, ...times }: QuorumReplica): QuorumMember => ({
    id: replicaId,
    directory: replicaDirectoryId,
    isCaughtUp:
      nowMs !== undefined &&
      (replicaId === leaderId ||
        (isWithin(nowMs, times.lastCaughtUpTimestamp, CAUGHT_UP_MAX_MS) &&
          isWithin(nowMs, times.lastFetchTimestamp, FETCHED_MAX_MS))),
  });
  return {
    leaderId,
    leaderEpoch,
    voters: currentVoters.map(member),
    joining: observers.filter(({ replicaId }) => replicaId >= FIRST_CONTROLLER_ID).map(member),
  };
}

/** Brokers by how long ago they had all of the metadata log, the most recent first; ids that the leader does not know are left out. */
export function bestInformed({ observers }: DescribedQuorum): readonly number[] {
  return [...observers]
    .sort((a, b) => Number(b.lastCaughtUpTimestamp - a.lastCaughtUpTimestamp))
    .map(({ replicaId }) => replicaId);
}

/** -1 stands for never. */
function isWithin(nowMs: bigint, thenMs: bigint, maxMs: number): boolean {
  return thenMs >= 0n && nowMs - thenMs <= BigInt(maxMs);
}
