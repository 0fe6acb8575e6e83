import { isServing, isWell, type Member, missingReplicas, QUORUM_MAJORITY, underReplicated } from './classify.ts';
import type { Observed, PartitionView, ReachableKafka } from './observed.ts';

/** Why something may not be disrupted now. `reason` is a condition's. */
export interface Obstacle {
  readonly reason:
    | 'UnderReplicatedPartitions'
    | 'UnknownState'
    | 'QuorumAtRisk'
    | 'MinIsrTooHigh'
    | 'ReassignmentRunning'
    | 'StaleView';
  readonly message: string;
}

/** Oldest view of Kafka on which anything may be disrupted. */
export const DECISION_MAX_AGE_MS = 10_000;

/**
 * Whether the brokers may be taken away together: no partition loses by it what its min ISR asks for. Brokers that are down or
 * on their way down already do not count, whatever Kafka still says of them.
 */
export function brokersObstacle(
  batch: ReadonlySet<number>,
  members: readonly Member[],
  { kafka, nowMs }: Pick<Observed, 'kafka' | 'nowMs'>,
): Obstacle | undefined {
  if (kafka.state === 'unreachable') return unknown(`Kafka cannot be asked: ${kafka.reason}`);
  if (nowMs - kafka.readAtMs > DECISION_MAX_AGE_MS) return stale(nowMs - kafka.readAtMs);
  const gone = new Set(batch);
  for (const member of members) if (member.role === 'broker' && !isServing(member)) gone.add(member.nodeId);
  for (const partition of kafka.partitions) {
    if (!partition.isr.some((id) => batch.has(id))) continue;
    const left = partition.isr.filter((id) => !gone.has(id)).length;
    if (left < partition.minIsr) return tooFew(partition, left);
  }
  return undefined;
}

/** What beside the batch itself must be well before anything healthy is disrupted. */
export function clusterObstacle(
  batch: ReadonlySet<number>,
  members: readonly Member[],
  observed: Observed,
): Obstacle | undefined {
  const { kafka } = observed;
  if (kafka.state === 'unreachable') return unknown(`Kafka cannot be asked: ${kafka.reason}`);
  const doubtful = members.find(({ state }) => state === 'Unknown');
  if (doubtful !== undefined) return unknown(`${doubtful.placed.name} ${doubtful.why}`);
  return (
    ailing(members.filter((each) => !(each.role === 'broker' && batch.has(each.nodeId)))) ??
    missingAnything(kafka) ??
    reassigning(batch, kafka) ??
    quorumObstacle([], members, observed)
  );
}

/** Whether a broker may be restarted that is behind by itself: the others are well, or stall like it, and do without it. */
export function stallObstacle(
  broker: number,
  members: readonly Member[],
  observed: Pick<Observed, 'kafka' | 'nowMs'>,
): Obstacle | undefined {
  return (
    ailing(members.filter(({ isStalled }) => !isStalled)) ??
    brokersObstacle(new Set([broker]), members, observed) ??
    quorumObstacle([], members, observed)
  );
}

function ailing(members: readonly Member[]): Obstacle | undefined {
  const first = members.find((each) => !isWell(each));
  if (first === undefined) return undefined;
  const reason = first.state === 'Unknown' ? 'UnknownState' : 'UnderReplicatedPartitions';
  return { reason, message: `${first.placed.name} ${first.why}` };
}

/**
 * Whether pods of one role and zone may go that somebody wants off their nodes. Pods of that zone which no node takes count as gone
 * with them: they come back when the drain has ended, which waits for these. New brokers that no node takes keep no zone
 * waiting: where two zones are drained, each would wait for the other's.
 */
export function evictionObstacle(
  batch: readonly Member[],
  members: readonly Member[],
  observed: Observed,
): Obstacle | undefined {
  const [first] = batch;
  if (first === undefined) return undefined;
  const homeless = members.filter(
    (each) => each.isHomeless && (each.placed.zone === first.placed.zone || isYetToCome(each, observed)),
  );
  const ids = batch.map(({ nodeId }) => nodeId);
  const going = new Set(first.role === 'broker' ? ids : []);
  const obstacle =
    homeless.length === 0
      ? clusterObstacle(going, members, observed)
      : obstacleBeside(new Set([...batch, ...homeless]), going, members, observed);
  return (
    obstacle ??
    (first.role === 'controller' ? quorumObstacle(ids, members, observed) : brokersObstacle(going, members, observed))
  );
}

/** Whether Kafka has never seen the broker: it holds nothing, and it is not away by our hand. */
function isYetToCome({ role, nodeId }: Member, { kafka }: Pick<Observed, 'kafka'>): boolean {
  if (role !== 'broker' || kafka.state === 'unreachable' || kafka.brokers.has(nodeId)) return false;
  return kafka.partitions.every(({ replicas }) => !replicas.includes(nodeId));
}

/** As {@link clusterObstacle}, beside pods that are away and what is behind by them. */
function obstacleBeside(
  away: ReadonlySet<Member>,
  going: ReadonlySet<number>,
  members: readonly Member[],
  observed: Observed,
): Obstacle | undefined {
  const { kafka } = observed;
  if (kafka.state === 'unreachable') return unknown(`Kafka cannot be asked: ${kafka.reason}`);
  const other = ailing(members.filter((each) => !away.has(each)));
  if (other !== undefined) return other;
  // One that is to go and serves is waited for until it has all, as in any other batch.
  const absent = new Set([...away].flatMap((each) => (isServing(each) ? [] : [each.nodeId])));
  const late = lagging(underReplicated(kafka).filter((each) => missingReplicas(each).some((id) => !absent.has(id))));
  if (late !== undefined) return late;
  for (const { id, metrics } of kafka.brokers.values()) {
    if ([...away].some(({ role, nodeId }) => role === 'broker' && nodeId === id)) continue;
    if (metrics === undefined) return unknown(`broker ${id} does not show its metrics`);
    if (metrics.underMinIsrPartitions + metrics.offlineLogDirectories > 0) {
      return { reason: 'UnderReplicatedPartitions', message: `broker ${id} leads partitions below their min ISR` };
    }
  }
  return reassigning(going, kafka) ?? quorumObstacle([], members, observed);
}

/** Whether the quorum outlives the loss of these controllers. */
export function quorumObstacle(
  batch: readonly number[],
  members: readonly Member[],
  { kafka }: Pick<Observed, 'kafka'>,
): Obstacle | undefined {
  if (kafka.state === 'unreachable') return unknown(`Kafka cannot be asked: ${kafka.reason}`);
  const voting = members.filter(
    ({ role, nodeId, state }) => role === 'controller' && state === 'InSync' && !batch.includes(nodeId),
  );
  if (voting.length >= QUORUM_MAJORITY) return undefined;
  const message = `${voting.length} controllers would be left that can vote, ${QUORUM_MAJORITY} are needed`;
  return { reason: 'QuorumAtRisk', message };
}

/** Topics none of whose replicas may ever be missing: nothing could be rolled under them. */
export function unrollableTopics(kafka: ReachableKafka): readonly string[] {
  const topics = new Set<string>();
  for (const { topic, minIsr, replicas, adding } of kafka.partitions) {
    if (minIsr >= replicas.length - adding.length) topics.add(topic);
  }
  return [...topics].sort();
}

function missingAnything(kafka: ReachableKafka): Obstacle | undefined {
  const late = lagging(underReplicated(kafka));
  if (late !== undefined) return late;
  // Metadata of one broker may be behind; the leaders' own metrics are what they know themselves.
  for (const { id, metrics } of kafka.brokers.values()) {
    if (metrics === undefined) return unknown(`broker ${id} does not show its metrics`);
    if (metrics.underReplicatedPartitions + metrics.underMinIsrPartitions > 0) {
      return { reason: 'UnderReplicatedPartitions', message: `broker ${id} leads under-replicated partitions` };
    }
    if (metrics.offlineLogDirectories > 0) {
      return { reason: 'UnderReplicatedPartitions', message: `broker ${id} has lost its log directory` };
    }
  }
  return undefined;
}

/** A reassignment that moves replicas onto the batch, or off it, would wait for it, or lose its source. */
function reassigning(batch: ReadonlySet<number>, { partitions }: ReachableKafka): Obstacle | undefined {
  const moving = partitions.find(
    ({ replicas, adding, removing }) => adding.length + removing.length > 0 && replicas.some((id) => batch.has(id)),
  );
  if (moving === undefined) return undefined;
  return { reason: 'ReassignmentRunning', message: `replicas of ${moving.topic}-${moving.partition} are moving` };
}

function lagging(behind: readonly PartitionView[]): Obstacle | undefined {
  const [first] = behind;
  if (first === undefined) return undefined;
  const message = `${behind.length} partitions are under-replicated, as ${first.topic}-${first.partition}`;
  return { reason: 'UnderReplicatedPartitions', message };
}

function tooFew({ topic, partition, minIsr, replicas, isr }: PartitionView, left: number): Obstacle {
  const where = `${topic}-${partition}`;
  if (minIsr >= replicas.length) {
    return {
      reason: 'MinIsrTooHigh',
      message: `topic ${topic} has min.insync.replicas ${minIsr} with ${replicas.length} replicas: no broker of it can ever be restarted; lower the setting`,
    };
  }
  return {
    reason: 'UnderReplicatedPartitions',
    message: `${where} would be left with ${left} of ${isr.length} replicas in sync, it needs ${minIsr}`,
  };
}

function unknown(message: string): Obstacle {
  return { reason: 'UnknownState', message };
}

function stale(ageMs: number): Obstacle {
  return { reason: 'StaleView', message: `what is known of Kafka is ${Math.round(ageMs / 1000)} s old` };
}
