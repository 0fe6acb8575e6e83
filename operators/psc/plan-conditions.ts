import { CONDITION_REASONS, CONDITION_TYPES, type ConditionUpdate } from '../../contracts/conditions.ts';
import { fewOf } from '../runtime/few-of.ts';
import { isWell, type Member, QUORUM_MAJORITY, underReplicated } from './classify.ts';
import type { Context } from './context.ts';
import { volumeEndsAtMs } from './kept-volumes.ts';
import type { Wait, Write } from './plan.ts';
import { hasJoined } from './plan-status.ts';
import type { RollPlan } from './plan-roll.ts';
import type { ShrinkPlan } from './plan-shrink.ts';
import { unrollableTopics } from './safety.ts';

type Said = Pick<ConditionUpdate, 'status' | 'reason' | 'message'>;

/** What a pass found, for the conditions that the operator writes. */
export interface Findings {
  readonly waits: readonly Wait[];
  readonly roll: Pick<RollPlan, 'fence' | 'pending' | 'rolls' | 'evicted'>;
  /** Everything that this pass is going to write. */
  readonly writes: readonly Write[];
  readonly shrink: Pick<ShrinkPlan, 'leaving'>;
}

export function planConditions(context: Context, findings: Findings): readonly ConditionUpdate[] {
  const observedGeneration = context.observed.psc.metadata.generation;
  const stalled = stalledOf(context, findings);
  const said: Readonly<Record<string, Said>> = {
    [CONDITION_TYPES.ready]: readyOf(context),
    [CONDITION_TYPES.clusterResizing]: resizingOf(context, findings),
    [CONDITION_TYPES.rolling]: rollingOf(findings),
    [CONDITION_TYPES.storageTiered]: context.rules.tieringOf(context.members, context.observed),
    [CONDITION_TYPES.stalled]: stalled,
    [CONDITION_TYPES.reconciling]: reconcilingOf(context, findings, stalled),
  };
  return Object.entries(said).map(([type, update]) => ({ type, ...update, observedGeneration }) as ConditionUpdate);
}

function readyOf({ observed: { kafka }, members }: Context): Said {
  if (kafka.state === 'unreachable') return { status: 'Unknown', reason: 'KafkaUnreachable', message: kafka.reason };
  const voting = members.filter(({ role, state }) => role === 'controller' && state === 'InSync').length;
  if (kafka.quorum.leaderId < 0 || voting < QUORUM_MAJORITY) {
    return {
      status: 'False',
      reason: 'QuorumLost',
      message: `${voting} controllers can vote, ${QUORUM_MAJORITY} are needed`,
    };
  }
  const behind = underReplicated(kafka).length;
  if (behind > 0) {
    return {
      status: 'False',
      reason: 'UnderReplicatedPartitions',
      message: `${behind} partitions are under-replicated`,
    };
  }
  const late = members.filter((each) => !isWell(each));
  if (late.length > 0) return { status: 'False', reason: 'BrokersNotInSync', message: sentence(late) };
  return { status: 'True', reason: 'AllBrokersInSync', message: '' };
}

function resizingOf(context: Context, { waits, shrink: { leaving } }: Findings): Said {
  const brokers = context.members.filter(({ role }) => role === 'broker');
  const joining = brokers.filter((each) => !hasJoined(context, each));
  const wait = waits.find(({ task }) => task === 'resize' || task === 'credentials');
  if (wait !== undefined)
    return {
      status: 'True',
      reason: reasonOf(CONDITION_TYPES.clusterResizing, wait, 'AddingBrokers'),
      message: wait.message,
    };
  const kept = leaving.filter(({ goneAt }) => goneAt !== undefined);
  if (joining.length === 0 && kept.length > 0) {
    const volumes = kept.map((entry) => {
      const endsAtMs = volumeEndsAtMs(entry, context.observed);
      return `${entry.pod} until ${endsAtMs === undefined ? '' : new Date(endsAtMs).toISOString()}`;
    });
    return { status: 'False', reason: 'KeepingVolumes', message: `volumes are kept: ${named(volumes)}` };
  }
  if (joining.length === 0) return { status: 'False', reason: 'ClusterNotResizing', message: '' };
  return { status: 'True', reason: 'WaitingForPods', message: sentence(joining) };
}

function rollingOf({ waits, roll: { fence, pending, rolls, evicted } }: Findings): Said {
  const [stopped] = rolls;
  if (stopped !== undefined && fence === undefined) {
    return { status: 'False', reason: 'RollStopped', message: stoppedMessage(stopped.role, stopped.message) };
  }
  if (fence === undefined && pending.length === 0) return { status: 'False', reason: 'ClusterNotRolling', message: '' };
  const wait = waits.find(({ task }) => task === 'roll');
  const asked = evicted.length === 0 ? '' : `, of which somebody wants off their nodes: ${named(evicted)}`;
  const left = pending.length === 0 ? '' : `; ${pending.length} pods are still to be replaced${asked}`;
  const now = (fence?.members ?? []).map(({ name }) => name).join(', ');
  const doing = fence?.role === 'controller' ? 'RollingControllers' : 'RollingBrokers';
  if (wait !== undefined) {
    return {
      status: 'True',
      reason: reasonOf(CONDITION_TYPES.rolling, wait, doing),
      message: `${wait.message}${left}`,
    };
  }
  return { status: 'True', reason: doing, message: `${now}${left}` };
}

function stalledOf({ observed: { kafka } }: Context, { waits, roll: { rolls, pending } }: Findings): Said {
  for (const reason of ['VolumeLost', 'CredentialsLost'] as const) {
    const wait = waits.find((each) => each.reason === reason);
    if (wait !== undefined) return { status: 'True', reason, message: wait.message };
  }
  const [stopped] = rolls;
  if (stopped !== undefined) {
    return { status: 'True', reason: 'RollStopped', message: stoppedMessage(stopped.role, stopped.message) };
  }
  const refused = waits.find(({ reason }) => reason === 'ShrinkRefused');
  if (refused !== undefined) return { status: 'True', reason: 'ShrinkRefused', message: refused.message };
  const blocking = kafka.state === 'reachable' ? unrollableTopics(kafka) : [];
  const brokersWait = pending.some((pod) => pod.startsWith('kafka-'));
  if (brokersWait && blocking.length > 0) {
    const message = `no broker can be restarted under ${named(blocking)}: min.insync.replicas is as large as the replication; lower it`;
    return { status: 'True', reason: 'MinIsrTooHigh', message };
  }
  return { status: 'False', reason: 'NotStalled', message: '' };
}

function reconcilingOf({ members }: Context, { waits, roll, writes }: Findings, stalled: Said): Said {
  const paused = waits.find(({ reason }) => reason === 'Paused');
  if (paused !== undefined) return { status: 'True', reason: 'Paused', message: paused.message };
  const isBusy =
    writes.some(({ kind }) => kind !== 'event') ||
    waits.length > 0 ||
    roll.pending.length > 0 ||
    roll.fence !== undefined ||
    !members.every(isWell);
  if (stalled.status === 'True') return { status: 'False', reason: 'Stalled', message: stalled.message ?? '' };
  if (!isBusy) return { status: 'False', reason: 'UpToDate', message: '' };
  return { status: 'True', reason: 'Reconciling', message: waits[0]?.message ?? '' };
}

/** A gate's reason where the condition knows it. */
function reasonOf(type: keyof typeof CONDITION_REASONS, { reason }: Wait, otherwise: Said['reason']): Said['reason'] {
  const known: readonly string[] = CONDITION_REASONS[type];
  return known.includes(reason) ? (reason as Said['reason']) : otherwise;
}

function stoppedMessage(role: string, message = ''): string {
  return `the roll of the ${role}s was stopped, and the last pod template that worked was put back: ${message}. Mend the spec: whatever differs is tried`;
}

function sentence(members: readonly Member[]): string {
  return named(members.map(({ placed, why }) => `${placed.name} ${why}`));
}

function named(names: readonly string[]): string {
  return fewOf(names, MAX_NAMED);
}

/** A condition is for reading: the status has them all. */
const MAX_NAMED = 5;
