import { claimName } from '../../constructs/kubernetes/kafka/claims.ts';
import {
  type ClusterView,
  joiningControllers,
  type KafkaRole,
  viewCluster,
} from '../../constructs/kubernetes/kafka/cluster-view.ts';
import { leavingPods } from '../../constructs/kubernetes/kafka/leaving-pods.ts';
import { RENDER_STAGES, renderKafkaClusterStages } from '../../constructs/kubernetes/kafka/kafka-cluster.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import type { FenceStatus } from '../../contracts/gen/psc-types.ts';
import { classify, isWell, type Member } from './classify.ts';
import type { Context, RoleContext } from './context.ts';
import { lostClaims, replicasOf } from './gates.ts';
import { OUTSIDE_WINDOW } from './hold-up.ts';
import { byKey, objectKey, type Observed, type StoredPsc } from './observed.ts';
import { isForIssuer } from './plan-authority-request.ts';
import { planCertificates } from './plan-certificates.ts';
import { planClaims } from './plan-claims.ts';
import { type Findings, planConditions } from './plan-conditions.ts';
import { FINALIZER, planDeletion } from './plan-deletion.ts';
import { planFeatures } from './plan-features.ts';
import { planLostControllers } from './plan-lost-controllers.ts';
import { planPasswords } from './plan-passwords.ts';
import { planObjects } from './plan-objects.ts';
import { planRoll, type RollPlan } from './plan-roll.ts';
import { planSettings } from './plan-settings.ts';
import { planShrink, type ShrinkPlan } from './plan-shrink.ts';
import { hasJoined, planStatus } from './plan-status.ts';
import type { Plan, Wait, Write } from './plan.ts';
import { RULES, type Rules } from './rules.ts';
import { fitAlike, hasTemplate, roleTemplates, type RoleTemplates, statefulSetKey, templateId } from './templates.ts';

export interface PlanOptions {
  readonly dataPlane: DataPlane;
  /** Name of this operator among those that may lead. */
  readonly holder: string;
  /** @default - the real ones */
  readonly rules?: Rules;
}

/** How soon to look again while something is under way, and at rest. */
const BUSY_LOOK_MS = 1_000;
const REST_LOOK_MS = 30_000;

/**
 * What to do next for one PSC, from what was observed: pure and total.
 *
 * @throws InvalidPscError when the PSC contradicts the data plane or itself
 */
export function planPsc(observed: Observed, options: PlanOptions): Plan {
  const { psc } = observed;
  if (psc.metadata.deletionTimestamp !== undefined) return planDeletion(observed);
  const context = contextOf(observed, options);
  const shrink = planShrink(context, psc.status?.fence !== undefined);
  const roll = heldByShrink(planRoll(context), shrink, psc.status?.fence);
  const hasFinalizer = psc.metadata.finalizers?.includes(FINALIZER) === true;
  const lost = planLostControllers(context);
  const claims = planClaims(context.view, observed, lost.anew);
  const certificates = planCertificates(context);
  const features = planFeatures(context, roll);
  const isPaused = psc.spec.maintenance?.paused === true;
  const planned = planObjects(context, claims.objects, { shrink, lost });
  // What is lost is lost in a pause too.
  const objects = isPaused ? { writes: [], waits: planned.waits.filter(({ reason }) => LOSSES.has(reason)) } : planned;
  const before: readonly Write[] = isPaused
    ? gateWrites(context.members)
    : [
        ...lost.writes,
        ...objects.writes,
        ...claims.events,
        ...gateWrites(context.members),
        ...planSettings(context),
        ...shrink.writes,
        ...certificates.writes,
        ...features.writes,
      ];
  const passwords = isPaused ? undefined : planPasswords(context);
  const waits = [
    ...objects.waits,
    ...lost.waits,
    ...shrink.waits,
    ...roll.waits,
    ...certificates.waits,
    ...(passwords?.waits ?? []),
  ];
  if (objects.waits.length === 0) waits.push(...podWaits(context, roll.fence));
  // A batch begins and goes on only when all objects are as they shall be: it is decided from a state that has settled. Its fence
  // is in the status, which is written last; what the fence allows is for the next pass.
  const isHeld = before.some(({ kind }) => SETTLING.has(kind));
  const writes: readonly Write[] = hasFinalizer
    ? // Passwords last: nothing else is to wait where Kafka does not take them.
      [...before, ...(isHeld ? [] : roll.writes), ...(passwords?.writes ?? [])]
    : [{ kind: 'set-finalizer', finalizer: 'present' }];
  const settled =
    isHeld && roll.fence !== undefined && psc.status?.fence === undefined
      ? { pending: roll.pending, rolls: roll.rolls, evicted: roll.evicted }
      : roll;
  const findings = { waits, roll: settled, writes, shrink };
  const isBusy =
    writes.length > 0 ||
    waits.length > 0 ||
    features.isFinishing ||
    roll.pending.length > 0 ||
    roll.fence !== undefined ||
    !context.members.every(isWell);
  return {
    writes,
    waits,
    conditions: planConditions(context, findings),
    status: planStatus(context, { roll: settled, shrink, features, lost }),
    asksForFreshRead:
      shrink.asksForFreshRead ||
      lost.asksForFreshRead ||
      passwords?.asksForFreshRead === true ||
      (observed.freshness === 'cached' && growsBrokers(context, writes)),
    lookAgainMs: isBusy && !isHeldForLong(findings) ? BUSY_LOOK_MS : REST_LOOK_MS,
  };
}

/** The next window may be days away, and an issuer may take its time. */
function isHeldForLong({ writes, waits, roll: { fence } }: Findings): boolean {
  const isOnlyWaiting = writes.length === 0 && fence === undefined && waits.length > 0;
  return isOnlyWaiting && waits.every((wait) => wait.reason === OUTSIDE_WINDOW || isForIssuer(wait));
}

/** No batch begins while a broker is on its way down for good. */
function heldByShrink(roll: RollPlan, { isStopping }: ShrinkPlan, stored: FenceStatus | undefined): RollPlan {
  if (!isStopping || stored !== undefined || roll.fence === undefined) return roll;
  const { pending, rolls, evicted, waits } = roll;
  const wait: Wait = { task: 'roll', reason: 'StoppingBrokers', message: 'a broker is on its way down for good' };
  return { pending, rolls, evicted, writes: [], waits: [...waits, wait] };
}

/** Where caches are behind, a broker could come back that was just stopped for good. */
function growsBrokers({ view, observed }: Context, writes: readonly Write[]): boolean {
  const key = statefulSetKey(view, 'broker');
  const made = replicasOf(observed.objects.get(key));
  return (
    made > 0 &&
    writes.some((write) => write.kind === 'apply' && objectKey(write.object) === key && replicasOf(write.object) > made)
  );
}

const SETTLING: ReadonlySet<Write['kind']> = new Set([
  'apply',
  'issue-credentials',
  'rotate-authority',
  'remove-voter',
  'add-voter',
]);

const LOSSES: ReadonlySet<string> = new Set(['VolumeLost', 'CredentialsLost']);

/** What the parts of a plan share, for whoever wants to look into one. */
export function contextOf(observed: Observed, { dataPlane, holder, rules = RULES }: PlanOptions): Context {
  const view = viewCluster(observed.psc, dataPlane);
  const { stages: rendered, byKey: renderedByKey } = renderedOf(observed.psc, dataPlane);
  const lost = new Set(lostClaims(view, observed));
  const shared = {
    view,
    observed,
    rendered,
    renderedByKey,
    members: classify(view, observed, lost).filter((each) => !isStoppedForGood(each, view, observed)),
    lostClaims: lost,
    holder,
    rules,
  };
  return { ...shared, roles: { broker: roleContext('broker', shared), controller: roleContext('controller', shared) } };
}

/** Rendering is most of a pass: what was made of a spec is kept for as long as somebody holds that spec. */
const RENDERED = new WeakMap<object, Rendered>();

interface Rendered {
  readonly dataPlane: DataPlane;
  /** What it takes from the status, as text. */
  readonly said: string;
  readonly stages: Context['rendered'];
  readonly byKey: Context['renderedByKey'];
}

function renderedOf(psc: StoredPsc, dataPlane: DataPlane): Rendered {
  const kept = RENDERED.get(psc.spec);
  const said = JSON.stringify([leavingPods(psc), joiningControllers(psc)]);
  if (kept?.dataPlane === dataPlane && kept.said === said) return kept;
  const stages = renderKafkaClusterStages(psc, dataPlane);
  const made = { dataPlane, said, stages, byKey: byKey(RENDER_STAGES.flatMap((stage) => stages[stage])) };
  RENDERED.set(psc.spec, made);
  return made;
}

function roleContext(role: KafkaRole, context: Omit<Context, 'roles'>): RoleContext {
  const { view, observed, renderedByKey, rules } = context;
  const templates = roleTemplates(view, role, renderedByKey, observed);
  // Who leaves is not rolled, and says nothing of what works.
  const members = context.members.filter((each) => each.role === role && !each.isLeaving);
  const refused = refusal(role, templates, members, context);
  const served = rules.templateToServe(templates, refused?.target);
  const kept = rules.templateToKeep(templates, served, members);
  return { templates, served, ...(kept === undefined ? {} : { kept }), ...(refused === undefined ? {} : { refused }) };
}

/** A broker that leaves and that the StatefulSet makes no longer: nobody waits for it. */
function isStoppedForGood({ role, placed }: Member, view: ClusterView, { objects }: Observed): boolean {
  if (role !== 'broker' || !view.leaving.some(({ name }) => name === placed.name)) return false;
  return placed.ordinal >= replicasOf(objects.get(statefulSetKey(view, 'broker')));
}

/** The wanted template, once a pod that has it does not work and there is one that did; remembered until the spec asks for another. */
function refusal(
  role: KafkaRole,
  { wanted, current, lastGood }: RoleTemplates,
  members: readonly Member[],
  { observed, rules, lostClaims: lost }: Pick<Context, 'observed' | 'rules' | 'lostClaims'>,
): RoleContext['refused'] {
  const target = templateId(wanted);
  const unreadable = rules.downgradeObstacle(observed);
  const isOther = lastGood !== undefined && templateId(lastGood) !== target;
  if (unreadable !== undefined && isOther) return { target, message: unreadable };
  const stored = observed.psc.status?.rolls?.find((roll) => roll.role === role);
  if (stored?.refused === target) return { target, message: stored.message ?? '' };
  const isGoodOnce = lastGood === undefined || templateId(lastGood) === target;
  if (isGoodOnce || current === undefined) return undefined;
  const fits = members.some((each) => each.state === 'InSync' && hasTemplate(each, wanted));
  // No template helps a pod whose volume is gone, or that no node could take before either. Nor one that is new, where another
  // runs with the same: its zone has no room, which costs nobody anything yet.
  const isZones = (each: Member): boolean =>
    fitAlike(lastGood, wanted) || (fits && role === 'broker' && !hasJoined({ observed }, each));
  const stuck = members.find(
    (each) =>
      each.state === 'Failed' &&
      hasTemplate(each, wanted) &&
      !lost.has(claimName(each.placed.name)) &&
      (each.pod?.container.state === 'waiting' || !isZones(each)),
  );
  return stuck === undefined ? undefined : { target, message: `${stuck.placed.name}: ${stuck.why}` };
}

/** The readiness gate of each broker says whether it is in sync; while that is not known, it stays as it is. */
function gateWrites(members: readonly Member[]): readonly Write[] {
  return members.flatMap((member): readonly Write[] => {
    const { role, pod, state } = member;
    if (role !== 'broker' || pod === undefined || pod.isTerminating || state === 'Unknown') return [];
    const status = isWell(member) ? 'True' : 'False';
    return pod.inSyncGate === status ? [] : [{ kind: 'set-gate', pod: pod.name, uid: pod.uid, status }];
  });
}

/** Pods that are on their way, beside those that the batch itself waits for. */
function podWaits(context: Context, fence: FenceStatus | undefined): readonly Wait[] {
  const fenced = new Set(fence?.members?.map(({ name }) => name));
  const others = context.members.filter(({ placed }) => !fenced.has(placed.name));
  const late = others.find((each) => !isWell(each));
  if (late === undefined) {
    // Its kubelet says it a moment later, or not at all: until then no service leads to it, and it holds the disruption budget.
    const unready = others.find(({ pod }) => pod?.ready !== 'True');
    const message = `${unready?.placed.name ?? ''} is in sync, and its pod is not ready yet`;
    return unready === undefined ? [] : [{ task: 'pods', reason: 'WaitingForPods', message }];
  }
  const message = `${late.placed.name} ${late.why}`;
  const isNew = late.role === 'broker' && !hasJoined(context, late);
  return [
    isNew
      ? { task: 'resize', reason: 'WaitingForPods', message }
      : { task: 'pods', reason: 'BrokersNotInSync', message },
  ];
}
