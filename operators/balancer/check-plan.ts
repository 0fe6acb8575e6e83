import { type BalanceSettings, DEFAULT_SETTINGS } from './goals.ts';
import {
  type BrokerState,
  type ClusterModel,
  LOAD,
  LOAD_COLUMNS,
  PARTS_PER_UNIT,
  type Resource,
  RESOURCES,
} from './model/cluster-model.ts';
import { partitionFinder } from './model/find-partition.ts';
import type { LeaderChange, Move, Plan, ReplicaMove } from './plan/plan.ts';

/** A rule that a plan breaks. */
export interface PlanFault {
  /** Place of the move in the plan; undefined where the plan as a whole is meant. */
  readonly move: number | undefined;
  readonly rule: PlanRule;
  readonly message: string;
}

export type PlanRule =
  | 'known-names'
  | 'moves-what-is-there'
  | 'one-replica-per-broker'
  | 'excluded-topic'
  | 'broker-takes-nothing'
  | 'only-onto-new-brokers'
  | 'broker-leads-nothing'
  | 'racks-kept'
  | 'within-capacity'
  | 'copies-from-the-living'
  | 'no-way-back'
  | 'says-why'
  | 'adds-up';

const TAKES: readonly BrokerState[] = ['alive', 'new'];
const LEADS: readonly BrokerState[] = ['alive', 'new', 'cordoned'];
const MUST_GO: readonly BrokerState[] = ['dead', 'draining'];
/** Of megabytes, for sums of rounded loads. */
const TOLERANCE = 1e-6;

/**
 * Judges a plan move by move against the cluster that it was made for: nothing may be worse after any prefix, nor while a move runs and both copies are there.
 * It trusts nothing that the planner computed and shares no code with it. No faults: the plan is safe.
 */
export function checkPlan(
  model: ClusterModel,
  plan: Plan,
  options: Partial<BalanceSettings> = {},
): readonly PlanFault[] {
  const replay = new Replay(model, { ...DEFAULT_SETTINGS, ...options });
  for (const [index, move] of plan.moves.entries()) replay.take(index, move);
  return [...replay.faults, ...sumFaults(plan)];
}

function sumFaults({ moves, summary }: Plan): readonly PlanFault[] {
  const replicaMoves = moves.filter((move) => move.kind === 'replica-move');
  const movedMb = replicaMoves.reduce((total, { sizeMb }) => total + sizeMb, 0);
  const right =
    summary.replicaMoves === replicaMoves.length &&
    summary.leaderChanges === moves.length - replicaMoves.length &&
    Math.abs(summary.movedMb - movedMb) <= TOLERANCE * Math.max(1, movedMb);
  return right ? [] : [{ move: undefined, rule: 'adds-up', message: 'the summary is not the sum of the moves' }];
}

type Loads = Record<Resource, number>;

/** One partition as the replay has it so far. */
interface Held {
  readonly partition: number;
  readonly brokers: Set<number>;
  leader: number;
  /** Brokers that took a replica, gave one away, or led, in this plan. */
  readonly took: Set<number>;
  readonly gave: Set<number>;
  readonly led: Set<number>;
}

class Replay {
  readonly faults: PlanFault[] = [];
  private readonly model: ClusterModel;
  private readonly settings: BalanceSettings;
  private readonly find: (topic: string, number: number) => number;
  private readonly indexOf: ReadonlyMap<number, number>;
  private readonly hasNew: boolean;
  private readonly usableRacks: number;
  private readonly used: Loads[];
  private readonly replicas: number[];
  private readonly touched = new Map<number, Held>();
  private move = 0;

  constructor(model: ClusterModel, settings: BalanceSettings) {
    this.model = model;
    this.settings = settings;
    this.find = partitionFinder(model);
    this.indexOf = new Map(model.brokers.map(({ id }, index) => [id, index]));
    this.hasNew = model.brokers.some(({ state }) => state === 'new');
    this.usableRacks = new Set(
      model.brokers.filter(({ state }) => !MUST_GO.includes(state)).map(({ rack }) => rack),
    ).size;
    this.used = model.brokers.map(() => ({ disk: 0, nwIn: 0, nwOut: 0, cpu: 0 }));
    this.replicas = model.brokers.map(() => 0);
    for (let partition = 0; partition < model.leaderOf.length; partition += 1) {
      const leader = model.leaderOf[partition] ?? -1;
      for (const broker of this.brokersOf(partition)) {
        this.count(broker, this.loadsOf(partition, broker === leader ? 'leader' : 'follower'), 1);
      }
    }
  }

  take(index: number, move: Move): void {
    this.move = index;
    if (move.reason === '') this.fault('says-why', 'the move has no reason');
    const partition = this.find(move.topic, move.partition);
    const from = this.indexOf.get(move.from);
    const to = this.indexOf.get(move.to);
    if (partition < 0 || from === undefined || to === undefined) {
      this.fault(
        'known-names',
        `there is no ${move.topic}-${move.partition}, broker ${move.from} or broker ${move.to}`,
      );
      return;
    }
    const held = this.held(partition);
    const topic = this.model.topicOf[partition] ?? -1;
    if (this.model.excluded[topic] === 1) this.fault('excluded-topic', `${move.topic} is excluded`);
    if (move.kind === 'replica-move') this.takeReplica(move, held, from, to);
    else this.takeLeader(move, held, from, to);
  }

  private takeReplica(move: ReplicaMove, held: Held, from: number, to: number): void {
    const isLeader = held.leader === from;
    const name = `${move.topic}-${move.partition}`;
    if (!held.brokers.has(from)) this.fault('moves-what-is-there', `broker ${move.from} has no replica of ${name}`);
    if ((move.role === 'leader') !== isLeader)
      this.fault('moves-what-is-there', `that replica of ${name} is no ${move.role}`);
    if (held.brokers.has(to))
      this.fault('one-replica-per-broker', `broker ${move.to} has a replica of ${name} already`);
    if (held.gave.has(to) || held.took.has(from)) this.fault('no-way-back', `${name} comes and goes on one broker`);
    this.checkTaker(held, from, to, name);
    if (![...held.brokers].some((broker) => this.state(broker) !== 'dead')) {
      this.fault('copies-from-the-living', `all replicas of ${name} are on dead brokers`);
    }
    const loads = this.loadsOf(held.partition, isLeader ? 'leader' : 'follower');
    this.checkFeeding(held, name);
    // The source keeps its copy until the move ends: both count.
    this.count(to, loads, 1);
    this.checkCapacity(to, loads, name);
    if (this.replicas[to] !== undefined && this.replicas[to] > this.settings.maxReplicasPerBroker) {
      this.fault('within-capacity', `broker ${move.to} holds more than ${this.settings.maxReplicasPerBroker} replicas`);
    }
    this.count(from, loads, -1);
    held.brokers.delete(from);
    held.brokers.add(to);
    held.took.add(to);
    held.gave.add(from);
    if (isLeader) this.lead(held, to);
  }

  private takeLeader(move: LeaderChange, held: Held, from: number, to: number): void {
    const name = `${move.topic}-${move.partition}`;
    if (held.leader !== from) this.fault('moves-what-is-there', `broker ${move.from} does not lead ${name}`);
    if (!held.brokers.has(to)) this.fault('moves-what-is-there', `broker ${move.to} has no replica of ${name}`);
    if (!LEADS.includes(this.state(to))) this.fault('broker-leads-nothing', `broker ${move.to} is ${this.state(to)}`);
    const leading = this.loadsOf(held.partition, 'leader');
    const following = this.loadsOf(held.partition, 'follower');
    this.count(to, following, -1);
    this.count(to, leading, 1);
    this.checkCapacity(to, { ...leading, disk: 0, nwIn: 0 }, name);
    this.count(from, leading, -1);
    this.count(from, following, 1);
    this.lead(held, to);
  }

  private lead(held: Held, to: number): void {
    if (held.led.has(to)) this.fault('no-way-back', `broker ${this.id(to)} led the partition before in this plan`);
    held.led.add(held.leader);
    held.leader = to;
  }

  private checkTaker(held: Held, from: number, to: number, name: string): void {
    if (!TAKES.includes(this.state(to)))
      this.fault('broker-takes-nothing', `broker ${this.id(to)} is ${this.state(to)}`);
    const before = this.racksOf(held.brokers);
    const brokers = new Set(held.brokers);
    brokers.delete(from);
    brokers.add(to);
    const after = this.racksOf(brokers);
    const wanted = Math.min(held.brokers.size, this.usableRacks);
    if (after < Math.min(before, wanted))
      this.fault('racks-kept', `${name} is in ${after} racks then, before in ${before}`);
    const mustMove = MUST_GO.includes(this.state(from)) || (before < wanted && after > before);
    if (this.hasNew && this.state(to) !== 'new' && !mustMove) {
      this.fault(
        'only-onto-new-brokers',
        `broker ${this.id(to)} is not new, and broker ${this.id(from)} may keep its replica`,
      );
    }
  }

  /** A dimension that grows must stay within what may be used; one that does not grow may be beyond it, for it is no worse. */
  private checkCapacity(broker: number, growing: Loads, name: string): void {
    for (const resource of RESOURCES) {
      if (growing[resource] <= 0) continue;
      const most = (this.model.brokers[broker]?.capacity[resource] ?? 0) * this.settings.usableShare;
      const used = this.used[broker]?.[resource] ?? 0;
      if (used > most * (1 + TOLERANCE)) {
        this.fault(
          'within-capacity',
          `${name} takes broker ${this.id(broker)} to ${used} of ${resource}, it may use ${most}`,
        );
      }
    }
  }

  /** The leader sends one stream more while a replica is on its way. */
  private checkFeeding({ partition, leader }: Held, name: string): void {
    if (this.state(leader) === 'dead') return;
    const used = (this.used[leader]?.nwOut ?? 0) + this.loadsOf(partition, 'follower').nwIn;
    const most = this.model.brokers[leader]?.capacity.nwOut ?? 0;
    if (used > most * (1 + TOLERANCE)) {
      this.fault(
        'within-capacity',
        `feeding ${name} takes broker ${this.id(leader)} to ${used} of nwOut, it has ${most}`,
      );
    }
  }

  private held(partition: number): Held {
    let held = this.touched.get(partition);
    if (held === undefined) {
      const leader = this.model.leaderOf[partition] ?? -1;
      const brokers = new Set(this.brokersOf(partition));
      held = { partition, brokers, leader, took: new Set(), gave: new Set(), led: new Set() };
      this.touched.set(partition, held);
    }
    return held;
  }

  private brokersOf(partition: number): Int32Array {
    const { firstReplica, brokerOf } = this.model;
    return brokerOf.subarray(firstReplica[partition], firstReplica[partition + 1]);
  }

  private loadsOf(partition: number, role: 'leader' | 'follower'): Loads {
    const load = (column: number): number => this.model.loads[partition * LOAD_COLUMNS + column] ?? 0;
    return {
      disk: load(LOAD.disk) / PARTS_PER_UNIT.disk,
      nwIn: load(LOAD.nwIn) / PARTS_PER_UNIT.nwIn,
      nwOut: role === 'leader' ? load(LOAD.nwOut) / PARTS_PER_UNIT.nwOut : 0,
      cpu: load(role === 'leader' ? LOAD.cpu : LOAD.followerCpu) / PARTS_PER_UNIT.cpu,
    };
  }

  private count(broker: number, loads: Loads, sign: 1 | -1): void {
    const used = this.used[broker];
    if (used === undefined) return;
    for (const resource of RESOURCES) used[resource] += sign * loads[resource];
    this.replicas[broker] = (this.replicas[broker] ?? 0) + sign;
  }

  private racksOf(brokers: ReadonlySet<number>): number {
    return new Set([...brokers].map((broker) => this.model.rackOf[broker])).size;
  }

  private state(broker: number): BrokerState {
    return this.model.brokers[broker]?.state ?? 'dead';
  }

  private id(broker: number): number {
    return this.model.brokers[broker]?.id ?? -1;
  }

  private fault(rule: PlanRule, message: string): void {
    this.faults.push({ move: this.move, rule, message });
  }
}
