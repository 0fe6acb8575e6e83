import { type BalanceSettings, COLUMN, DIMENSION_COUNT } from '../goals.ts';
import { type ClusterModel, LOAD, LOAD_COLUMNS, PARTS_PER_UNIT, RESOURCES } from '../model/cluster-model.ts';
import { f64, i32, u8 } from '../model/typed-arrays.ts';

const { disk: DISK, nwIn: NW_IN, nwOut: NW_OUT, cpu: CPU, replicas: REPLICAS } = COLUMN;
const { leaders: LEADERS, leaderIn: LEADER_IN, potOut: POT_OUT } = COLUMN;
/** Topics times brokers up to which the replicas of each topic on each broker are counted: 128 MiB. */
const MAX_TOPIC_COUNTS = 2 ** 26;

/**
 * Who holds and leads what, while it is being changed. It starts as the model says and is the planner's only mutable state.
 *
 * Columns of brokers have `DIMENSION_COUNT` entries for each broker, in the order of `DIMENSIONS`. Loads are whole numbers, see `PARTS_PER_UNIT`.
 */
export class Placement {
  readonly model: ClusterModel;
  readonly brokerCount: number;
  readonly brokerOf: Int32Array;
  readonly leaderOf: Int32Array;
  readonly partitionOf: Int32Array;
  readonly carried: Float64Array;
  /** 1 over the fair share; 0 where there is none: on brokers that are to be empty, or to lead nothing. */
  readonly perShare: Float64Array;
  readonly limits: Float64Array;
  /** 1 where replicas may be put for the sake of balance: on new brokers as long as there are any. */
  readonly takes: Uint8Array;
  /** 1 where replicas may be put that cannot stay where they are. */
  readonly rescues: Uint8Array;
  /** 1 where leaders may be. */
  readonly leads: Uint8Array;
  /** 1 where nothing may stay. */
  readonly mustEmpty: Uint8Array;
  readonly dead: Uint8Array;
  /** Brokers that may hold replicas for good. */
  readonly holderCount: number;
  /** Racks that have such brokers. */
  readonly rackCount: number;
  /** Replicas of each topic on each broker: `topic × brokers + broker`. Undefined where that would be too large. */
  readonly ofTopic: Uint16Array | undefined;

  constructor(model: ClusterModel, settings: BalanceSettings) {
    this.model = model;
    const { brokers } = model;
    this.brokerCount = brokers.length;
    this.brokerOf = model.brokerOf.slice();
    this.leaderOf = model.leaderOf.slice();
    this.partitionOf = partitionsOfReplicas(model);
    const holds = brokers.map(({ state }) => state !== 'dead' && state !== 'draining');
    const hasNew = brokers.some(({ state }) => state === 'new');
    this.takes = Uint8Array.from(brokers, ({ state }) => (state === 'new' || (state === 'alive' && !hasNew) ? 1 : 0));
    this.rescues = Uint8Array.from(brokers, ({ state }) => (state === 'new' || state === 'alive' ? 1 : 0));
    this.leads = Uint8Array.from(brokers, ({ state }) =>
      state === 'new' || state === 'alive' || state === 'cordoned' ? 1 : 0,
    );
    this.mustEmpty = Uint8Array.from(holds, (each) => (each ? 0 : 1));
    this.dead = Uint8Array.from(brokers, ({ state }) => (state === 'dead' ? 1 : 0));
    this.holderCount = holds.filter(Boolean).length;
    this.rackCount = new Set(brokers.flatMap(({ rack }, broker) => (holds[broker] ? [rack] : []))).size;
    this.carried = new Float64Array(this.brokerCount * DIMENSION_COUNT);
    const counts = model.topics.length * this.brokerCount;
    this.ofTopic = counts <= MAX_TOPIC_COUNTS ? new Uint16Array(counts) : undefined;
    this.limits = limitsOf(model, settings);
    this.recount();
    this.perShare = this.fairShares();
  }

  /** Deviation of a broker from its fair share in a dimension: 0 is fair, -1 is empty. */
  deviation(broker: number, dimension: number): number {
    const at = broker * DIMENSION_COUNT + dimension;
    const perShare = f64(this.perShare, at);
    return perShare === 0 ? 0 : f64(this.carried, at) * perShare - 1;
  }

  /** Puts a replica onto another broker, with its role. */
  move(replica: number, to: number): void {
    const partition = i32(this.partitionOf, replica);
    const from = i32(this.brokerOf, replica);
    const isLeader = i32(this.leaderOf, partition) === from;
    this.count(partition, from, -1);
    this.count(partition, to, 1);
    if (isLeader) {
      this.countLeader(partition, from, -1);
      this.countLeader(partition, to, 1);
      this.leaderOf[partition] = to;
    }
    this.brokerOf[replica] = to;
  }

  lead(partition: number, to: number): void {
    this.countLeader(partition, i32(this.leaderOf, partition), -1);
    this.countLeader(partition, to, 1);
    this.leaderOf[partition] = to;
  }

  /** Takes over another arrangement of the same replicas. */
  restore(brokerOf: Int32Array, leaderOf: Int32Array): void {
    this.brokerOf.set(brokerOf);
    this.leaderOf.set(leaderOf);
    this.recount();
  }

  holds(partition: number, broker: number): boolean {
    const end = i32(this.model.firstReplica, partition + 1);
    for (let replica = i32(this.model.firstReplica, partition); replica < end; replica += 1) {
      if (i32(this.brokerOf, replica) === broker) return true;
    }
    return false;
  }

  /** Whether a replica may go to a broker without the partition being in fewer racks than it is, or than it has to be. */
  keepsRacks(replica: number, to: number): boolean {
    const { rackOf } = this.model;
    const from = i32(this.brokerOf, replica);
    if (i32(rackOf, from) === i32(rackOf, to)) return true;
    const partition = i32(this.partitionOf, replica);
    const before = this.racksOf(partition, -1, -1);
    return this.racksOf(partition, replica, to) >= Math.min(before, this.racksWanted(partition));
  }

  /** Racks that a partition has to be in: one for each replica, as far as there are any. */
  racksWanted(partition: number): number {
    const { firstReplica } = this.model;
    return Math.min(i32(firstReplica, partition + 1) - i32(firstReplica, partition), this.rackCount);
  }

  /** Racks that a partition is in if `moved` (a replica, or -1) were on the broker `to`. Those of brokers to be emptied count as well. */
  racksOf(partition: number, moved: number, to: number): number {
    const { firstReplica, rackOf } = this.model;
    const first = i32(firstReplica, partition);
    const end = i32(firstReplica, partition + 1);
    const rackAt = (replica: number): number => i32(rackOf, replica === moved ? to : i32(this.brokerOf, replica));
    let racks = 0;
    for (let replica = first; replica < end; replica += 1) {
      let other = first;
      while (other < replica && rackAt(other) !== rackAt(replica)) other += 1;
      if (other === replica) racks += 1;
    }
    return racks;
  }

  /** Whether a broker has room for one more replica of a partition, leading or not. */
  fits(partition: number, to: number, role: 'leader' | 'follower'): boolean {
    const base = to * DIMENSION_COUNT;
    const of = partition * LOAD_COLUMNS;
    const { loads } = this.model;
    const cpu = f64(loads, of + (role === 'leader' ? LOAD.cpu : LOAD.followerCpu));
    return (
      f64(this.carried, base + DISK) + f64(loads, of + LOAD.disk) <= f64(this.limits, base + DISK) &&
      f64(this.carried, base + NW_IN) + f64(loads, of + LOAD.nwIn) <= f64(this.limits, base + NW_IN) &&
      f64(this.carried, base + CPU) + cpu <= f64(this.limits, base + CPU) &&
      f64(this.carried, base + REPLICAS) + 1 <= f64(this.limits, base + REPLICAS) &&
      (role === 'follower' ||
        f64(this.carried, base + NW_OUT) + f64(loads, of + LOAD.nwOut) <= f64(this.limits, base + NW_OUT))
    );
  }

  /** Whether a broker that holds a replica of a partition has room to lead it. */
  fitsLeader(partition: number, to: number): boolean {
    const base = to * DIMENSION_COUNT;
    const of = partition * LOAD_COLUMNS;
    const { loads } = this.model;
    const cpu = f64(loads, of + LOAD.cpu) - f64(loads, of + LOAD.followerCpu);
    return (
      f64(this.carried, base + NW_OUT) + f64(loads, of + LOAD.nwOut) <= f64(this.limits, base + NW_OUT) &&
      f64(this.carried, base + CPU) + cpu <= f64(this.limits, base + CPU)
    );
  }

  private recount(): void {
    this.carried.fill(0);
    this.ofTopic?.fill(0);
    for (let replica = 0; replica < this.brokerOf.length; replica += 1) {
      this.count(i32(this.partitionOf, replica), i32(this.brokerOf, replica), 1);
    }
    for (let partition = 0; partition < this.leaderOf.length; partition += 1) {
      this.countLeader(partition, i32(this.leaderOf, partition), 1);
    }
  }

  /** What each holder carries when all carry the same share of their capacities, and the same counts. */
  private fairShares(): Float64Array {
    const perShare = new Float64Array(this.carried.length);
    for (let dimension = 0; dimension < DIMENSION_COUNT; dimension += 1) {
      const may = dimension === NW_OUT || dimension === LEADERS || dimension === LEADER_IN ? this.leads : undefined;
      const capacity = this.model.brokers.map((broker, index) => {
        if (u8(this.mustEmpty, index) === 1 || (may !== undefined && u8(may, index) === 0)) return 0;
        const resource = dimension === POT_OUT ? 'nwOut' : RESOURCES[dimension];
        return resource === undefined ? 1 : broker.capacity[resource];
      });
      let total = 0;
      for (let broker = 0; broker < this.brokerCount; broker += 1)
        total += f64(this.carried, broker * DIMENSION_COUNT + dimension);
      const capacities = capacity.reduce((sum, each) => sum + each, 0);
      for (const [broker, each] of capacity.entries()) {
        perShare[broker * DIMENSION_COUNT + dimension] = total > 0 && each > 0 ? capacities / (each * total) : 0;
      }
    }
    return perShare;
  }

  private count(partition: number, broker: number, sign: 1 | -1): void {
    const base = broker * DIMENSION_COUNT;
    const of = partition * LOAD_COLUMNS;
    const { loads, topicOf } = this.model;
    const { carried, ofTopic } = this;
    add(carried, base + DISK, sign * f64(loads, of + LOAD.disk));
    add(carried, base + NW_IN, sign * f64(loads, of + LOAD.nwIn));
    add(carried, base + CPU, sign * f64(loads, of + LOAD.followerCpu));
    add(carried, base + REPLICAS, sign);
    add(carried, base + POT_OUT, sign * f64(loads, of + LOAD.nwOut));
    if (ofTopic !== undefined) {
      const at = i32(topicOf, partition) * this.brokerCount + broker;
      ofTopic[at] = (ofTopic[at] ?? 0) + sign;
    }
  }

  private countLeader(partition: number, broker: number, sign: 1 | -1): void {
    const base = broker * DIMENSION_COUNT;
    const of = partition * LOAD_COLUMNS;
    const { loads } = this.model;
    add(this.carried, base + NW_OUT, sign * f64(loads, of + LOAD.nwOut));
    add(this.carried, base + CPU, sign * (f64(loads, of + LOAD.cpu) - f64(loads, of + LOAD.followerCpu)));
    add(this.carried, base + LEADERS, sign);
    add(this.carried, base + LEADER_IN, sign * f64(loads, of + LOAD.nwIn));
  }
}

function add(to: Float64Array, index: number, value: number): void {
  to[index] = f64(to, index) + value;
}

function partitionsOfReplicas({ firstReplica, brokerOf, topicOf }: ClusterModel): Int32Array {
  const partitionOf = new Int32Array(brokerOf.length);
  for (let partition = 0; partition < topicOf.length; partition += 1) {
    partitionOf.fill(partition, i32(firstReplica, partition), i32(firstReplica, partition + 1));
  }
  return partitionOf;
}

function limitsOf({ brokers }: ClusterModel, { usableShare, maxReplicasPerBroker }: BalanceSettings): Float64Array {
  const limits = new Float64Array(brokers.length * DIMENSION_COUNT).fill(Infinity);
  for (const [broker, { capacity }] of brokers.entries()) {
    for (const [dimension, resource] of RESOURCES.entries()) {
      limits[broker * DIMENSION_COUNT + dimension] = capacity[resource] * usableShare * PARTS_PER_UNIT[resource];
    }
    limits[broker * DIMENSION_COUNT + REPLICAS] = maxReplicasPerBroker;
  }
  return limits;
}
