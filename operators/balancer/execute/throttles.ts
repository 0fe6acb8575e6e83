import { isMoving, type ObservedCluster, type ObservedPartition, type ReplicaThrottle } from './observed.ts';
import type { RateSettings } from './settings.ts';
import type { BalanceStep, Reassignment } from './steps.ts';
import { nameOf } from './choose-batch.ts';

/** A move that runs or is about to begin: who feeds it, and who takes it. */
interface Stream {
  readonly topic: string;
  readonly partition: number;
  readonly sources: readonly number[];
  readonly takers: readonly number[];
}

/** Whatever moves data, once the batch has begun too. */
export function streamsOf(cluster: ObservedCluster, batch: readonly Reassignment[]): readonly Stream[] {
  const begun = new Map(batch.map((each) => [nameOf(each), each]));
  return cluster.partitions.flatMap((partition) => {
    const { topic, partition: number } = partition;
    const takers = takersOf(partition, begun.get(nameOf(partition)));
    if (takers.length === 0) return [];
    const sources = partition.replicas.filter((id) => !takers.includes(id));
    return [{ topic, partition: number, sources, takers }];
  });
}

function takersOf(partition: ObservedPartition, begun: Reassignment | undefined): readonly number[] {
  if (isMoving(partition)) return partition.adding;
  return begun?.replicas.filter((id) => !partition.replicas.includes(id)) ?? [];
}

/**
 * What has to be set before these streams run, and taken away because none does. Replicas in sync are never throttled, whatever
 * the lists say (KIP-73), so entries of moves that have ended stay until their topic has none left: that spares calls.
 */
export function throttleSteps(
  { brokers, throttledReplicas }: ObservedCluster,
  streams: readonly Stream[],
  bytesPerSecond: number,
): readonly BalanceStep[] {
  const lists = listsOf(streams);
  const replicas: BalanceStep[] = [];
  for (const [topic, wanted] of lists) {
    if (!covers(throttledReplicas.get(topic), wanted)) replicas.push({ kind: 'throttle-replicas', topic, ...wanted });
  }
  for (const topic of throttledReplicas.keys()) {
    if (!lists.has(topic)) replicas.push({ kind: 'throttle-replicas', topic, leaders: [], followers: [] });
  }
  const involved = involvedIn(streams);
  // Who does not answer takes no rate either, and would keep all others from theirs; its replicas stay on the lists.
  const told = brokers.filter(
    ({ silentSinceMs, fencedSinceMs }) => silentSinceMs === undefined && fencedSinceMs === undefined,
  );
  const wrong = told.filter(({ id, throttle }) => involved.has(id) && throttle !== bytesPerSecond);
  // A rate does nothing where no replica is throttled: it stays until all is done.
  const left = streams.length > 0 ? [] : told.filter(({ throttle }) => throttle !== undefined);
  return [
    ...(wrong.length > 0
      ? [{ kind: 'throttle-brokers', brokers: wrong.map(({ id }) => id), bytesPerSecond } as const]
      : []),
    ...replicas,
    ...(left.length > 0 ? [{ kind: 'unthrottle-brokers', brokers: left.map(({ id }) => id) } as const] : []),
  ];
}

function involvedIn(streams: readonly Stream[]): ReadonlySet<number> {
  return new Set(streams.flatMap(({ sources, takers }) => [...sources, ...takers]));
}

function listsOf(streams: readonly Stream[]): ReadonlyMap<string, ReplicaThrottle> {
  const lists = new Map<string, { leaders: string[]; followers: string[] }>();
  for (const { topic, partition, sources, takers } of streams) {
    let list = lists.get(topic);
    if (list === undefined) lists.set(topic, (list = { leaders: [], followers: [] }));
    list.leaders.push(...sources.map((id) => `${partition}:${id}`));
    list.followers.push(...takers.map((id) => `${partition}:${id}`));
  }
  return lists;
}

function covers(there: ReplicaThrottle | undefined, wanted: ReplicaThrottle): boolean {
  if (there === undefined) return false;
  const [leaders, followers] = [new Set(there.leaders), new Set(there.followers)];
  return wanted.leaders.every((each) => leaders.has(each)) && wanted.followers.every((each) => followers.has(each));
}

export interface RateChange {
  readonly bytesPerSecond: number;
  readonly changedAtMs: number | undefined;
}

/**
 * The rate of moves for the next while: half as much as soon as clients are slow anywhere, half as much again while none is,
 * and no more than before while that is not known. It changes only so often that the last change can be felt.
 */
export function nextRate(
  { atMs, brokers }: ObservedCluster,
  streams: readonly Stream[],
  changedAtMs: number | undefined,
  { first, least, most, intervalMs }: RateSettings,
): RateChange {
  const involved = involvedIn(streams);
  const rates = brokers.flatMap(({ id, throttle }) => (involved.has(id) ? (throttle ?? []) : []));
  if (rates.length === 0) return { bytesPerSecond: first, changedAtMs: atMs };
  const now = Math.min(...rates);
  if (changedAtMs !== undefined && atMs - changedAtMs < intervalMs) return { bytesPerSecond: now, changedAtMs };
  const wanted = Math.round(Math.min(most, Math.max(least, now * factorOf(brokers))));
  return wanted === now ? { bytesPerSecond: now, changedAtMs } : { bytesPerSecond: wanted, changedAtMs: atMs };
}

function factorOf(brokers: ObservedCluster['brokers']): number {
  const inService = brokers.filter(({ fencedSinceMs }) => fencedSinceMs === undefined);
  if (inService.some(({ pressure }) => pressure === 'some')) return 0.5;
  return inService.every(({ pressure }) => pressure === 'none') ? 1.5 : 1;
}
