import type { FenceStatus } from '../../contracts/gen/psc-types.ts';
import { isWell, type Member } from './classify.ts';
import type { Context } from './context.ts';
import { holdUp } from './hold-up.ts';
import type { ObservedPod, PartitionView } from './observed.ts';
import type { PodRef, Wait, Write } from './plan.ts';
import type { Obstacle } from './safety.ts';

/** A person holds all that has not begun. */
export const PAUSED: Wait = { task: 'roll', reason: 'Paused', message: 'spec.maintenance.paused holds it' };

interface Step {
  readonly writes: readonly Write[];
  readonly waits: readonly Wait[];
  readonly fence?: FenceStatus;
}

/**
 * The next step of the batch that the fence names; without a fence in the answer the batch is over, or given up unharmed.
 *
 * @param due every pod that is to be replaced
 */
export function continueBatch(context: Context, fence: FenceStatus, due: readonly Member[]): Step {
  const { holder, members } = context;
  if (fence.holder !== holder) {
    // A leader before this one may still be sending: from here on what it saw is out of date.
    return { writes: [], waits: [], fence: { ...fence, holder } };
  }
  const batch = (fence.members ?? []).map(({ name, uid }) => ({
    uid,
    member: members.find(({ placed }) => placed.name === name),
  }));
  const remaining = batch.flatMap(({ uid, member }) => {
    const pod = member?.pod;
    return member !== undefined && pod?.uid === uid && !pod.isTerminating ? [{ member, pod }] : [];
  });
  const replaced = batch.flatMap(({ uid, member }) =>
    member === undefined || member.pod?.uid === uid ? [] : [member],
  );
  // The new pods do not work: nobody else of the batch shall follow them.
  if (replaced.some(({ state }) => state === 'Failed')) return { writes: [], waits: [] };
  if (remaining.length > 0) {
    const isUntouched = remaining.length === batch.length;
    // The spec has changed since: others go first now, or these need not go.
    const isMoot =
      isLeaderBeforeOthers(context, remaining, due) || remaining.some(({ member }) => !due.includes(member));
    if (isUntouched && isMoot) return { writes: [], waits: [] };
    // Nothing has happened yet that would have to be brought to its end.
    const pods = remaining.map(({ member }) => member);
    if (isUntouched && holdUp(context, pods) !== undefined) return { writes: [], waits: [] };
    if (isUntouched && context.observed.psc.spec.maintenance?.paused === true) return { writes: [], waits: [PAUSED] };
    return disrupt(context, fence, { isUntouched, remaining });
  }
  // Pods that do not run, or wait for their storage, may be what the new ones wait for, or the new ones themselves.
  if (due.some(({ state, isDead, isStalled }) => isStalled || (state === 'Failed' && isDead))) {
    return { writes: [], waits: [] };
  }
  const pods = batch.flatMap(({ member }) => member ?? []);
  return waitsForItsDrain(pods, fence, due) ? { writes: [], waits: [] } : settle(context, fence, pods);
}

/** No node takes what is late, and the drain that would give them one waits for other pods of the zone. */
function waitsForItsDrain(batch: readonly Member[], { zone }: FenceStatus, due: readonly Member[]): boolean {
  const late = batch.filter((each) => !isWell(each));
  return (
    late.length > 0 &&
    late.every(({ isHomeless }) => isHomeless) &&
    due.some(({ isEvicted, placed }) => isEvicted && placed.zone === zone)
  );
}

function isLeaderBeforeOthers(
  { observed: { kafka } }: Context,
  remaining: Remaining['remaining'],
  due: readonly Member[],
): boolean {
  if (kafka.state === 'unreachable') return false;
  const names = new Set(remaining.map(({ pod }) => pod.name));
  return (
    remaining.some(({ member }) => member.nodeId === kafka.quorum.leaderId && !member.isEvicted) &&
    due.some(({ role, placed }) => role === 'controller' && !names.has(placed.name))
  );
}

interface Remaining {
  /** Whether nothing has happened to any pod of the batch. */
  readonly isUntouched: boolean;
  readonly remaining: readonly { readonly member: Member; readonly pod: ObservedPod }[];
}

function disrupt(context: Context, fence: FenceStatus, { isUntouched, remaining }: Remaining): Step {
  const obstacle = obstacleTo(
    context,
    fence,
    remaining.map(({ member }) => member),
    isUntouched,
  );
  if (obstacle !== undefined) {
    const waits = [{ task: 'roll', reason: obstacle.reason, message: obstacle.message } as const];
    return { writes: [], waits, ...(isUntouched ? {} : { fence }) };
  }
  const unmarked = remaining.filter(({ pod }) => pod.fenceHolder !== context.holder);
  if (unmarked.length > 0) {
    return { writes: unmarked.map(({ pod }) => ({ kind: 'touch-pod', pod: refOf(pod) })), waits: [], fence };
  }
  // The first takes the disruption budget, so that no drain can take another zone meanwhile; a pod that is not ready holds it
  // already. What does not run takes nothing.
  const isBudgetFree = context.members.every(
    ({ role, pod }) => role !== fence.role || (pod?.ready === 'True' && !pod.isTerminating),
  );
  const writes = remaining.map(({ member, pod }, index): Write => {
    const kind = isBudgetFree && index === 0 && !member.isDead ? 'evict-pod' : 'delete-pod';
    return { kind, pod: refOf(pod) };
  });
  return { writes, waits: [], fence };
}

function obstacleTo(
  { rules, members, observed }: Context,
  { role, members: fenced = [] }: FenceStatus,
  remaining: readonly Member[],
  isUntouched: boolean,
): Obstacle | undefined {
  if (remaining.every(({ state, isDead }) => state === 'Failed' && isDead)) return undefined;
  const names = new Set(fenced.map(({ name }) => name));
  const ids = members.filter(({ placed }) => names.has(placed.name)).map(({ nodeId }) => nodeId);
  const isDrain = isUntouched && remaining.every(({ isEvicted }) => isEvicted);
  if (role === 'controller') {
    if (isDrain) return rules.evictionObstacle(remaining, members, observed);
    return (
      (isUntouched ? rules.clusterObstacle(new Set(), members, observed) : undefined) ??
      rules.quorumObstacle(ids, members, observed)
    );
  }
  const brokers = new Set(ids);
  const [stalled] = remaining;
  if (isUntouched && stalled?.isStalled === true) return rules.stallObstacle(stalled.nodeId, members, observed);
  const isIdle = remaining.every(({ state }) => state === 'Starting');
  if (isDrain && !isIdle) return rules.evictionObstacle(remaining, members, observed);
  return (
    (isUntouched && !isIdle ? rules.clusterObstacle(brokers, members, observed) : undefined) ??
    rules.brokersObstacle(brokers, members, observed)
  );
}

/** All of the batch are gone: it is over when the new pods are in sync and lead again what they should. */
function settle({ observed: { kafka } }: Context, fence: FenceStatus, batch: readonly Member[]): Step {
  const late = batch.find((each) => !isWell(each));
  if (late !== undefined) {
    const reason =
      late.state === 'Syncing'
        ? 'UnderReplicatedPartitions'
        : late.state === 'Unknown'
          ? 'UnknownState'
          : 'WaitingForPods';
    return { writes: [], waits: [{ task: 'roll', reason, message: `${late.placed.name} ${late.why}` }], fence };
  }
  const ids = new Set(batch.filter(({ role }) => role === 'broker').map(({ nodeId }) => nodeId));
  const theirs = kafka.state === 'unreachable' ? [] : kafka.partitions.filter((each) => isToBeLedBy(each, ids));
  const away = theirs.filter(isLedElsewhere);
  if (away.length === 0) return { writes: [], waits: [] };
  const byPreferred = Map.groupBy(theirs, ({ replicas: [preferred] }) => preferred);
  const partitions = [...byPreferred.values()].flatMap((ofOne) =>
    ofOne
      .filter(isLedElsewhere)
      .slice(0, Math.max(MIN_LEADERS_AT_ONCE, Math.ceil(ofOne.length / LEADER_PORTIONS)))
      .map(({ topic, partition }) => ({ topic, partition })),
  );
  const message = `${away.length} partitions go back to their preferred leaders`;
  return {
    writes: [{ kind: 'elect-preferred', partitions }],
    waits: [{ task: 'roll', reason: 'WaitingForLeaders', message }],
    fence,
  };
}

/**
 * A broker that has just started runs code that its compiler has not seen yet: given all its leaders at once it keeps their
 * clients waiting. A pass hands back one portion of each broker's.
 */
const LEADER_PORTIONS = 8;
const MIN_LEADERS_AT_ONCE = 6;

function isToBeLedBy({ replicas, isr }: PartitionView, brokers: ReadonlySet<number>): boolean {
  const [preferred] = replicas;
  return preferred !== undefined && brokers.has(preferred) && isr.includes(preferred);
}

function isLedElsewhere({ replicas: [preferred], leader }: PartitionView): boolean {
  return leader !== preferred;
}

function refOf({ name, uid, resourceVersion }: ObservedPod): PodRef {
  return { name, uid, resourceVersion };
}
