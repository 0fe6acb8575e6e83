import type { BalanceIntent } from '../../../operators/balancer/execute/observed.ts';
import { EXECUTE_SETTINGS } from '../../../operators/balancer/execute/settings.ts';
import type { BalanceStep, Reassignment } from '../../../operators/balancer/execute/steps.ts';
import { DEFAULT_SETTINGS, type Goal } from '../../../operators/balancer/goals.ts';
import type { Unmet } from '../../../operators/balancer/plan/plan.ts';
import type { Invariant, Violation } from './invariants.ts';
import { type KafkaModel, keyOf, type ModelPartition } from './kafka-model.ts';

/** A call that has arrived, with when its sender looked at the world last. */
export interface Call {
  readonly step: BalanceStep;
  readonly viewAtMs: number;
}

/** So long a process remembers what it has moved away; what comes back after that does so once. */
const WAYS_KEPT_MS = 60 * 60_000;

/**
 * Watches what the balancer's calls do. A call is judged by the world as it is when it arrives; what happened after its sender
 * looked excuses it, for no one could have known.
 */
export class Judge {
  readonly violations: Violation[] = [];
  /** Moves of replicas by the balancer. */
  moves = 0;
  readonly #kafka: KafkaModel;
  readonly #nowMs: () => number;
  /** When brokers, limits or wishes changed last. */
  #worldChangedAtMs = 0;
  #isQuiet = false;
  /** When the replica of a partition was moved away from a broker, since the world changed, by both their names. */
  readonly #left = new Map<string, number>();
  /** What has come back, long after. */
  readonly #returned = new Set<string>();

  constructor(kafka: KafkaModel, nowMs: () => number) {
    this.#kafka = kafka;
    this.#nowMs = nowMs;
  }

  worldChanged(): void {
    this.#worldChangedAtMs = this.#nowMs();
    this.forgetWays();
  }

  /** The next process does not know what the last one had moved. */
  forgetWays(): void {
    this.#left.clear();
    this.#returned.clear();
  }

  beQuiet(): void {
    this.#isQuiet = true;
  }

  violate(invariant: Invariant, message: string): void {
    this.violations.push({ invariant, atMs: this.#nowMs(), message });
  }

  /** Before the call takes effect. */
  arrives({ step, viewAtMs }: Call, intent: BalanceIntent): void {
    if (this.#isQuiet) this.violate('quiet', step.kind);
    if (viewAtMs <= this.#worldChangedAtMs) return;
    if (step.kind === 'reassign') {
      if (intent.mode !== 'on' || intent.isRolling) this.violate('paused', 'a reassignment began');
      for (const each of step.partitions) this.#judgeMove(each, viewAtMs, intent);
      this.#judgeLimits(step.partitions);
    }
    if (step.kind === 'cancel' && intent.mode !== 'cancelled') {
      for (const each of step.partitions) this.#judgeCancel(this.#kafka.partitions.get(keyOf(each)), viewAtMs);
    }
  }

  #judgeMove(wanted: Reassignment, viewAtMs: number, intent: BalanceIntent): void {
    const key = keyOf(wanted);
    const partition = this.#kafka.partitions.get(key);
    if (partition === undefined || partition.changedAtMs >= viewAtMs) return;
    if (intent.excludedTopics.includes(wanted.topic)) this.violate('excluded', key);
    if (partition.mover === 'admin') this.violate('others', `${key} is being moved by somebody else`);
    if (partition.mover !== undefined) return;
    const before = partition.replicas;
    const { replicas } = wanted;
    if (new Set(replicas).size !== before.length || replicas.length !== before.length) {
      this.violate('replication', `${key} from ${before.join()} to ${replicas.join()}`);
    }
    if (this.#racksOf(replicas) < Math.min(this.#racksOf(before), this.#usableRacks(intent))) {
      this.violate('racks', `${key} from ${before.join()} to ${replicas.join()}`);
    }
    const added = replicas.filter((id) => !before.includes(id));
    const removed = before.filter((id) => !replicas.includes(id));
    for (const id of added) this.#judgeTaker(partition, id, intent);
    this.#judgeWhole(partition);
    this.#rememberWay(key, added, removed);
    if (added.length > 0) this.moves += 1;
  }

  #judgeTaker(partition: ModelPartition, id: number, { drain }: BalanceIntent): void {
    const key = keyOf(partition);
    const broker = this.#kafka.brokers.get(id);
    if (broker?.fencedSinceMs !== undefined || drain.includes(id)) this.violate('taker', `${key} goes to ${id}`);
    const follower = `${partition.partition}:${id}`;
    const isListed = this.#kafka.throttledReplicas.get(partition.topic)?.followers.includes(follower) === true;
    if (!isListed || broker?.throttle === undefined) this.violate('throttled', `${key} goes to ${id} at full speed`);
  }

  #judgeWhole({ replicas, isr, topic, partition }: ModelPartition): void {
    const missing = replicas.filter((id) => !isr.includes(id) && !this.#isDead(id));
    if (missing.length > 0) this.violate('whole', `${topic}-${partition} is moved while ${missing.join()} recover`);
  }

  #judgeCancel(partition: ModelPartition | undefined, viewAtMs: number): void {
    if (partition === undefined || partition.changedAtMs >= viewAtMs) return;
    if (partition.adding.some((id) => this.#isDead(id))) return;
    this.violate('others', `a move of ${keyOf(partition)} that goes on is taken back`);
  }

  #judgeLimits(begun: readonly Reassignment[]): void {
    const moves = new Map<number, { count: number; mb: number }>();
    const takes = new Map<number, number>();
    const count = (id: number, mb: number): void => {
      const before = moves.get(id) ?? { count: 0, mb: 0 };
      moves.set(id, { count: before.count + 1, mb: before.mb + mb });
    };
    let isOursAlone = true;
    for (const partition of this.#kafka.partitions.values()) {
      const wanted = begun.find((each) => keyOf(each) === keyOf(partition));
      const added = partition.mover === undefined ? wanted && this.#addedBy(wanted) : partition.adding;
      if (partition.mover === 'admin') isOursAlone = false;
      for (const id of added ?? []) {
        count(id, partition.sizeMb);
        if (partition.leader >= 0) count(partition.leader, partition.sizeMb);
        takes.set(id, (takes.get(id) ?? 0) + partition.sizeMb - (partition.stored.get(id) ?? 0));
      }
    }
    // Who else moves things fills brokers as they like, and a leader that changed on the way feeds more than was chosen.
    if (!isOursAlone) return;
    const { maxMovesPerBroker, maxSmallMovesPerBroker, smallMovesMb } = EXECUTE_SETTINGS;
    for (const [id, { count: number, mb }] of moves) {
      const most = 2 * (mb <= 2 * smallMovesMb ? maxSmallMovesPerBroker : maxMovesPerBroker);
      if (number > most) this.violate('limits', `${number} moves with ${mb} MB at broker ${id}`);
    }
    const takers = new Set(begun.flatMap((each) => this.#addedBy(each)));
    for (const [id, mb] of takes) {
      // What else came meanwhile may have filled a broker that takes nothing new.
      if (!takers.has(id)) continue;
      const full = this.#kafka.usedMb(id) + mb;
      if (full > this.#kafka.diskMb * DEFAULT_SETTINGS.usableShare * 1.01)
        this.violate('disk', `broker ${id} comes to ${full} MB with ${mb} MB on the way`);
    }
  }

  #addedBy(wanted: Reassignment): readonly number[] {
    const there = this.#kafka.partitions.get(keyOf(wanted))?.replicas ?? wanted.replicas;
    return wanted.replicas.filter((id) => !there.includes(id));
  }

  #rememberWay(key: string, added: readonly number[], removed: readonly number[]): void {
    const nowMs = this.#nowMs();
    for (const id of added) {
      const way = `${key} on ${id}`;
      const leftAtMs = this.#left.get(way);
      if (leftAtMs === undefined) continue;
      const isSoon = nowMs - leftAtMs < WAYS_KEPT_MS;
      if (isSoon || this.#returned.has(way)) this.violate('no-way-back', `${key} comes back to ${id}`);
      this.#returned.add(way);
    }
    for (const id of removed) this.#left.set(`${key} on ${id}`, nowMs);
  }

  /** At rest: what must not be left, but for what the last plan names as impossible. */
  judgeRest({ drain }: BalanceIntent, unmet: readonly Unmet[]): void {
    const { brokers, partitions, throttledReplicas } = this.#kafka;
    // Who is away can be told nothing; it is once it is back.
    const slowed = [...brokers.values()].filter(
      ({ throttle, fencedSinceMs }) => throttle !== undefined && fencedSinceMs === undefined,
    );
    if (throttledReplicas.size > 0 || slowed.length > 0) {
      this.violate(
        'unthrottled',
        `${[...throttledReplicas.keys()].join()} and brokers ${slowed.map(({ id }) => id).join()}`,
      );
    }
    for (const partition of partitions.values()) {
      const [preferred = -1] = partition.replicas;
      const mayLead = brokers.get(preferred)?.fencedSinceMs === undefined && !drain.includes(preferred);
      if (partition.leader !== preferred && mayLead) {
        this.violate('leaders', `${keyOf(partition)} is led by ${partition.leader}, not by ${preferred}`);
      }
    }
    if (unmet.some(({ goal, message }) => EMPTYING.includes(goal) && message.includes('no broker has room'))) return;
    for (const id of brokers.keys()) {
      if (!drain.includes(id) && !this.#isDead(id)) continue;
      const held = [...partitions.values()].filter((each) => each.replicas.includes(id) && this.#canLeave(each));
      const states = held.map((each) => `${keyOf(each)} (${each.replicas.join()}; in sync ${each.isr.join()})`);
      if (held.length > 0) this.violate('emptied', `broker ${id} holds ${states.join()}`);
    }
  }

  /** Somebody lives that it can be copied from, and it may be touched. */
  #canLeave({ leader, topic }: ModelPartition): boolean {
    return leader >= 0 && !topic.startsWith('excluded');
  }

  #isDead(id: number): boolean {
    const since = this.#kafka.brokers.get(id)?.fencedSinceMs;
    return since !== undefined && this.#nowMs() - since >= EXECUTE_SETTINGS.deadAfterMs - CLOCK_SKEW_MS;
  }

  #racksOf(ids: readonly number[]): number {
    return new Set(ids.map((id) => this.#kafka.brokers.get(id)?.rack)).size;
  }

  #usableRacks({ drain }: BalanceIntent): number {
    const stay = [...this.#kafka.brokers.keys()].filter((id) => !drain.includes(id) && !this.#isDead(id));
    return this.#racksOf(stay);
  }
}

const EMPTYING: readonly Goal[] = ['drain', 'dead-brokers'];

export const CLOCK_SKEW_MS = 3_000;
