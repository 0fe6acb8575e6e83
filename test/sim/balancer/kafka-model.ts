import type {
  ObservedCluster,
  ObservedPartition,
  Pressure,
  ReplicaThrottle,
} from '../../../operators/balancer/execute/observed.ts';
import type { BalanceStep, PartitionName } from '../../../operators/balancer/execute/steps.ts';
import { NetworkError } from '../kernel/courier.ts';

/** MB a second that a replica catches up with where nothing throttles it. */
const UNTHROTTLED_MB = 5;
const MB = 2 ** 20;

export interface ModelBroker {
  readonly id: number;
  readonly rack: string;
  fencedSinceMs: number | undefined;
  throttle: number | undefined;
  pressure: Pressure;
  slowSinceMs: number | undefined;
  /** The controllers hear it, and nobody else does. */
  silentSinceMs: number | undefined;
  /** A part of what its disk usually takes. */
  speed: number;
}

export interface ModelPartition {
  readonly topic: string;
  readonly partition: number;
  replicas: readonly number[];
  adding: readonly number[];
  removing: readonly number[];
  /** Replicas before the move that runs. */
  original: readonly number[];
  isr: readonly number[];
  leader: number;
  sizeMb: number;
  /** KB/s that producers send. */
  rate: number;
  /** MB of it that each broker holds. */
  readonly stored: Map<number, number>;
  /** Whoever began the move that runs, and when. */
  mover: 'balancer' | 'admin' | undefined;
  changedAtMs: number;
}

/** Kafka, as far as moving replicas goes: reassignments (KIP-455), throttles (KIP-73), ISRs and leaders. */
export class KafkaModel {
  readonly brokers = new Map<number, ModelBroker>();
  readonly partitions = new Map<string, ModelPartition>();
  readonly throttledReplicas = new Map<string, ReplicaThrottle>();
  /** Of each broker's disk. */
  diskMb = 3_000;
  #nowMs = 0;

  addBroker(id: number, rack: string): void {
    this.brokers.set(id, {
      id,
      rack,
      fencedSinceMs: undefined,
      throttle: undefined,
      pressure: 'none',
      slowSinceMs: undefined,
      silentSinceMs: undefined,
      speed: 1,
    });
  }

  addPartition(name: PartitionName, replicas: readonly number[], sizeMb: number, rate: number): void {
    const inService = replicas.filter((id) => this.#serves(id));
    this.partitions.set(keyOf(name), {
      ...name,
      replicas,
      adding: [],
      removing: [],
      original: replicas,
      isr: inService,
      leader: inService[0] ?? -1,
      sizeMb,
      rate,
      stored: new Map(inService.map((id) => [id, sizeMb])),
      mover: undefined,
      changedAtMs: this.#nowMs,
    });
  }

  dropTopic(topic: string): void {
    for (const [key, partition] of this.partitions) if (partition.topic === topic) this.partitions.delete(key);
    this.throttledReplicas.delete(topic);
  }

  fence(id: number): void {
    const broker = this.brokers.get(id);
    if (broker?.fencedSinceMs !== undefined || broker === undefined) return;
    broker.fencedSinceMs = this.#nowMs;
    for (const partition of this.partitions.values()) {
      if (!partition.isr.includes(id)) continue;
      // The last one in sync stays in the ISR, and nobody leads (no unclean election).
      if (partition.isr.length > 1) partition.isr = partition.isr.filter((each) => each !== id);
      if (partition.leader === id) partition.leader = this.#nextLeader(partition);
    }
  }

  unfence(id: number): void {
    const broker = this.brokers.get(id);
    if (broker === undefined) return;
    broker.fencedSinceMs = undefined;
    for (const partition of this.partitions.values()) {
      if (!partition.replicas.includes(id)) continue;
      if (partition.leader < 0 && partition.isr.includes(id)) partition.leader = id;
      if (!partition.isr.includes(id)) partition.stored.set(id, 0.9 * (partition.stored.get(id) ?? 0));
    }
  }

  carryOut(step: BalanceStep, mover: 'balancer' | 'admin'): void {
    switch (step.kind) {
      case 'throttle-brokers':
        for (const id of step.brokers) this.#answering(id).throttle = step.bytesPerSecond;
        return;
      case 'unthrottle-brokers':
        for (const id of step.brokers) this.#answering(id).throttle = undefined;
        return;
      case 'throttle-replicas':
        if (step.leaders.length + step.followers.length === 0) this.throttledReplicas.delete(step.topic);
        else if ([...this.partitions.values()].some(({ topic }) => topic === step.topic)) {
          this.throttledReplicas.set(step.topic, { leaders: step.leaders, followers: step.followers });
        }
        return;
      case 'reassign':
        for (const each of step.partitions) this.#reassign(each, each.replicas, mover);
        return;
      case 'cancel':
        for (const each of step.partitions) this.#cancel(each);
        return;
      case 'elect':
        for (const each of step.partitions) this.#elect(each);
    }
  }

  /** Lets replicas catch up for a second. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    const throttled = new Map<number, number>();
    for (const partition of this.partitions.values()) {
      if (!this.#serves(partition.leader)) continue;
      for (const id of partition.replicas) {
        if (partition.isr.includes(id) || !this.#serves(id)) continue;
        this.#copy(partition, id, throttled);
      }
      this.#finish(partition);
    }
  }

  usedMb(id: number): number {
    let used = 0;
    for (const { stored } of this.partitions.values()) used += stored.get(id) ?? 0;
    return used;
  }

  observed(atMs: number): ObservedCluster {
    return {
      atMs,
      brokers: [...this.brokers.values()].map(
        ({ id, rack, fencedSinceMs, slowSinceMs, silentSinceMs, throttle, pressure }) => ({
          id,
          rack,
          capacity: { disk: this.diskMb, nwIn: 500_000, nwOut: 500_000, cpu: 400 },
          pressure: silentSinceMs === undefined ? pressure : 'unknown',
          ...(fencedSinceMs === undefined ? {} : { fencedSinceMs }),
          ...(slowSinceMs === undefined ? {} : { slowSinceMs }),
          ...(silentSinceMs === undefined ? {} : { silentSinceMs }),
          ...(throttle === undefined || (silentSinceMs ?? fencedSinceMs) !== undefined ? {} : { throttle }),
        }),
      ),
      partitions: [...this.partitions.values()].map(observedPartition),
      throttledReplicas: new Map(this.throttledReplicas),
    };
  }

  /** A broker takes its settings only from whoever reaches it. */
  #answering(id: number): ModelBroker {
    const broker = this.#broker(id);
    // One that the controllers have fenced is away.
    if (broker.silentSinceMs !== undefined || broker.fencedSinceMs !== undefined)
      throw new NetworkError(`broker ${id} does not answer`);
    return broker;
  }

  #copy(partition: ModelPartition, id: number, throttled: Map<number, number>): void {
    const broker = this.#broker(id);
    const isThrottled =
      broker.throttle !== undefined &&
      this.throttledReplicas.get(partition.topic)?.followers.includes(`${partition.partition}:${id}`) === true;
    const used = throttled.get(id) ?? 0;
    const mostMb = isThrottled ? Math.max(0, (broker.throttle ?? 0) / MB - used) : UNTHROTTLED_MB;
    const stored = partition.stored.get(id) ?? 0;
    const copied = Math.min(mostMb * broker.speed, partition.sizeMb - stored);
    if (isThrottled) throttled.set(id, used + copied);
    partition.stored.set(id, stored + copied);
    if (stored + copied >= partition.sizeMb) partition.isr = [...partition.isr, id];
  }

  #finish(partition: ModelPartition): void {
    if (partition.adding.length === 0 && partition.removing.length === 0) return;
    // Whoever joins has to be in sync, others need not be (PartitionReassignmentReplicas in Kafka's metadata module).
    const target = partition.replicas.filter((id) => !partition.removing.includes(id));
    if (!partition.adding.every((id) => partition.isr.includes(id))) return;
    if (!target.some((id) => partition.isr.includes(id))) return;
    for (const id of partition.removing) partition.stored.delete(id);
    this.#settle(partition, target);
  }

  #settle(partition: ModelPartition, replicas: readonly number[]): void {
    Object.assign(partition, { replicas, adding: [], removing: [], original: replicas, mover: undefined });
    partition.isr = partition.isr.filter((id) => replicas.includes(id));
    partition.changedAtMs = this.#nowMs;
    if (!partition.isr.includes(partition.leader)) partition.leader = this.#nextLeader(partition);
  }

  #reassign(name: PartitionName, target: readonly number[], mover: 'balancer' | 'admin'): void {
    const partition = this.partitions.get(keyOf(name));
    // An unknown topic or broker is an error of that partition alone.
    if (partition === undefined || !target.every((id) => this.brokers.has(id))) return;
    const { original } = partition;
    // What an earlier move had begun to copy and this one does not want goes.
    for (const id of partition.adding) if (!target.includes(id)) this.#forget(partition, id);
    const adding = target.filter((id) => !original.includes(id));
    const removing = original.filter((id) => !target.includes(id));
    if (adding.length + removing.length === 0) {
      this.#settle(partition, target);
      return;
    }
    Object.assign(partition, { replicas: [...target, ...removing], adding, removing, mover });
    partition.changedAtMs = this.#nowMs;
  }

  #cancel(name: PartitionName): void {
    const partition = this.partitions.get(keyOf(name));
    if (partition?.mover === undefined) return;
    for (const id of partition.adding) this.#forget(partition, id);
    this.#settle(partition, partition.original);
  }

  #forget(partition: ModelPartition, id: number): void {
    partition.stored.delete(id);
    partition.isr = partition.isr.filter((each) => each !== id);
  }

  #elect(name: PartitionName): void {
    const partition = this.partitions.get(keyOf(name));
    const preferred = partition?.replicas[0];
    if (partition === undefined || preferred === undefined) return;
    if (partition.isr.includes(preferred) && this.#serves(preferred)) partition.leader = preferred;
  }

  #nextLeader({ replicas, isr }: ModelPartition): number {
    return replicas.find((id) => isr.includes(id) && this.#serves(id)) ?? -1;
  }

  #serves(id: number): boolean {
    const broker = this.brokers.get(id);
    return broker !== undefined && broker.fencedSinceMs === undefined;
  }

  #broker(id: number): ModelBroker {
    const broker = this.brokers.get(id);
    if (broker === undefined) throw new Error(`there is no broker ${id}`);
    return broker;
  }
}

export function keyOf({ topic, partition }: PartitionName): string {
  return `${topic}-${partition}`;
}

function observedPartition(partition: ModelPartition): ObservedPartition {
  const { topic, replicas, adding, removing, isr, leader, sizeMb, rate } = partition;
  return {
    topic,
    partition: partition.partition,
    replicas,
    adding,
    removing,
    isr,
    leader,
    disk: sizeMb,
    nwIn: rate,
    nwOut: 2 * rate,
    cpu: rate / 1_000,
  };
}
