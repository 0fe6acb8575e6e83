import type { PartitionView } from '../observed.ts';

/** What one broker knows of one partition (Metadata). */
export interface KnownPartition {
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
}

/** What one broker knows of one topic (Metadata). */
export interface KnownTopic {
  readonly name: string;
  /** Another one when a topic is made anew under the same name. */
  readonly topicId: string;
  readonly partitions: readonly KnownPartition[];
}

/** Everything that one broker knows. */
export interface BrokerMetadata {
  /** Brokers that are not fenced. */
  readonly aliveBrokers: readonly number[];
  readonly topics: readonly KnownTopic[];
}

/** A partition that is being moved (ListPartitionReassignments, answered by the active controller). */
export interface Move {
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly number[];
  readonly adding: readonly number[];
  readonly removing: readonly number[];
}

/**
 * What several brokers know of the same topics, put together. A broker learns of changes a moment after the controllers, and
 * one that is cut off learns of none; so of two that disagree the worse is taken: a replica is in sync only if all say so. Of
 * the rest, the one with the higher leader epoch knows better.
 */
export function mergeTopics(witnesses: readonly (readonly KnownTopic[])[]): readonly KnownTopic[] {
  const [first = [], ...others] = witnesses;
  return others.reduce((merged, each) => mergePair(merged, each), first);
}

function mergePair(a: readonly KnownTopic[], b: readonly KnownTopic[]): readonly KnownTopic[] {
  const others = new Map(b.map((topic) => [topic.topicId, topic]));
  const merged = a.map((topic) => {
    const other = others.get(topic.topicId);
    others.delete(topic.topicId);
    return other === undefined ? topic : mergeTopic(topic, other);
  });
  // Known to one only: it was just made, or just deleted. It counts until both say that it is gone.
  return [...merged, ...others.values()];
}

function mergeTopic(a: KnownTopic, b: KnownTopic): KnownTopic {
  const others = new Map(b.partitions.map((partition) => [partition.partitionIndex, partition]));
  const partitions = a.partitions.map((partition) => {
    const other = others.get(partition.partitionIndex);
    others.delete(partition.partitionIndex);
    return other === undefined ? partition : mergePartition(partition, other);
  });
  return { ...a, partitions: [...partitions, ...others.values()] };
}

function mergePartition(a: KnownPartition, b: KnownPartition): KnownPartition {
  const newer = a.leaderEpoch >= b.leaderEpoch ? a : b;
  const older = newer === a ? b : a;
  return { ...newer, isrNodes: newer.isrNodes.filter((id) => older.isrNodes.includes(id)) };
}

/** Topics with what is asked elsewhere: how many replicas must be in sync, and where replicas are moving. */
export function partitionViews(
  topics: readonly KnownTopic[],
  minIsrByTopicId: ReadonlyMap<string, number>,
  moves: readonly Move[],
): readonly PartitionView[] {
  const moveOf = new Map(moves.map((move) => [partitionKey(move.topic, move.partition), move]));
  return topics.flatMap(({ name, topicId, partitions }) => {
    const minIsr = minIsrByTopicId.get(topicId);
    // It was deleted between two answers of the same broker.
    if (minIsr === undefined) return [];
    return partitions.map((partition) => {
      const move = moveOf.get(partitionKey(name, partition.partitionIndex));
      return {
        topic: name,
        partition: partition.partitionIndex,
        leader: partition.leaderId,
        replicas: move?.replicas ?? partition.replicaNodes,
        isr: partition.isrNodes,
        adding: move?.adding ?? [],
        removing: move?.removing ?? [],
        minIsr,
      };
    });
  });
}

/** Whether a broker still knows the same partitions as a view, with the same leaders, replicas and replicas in sync. */
export function isUnchanged(view: readonly PartitionView[], topics: readonly KnownTopic[]): boolean {
  const known = new Map(view.map((partition) => [partitionKey(partition.topic, partition.partition), partition]));
  let count = 0;
  for (const { name, partitions } of topics) {
    for (const { partitionIndex, leaderId, replicaNodes, isrNodes } of partitions) {
      const before = known.get(partitionKey(name, partitionIndex));
      if (before?.leader !== leaderId || !isSame(before.isr, isrNodes)) return false;
      if (!isSame(before.replicas, replicaNodes)) return false;
      count += 1;
    }
  }
  return count === known.size;
}

/** Whether two views tell the same of every partition. */
export function isSamePartitions(a: readonly PartitionView[], b: readonly PartitionView[]): boolean {
  if (a.length !== b.length) return false;
  const known = new Map(a.map((each) => [partitionKey(each.topic, each.partition), each]));
  return b.every((each) => {
    const before = known.get(partitionKey(each.topic, each.partition));
    return (
      before?.leader === each.leader &&
      before.minIsr === each.minIsr &&
      isSame(before.replicas, each.replicas) &&
      isSame(before.isr, each.isr) &&
      isSame(before.adding, each.adding) &&
      isSame(before.removing, each.removing)
    );
  });
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

/** A topic's name has no slash. */
export function partitionKey(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
