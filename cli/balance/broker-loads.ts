import { nameOf } from '../../operators/balancer/execute/choose-batch.ts';
import { type ObservedCluster, targetOf } from '../../operators/balancer/execute/observed.ts';
import type { Move } from '../../operators/balancer/plan/plan.ts';

/** What one broker carries. */
export interface BrokerLoad {
  readonly id: number;
  readonly rack: string;
  readonly replicas: number;
  readonly leaders: number;
  readonly diskMb: number;
  /** KB/s of all its replicas, and of what it leads. */
  readonly kbIn: number;
  readonly kbOut: number;
}

/** Brokers by id, the same ones in both. */
export interface LoadChange {
  readonly before: readonly BrokerLoad[];
  readonly after: readonly BrokerLoad[];
}

/** Loads of each broker: when what runs has ended, and when these moves have been made too. */
export function loadsBeforeAndAfter(cluster: ObservedCluster, moves: readonly Move[]): LoadChange {
  const placed = new Map<string, Placed>(
    cluster.partitions.map((partition) => {
      const replicas = targetOf(partition);
      const leader = replicas.includes(partition.leader) ? partition.leader : (replicas[0] ?? -1);
      return [
        nameOf(partition),
        { replicas, leader, diskMb: partition.disk, kbIn: partition.nwIn, kbOut: partition.nwOut },
      ];
    }),
  );
  const before = loadsOf(cluster, placed.values());
  for (const move of moves) {
    const partition = placed.get(nameOf(move));
    if (partition === undefined) continue;
    const isMove = move.kind === 'replica-move';
    const replicas = isMove ? partition.replicas.map((id) => (id === move.from ? move.to : id)) : partition.replicas;
    const leader = !isMove || partition.leader === move.from ? move.to : partition.leader;
    placed.set(nameOf(move), { ...partition, replicas, leader });
  }
  return { before, after: loadsOf(cluster, placed.values()) };
}

interface Placed {
  readonly replicas: readonly number[];
  readonly leader: number;
  readonly diskMb: number;
  readonly kbIn: number;
  readonly kbOut: number;
}

function loadsOf({ brokers }: ObservedCluster, partitions: Iterable<Placed>): readonly BrokerLoad[] {
  const sums = new Map(
    brokers.map(({ id, rack }) => [id, { id, rack, replicas: 0, leaders: 0, diskMb: 0, kbIn: 0, kbOut: 0 }]),
  );
  for (const { replicas, leader, diskMb, kbIn, kbOut } of partitions) {
    for (const id of replicas) {
      const sum = sums.get(id);
      if (sum === undefined) continue;
      sum.replicas += 1;
      sum.diskMb += diskMb;
      sum.kbIn += kbIn;
      if (id !== leader) continue;
      sum.leaders += 1;
      sum.kbOut += kbOut;
    }
  }
  return [...sums.values()].sort((a, b) => a.id - b.id);
}
