import type { BrokerState, Resource } from '../../../operators/balancer/model/cluster-model.ts';

/** The input that balancers are compared on. MB, KB/s, percent of CPU; the leader's. */
export interface CommonInput {
  readonly brokers: readonly {
    readonly id: number;
    readonly rack: string;
    readonly capacity: Readonly<Record<Resource, number>>;
    readonly state?: BrokerState;
  }[];
  readonly partitions: readonly CommonPartition[];
}

export interface CommonPartition {
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly number[];
  readonly leader: number;
  readonly size: number;
  readonly nwIn: number;
  readonly nwOut: number;
  readonly cpu: number;
}

/** What a balancer wants of one partition; the first of `new` leads, or `newLeader`. */
export interface Proposal {
  readonly topic: string;
  readonly partition: number;
  readonly old: readonly number[];
  readonly new: readonly number[];
  readonly newLeader?: number;
}

export interface CommonOutput {
  readonly ms: number;
  /** CPU of the planner and of making the model. */
  readonly cpuMs: number;
  readonly buildMs: number;
  readonly proposals: readonly Proposal[];
}
