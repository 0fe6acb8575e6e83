import type { KafkaRole } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { CONFIG_HASH_ANNOTATION } from '../../../constructs/kubernetes/kafka/pod-template.ts';
import { claimName } from '../../../constructs/kubernetes/kafka/claims.ts';
import { isMaintenanceTime } from '../../../contracts/maintenance-windows.ts';
import { EVICTION_WISH_MS } from '../../../operators/psc/classify.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';
import type { Invariant } from './invariants.ts';
import { isLeftAlone } from './left-alone.ts';
import { SESSION_TIMEOUT_MS } from './kafka-model.ts';
import type { Caller } from './cluster-port.ts';
import type { PodRecord } from './pod-record.ts';
import { needsRestart, wantedOf } from './wanted.ts';
import { CLOCKS_APART_MS, EPOCH_MS } from './wall-clock.ts';
import type { World } from './world.ts';

/** A disruption from the moment when it was sent. */
export interface Decision {
  readonly by: string;
  readonly how: 'evict' | 'delete' | 'stop' | 'remove-voter';
  readonly sentAtMs: number;
  /** When the state that it rests on was asked for; never counted as older than the operator may let it get. */
  readonly readAtMs: number;
}

/** Age from which on what was read is no excuse (the operator's own bound, `DECISION_MAX_AGE_MS`). */
const MAX_AGE_MS = 10_000;
/** A crash shows at the earliest when its session ends, a second later in what Kafka says. */
const HIDDEN_MS = SESSION_TIMEOUT_MS + 1_000;

/** A write may be under way for as long. */
const LONGEST_FLIGHT_MS = 120_000;

interface Down {
  readonly uid: string;
  readonly zone: string;
  readonly role: KafkaRole;
  readonly nodeId: number;
}

/**
 * Judges each disruption on the true state at the moment when it takes effect. What a fault of the world did is held against
 * the operator unless the fault came after the operator's last fresh read, or so shortly before it that Kafka itself did not
 * know yet; a read counts for ten seconds before the disruption was sent, whenever it really was.
 */
export class DisruptionJudge {
  readonly #world: World;
  readonly #violate: (invariant: Invariant, message: string) => void;
  readonly #down = new Map<string, Down>();
  readonly #specs: { readonly atMs: number; readonly psc: StoredPsc }[] = [];
  #leaderId = -1;
  #leaderSinceMs = 0;
  #leftAloneSinceMs = Infinity;
  /** Since when somebody has been behind: a broker by its id, or the quorum. */
  readonly #unwellSinceMs = new Map<number | 'quorum', number>();
  #excused = 0;
  #count = 0;

  constructor(world: World, violate: (invariant: Invariant, message: string) => void) {
    this.#world = world;
    this.#violate = violate;
    world.api.onChange((key) => {
      if (key === 'PhysicalStatefulCluster') this.#pscChanged();
    });
  }

  get excused(): number {
    return this.#excused;
  }

  get count(): number {
    return this.#count;
  }

  decided({ holder, freshAtMs }: Caller, how: Decision['how']): Decision {
    const { nowMs } = this.#world.scheduler;
    const readAtMs = Math.max(Math.min(freshAtMs.cluster, freshAtMs.kafka), nowMs - MAX_AGE_MS);
    return { by: holder, how, sentAtMs: nowMs, readAtMs };
  }

  kafkaChanged(): void {
    const { kafka, scheduler } = this.#world;
    if (kafka.quorum.leaderId !== this.#leaderId) {
      this.#leaderId = kafka.quorum.leaderId;
      this.#leaderSinceMs = scheduler.nowMs;
    }
    for (const [name, down] of this.#down) if (this.#isBack(name, down)) this.#down.delete(name);
    this.#followed('quorum', kafka.quorum.voting().length < CONTROLLERS);
    const ids = new Set(kafka.brokerIds());
    for (const id of ids) this.#followed(id, !kafka.isInSync(id));
    // Who was forgotten is behind on nothing.
    for (const who of this.#unwellSinceMs.keys())
      if (who !== 'quorum' && !ids.has(who)) this.#unwellSinceMs.delete(who);
  }

  disrupted(decision: Decision, pod: PodRecord): void {
    this.#count += 1;
    this.#checkFence(decision, pod);
    if (!this.#isServing(pod)) return;
    this.#checkLeftAlone(decision, pod);
    this.#checkNeed(decision, pod);
    this.#checkWindow(decision, pod);
    this.#checkOthers(decision, pod);
    this.#checkOrder(decision, pod);
    this.#checkZone(decision, pod);
    if (pod.role === 'broker') this.#checkReplicas(decision, pod);
    else this.#checkQuorum(decision, pod);
    this.#down.set(pod.name, { uid: pod.uid, zone: pod.node?.zone ?? '', role: pod.role, nodeId: pod.nodeId });
  }

  /** A controller without its volume has no vote of its own to lose: the others must be able to go on as the whole quorum. */
  voteRemoved(decision: Decision, nodeId: number): void {
    const left = this.#world.kafka.quorum.voting().filter((id) => id !== nodeId);
    if (left.length < MAJORITY && !this.#isExcused(decision))
      this.#violate('quorum', `${decision.by} takes the vote of ${nodeId}: ${left.length} controllers can vote then`);
  }

  #isServing({ role, nodeId }: PodRecord): boolean {
    const { kafka } = this.#world;
    return role === 'broker' ? kafka.isServing(nodeId) : kafka.quorum.isVoting(nodeId);
  }

  #isBack(name: string, { uid, role, nodeId }: Down): boolean {
    const { kafka, pods } = this.#world;
    const pod = pods.get(name);
    if (pod === undefined || pod.uid === uid) return false;
    return role === 'broker' ? kafka.isInSync(nodeId) : kafka.quorum.isVoting(nodeId);
  }

  #checkFence({ by }: Decision, { name, uid }: PodRecord): void {
    const { fence } = this.#world.api.storedPsc()?.status ?? {};
    const isFenced = fence?.members?.some((member) => member.name === name && member.uid === uid) === true;
    if (!isFenced) this.#violate('fence-first', `${by} disrupts ${name}, which no stored fence names`);
  }

  #checkLeftAlone({ by, readAtMs }: Decision, { name }: PodRecord): void {
    // What has begun may be brought to its end.
    if (this.#leftAloneSinceMs < readAtMs && this.#down.size === 0) {
      this.#violate('left-alone', `${by} disrupts ${name}`);
    }
  }

  #checkNeed({ by, readAtMs }: Decision, pod: PodRecord): void {
    const since = this.#specs.findLastIndex(({ atMs }) => atMs <= readAtMs);
    const inForce = this.#specs.slice(Math.max(0, since));
    const isNeeded = inForce.some(({ psc }) => needsRestart(pod, wantedOf(psc, this.#world.dataPlane)));
    if (!isNeeded && !this.#wasSaidToStall(pod) && !this.#hasLostItsFiles(pod) && !this.#isWantedAway(pod))
      this.#violate('needless-roll', `${by} disrupts ${pod.name}, which is as the spec has it`);
  }

  /** What has begun may be brought to its end, and who stalls is repaired. */
  #checkWindow({ by, readAtMs }: Decision, pod: PodRecord): void {
    if (this.#down.size > 0 || this.#wasSaidToStall(pod) || this.#isWantedAway(pod)) return;
    const since = this.#specs.findLastIndex(({ atMs }) => atMs <= readAtMs);
    const { nowMs } = this.#world.scheduler;
    const times = [readAtMs - CLOCKS_APART_MS, nowMs, nowMs + CLOCKS_APART_MS].map((atMs) => EPOCH_MS + atMs);
    const isOpen = this.#specs
      .slice(Math.max(0, since))
      .some(({ psc }) => times.some((atMs) => isMaintenanceTime(psc.spec.maintenanceWindows ?? [], atMs)));
    if (!isOpen) this.#violate('in-window', `${by} disrupts ${pod.name}, and no window is open`);
  }

  /** A stall that was said before the pod came has had its restart. */
  #wasSaidToStall({ name, createdAtMs }: PodRecord): boolean {
    const stalled = this.#world.api.storedPsc()?.status?.balance?.stalledBrokers ?? [];
    return stalled.some(({ pod, since }) => pod === name && Date.parse(since) > EPOCH_MS + createdAtMs);
  }

  /** Its process may be another one by a crash: it serves as little as before until it has caught up. */
  #isStillBehindByStall(id: number): boolean {
    const pod = this.#world.pods.all().find(({ role, nodeId }) => role === 'broker' && nodeId === id);
    const { stalledBrokers = [] } = this.#world.api.storedPsc()?.status?.balance ?? {};
    const behindSinceMs = EPOCH_MS + (this.#unwellSinceMs.get(id) ?? Infinity);
    return (
      pod !== undefined &&
      this.#wasSaidToStall(pod) &&
      stalledBrokers.some((each) => each.pod === pod.name && Date.parse(each.since) > behindSinceMs)
    );
  }

  /** A wish may have come to its end while the disruption was on its way. */
  #isWantedAway({ evictedAtMs = -Infinity }: PodRecord): boolean {
    return this.#world.scheduler.nowMs - evictedAtMs < EVICTION_WISH_MS + MAX_AGE_MS + LONGEST_FLIGHT_MS;
  }

  /** Somebody deleted what it had read at its start: nobody can tell what it runs with, and it could not start again. */
  #hasLostItsFiles({ facts: { annotations } }: PodRecord): boolean {
    const hash = annotations[CONFIG_HASH_ANNOTATION] ?? '';
    return [...this.#world.deletedByHand].some((key) => key.startsWith('ConfigMap/') && key.endsWith(`-${hash}`));
  }

  #followed(who: number | 'quorum', isBehind: boolean): void {
    if (!isBehind) this.#unwellSinceMs.delete(who);
    else if (!this.#unwellSinceMs.has(who)) this.#unwellSinceMs.set(who, this.#world.scheduler.nowMs);
  }

  #checkOthers({ by, readAtMs }: Decision, pod: PodRecord): void {
    const { name, role, nodeId } = pod;
    const isStalled = (who: number | 'quorum'): boolean =>
      who !== 'quorum' && (this.#world.kafka.isStorageStalled(who) || this.#isStillBehindByStall(who));
    // Its disk may work again since it was said to stall: it is still behind by it, and is no other.
    const isRepair = role === 'broker' && (isStalled(nodeId) || this.#wasSaidToStall(pod));
    const homeless = this.#isWantedAway(pod) ? this.#homelessBeside(pod) : new Set<number>();
    const isExcepted = (who: number | 'quorum'): boolean =>
      (isRepair && (isStalled(who) || who === nodeId)) ||
      (who === 'quorum' ? this.#lacksOnly(homeless) : homeless.has(who));
    const since = [...this.#unwellSinceMs].filter(([who]) => !isExcepted(who)).map(([, atMs]) => atMs);
    const unwellSinceMs = Math.min(...since);
    if (this.#down.size > 0 || unwellSinceMs > readAtMs - HIDDEN_MS) return;
    const sinceS = Math.round((this.#world.scheduler.nowMs - unwellSinceMs) / 1000);
    this.#violate('others-well', `${by} disrupts ${name} while another has been behind for ${sinceS} s`);
  }

  /** Node ids of pods that wait for a node: those of its zone, which the drain keeps from them, and brokers that have never come. */
  #homelessBeside({ node }: PodRecord): ReadonlySet<number> {
    const { pods, claims, kafka } = this.#world;
    const beside = pods.all().filter(({ name, role, nodeId, unschedulableSinceMs }) => {
      const claim = claims.find(claimName(name));
      if (unschedulableSinceMs === undefined || claim === undefined) return false;
      return claims.zoneOf(claim) === node?.zone || (role === 'broker' && !kafka.isRegistered(nodeId));
    });
    return new Set(beside.map(({ nodeId }) => nodeId));
  }

  #lacksOnly(controllers: ReadonlySet<number>): boolean {
    const voting = this.#world.kafka.quorum.voting();
    const others = this.#world.pods
      .all()
      .filter(({ role, nodeId }) => role === 'controller' && !controllers.has(nodeId));
    return others.length === CONTROLLERS - 1 && others.every(({ nodeId }) => voting.includes(nodeId));
  }

  /** What was asked for after the fence was decided on is for the next batch. */
  #checkOrder({ by }: Decision, pod: PodRecord): void {
    const { api, pods, scheduler, releases } = this.#world;
    // Who knows nothing of wishes goes by the order of rolls, and whoever comes after brings that batch to its end.
    if (pod.role !== 'controller' || !this.#isWantedAway(pod) || releases.areMixed) return;
    const fencedAtMs = Date.parse(api.storedPsc()?.status?.fence?.since ?? '') - EPOCH_MS;
    const before = pods
      .all()
      .find(
        ({ role, node, isTerminating, evictedAtMs = -Infinity, askedSinceMs = Infinity }) =>
          role === 'broker' &&
          node?.zone === pod.node?.zone &&
          !isTerminating &&
          askedSinceMs < fencedAtMs - CLOCKS_APART_MS &&
          scheduler.nowMs - evictedAtMs < EVICTION_WISH_MS / 2,
      );
    if (before !== undefined) this.#violate('drain-order', `${by} disrupts ${pod.name} before ${before.name}`);
  }

  #checkZone(decision: Decision, pod: PodRecord): void {
    const { name, role, node, nodeId } = pod;
    const zone = node?.zone ?? '';
    const others = [...this.#down].filter(([other]) => other !== name);
    const elsewhere = others.find(([, down]) => down.zone !== zone);
    if (elsewhere !== undefined) {
      this.#violate('one-zone', `${decision.by} disrupts ${name} in ${zone} while ${elsewhere[0]} is down by our hand`);
    }
    const asked = this.#world.api.storedPsc()?.spec.kafka?.brokers.maxUnavailablePerZone ?? 1;
    const limit = role === 'broker' ? Math.max(1, asked) : 1;
    // Who waits for the drain's own node comes back only when the drain has ended.
    const homeless = this.#isWantedAway(pod) ? this.#homelessBeside(pod) : new Set<number>();
    const beside = others.filter(([, down]) => down.role === role && !homeless.has(down.nodeId)).length;
    if (beside >= limit) {
      this.#violate('zone-limit', `${decision.by} disrupts ${name}, and ${beside} are down already`);
    }
    // What was on its way for long may find the others of its batch back; a drain may have taken the budget just before.
    const isLate = this.#world.scheduler.nowMs - decision.sentAtMs > MAX_AGE_MS;
    // One that is behind is not ready, and has taken the budget.
    const isBehind = (role === 'broker' && !this.#world.kafka.isInSync(nodeId)) || homeless.size > 0;
    if (others.length === 0 && decision.how === 'delete' && !isLate && !isBehind && !this.#isExcused(decision)) {
      this.#violate('first-by-eviction', `${decision.by} deletes ${name} though the budget is not taken`);
    }
  }

  #checkReplicas(decision: Decision, { name, nodeId }: PodRecord): void {
    const { kafka } = this.#world;
    const harmed = kafka.partitions.of(nodeId).filter(({ topic, isr }) => {
      if (!isr.includes(nodeId)) return false;
      const left = isr.filter((id) => id !== nodeId && kafka.isServing(id)).length;
      return left < kafka.partitions.minIsr(topic);
    });
    const [first] = harmed;
    if (first === undefined || this.#isExcused(decision)) return;
    const where = `${first.topic}-${first.partition} (ISR ${first.isr.join(', ')})`;
    this.#violate('min-isr', `${decision.by} disrupts ${name}: ${where} falls below its min ISR`);
  }

  #checkQuorum(decision: Decision, pod: PodRecord): void {
    const { kafka, pods } = this.#world;
    const left = kafka.quorum.voting().filter((id) => id !== pod.nodeId);
    const going = pods.all().filter(({ role, isTerminating }) => role === 'controller' && isTerminating);
    const staying = left.filter((id) => !going.some(({ nodeId }) => nodeId === id));
    if (staying.length < MAJORITY && !this.#isExcused(decision)) {
      this.#violate('quorum', `${decision.by} disrupts ${pod.name}: ${staying.length} controllers can vote then`);
    }
    if (kafka.quorum.leaderId !== pod.nodeId || this.#leaderSinceMs > decision.readAtMs) return;
    // Who drains a node waits for no roll of others.
    if (this.#isWantedAway(pod)) return;
    // An edit after the decision's fresh read is for the next one.
    if ((this.#specs.at(-1)?.atMs ?? 0) > decision.readAtMs) return;
    const psc = this.#world.api.storedPsc();
    const late = pods
      .all()
      .find(
        (other) =>
          other.role === 'controller' &&
          other !== pod &&
          psc !== undefined &&
          needsRestart(other, wantedOf(psc, this.#world.dataPlane)),
      );
    if (late !== undefined) {
      this.#violate('active-last', `${decision.by} disrupts the active ${pod.name} before ${late.name}`);
    }
  }

  #isExcused({ readAtMs }: Decision): boolean {
    const isExcused = this.#world.lastHarmAtMs > readAtMs - HIDDEN_MS;
    if (isExcused) this.#excused += 1;
    return isExcused;
  }

  #pscChanged(): void {
    const { api, scheduler } = this.#world;
    const psc = api.storedPsc();
    if (psc === undefined) return;
    const isAlone = isLeftAlone(psc);
    this.#leftAloneSinceMs = isAlone ? Math.min(this.#leftAloneSinceMs, scheduler.nowMs) : Infinity;
    if (this.#specs.at(-1)?.psc.metadata.generation === psc.metadata.generation) return;
    this.#specs.push({ atMs: scheduler.nowMs, psc });
  }
}

const CONTROLLERS = 3;
const MAJORITY = 2;
