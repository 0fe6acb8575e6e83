import type { Move } from '../plan/plan.ts';
import { leaderAtEnd, type BrokerStates } from './model-of.ts';
import { isMoving, type ObservedCluster, type ObservedPartition, targetOf } from './observed.ts';
import type { ExecuteSettings } from './settings.ts';
import type { Reassignment } from './steps.ts';

export interface BatchRules {
  /** Share of a disk that may be used, also while moves run. */
  readonly usableShare: number;
  /** Only what replaces replicas on dead brokers, and takes leaders from brokers that must not lead. */
  readonly isUrgentOnly: boolean;
  /** Names of topics. */
  readonly excluded: ReadonlySet<string>;
}

/**
 * The moves of a plan that may begin now, in its order: what runs counts against every limit, a disk holds both copies until a
 * move has ended, a partition makes one move at a time; one that lost a replica for good is mended first, and one whose replicas recover
 * is left alone.
 */
export function chooseBatch(
  moves: readonly Move[],
  cluster: ObservedCluster,
  states: BrokerStates,
  settings: ExecuteSettings,
  rules: BatchRules,
): readonly Reassignment[] {
  const load = new Load(cluster, settings, rules.usableShare);
  const partitions = new Map(cluster.partitions.map((partition) => [nameOf(partition), partition]));
  const mends = mendsOf(moves, cluster, states);
  const chosen = new Map<string, Reassignment>();
  const passed = new Set<string>();
  let leaderChanges = 0;
  const admits = (move: Move, partition: ObservedPartition): boolean => {
    if (move.kind === 'replica-move') return load.admit(partition, move.to);
    leaderChanges += 1;
    return leaderChanges <= settings.maxLeaderChanges;
  };
  for (const first of moves) {
    const name = nameOf(first);
    const partition = partitions.get(name);
    // What comes after a move that has to wait was planned for where that one leads.
    if (partition === undefined || passed.has(name) || rules.excluded.has(first.topic)) continue;
    passed.add(name);
    if (!mayChange(partition, states)) continue;
    const mend = isWhole(partition) ? undefined : mends.get(name);
    const isUrgent = first.kind === 'leader-change' && states.get(first.from) === 'demoted';
    const candidates = [mend, rules.isUrgentOnly && !isUrgent ? undefined : first];
    const move = candidates.find((each) => each !== undefined && admits(each, partition));
    if (move === undefined) continue;
    chosen.set(name, { topic: move.topic, partition: move.partition, replicas: after(partition, move, states) });
  }
  return [...chosen.values()];
}

/** Kafka's own form of a partition's name, which is unique: numbers have no dash. */
export function nameOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}-${partition}`;
}

function isWhole({ replicas, isr }: ObservedPartition): boolean {
  return replicas.every((id) => isr.includes(id));
}

/** It stands still, somebody leads it, and whoever is missing is given up. */
function mayChange(partition: ObservedPartition, states: BrokerStates): boolean {
  const { isr, leader, replicas } = partition;
  if (isMoving(partition) || leader < 0) return false;
  return replicas.every((id) => isr.includes(id) || states.get(id) === 'dead');
}

/** The first move of each partition that takes a replica off a dead broker, where it may come before the others. */
function mendsOf(
  moves: readonly Move[],
  { brokers, partitions }: ObservedCluster,
  states: BrokerStates,
): ReadonlyMap<string, Move> {
  const racks = new Map(brokers.map(({ id, rack }) => [id, rack]));
  const targets = new Map(partitions.map((partition) => [nameOf(partition), targetOf(partition)]));
  const mends = new Map<string, Move>();
  for (const move of moves) {
    const target = targets.get(nameOf(move)) ?? [];
    if (states.get(move.from) !== 'dead' || mends.has(nameOf(move)) || target.includes(move.to)) continue;
    const kept = target.filter((id) => id !== move.from);
    const racksOf = (ids: readonly number[]): number => new Set(ids.map((id) => racks.get(id))).size;
    if (racksOf([...kept, move.to]) >= racksOf(target)) mends.set(nameOf(move), move);
  }
  return mends;
}

/** With who leads in the end first, for that is whom Kafka prefers. */
function after(partition: ObservedPartition, move: Move, states: BrokerStates): readonly number[] {
  const target = targetOf(partition);
  if (move.kind === 'leader-change') return [move.to, ...target.filter((id) => id !== move.to)];
  const replaced = target.map((id) => (id === move.from ? move.to : id));
  const leader = move.role === 'leader' ? move.to : leaderAtEnd(partition, states);
  return replaced.includes(leader) ? [leader, ...replaced.filter((id) => id !== leader)] : replaced;
}

/** What brokers hold and move, with what is chosen so far. */
class Load {
  readonly #usableMb = new Map<number, number>();
  readonly #heldMb = new Map<number, number>();
  readonly #moves = new Map<number, number>();
  readonly #movingMb = new Map<number, number>();
  readonly #settings: ExecuteSettings;
  #running = 0;

  constructor({ brokers, partitions }: ObservedCluster, settings: ExecuteSettings, usableShare: number) {
    this.#settings = settings;
    for (const { id, capacity } of brokers) this.#usableMb.set(id, capacity.disk * usableShare);
    for (const partition of partitions) {
      for (const id of partition.replicas) add(this.#heldMb, id, partition.disk);
      for (const id of partition.adding) this.#count(partition, id);
    }
  }

  /** Counts the move if there is room for it. */
  admit(partition: ObservedPartition, to: number): boolean {
    const { maxMovesPerBroker, maxSmallMovesPerBroker, smallMovesMb, maxMovesPerCluster } = this.#settings;
    const isFull = (id: number): boolean => {
      const isLittle = (this.#movingMb.get(id) ?? 0) + partition.disk <= smallMovesMb;
      return (this.#moves.get(id) ?? 0) >= (isLittle ? maxSmallMovesPerBroker : maxMovesPerBroker);
    };
    if (this.#running >= maxMovesPerCluster || isFull(to) || isFull(partition.leader)) return false;
    if ((this.#heldMb.get(to) ?? 0) + partition.disk > (this.#usableMb.get(to) ?? 0)) return false;
    add(this.#heldMb, to, partition.disk);
    this.#count(partition, to);
    return true;
  }

  /** The leader feeds whoever joins. */
  #count({ leader, disk }: ObservedPartition, to: number): void {
    this.#running += 1;
    const involved = leader >= 0 && leader !== to ? [to, leader] : [to];
    for (const id of involved) {
      add(this.#moves, id, 1);
      add(this.#movingMb, id, disk);
    }
  }
}

function add(sums: Map<number, number>, id: number, value: number): void {
  sums.set(id, (sums.get(id) ?? 0) + value);
}
