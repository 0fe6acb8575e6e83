import type { FenceStatus, RollStatus } from '../../contracts/gen/psc-types.ts';
import type { KafkaRole } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import { DEFAULT_MAX_UNAVAILABLE_PER_ZONE } from './batch.ts';
import type { Member } from './classify.ts';
import type { Context } from './context.ts';
import { continueBatch, PAUSED } from './continue-batch.ts';
import { holdUp } from './hold-up.ts';
import { isBehindItsFiles } from './plan-certificates.ts';
import type { Wait, Write } from './plan.ts';
import type { Obstacle } from './safety.ts';
import { hasTemplate, templateId } from './templates.ts';

/** What of a plan is about replacing pods. */
export interface RollPlan {
  readonly writes: readonly Write[];
  readonly waits: readonly Wait[];
  /** Batch that is under way after this pass. */
  readonly fence?: FenceStatus;
  readonly rolls: readonly RollStatus[];
  /** Whether any pod is still to be replaced. */
  readonly pending: readonly string[];
  /** Those of them that somebody wants off their nodes. */
  readonly evicted: readonly string[];
}

/** Which pods go next, if any: one batch at a time, in one zone, persisted as the fence before anything happens. */
export function planRoll(context: Context): RollPlan {
  const { observed, members } = context;
  const { fence } = observed.psc.status ?? {};
  const rolls = rollStatuses(context);
  const needs = members.map((member) => ({ member, need: needsRoll(context, member) }));
  const due = needs.flatMap(({ member, need }) => (need === 'yes' ? [member] : []));
  const pending = due.map(({ placed }) => placed.name);
  const evicted = due.filter(({ isEvicted }) => isEvicted).map(({ placed }) => placed.name);
  const batch = fence === undefined ? nextUnlessPaused(context, due) : continueBatch(context, fence, due);
  const settings = needs.some(({ need }) => need === 'after-settings') ? [CHANGING_SETTINGS] : [];
  return { ...batch, waits: [...batch.waits, ...settings], rolls, pending, evicted };
}

const CHANGING_SETTINGS: Wait = {
  task: 'settings',
  reason: 'ChangingSettings',
  message: 'the settings that changed are taken by the running brokers',
};

function nextUnlessPaused(context: Context, due: readonly Member[]): Batch {
  if (context.observed.psc.spec.maintenance?.paused !== true) return nextBatch(context, due);
  return { writes: [], waits: due.length === 0 ? [] : [PAUSED] };
}

/** Whether a pod is to be replaced. `after-settings`: it will do without, once the settings that changed are in force. */
export function needsRoll(context: Context, member: Member): 'yes' | 'no' | 'after-settings' {
  const { role, pod, state } = member;
  if (pod === undefined || pod.isTerminating) return 'no';
  if (member.isStalled || member.isEvicted || isBehindItsFiles(pod, context.observed)) return 'yes';
  const { served, refused } = context.roles[role];
  if (hasTemplate(member, served)) return 'no';
  // Who leaves needs no other template, unless that is its repair.
  if (member.isLeaving && state !== 'Failed') return 'no';
  // A stopped roll leaves the pods that work alone, whichever template they have.
  if (refused !== undefined) return state === 'Failed' ? 'yes' : 'no';
  if (pod.templateHash !== served.templateHash) return 'yes';
  const change = context.rules.fileChange(
    context.view,
    role,
    { from: pod.configHash, to: served.configHash },
    context.observed,
    context.renderedByKey,
  );
  switch (change.kind) {
    case 'none':
      return 'no';
    case 'restart':
      return 'yes';
    case 'dynamic':
      return settingsInForce(context, change.settings) ? 'no' : 'after-settings';
  }
}

function settingsInForce({ observed: { kafka } }: Context, settings: Readonly<Record<string, string>>): boolean {
  if (kafka.state === 'unreachable') return false;
  return Object.entries(settings).every(([key, value]) => kafka.clusterSettings[key] === value);
}

type Batch = Pick<RollPlan, 'writes' | 'waits' | 'fence'>;

/**
 * Broken pods first: their roll is the repair. Then what stalls, then pods of nodes that somebody empties, then all others:
 * controllers, the active one last, and brokers, zone by zone.
 */
function nextBatch(context: Context, due: readonly Member[]): Batch {
  if (due.length === 0) return { writes: [], waits: [] };
  const repair = repairBatch(context, due);
  if (repair !== undefined) return repair;
  const stalled = due.filter(({ isStalled }) => isStalled);
  if (stalled.length > 0) return unlessHeldUp(context, stalled, () => stalledBatch(context, stalled));
  const groups = context.rules.evictionGroups(due, context.members);
  if (groups.length > 0) return unlessHeldUp(context, groups.flat(), () => evictionBatch(context, groups));
  return unlessHeldUp(context, due, () => healthyBatch(context, due));
}

function unlessHeldUp(context: Context, pods: readonly Member[], batchOf: () => Batch): Batch {
  const wait = holdUp(context, pods);
  return wait === undefined ? batchOf() : { writes: [], waits: [wait] };
}

/** Pods that do not run, of one role and zone; else one that runs and serves nobody, where its loss changes nothing. */
function repairBatch(context: Context, due: readonly Member[]): Batch | undefined {
  // Controllers before brokers, which wait for them. What a pod of the new template fails with already, none is repaired by.
  const dead = [...due]
    .filter((each) => each.state === 'Failed' && each.isDead && !isHopeless(context, each.role))
    .sort((a, b) => Number(a.role === 'broker') - Number(b.role === 'broker'));
  const [first] = dead;
  if (first !== undefined) {
    return raiseFence(
      context,
      dead.filter(({ role, placed }) => role === first.role && placed.zone === first.placed.zone),
    );
  }
  const idle = due.find(
    ({ role, nodeId, state, isDead }) =>
      role === 'broker' &&
      state === 'Starting' &&
      !isDead &&
      context.rules.brokersObstacle(new Set([nodeId]), context.members, context.observed) === undefined,
  );
  return idle === undefined ? undefined : raiseFence(context, [idle]);
}

/** One whose storage stalls: it serves little or nothing, and others wait for it. Of several, one that the others do without. */
function stalledBatch(context: Context, stalled: readonly Member[]): Batch {
  const tried = stalled.map((each) => ({
    each,
    obstacle: context.rules.stallObstacle(each.nodeId, context.members, context.observed),
  }));
  const free = tried.find(({ obstacle }) => obstacle === undefined);
  if (free !== undefined) return raiseFence(context, [free.each]);
  return { writes: [], waits: tried.slice(0, 1).flatMap(({ obstacle }) => (obstacle ? [waitFor(obstacle)] : [])) };
}

/** Of the first group of which any may go; where none may, what holds the first one up. */
function evictionBatch(context: Context, groups: ReturnType<Context['rules']['evictionGroups']>): Batch {
  const { observed, members, rules } = context;
  const chosen = groups.map((group) =>
    rules.chooseBatch(group, group[0].role === 'controller' ? 1 : brokersAtOnce(context), (batch) =>
      rules.evictionObstacle(batch, members, observed),
    ),
  );
  const batch = chosen.find((each) => each.batch.length > 0)?.batch;
  if (batch !== undefined) return raiseFence(context, batch, [leavesNode(batch)]);
  const [{ obstacle } = { obstacle: undefined }] = chosen;
  return { writes: [], waits: obstacle === undefined ? [] : [waitFor(obstacle)] };
}

function leavesNode(batch: readonly Member[]): Write {
  const named = batch.map(({ placed, pod }) => `${placed.name} from ${pod?.node ?? 'its node'}`).join(', ');
  return {
    kind: 'event',
    type: 'Normal',
    reason: 'EvictionUnderWay',
    message: `somebody empties nodes, so that these pods are replaced: ${named}`,
  };
}

function isHopeless({ members, roles }: Context, role: KafkaRole): boolean {
  const { served } = roles[role];
  return members.some(
    (each) =>
      each.role === role &&
      each.state === 'Failed' &&
      each.pod?.container.state === 'waiting' &&
      hasTemplate(each, served),
  );
}

function healthyBatch(context: Context, due: readonly Member[]): Batch {
  const controllers = due.filter(({ role }) => role === 'controller');
  const { batch, obstacle } =
    controllers.length > 0 ? controllerBatch(context, controllers) : brokerBatch(context, due);
  if (batch.length > 0) return raiseFence(context, batch);
  return { writes: [], waits: obstacle === undefined ? [] : [waitFor(obstacle)] };
}

function controllerBatch(context: Context, due: readonly Member[]): ReturnType<Context['rules']['chooseBatch']> {
  const { observed, members, rules } = context;
  const leader = observed.kafka.state === 'reachable' ? observed.kafka.quorum.leaderId : undefined;
  const followersFirst = [...due].sort((a, b) => Number(a.nodeId === leader) - Number(b.nodeId === leader));
  return rules.chooseBatch(followersFirst, 1, (batch) => {
    const ids = batch.map(({ nodeId }) => nodeId);
    return rules.clusterObstacle(new Set(), members, observed) ?? rules.quorumObstacle(ids, members, observed);
  });
}

function brokerBatch(context: Context, due: readonly Member[]): ReturnType<Context['rules']['chooseBatch']> {
  const { observed, members, rules } = context;
  const byZone = [...due].sort((a, b) => compare(a.placed.zone, b.placed.zone) || a.placed.ordinal - b.placed.ordinal);
  return rules.chooseBatch(byZone, brokersAtOnce(context), (batch) => {
    const ids = new Set(batch.map(({ nodeId }) => nodeId));
    return rules.clusterObstacle(ids, members, observed) ?? rules.brokersObstacle(ids, members, observed);
  });
}

function brokersAtOnce({ view }: Context): number {
  const asked = view.kafka.brokers.maxUnavailablePerZone ?? 0;
  return asked > 0 ? asked : DEFAULT_MAX_UNAVAILABLE_PER_ZONE;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function raiseFence({ observed, holder }: Context, batch: readonly Member[], writes: readonly Write[] = []): Batch {
  const [first] = batch;
  if (first === undefined) throw new Error('a batch of no pods');
  const fence: FenceStatus = {
    role: first.role,
    zone: first.placed.zone,
    members: batch.flatMap(({ placed, pod }) => (pod === undefined ? [] : [{ name: placed.name, uid: pod.uid }])),
    since: new Date(observed.nowMs).toISOString(),
    holder,
  };
  return { writes, waits: [], fence };
}

export function waitFor({ reason, message }: Obstacle): Wait {
  return { task: 'roll', reason, message };
}

/** What the status says of stopped rolls. */
function rollStatuses({ roles, observed }: Context): readonly RollStatus[] {
  return (['broker', 'controller'] as const).flatMap((role: KafkaRole): readonly RollStatus[] => {
    const { refused, served, templates } = roles[role];
    if (refused === undefined) return [];
    const before = observed.psc.status?.rolls?.find((roll) => roll.role === role && roll.refused === refused.target);
    return [
      {
        role,
        target: templateId(templates.wanted),
        refused: refused.target,
        served: templateId(served),
        message: refused.message,
        since: before?.since ?? new Date(observed.nowMs).toISOString(),
      },
    ];
  });
}
