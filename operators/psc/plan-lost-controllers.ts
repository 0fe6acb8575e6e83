import { claimName } from '../../constructs/kubernetes/kafka/claims.ts';
import { type Member, QUORUM_MAJORITY } from './classify.ts';
import type { Context } from './context.ts';
import { recordedClaims } from './gates.ts';
import type { Observed, QuorumMember } from './observed.ts';
import type { QuorumVoter, Wait, Write } from './plan.ts';
import { DECISION_MAX_AGE_MS } from './safety.ts';

/** What of a plan is about controllers whose volume is gone. */
export interface LostControllersPlan {
  readonly writes: readonly Write[];
  readonly waits: readonly Wait[];
  /** Controllers that are none of the first voters, after this pass. */
  readonly joining: ReadonlySet<string>;
  /** Lost claims in whose place empty ones may be made now, each with the uid of the lost one. */
  readonly anew: ReadonlyMap<string, string>;
  /** Lost claims that nobody needs to bring back. */
  readonly mended: ReadonlySet<string>;
  readonly asksForFreshRead: boolean;
}

/**
 * A controller's volume holds nothing that the others do not have, as long as they can vote: one that is gone is replaced by an
 * empty one. Its vote goes first, so that no empty log ever answers for what the lost one has promised; then its claim is made
 * anew, and the pod follows the others as one that never had a vote; once it has all of their log, it is given one (KIP-853).
 * Steps are taken on what was read past all caches only, and each is decided by what is there.
 */
export function planLostControllers(context: Context): LostControllersPlan {
  const { observed, members, view } = context;
  const idle = { writes: [], waits: [], anew: new Map<string, string>(), asksForFreshRead: false };
  const steps = members.filter(({ role }) => role === 'controller').map((member) => stepOf(context, member));
  const waits = steps.flatMap(({ wait }) => wait ?? []);
  const mended = new Set(steps.flatMap(({ isMended, member }) => (isMended ? [claimName(member.placed.name)] : [])));
  const asItIs = { ...idle, waits, mended, joining: new Set(view.joining) };
  if (observed.psc.spec.maintenance?.paused === true) return asItIs;
  const isActing = steps.some(({ writes, anew }) => writes.length > 0 || anew !== undefined);
  if (observed.freshness === 'cached') return { ...asItIs, asksForFreshRead: isActing };
  return {
    ...asItIs,
    writes: steps.flatMap(({ writes }) => writes),
    joining: new Set([...view.joining, ...steps.flatMap(({ joins, member }) => (joins ? [member.placed.name] : []))]),
    anew: new Map(
      steps.flatMap(({ anew, member }) => (anew === undefined ? [] : [[claimName(member.placed.name), anew]])),
    ),
  };
}

interface Step {
  readonly member: Member;
  readonly writes: readonly Write[];
  readonly wait?: Wait;
  /** Whether the status is to say that it joins. */
  readonly joins: boolean;
  /** uid of the claim in whose place an empty one is made. */
  readonly anew?: string;
  readonly isMended: boolean;
}

function stepOf(context: Context, member: Member): Step {
  const { observed, lostClaims } = context;
  const idle: Step = { member, writes: [], joins: false, isMended: false };
  const name = claimName(member.placed.name);
  if (!lostClaims.has(name)) return { ...idle, ...joiningStep(context, member) };
  const claim = observed.claims.find((each) => each.name === name);
  // Somebody has brought another one: only a person knows what is on it.
  if (claim !== undefined && !claim.isPlaceholder) return idle;
  return { ...idle, isMended: true, ...lostStep(context, member) };
}

function lostStep(context: Context, member: Member): Partial<Step> {
  const { observed, rules, view } = context;
  const { placed, nodeId } = member;
  const obstacle = rules.voterRemovalObstacle(member, observed);
  const said = (message: string): Wait => ({
    task: 'volumes',
    reason: 'ReplacingController',
    message: `the volume of ${placed.name} is gone: ${message}`,
  });
  if (obstacle !== undefined) return { wait: said(`it is replaced by an empty one once that is safe: ${obstacle}`) };
  const voter = votersOf(observed).find(({ id }) => id === nodeId);
  if (voter !== undefined) {
    return {
      joins: true,
      wait: said('its vote is taken away first'),
      writes: [{ kind: 'remove-voter', voter: voterOf(placed.name, voter) }, replacedEvent(placed.name)],
    };
  }
  const wait = said('an empty one is made in its place');
  if (!view.joining.includes(placed.name)) return { joins: true, wait };
  const claim = observed.claims.find(({ name }) => name === claimName(placed.name));
  if (claim !== undefined) {
    const { name, uid, resourceVersion, isTerminating } = claim;
    return { wait, writes: isTerminating ? [] : [{ kind: 'delete-claim', claim: { name, uid, resourceVersion } }] };
  }
  const lost = recordedClaims(observed.psc.status, 'controller').get(placed.name);
  return { wait, ...(lost === undefined ? {} : { anew: lost }) };
}

/** One that follows the quorum and has no vote is given one, once it has all of its log. */
function joiningStep({ observed }: Context, { placed, nodeId }: Member): Partial<Step> {
  const { kafka } = observed;
  if (kafka.state === 'unreachable' || kafka.quorum.leaderId < 0) return {};
  if (kafka.quorum.voters.some(({ id }) => id === nodeId)) return {};
  const said = (message: string): Wait => ({ task: 'volumes', reason: 'ReplacingController', message });
  const follower = kafka.quorum.joining.find(({ id, isCaughtUp }) => id === nodeId && isCaughtUp);
  if (follower === undefined)
    return { wait: said(`${placed.name} is given a vote once it follows the other controllers`) };
  return {
    wait: said(`${placed.name} is given a vote`),
    writes: [{ kind: 'add-voter', voter: voterOf(placed.name, follower) }],
  };
}

/** Why a controller's vote may not be taken away now, and nothing empty take its place; for people. */
export function voterRemovalObstacle(
  { nodeId, placed, pod, isDead }: Member,
  { kafka, nowMs, psc }: Observed,
): string | undefined {
  if (kafka.state === 'unreachable') return `Kafka cannot be asked: ${kafka.reason}`;
  if (nowMs - kafka.readAtMs > DECISION_MAX_AGE_MS) return 'what is known of Kafka is old';
  const { leaderId, voters } = kafka.quorum;
  if (leaderId < 0) return 'the quorum has no leader';
  if (pod !== undefined && !isDead) return `${placed.name} still runs`;
  const fenced = psc.status?.fence?.members?.filter(({ name }) => name !== placed.name) ?? [];
  if (psc.status?.fence?.role === 'controller' && fenced.length > 0) return 'another controller is being replaced';
  const others = voters.filter(({ id }) => id !== nodeId);
  const voting = others.filter(({ isCaughtUp }) => isCaughtUp).length;
  if (leaderId === nodeId || voting < QUORUM_MAJORITY || voting < others.length)
    return `${voting} other controllers can vote, ${QUORUM_MAJORITY} are needed`;
  return undefined;
}

function votersOf({ kafka }: Observed): readonly QuorumMember[] {
  return kafka.state === 'unreachable' ? [] : kafka.quorum.voters;
}

function voterOf(pod: string, { id, directory }: QuorumMember): QuorumVoter {
  return { pod, id, directory };
}

function replacedEvent(pod: string): Write {
  return {
    kind: 'event',
    type: 'Warning',
    reason: 'ControllerVolumeLost',
    message: `the volume of ${pod} is gone: it joins the others anew with an empty one, which have all that was on it`,
  };
}
