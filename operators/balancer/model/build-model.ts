import { type Broker, type ClusterModel, LOAD_COLUMNS, type PartitionLoads, writeLoads } from './cluster-model.ts';

/** A partition by names and ids, checked already. */
export interface PartitionInput extends PartitionLoads {
  readonly topic: string;
  readonly partition: number;
  /** Ids of brokers, in any order. */
  readonly replicas: readonly number[];
  readonly leader: number;
}

/** The one form of a cluster, whatever the order of what it is made from. */
export function buildModel(
  unsorted: readonly Broker[],
  partitions: readonly PartitionInput[],
  excludedTopics: ReadonlySet<string>,
): ClusterModel {
  const brokers = unsorted.toSorted((a, b) => a.id - b.id);
  const racks = [...new Set(brokers.map(({ rack }) => rack))].sort();
  const rackIndex = new Map(racks.map((rack, index) => [rack, index]));
  const { topics, firstOfTopic, topicOf, sorted } = byTopic(partitions);
  return {
    brokers,
    racks,
    rackOf: Int32Array.from(brokers, ({ rack }) => rackIndex.get(rack) ?? 0),
    topics,
    excluded: Uint8Array.from(topics, (topic) => (excludedTopics.has(topic) ? 1 : 0)),
    firstOfTopic,
    topicOf,
    ...columnsOf(sorted, new Map(brokers.map(({ id }, index) => [id, index]))),
  };
}

/** Partitions in the order of their topics' names and of their numbers: only the names are compared as text. */
function byTopic(partitions: readonly PartitionInput[]): Pick<ClusterModel, 'topics' | 'firstOfTopic' | 'topicOf'> & {
  readonly sorted: readonly PartitionInput[];
} {
  const groups = new Map<string, PartitionInput[]>();
  for (const each of partitions) {
    const group = groups.get(each.topic);
    if (group === undefined) groups.set(each.topic, [each]);
    else group.push(each);
  }
  const topics = [...groups.keys()].sort();
  const firstOfTopic = new Int32Array(topics.length + 1);
  const topicOf = new Int32Array(partitions.length);
  const sorted: PartitionInput[] = [];
  for (const [index, topic] of topics.entries()) {
    const group = groups.get(topic) ?? [];
    group.sort((a, b) => a.partition - b.partition);
    topicOf.fill(index, sorted.length, sorted.length + group.length);
    for (const each of group) sorted.push(each);
    firstOfTopic[index + 1] = sorted.length;
  }
  return { topics, firstOfTopic, topicOf, sorted };
}

function columnsOf(
  sorted: readonly PartitionInput[],
  indexOf: ReadonlyMap<number, number>,
): Pick<ClusterModel, 'numberOf' | 'firstReplica' | 'brokerOf' | 'leaderOf' | 'loads'> {
  const count = sorted.length;
  const numberOf = new Int32Array(count);
  const leaderOf = new Int32Array(count);
  const loads = new Float64Array(count * LOAD_COLUMNS);
  const firstReplica = new Int32Array(count + 1);
  const brokerOf = new Int32Array(sorted.reduce((total, { replicas }) => total + replicas.length, 0));
  let next = 0;
  for (let partition = 0; partition < count; partition += 1) {
    const each = sorted[partition];
    if (each === undefined) break;
    numberOf[partition] = each.partition;
    leaderOf[partition] = indexOf.get(each.leader) ?? -1;
    writeLoads(loads, partition, each);
    const first = next;
    for (const id of each.replicas) {
      const broker = indexOf.get(id) ?? -1;
      // Insertion: there are three of them as a rule.
      let at = next;
      while (at > first && (brokerOf[at - 1] ?? -1) > broker) {
        brokerOf[at] = brokerOf[at - 1] ?? -1;
        at -= 1;
      }
      brokerOf[at] = broker;
      next += 1;
    }
    firstReplica[partition + 1] = next;
  }
  return { numberOf, leaderOf, loads, firstReplica, brokerOf };
}
