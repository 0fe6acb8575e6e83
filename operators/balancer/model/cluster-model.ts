/** Resources of a broker that have a capacity, in the order of their columns. */
export const RESOURCES = ['disk', 'nwIn', 'nwOut', 'cpu'] as const;
export type Resource = (typeof RESOURCES)[number];

/**
 * What may happen to a broker: `alive` gives and takes; `new` is empty, and while there is one replicas move only onto new ones; `cordoned` takes nothing;
 * `demoted` takes nothing and leads nothing; `draining` must be emptied; `dead` is emptied and cannot be copied from.
 */
export const BROKER_STATES = ['alive', 'new', 'cordoned', 'demoted', 'draining', 'dead'] as const;
export type BrokerState = (typeof BROKER_STATES)[number];

export interface Broker {
  readonly id: number;
  readonly rack: string;
  readonly state: BrokerState;
  /** MB of disk, KB/s in, KB/s out, percent of CPU. */
  readonly capacity: Readonly<Record<Resource, number>>;
}

/** Columns of a partition's loads. */
export const LOAD = { disk: 0, nwIn: 1, nwOut: 2, cpu: 3, followerCpu: 4 } as const;
export const LOAD_COLUMNS = 5;

/**
 * Loads are kept as whole numbers of these parts of a unit: sums of them are exact, so that no order of adding, and no number of later changes, can make
 * two plans differ. MB and KB/s in parts of 1/1024, percent of CPU in parts of 1/1048576.
 */
export const PARTS_PER_UNIT: Readonly<Record<Resource, number>> = {
  disk: 2 ** 10,
  nwIn: 2 ** 10,
  nwOut: 2 ** 10,
  cpu: 2 ** 20,
};
/** Of one load in its unit. Sums over 2^23 replicas still fit into the 53 bits of a number. */
export const MAX_LOAD: Readonly<Record<Resource, number>> = {
  disk: 2 ** 33,
  nwIn: 2 ** 33,
  nwOut: 2 ** 33,
  cpu: 2 ** 10,
};

/**
 * A cluster as columns of numbers. Brokers ascend by id, topics by name, partitions by topic and number, the replicas of a partition by broker: a cluster
 * has exactly one form, whatever order it was told in. Brokers, topics and partitions are meant by their index here, never by their id.
 */
export interface ClusterModel {
  readonly brokers: readonly Broker[];
  readonly racks: readonly string[];
  /** Rack of each broker, an index into `racks`. */
  readonly rackOf: Int32Array;
  readonly topics: readonly string[];
  /** 1 for topics none of whose replicas may be touched. */
  readonly excluded: Uint8Array;
  /** First partition of each topic; one more entry than topics. */
  readonly firstOfTopic: Int32Array;
  readonly topicOf: Int32Array;
  /** Number of each partition in its topic. */
  readonly numberOf: Int32Array;
  /** First replica of each partition; one more entry than partitions. */
  readonly firstReplica: Int32Array;
  /** Broker of each replica. */
  readonly brokerOf: Int32Array;
  /** Broker that leads each partition. */
  readonly leaderOf: Int32Array;
  /** `LOAD_COLUMNS` for each partition, in parts of a unit: disk, nwIn, nwOut and cpu of the leader, cpu of a follower. */
  readonly loads: Float64Array;
}

/** Loads of one partition as the world measures them: MB, KB/s in and out of the leader, percent of the leader's CPU. */
export type PartitionLoads = Readonly<Record<Resource, number>>;

/**
 * CPU percent of a follower by Cruise Control's model: what replication in costs, out of all that the leader does.
 *
 * @see https://github.com/linkedin/cruise-control/blob/main/cruise-control/src/main/java/com/linkedin/kafka/cruisecontrol/model/ModelUtils.java
 */
export function followerCpu({ nwIn, nwOut, cpu }: Omit<PartitionLoads, 'disk'>): number {
  const leaders = 0.7 * nwIn + 0.15 * nwOut;
  return leaders > 0 ? (cpu * 0.15 * nwIn) / leaders : 0;
}

/** Writes the loads of a partition into its columns. */
export function writeLoads(loads: Float64Array, partition: number, of: PartitionLoads): void {
  const base = partition * LOAD_COLUMNS;
  for (const [column, resource] of RESOURCES.entries()) {
    loads[base + column] = Math.round(of[resource] * PARTS_PER_UNIT[resource]);
  }
  loads[base + LOAD.followerCpu] = Math.round(followerCpu(of) * PARTS_PER_UNIT.cpu);
}
