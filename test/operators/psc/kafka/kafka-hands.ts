import { missingReplicas } from '../../../../operators/psc/classify.ts';
import type { PartitionView, ReachableKafka } from '../../../../operators/psc/observed.ts';
import type { KafkaConformanceWorld } from './kafka-conformance-world.ts';

/** What the conformance tests look at, by way of the port alone. */
export interface KafkaHands {
  readonly fresh: () => Promise<ReachableKafka>;
  readonly freshWhere: (what: string, isSo: (view: ReachableKafka) => boolean) => Promise<ReachableKafka>;
  /** All brokers serve and nothing is behind, all controllers can vote. */
  readonly allWell: () => Promise<ReachableKafka>;
  /** What the write failed with; rejects when it did not. */
  readonly failureOf: (write: Promise<void>) => Promise<unknown>;
}

export function kafkaHandsIn({ port, psc, eventually }: KafkaConformanceWorld): KafkaHands {
  const fresh = async (): Promise<ReachableKafka> => {
    const view = await port.fresh(psc);
    if (view.state === 'unreachable') throw new Error(view.reason);
    return view;
  };
  const freshWhere: KafkaHands['freshWhere'] = (what, isSo) =>
    eventually(what, async () => {
      const view = await port.fresh(psc);
      return view.state === 'reachable' && isSo(view) ? view : undefined;
    });
  return {
    fresh,
    freshWhere,
    allWell: () => freshWhere('a cluster that is well', isWellCluster),
    failureOf: async (write) => {
      try {
        await write;
      } catch (error) {
        return error;
      }
      throw new Error('it did not fail');
    },
  };
}

/** Of three brokers and three controllers: all serve, and nothing is behind. */
export function isWellCluster({ brokers, quorum, partitions }: ReachableKafka): boolean {
  const isServing = [...brokers.values()].every(({ isFenced, metrics }) => !isFenced && metrics !== undefined);
  const isVoting = quorum.voters.length === 3 && quorum.voters.every(({ isCaughtUp }) => isCaughtUp);
  return brokers.size === 3 && isServing && isVoting && partitions.every((each) => isWhole(each));
}

export function isWhole(partition: PartitionView): boolean {
  return partition.leader >= 0 && missingReplicas(partition).length === 0 && partition.adding.length === 0;
}

export function partitionIn({ partitions }: ReachableKafka, topic: string, partition = 0): PartitionView {
  const found = partitions.find((each) => each.topic === topic && each.partition === partition);
  if (found === undefined) throw new Error(`there is no ${topic}-${partition}`);
  return found;
}

export function ofTopic({ partitions }: ReachableKafka, topic: string): readonly PartitionView[] {
  return partitions.filter((each) => each.topic === topic).sort((a, b) => a.partition - b.partition);
}

/** In an order of their own: a replica that comes back may stand anywhere. */
export function isrOf(view: ReachableKafka, topic: string, partition = 0): readonly number[] {
  return [...partitionIn(view, topic, partition).isr].sort((a, b) => a - b);
}
