import { claimName } from '../../constructs/kubernetes/kafka/claims.ts';
import {
  CONTROLLER_COUNT,
  type ClusterView,
  type KafkaRole,
  type PlacedPod,
} from '../../constructs/kubernetes/kafka/cluster-view.ts';
import { FIRST_CONTROLLER_ID } from '../../constructs/kubernetes/kafka/controller-config.ts';
import type { BrokerStatus } from '../../contracts/gen/psc-types.ts';
import type { Observed, ObservedPod, PartitionView, ReachableKafka } from './observed.ts';

/** Where a pod of Kafka stands. `Unknown` blocks every disruption. */
export type PodState = NonNullable<BrokerStatus['state']>;

/** One placed pod with all that is known of it. */
export interface Member {
  readonly role: KafkaRole;
  readonly placed: PlacedPod;
  readonly nodeId: number;
  readonly pod?: ObservedPod;
  readonly state: PodState;
  /** Why it is in this state, for people; empty when it is in sync. */
  readonly why: string;
  /** Whether no process of it runs, so that taking it away takes nothing from anybody. */
  readonly isDead: boolean;
  /** Whether its storage was seen to stall since it was made: it is restarted for that, once. */
  readonly isStalled: boolean;
  /** Whether somebody wants it off its node, and has said so of late. */
  readonly isEvicted: boolean;
  /** Whether the scheduler finds no node for it although its volume is there: it waits for its own to take pods again, or for another. */
  readonly isHomeless: boolean;
  /** Whether it is placed no longer and has begun to leave: it only hands over what it has. */
  readonly isLeaving: boolean;
}

/** How long the scheduler may find no node for a pod before the pod counts as failed. */
export const UNSCHEDULABLE_PATIENCE_MS = 300_000;

/** How long a wish for an eviction holds. Who drains a node asks again every few seconds; who has given up does not. */
export const EVICTION_WISH_MS = 600_000;

/** Every placed pod, brokers first, by ordinal. `lost`: claims that are gone, or others than they were. */
export function classify(view: ClusterView, observed: Observed, lost: ReadonlySet<string>): readonly Member[] {
  const byName = new Map(observed.pods.map((pod) => [pod.name, pod]));
  const lagging = laggingBrokers(observed);
  // One that may not begin to leave is like all others: until it may, perhaps after an upgrade, it serves.
  const begun = new Set(observed.psc.status?.leaving?.map(({ pod }) => pod));
  const leaving = new Set(view.leaving.map(({ name }) => name)).intersection(begun);
  const classified = (role: KafkaRole, placed: PlacedPod): Member =>
    member({ role, placed, pod: byName.get(placed.name), isLeaving: leaving.has(placed.name) }, observed, {
      lagging,
      lost,
    });
  return [
    ...view.brokers.map((placed) => classified('broker', placed)),
    ...view.controllers.map((placed) => classified('controller', placed)),
  ];
}

/** Whether it is in sync: nothing of it is to be waited for. */
export function isWell({ state }: Member): boolean {
  return state === 'InSync' || state === 'Draining';
}

/** Whether it serves what it has, in sync or not. */
export function isServing(member: Member): boolean {
  return isWell(member) || member.state === 'Syncing';
}

/** Kafka's id of a pod. */
export function nodeIdOf(role: KafkaRole, ordinal: number): number {
  return role === 'broker' ? ordinal : FIRST_CONTROLLER_ID + ordinal;
}

/** Voters that must be able to vote for the quorum to go on. */
export const QUORUM_MAJORITY = Math.floor(CONTROLLER_COUNT / 2) + 1;

/** Replicas that are not in sync; those that a reassignment only adds do not count. */
export function missingReplicas({ replicas, isr, adding }: PartitionView): readonly number[] {
  return replicas.filter((id) => !isr.includes(id) && !adding.includes(id));
}

function member(
  {
    role,
    placed,
    pod,
    isLeaving,
  }: Pick<Member, 'role' | 'placed' | 'isLeaving'> & { readonly pod: ObservedPod | undefined },
  observed: Observed,
  { lagging, lost }: { readonly lagging: ReadonlyMap<number, number>; readonly lost: ReadonlySet<string> },
): Member {
  const nodeId = nodeIdOf(role, placed.ordinal);
  const isStalled = role === 'broker' && pod !== undefined && hasStalled(pod, observed);
  const shared = {
    role,
    placed,
    nodeId,
    isStalled,
    isLeaving,
    isEvicted: pod !== undefined && isWantedAway(pod, observed.nowMs),
    isHomeless: pod !== undefined && isWithoutNode(pod) && !lost.has(claimName(pod.name)),
    ...(pod === undefined ? {} : { pod }),
  };
  if (pod === undefined) return { ...shared, state: 'Starting', why: 'has no pod', isDead: true };
  const isDead = pod.container.state !== 'running';
  const said = (state: PodState, why: string): Member => ({ ...shared, state, why, isDead });
  if (pod.isTerminating) return { ...said('Starting', 'is being replaced'), isDead: false };
  const failure = failureOf(pod, observed.nowMs);
  if (failure !== undefined) return said('Failed', failure);
  // Its node does not report: the process may run on.
  if (pod.ready === 'Unknown') return { ...said('Unknown', 'is on a node that does not report'), isDead: false };
  if (isDead) return said('Starting', shared.isHomeless ? 'finds no node that takes it' : 'starts');
  const { state, why } =
    role === 'broker' ? brokerState(nodeId, observed, lagging) : controllerState(nodeId, pod, observed);
  if (state === 'InSync' && isDrained(placed.name, observed)) return said('Draining', 'is being emptied');
  return said(state, why);
}

function isDrained(name: string, { psc: { spec, status } }: Observed): boolean {
  return spec.maintenance?.drain?.includes(name) === true || status?.leaving?.some(({ pod }) => pod === name) === true;
}

/** The balancer says so, which compares brokers with each other. */
function hasStalled({ name, createdAtMs, isTerminating }: ObservedPod, { psc: { status } }: Observed): boolean {
  if (isTerminating) return false;
  return (
    status?.balance?.stalledBrokers?.some(({ pod, since }) => pod === name && Date.parse(since) > createdAtMs) === true
  );
}

function isWantedAway({ evictedAtMs = -Infinity, isTerminating }: ObservedPod, nowMs: number): boolean {
  return !isTerminating && nowMs - evictedAtMs < EVICTION_WISH_MS;
}

function isWithoutNode({ node, unschedulableSinceMs, isTerminating }: ObservedPod): boolean {
  return node === undefined && unschedulableSinceMs !== undefined && !isTerminating;
}

/** Reasons of a waiting container that no waiting mends. */
const FAILING_REASONS: ReadonlySet<string> = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

function failureOf({ container, unschedulableSinceMs }: ObservedPod, nowMs: number): string | undefined {
  if (container.state === 'waiting' && FAILING_REASONS.has(container.reason)) {
    return [container.reason, container.message].filter((text) => text !== undefined).join(': ');
  }
  if (unschedulableSinceMs !== undefined && nowMs - unschedulableSinceMs >= UNSCHEDULABLE_PATIENCE_MS) {
    return 'no node can take it';
  }
  return undefined;
}

interface Judged {
  readonly state: PodState;
  readonly why: string;
}

function brokerState(id: number, { kafka }: Observed, lagging: ReadonlyMap<number, number>): Judged {
  if (kafka.state === 'unreachable') return { state: 'Unknown', why: `Kafka cannot be asked: ${kafka.reason}` };
  const broker = kafka.brokers.get(id);
  if (broker?.metrics?.brokerState === RECOVERING) return { state: 'Recovering', why: 'reads its logs after a crash' };
  if (broker === undefined) return { state: 'Starting', why: 'has not registered' };
  if (broker.isFenced) return { state: 'Starting', why: 'is fenced by the controller' };
  const behind = lagging.get(id) ?? 0;
  if (behind > 0) return { state: 'Syncing', why: `is behind on ${behind} partitions` };
  return { state: 'InSync', why: '' };
}

/** BrokerState of a broker that recovers its logs. */
const RECOVERING = 2;

function controllerState(id: number, pod: ObservedPod, { kafka }: Observed): Judged {
  if (kafka.state === 'unreachable') return { state: 'Unknown', why: `Kafka cannot be asked: ${kafka.reason}` };
  if (kafka.quorum.leaderId < 0) return { state: 'Unknown', why: 'the quorum has no leader' };
  const voter = kafka.quorum.voters.find((each) => each.id === id);
  if (voter === undefined && kafka.quorum.joining.some((each) => each.id === id))
    return { state: 'Syncing', why: 'follows the other controllers and has no vote yet' };
  if (voter === undefined || pod.containersReady !== 'True')
    return { state: 'Starting', why: 'has not joined the quorum' };
  return voter.isCaughtUp ? { state: 'InSync', why: '' } : { state: 'Syncing', why: 'is behind on the metadata log' };
}

/** Partitions of which a replica is missing. */
export function underReplicated({ partitions }: Pick<ReachableKafka, 'partitions'>): readonly PartitionView[] {
  return partitions.filter((partition) => missingReplicas(partition).length > 0);
}

/** Broker ▶ number of partitions that it should be in sync on and is not. */
function laggingBrokers({ kafka }: Observed): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  if (kafka.state === 'unreachable') return counts;
  for (const partition of kafka.partitions) {
    if (partition.isr.length >= partition.replicas.length) continue;
    for (const id of missingReplicas(partition)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
