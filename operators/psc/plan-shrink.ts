import { isDeepStrictEqual } from 'node:util';
import { claimName } from '../../constructs/kubernetes/kafka/claims.ts';
import { ordinalOf, type PlacedPod } from '../../constructs/kubernetes/kafka/placed-pod.ts';
import type { LeavingBroker } from '../../contracts/gen/psc-types.ts';
import { ANNOTATIONS } from '../../contracts/labels.ts';
import type { Context } from './context.ts';
import { hostedBy, saidByBalancer } from './emptiness.ts';
import { replicasOf } from './gates.ts';
import { planKeptVolume } from './kept-volumes.ts';
import type { Wait, Write } from './plan.ts';
import { planReturning } from './returning-brokers.ts';
import { startObstacle } from './shrink-refusal.ts';
import { statefulSetKey } from './templates.ts';
import { timeOf } from './time-of.ts';

/** What of a plan is about brokers that are taken away. */
export interface ShrinkPlan {
  readonly writes: readonly Write[];
  readonly waits: readonly Wait[];
  /** What the status remembers of them after this pass. */
  readonly leaving: readonly LeavingBroker[];
  /** Brokers of which nothing but a volume is left after this pass. */
  readonly gone: ReadonlySet<string>;
  /** Broker that the StatefulSet names as the next to be stopped for good. */
  readonly marked?: string;
  /** Broker that is stopped in this pass. */
  readonly stop?: string;
  /** Pods without which something that Kafka counts on a broker for could not come back. */
  readonly leastPods: number;
  /** Whether a broker is on its way down: no pod is replaced meanwhile. */
  readonly isStopping: boolean;
  readonly asksForFreshRead: boolean;
}

/** From one look that finds a broker empty to the next: longer than controllers take to hear that it is cordoned. */
export const SECOND_PROOF_MS = 15_000;

/**
 * Brokers that are placed no longer, step by step, each decided by what is there: begun where that is safe, cordoned, emptied by
 * the balancer, seen to be empty twice, stopped from the highest one down, unregistered; then their volumes. Steps are taken on
 * what was read past all caches only.
 *
 * @param isRolling whether a batch of pods is being replaced, or about to
 */
export function planShrink(context: Context, isRolling: boolean): ShrinkPlan {
  const { observed } = context;
  const stored = observed.psc.status?.leaving ?? [];
  const set = brokersSet(context);
  const idle = { writes: [], gone: new Set<string>(), leastPods: 0, isStopping: isStoppingNow(context, set) };
  const keptMark =
    stored.some(({ pod }) => pod === set.mark) && !isPlaced(context, set.mark ?? '') ? set.mark : undefined;
  const asItIs = { ...idle, leaving: stored, ...(keptMark === undefined ? {} : { marked: keptMark }) };
  if (stored.length === 0 && context.view.leaving.length === 0) {
    const writes = uncordons(context, new Set());
    if (writes.length === 0) return { ...asItIs, waits: [], asksForFreshRead: false };
    return observed.freshness === 'cached'
      ? { ...asItIs, waits: [], asksForFreshRead: true }
      : { ...asItIs, writes, waits: [], asksForFreshRead: false };
  }
  if (observed.psc.spec.maintenance?.paused === true) return { ...asItIs, waits: [], asksForFreshRead: false };
  const next = stepsOf(context, set, isRolling);
  if (observed.freshness === 'fresh') return next;
  const isDifferent =
    next.writes.length > 0 ||
    next.stop !== undefined ||
    next.marked !== set.mark ||
    next.leastPods > set.made ||
    !isDeepStrictEqual(next.leaving, stored);
  return { ...asItIs, waits: next.waits, asksForFreshRead: isDifferent };
}

/** The brokers' StatefulSet as it is. */
interface BrokersSet {
  readonly made: number;
  readonly mark: string | undefined;
}

function brokersSet({ observed, view }: Context): BrokersSet {
  const object = observed.objects.get(statefulSetKey(view, 'broker'));
  return { made: replicasOf(object), mark: object?.metadata.annotations?.[ANNOTATIONS.stopping] };
}

function isPlaced({ view }: Context, pod: string): boolean {
  return view.brokers.some(({ name }) => name === pod) && !view.leaving.some(({ name }) => name === pod);
}

/** One that the StatefulSet makes no longer still runs, or is about to be one of these. */
function isStoppingNow({ view, observed }: Context, { made, mark }: BrokersSet): boolean {
  if (view.leaving.some(({ name }) => name === mark)) return true;
  return observed.pods.some(({ role, ordinal }) => role === 'broker' && ordinal >= made);
}

function stepsOf(context: Context, set: BrokersSet, isRolling: boolean): ShrinkPlan {
  const stored = context.observed.psc.status?.leaving ?? [];
  const begun = begin(context);
  const steps = [...context.view.leaving].reverse().map((pod) => stepOf(context, set, pod));
  const kept = stored.filter((entry) => entry.goneAt !== undefined && !isPlaced(context, entry.pod)).map(notReturning);
  const keeping = kept.map((entry) => planKeptVolume(context, entry));
  const returning = stored
    .filter(({ pod }) => isPlaced(context, pod))
    .map((entry) => planReturning(context, set, entry));
  const leaving = [
    ...begun.leaving,
    ...steps.flatMap(({ entry }) => entry ?? []),
    ...[...keeping, ...returning].flatMap(({ entry }) => entry ?? []),
  ];
  const last = steps.find(({ stage }) => stage !== 'gone');
  const isHighest = last !== undefined && ordinalOf(last.pod) === set.made - 1;
  const isNext = last?.stage === 'provenTwice' && isHighest && !isRolling;
  const marked = isNext || last?.stage === 'stopped' ? last.pod : undefined;
  const isMarked = isNext && set.mark === last.pod;
  const waits = [...begun.waits, ...drainWaits(steps), ...keeping.flatMap((each) => each.waits)];
  return {
    writes: [
      ...steps.flatMap(({ writes }) => writes),
      ...keeping.flatMap(({ writes }) => writes),
      ...returning.flatMap(({ writes = [] }) => writes),
      ...uncordons(context, new Set([...stored, ...leaving].map(({ pod }) => pod))),
    ],
    waits,
    leaving: leaving.sort((a, b) => ordinalOf(a.pod) - ordinalOf(b.pod)),
    gone: new Set(steps.filter(({ stage }) => stage === 'gone').map(({ pod }) => pod)),
    ...(marked === undefined ? {} : { marked }),
    ...(isMarked ? { stop: last.pod } : {}),
    leastPods: Math.max(0, ...steps.map(({ mustRun, pod }) => (mustRun ? ordinalOf(pod) + 1 : 0))),
    isStopping: isStoppingNow(context, set) || marked !== undefined,
    asksForFreshRead: false,
  };
}

/** Brokers that are placed no longer and have not begun to leave do so together, or not at all. */
function begin({ view, observed, rules }: Context): Pick<ShrinkPlan, 'leaving' | 'waits'> {
  const known = new Set(observed.psc.status?.leaving?.map(({ pod }) => pod));
  const fresh = view.leaving.filter(({ name }) => !known.has(name));
  if (fresh.length === 0) return { leaving: [], waits: [] };
  const obstacle = rules.shrinkObstacle(view, observed);
  if (obstacle !== undefined) return { leaving: [], waits: [obstacle] };
  const since = timeOf(observed.nowMs);
  const names = fresh.map(({ name }) => name).join(', ');
  const wait: Wait = { task: 'resize', reason: 'RemovingBrokers', message: `${names} are about to leave` };
  return { leaving: fresh.map(({ name, zone }) => ({ pod: name, zone, since })), waits: [wait] };
}

interface Step {
  readonly pod: string;
  /** From `stopped` on the StatefulSet makes it no longer. */
  readonly stage: 'waits' | 'provenOnce' | 'provenTwice' | 'stopped' | 'gone';
  readonly writes: readonly Write[];
  readonly entry?: LeavingBroker;
  readonly wait?: Wait;
  readonly mustRun: boolean;
}

function stepOf(context: Context, { made }: BrokersSet, placed: PlacedPod): Step {
  const { observed, rules } = context;
  const pod = placed.name;
  const stored = observed.psc.status?.leaving?.find((each) => each.pod === pod && each.goneAt === undefined);
  // It has not begun: why, is said once for all of them.
  if (stored === undefined) return { pod, stage: 'waits', writes: [], mustRun: false };
  const entry = notReturning(stored);
  const isDown = made <= placed.ordinal;
  if (isDown && entry.emptySince !== undefined) return downStep(context, placed, entry);
  const obstacle = rules.emptinessObstacle(placed, observed) ?? unproven(context, placed, entry);
  if (obstacle !== undefined) {
    const { pod: name, zone, since } = entry;
    const isUnknown = observed.kafka.state === 'unreachable';
    return {
      pod,
      stage: 'waits',
      writes: cordons(context, placed),
      // What nobody can tell proves nothing, and refutes nothing.
      entry: isUnknown ? entry : { pod: name, zone, since },
      wait: obstacle,
      mustRun: isDown && hasJoined(context, pod),
    };
  }
  return { pod, writes: [], mustRun: false, ...provenStep(context, entry) };
}

function provenStep({ observed }: Context, entry: LeavingBroker): Pick<Step, 'stage' | 'entry' | 'wait'> {
  const claim = observed.claims.find(({ name }) => name === claimName(entry.pod));
  const isSame = claim === undefined ? entry.claimUid === undefined : claim.uid === entry.claimUid;
  const isSecond =
    entry.emptySince !== undefined && isSame && observed.nowMs - Date.parse(entry.emptySince) >= SECOND_PROOF_MS;
  const message = `${entry.pod} is empty, and ${isSecond ? 'is stopped next' : 'is looked at once more'}`;
  const wait: Wait = { task: 'resize', reason: 'StoppingBrokers', message };
  if (isSecond) return { stage: 'provenTwice', entry, wait };
  const { pod, zone, since } = entry;
  const emptySince = (isSame ? entry.emptySince : undefined) ?? timeOf(observed.nowMs);
  const recorded = {
    ...(claim === undefined ? {} : { claimUid: claim.uid }),
    ...(claim?.volume === undefined ? {} : { volume: claim.volume }),
  };
  return { stage: 'provenOnce', entry: { pod, zone, since, emptySince, ...recorded }, wait };
}

/** A broker that was found empty and that the StatefulSet makes no longer. */
function downStep(context: Context, { name: pod, ordinal }: PlacedPod, entry: LeavingBroker): Step {
  const { observed } = context;
  const { kafka } = observed;
  const step = { pod, stage: 'stopped' as const, writes: [], entry, mustRun: false };
  const said = (message: string): Wait => ({ task: 'resize', reason: 'StoppingBrokers', message });
  if (kafka.state === 'unreachable')
    return { ...step, wait: said(`${pod} stops; Kafka cannot be asked: ${kafka.reason}`) };
  const hosted = hostedBy(kafka, ordinal).length;
  if (hosted > 0) {
    const { zone, since } = entry;
    const message = `${pod} comes back: ${hosted} partitions name it since it was stopped`;
    const wait: Wait = { task: 'resize', reason: 'DrainingBrokers', message };
    return { ...step, stage: 'waits', entry: { pod, zone, since }, wait, mustRun: true };
  }
  if (observed.pods.some(({ name }) => name === pod)) return { ...step, wait: said(`${pod} stops`) };
  if (kafka.brokers.has(ordinal)) {
    const writes: readonly Write[] = kafka.quorum.leaderId < 0 ? [] : [{ kind: 'unregister-broker', broker: ordinal }];
    return { ...step, writes, wait: said(`Kafka forgets ${pod}`) };
  }
  return { ...step, stage: 'gone', entry: { ...entry, goneAt: timeOf(observed.nowMs) } };
}

/** The balancer has to have proven it before the operator's own first look counts. */
function unproven({ observed, rules }: Context, placed: PlacedPod, entry: LeavingBroker): Wait | undefined {
  const isRegistered = observed.kafka.state === 'reachable' && observed.kafka.brokers.has(placed.ordinal);
  if (entry.emptySince !== undefined || !isRegistered || rules.isProvenByBalancer(placed, observed)) return undefined;
  const message = `the balancer has still to prove that ${placed.name} is empty${saidByBalancer(observed.psc)}`;
  return { task: 'resize', reason: 'DrainingBrokers', message };
}

/** It is placed no longer once more. */
function notReturning({ pod, zone, since, emptySince, claimUid, volume, goneAt }: LeavingBroker): LeavingBroker {
  return {
    pod,
    zone,
    since,
    ...(emptySince === undefined ? {} : { emptySince }),
    ...(claimUid === undefined ? {} : { claimUid }),
    ...(volume === undefined ? {} : { volume }),
    ...(goneAt === undefined ? {} : { goneAt }),
  };
}

function hasJoined({ observed }: Context, pod: string): boolean {
  return observed.psc.status?.brokers?.find((each) => each.pod === pod)?.joined === true;
}

function cordons({ view, observed: { kafka } }: Context, { ordinal }: PlacedPod): readonly Write[] {
  if (kafka.state === 'unreachable' || kafka.quorum.leaderId < 0) return [];
  // It may have begun to leave when it had never registered either: until others can, it takes what has to be put somewhere.
  if (startObstacle(view, kafka) !== undefined) return [];
  const broker = kafka.brokers.get(ordinal);
  if (broker?.isFenced !== false || broker.disk?.isCordoned !== false) return [];
  return [{ kind: 'set-cordon', broker: ordinal, cordon: 'present' }];
}

/** A broker that stays, or has come back, takes new replicas; what it is told lasts longer than its process. */
function uncordons({ view, observed: { kafka } }: Context, leaving: ReadonlySet<string>): readonly Write[] {
  if (kafka.state === 'unreachable' || kafka.quorum.leaderId < 0) return [];
  return view.brokers.flatMap(({ name, ordinal }): readonly Write[] => {
    const broker = kafka.brokers.get(ordinal);
    if (leaving.has(name) || broker?.isFenced !== false || broker.disk?.isCordoned !== true) return [];
    return [{ kind: 'set-cordon', broker: ordinal, cordon: 'absent' }];
  });
}

/** The highest one that is not gone decides what is waited for; the others come after it. */
function drainWaits(steps: readonly Step[]): readonly Wait[] {
  const waiting = steps.filter(({ wait }) => wait !== undefined);
  const [first] = waiting;
  if (first?.wait === undefined) return [];
  const others = waiting.slice(1).map(({ pod }) => pod);
  const then = others.length === 0 ? '' : `; then ${others.join(', ')}`;
  return [{ ...first.wait, message: `${first.wait.message}${then}` }];
}
