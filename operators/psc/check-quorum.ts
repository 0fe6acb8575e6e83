import { ordinalOf } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import { FIRST_CONTROLLER_ID } from '../../constructs/kubernetes/kafka/controller-config.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { ANNOTATIONS } from '../../contracts/labels.ts';
import type { Observed, QuorumView } from './observed.ts';
import type { ClaimRef, QuorumVoter } from './plan.ts';
import { DECISION_MAX_AGE_MS } from './safety.ts';

/** Of three voters. */
const LEAST_VOTERS = 2;

/** What is wrong with taking a controller's vote away. */
export function checkVoterRemoval({ pod, id }: QuorumVoter, observed: Observed): readonly string[] {
  const { claims, pods, psc } = observed;
  const quorum = freshQuorum(observed);
  if (quorum === undefined) return [`${pod} loses its vote on what nobody has just seen`];
  const problems: string[] = [];
  const others = quorum.voters.filter((voter) => voter.id !== id);
  if (quorum.leaderId === id) problems.push(`${pod} loses its vote and leads`);
  if (others.length < LEAST_VOTERS || others.some(({ isCaughtUp }) => !isCaughtUp))
    problems.push(`${pod} loses its vote, and the others are too few`);
  const recorded = psc.status?.controllers?.find((row) => row.pod === pod)?.claimUid;
  if (recorded === undefined || claims.some(({ uid }) => uid === recorded))
    problems.push(`${pod} loses its vote and has its volume`);
  if (pods.some(({ name, container }) => name === pod && container.state === 'running'))
    problems.push(`${pod} loses its vote and runs`);
  return problems;
}

/** What is wrong with giving a controller a vote. */
export function checkVoterAddition({ pod, id, directory }: QuorumVoter, observed: Observed): readonly string[] {
  const quorum = freshQuorum(observed);
  if (quorum === undefined) return [`${pod} is given a vote on what nobody has just seen`];
  const problems: string[] = [];
  if (quorum.voters.some((voter) => voter.id === id)) problems.push(`${pod} is given a second vote`);
  if (!quorum.joining.some((each) => each.id === id && each.directory === directory && each.isCaughtUp))
    problems.push(`${pod} is given a vote and is behind`);
  return problems;
}

/**
 * What is wrong with an empty claim in the place of a controller's that is lost; undefined where it claims to be no such thing.
 *
 * @param lost uid of the claim that is lost
 */
export function checkEmptyClaim(object: KubernetesObject, lost: string, observed: Observed): string[] | undefined {
  const { name, annotations } = object.metadata;
  if (annotations?.[ANNOTATIONS.replaces] !== lost) return undefined;
  const pod = name.replace(/^data-/, '');
  const row = observed.psc.status?.controllers?.find((each) => each.pod === pod);
  const quorum = freshQuorum(observed);
  const problems: string[] = [];
  if (row?.joins !== true) problems.push(`${name} is made anew before the status says that ${pod} joins`);
  if (quorum === undefined || quorum.leaderId < 0) problems.push(`${name} is made anew while nobody sees the quorum`);
  if (quorum?.voters.some(({ id }) => id === FIRST_CONTROLLER_ID + ordinalOf(pod)) === true)
    problems.push(`${name} is made anew while ${pod} has a vote`);
  return problems;
}

/** What is wrong with deleting a claim that is in the way of an empty one. */
export function checkPlaceholder({ name, uid }: ClaimRef, observed: Observed): readonly string[] {
  const claim = observed.claims.find((each) => each.name === name && each.uid === uid);
  return claim?.isPlaceholder === true && observed.freshness === 'fresh' ? [] : [`${name} may hold something`];
}

function freshQuorum({ freshness, kafka, nowMs }: Observed): QuorumView | undefined {
  if (freshness !== 'fresh' || kafka.state === 'unreachable') return undefined;
  return nowMs - kafka.readAtMs > DECISION_MAX_AGE_MS ? undefined : kafka.quorum;
}
