import { fewOf } from '../../runtime/few-of.ts';
import type { BrokerStates } from './model-of.ts';
import { type ObservedCluster, type ObservedPartition, targetOf } from './observed.ts';
import type { Wait } from './steps.ts';

/**
 * Those topics of these partitions that people exclude: by their names, or by the beginning of names with an asterisk after it.
 * Whoever has to know asks this set, so that all of them mean the same topics.
 */
export function excludedAmong(
  partitions: readonly Pick<ObservedPartition, 'topic'>[],
  excludedTopics: readonly string[],
): ReadonlySet<string> {
  if (excludedTopics.length === 0) return NONE;
  const names = new Set(excludedTopics);
  const beginnings = excludedTopics.filter((each) => each.endsWith('*')).map((each) => each.slice(0, -1));
  const topics = new Set(partitions.map(({ topic }) => topic));
  return new Set([...topics].filter((topic) => names.has(topic) || beginnings.some((each) => topic.startsWith(each))));
}

const NONE: ReadonlySet<string> = new Set();

/** What excluded topics keep on brokers that are dead or to be emptied; undefined where that is nothing. */
export function heldByExcluded(
  { partitions }: Pick<ObservedCluster, 'partitions'>,
  states: BrokerStates,
  excluded: ReadonlySet<string>,
): Wait | undefined {
  const brokers = new Set<number>();
  const topics = new Set<string>();
  let replicas = 0;
  for (const partition of partitions) {
    if (!excluded.has(partition.topic)) continue;
    for (const id of targetOf(partition)) {
      const state = states.get(id);
      if (state !== 'dead' && state !== 'draining') continue;
      brokers.add(id);
      topics.add(partition.topic);
      replicas += 1;
    }
  }
  if (replicas === 0) return undefined;
  const at = fewOf([...brokers].sort((a, b) => a - b).map(String), MAX_BROKERS);
  const message = `${replicas} replicas of excluded topics stay at brokers ${at}: ${fewOf([...topics].sort(), MAX_TOPICS)}`;
  return { reason: 'TopicsExcluded', message };
}

/** Ids of the brokers that such a message names. */
export function heldBrokersIn(message: string): readonly number[] {
  return /brokers ([\d, ]+)/.exec(message)?.[1]?.split(/[ ,]+/).map(Number) ?? [];
}

/** A message has to hold them all: a topic's name may have 249 characters. */
const MAX_TOPICS = 3;
const MAX_BROKERS = 12;
