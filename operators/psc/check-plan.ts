import { CONTROLLER_COUNT, ordinalOf } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import { FIRST_CONTROLLER_ID } from '../../constructs/kubernetes/kafka/controller-config.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { gibOf } from '../../contracts/quantity.ts';
import {
  checkClaimDeletion,
  checkCordon,
  checkRelease,
  checkStop,
  checkUnregistration,
  isServiceOfNobody,
} from './check-shrink.ts';
import { checkEmptyClaim, checkPlaceholder, checkVoterAddition, checkVoterRemoval } from './check-quorum.ts';
import { LOGIN_BELIEF_MS } from './credentials/validity.ts';
import { objectKey, type Observed, type ObservedPod } from './observed.ts';
import type { PasswordRotation, Plan, PodRef, Rotation, Write } from './plan.ts';

/**
 * An independent judge of a plan: everything in it that could make a partition unavailable or lose data, whatever the planner
 * thought of it. Shares no code with the planner. Empty for a plan that may be carried out.
 */
export function checkPlan(plan: Plan, observed: Observed, holder: string): readonly string[] {
  return [...checkDisruptions(plan, observed, holder), ...plan.writes.flatMap((write) => checkWrite(write, observed))];
}

function checkDisruptions(plan: Plan, observed: Observed, holder: string): readonly string[] {
  const refs = plan.writes.flatMap((write) =>
    write.kind === 'evict-pod' || write.kind === 'delete-pod' ? [write.pod] : [],
  );
  if (refs.length === 0) return [];
  const { fence } = observed.psc.status ?? {};
  if (fence === undefined) return ['pods are disrupted without a fence in the stored status'];
  const problems: string[] = [];
  if (fence.holder !== holder) problems.push(`the fence is held by ${fence.holder ?? 'nobody'}`);
  if (observed.freshness !== 'fresh') problems.push('pods are disrupted on what caches say');
  if (JSON.stringify(plan.status.fence?.members) !== JSON.stringify(fence.members)) {
    problems.push('the fence changes in the pass that disrupts');
  }
  const fenced = new Map((fence.members ?? []).map(({ name, uid }) => [name, uid]));
  const pods = refs.flatMap((ref) => podOf(ref, observed) ?? []);
  for (const { name, uid } of refs)
    if (fenced.get(name) !== uid) problems.push(`${name} is not the pod that was fenced`);
  for (const { name, fenceHolder } of pods)
    if (fenceHolder !== holder) problems.push(`${name} is not marked as this leader's`);
  const zones = new Set([...fenced.keys()].map((name) => zoneOf(name, observed)));
  if (zones.size > 1) problems.push(`more than one zone is disrupted: ${[...zones].join(', ')}`);
  const alive = pods.filter(({ container }) => container.state === 'running');
  if (alive.length === 0) return problems;
  const first = alive[0]?.role;
  return [
    ...problems,
    ...(first === 'controller' ? checkQuorum(alive, observed) : checkReplicas([...fenced.keys()], observed)),
  ];
}

function podOf({ name, uid, resourceVersion }: PodRef, { pods }: Observed): ObservedPod | undefined {
  return pods.find((pod) => pod.name === name && pod.uid === uid && pod.resourceVersion === resourceVersion);
}

function zoneOf(name: string, { psc }: Observed): string | undefined {
  const placements = { ...psc.spec.kafka?.controllers.placement };
  const zones = [...Object.entries(psc.spec.kafka?.placement ?? {}), ...Object.entries(placements)];
  const placed = zones.find(([, { pods }]) => pods.includes(name))?.[0];
  return placed ?? psc.status?.brokers?.find(({ pod }) => pod === name)?.zone;
}

/** Counts for each partition the replicas that are in sync, run, and are not about to go. */
function checkReplicas(batch: readonly string[], { kafka, pods }: Observed): readonly string[] {
  if (kafka.state === 'unreachable') return ['brokers are disrupted while Kafka cannot be asked'];
  const going = new Set(batch.map(ordinalOf));
  const serving = new Set(
    pods.flatMap(({ role, ordinal, isTerminating, container, ready }) =>
      role === 'broker' && !isTerminating && container.state === 'running' && ready !== 'Unknown' ? [ordinal] : [],
    ),
  );
  const harmed = kafka.partitions.filter(({ isr, minIsr }) => {
    if (!isr.some((id) => going.has(id))) return false;
    const left = isr.filter((id) => !going.has(id) && serving.has(id) && kafka.brokers.get(id)?.isFenced === false);
    return left.length < minIsr;
  });
  const [worst] = harmed;
  if (worst === undefined) return [];
  return [`${harmed.length} partitions would fall below their min ISR, as ${worst.topic}-${worst.partition}`];
}

function checkQuorum(batch: readonly ObservedPod[], { kafka, pods }: Observed): readonly string[] {
  if (batch.length > 1) return ['more than one controller is disrupted'];
  if (kafka.state === 'unreachable') return ['a controller is disrupted while Kafka cannot be asked'];
  const going = new Set(batch.map(({ name }) => name));
  const left = pods.filter(
    ({ name, role, ordinal, isTerminating, container }) =>
      role === 'controller' &&
      !going.has(name) &&
      !isTerminating &&
      container.state === 'running' &&
      kafka.quorum.voters.some(({ id, isCaughtUp }) => id === FIRST_CONTROLLER_ID + ordinal && isCaughtUp),
  ).length;
  return left * 2 > CONTROLLER_COUNT ? [] : [`${left} of ${CONTROLLER_COUNT} controllers would be left`];
}

function checkWrite(write: Write, observed: Observed): readonly string[] {
  switch (write.kind) {
    case 'apply':
      return checkApply(write.object, observed);
    case 'remove':
      return checkRemoval(write.object, observed);
    case 'stop-broker':
      return checkStop(write.pod, write.object, observed);
    case 'unregister-broker':
      return checkUnregistration(write.broker, observed);
    case 'delete-claim':
      return write.claim.name.startsWith('data-controller-')
        ? checkPlaceholder(write.claim, observed)
        : checkClaimDeletion(write.claim, observed);
    case 'release-volume':
      return checkRelease(write.volume, write.claimUid, observed);
    case 'set-cordon':
      return checkCordon(write.broker, write.cordon, observed);
    case 'rotate-authority':
      return checkRotation(write.rotation, observed);
    case 'remove-voter':
      return checkVoterRemoval(write.voter, observed);
    case 'add-voter':
      return checkVoterAddition(write.voter, observed);
    case 'finish-features':
      return checkFeatures(write.features, observed);
    case 'rotate-passwords':
      return checkPasswords(write.rotation.step, observed);
    case 'alter-logins':
      return write.change === 'revoke' ? checkPasswords('retire', observed) : [];
    case 'set-finalizer':
    case 'issue-credentials':
    case 'request-authority':
    case 'renew-authority':
    case 'set-gate':
    case 'touch-pod':
    case 'evict-pod':
    case 'delete-pod':
    case 'alter-cluster-settings':
    case 'alter-default-quota':
    case 'elect-preferred':
    case 'event':
      return [];
  }
}

/** A former authority may go once no pod shows, or trusts, what only it stands for. */
function checkRotation({ step }: Rotation, { credentials, shown, pods, freshness }: Observed): readonly string[] {
  if (step === 'replace') {
    const isStillReplaced = credentials.state === 'whole' && credentials.certificates?.former !== undefined;
    return isStillReplaced ? ['an authority is replaced while the one before it is still trusted'] : [];
  }
  if (credentials.state !== 'whole') return ['an authority is retired while credentials are not whole'];
  const known = credentials.certificates?.pods;
  const late = pods.filter(({ name }) => {
    const fingerprint = shown.get(name)?.fingerprint;
    return fingerprint === undefined || fingerprint !== known?.get(name)?.fingerprint;
  });
  return [
    ...(freshness === 'fresh' ? [] : ['an authority is retired on what caches say']),
    ...late.map(({ name }) => `an authority is retired while ${name} may still lean on it`),
  ];
}

/** No pod of another template may be left, which perhaps could not read what Kafka writes from now on. */
function checkFeatures(
  features: Extract<Write, { readonly kind: 'finish-features' }>['features'],
  { psc, pods, freshness }: Observed,
): readonly string[] {
  const { fence, features: said } = psc.status ?? {};
  const level = features['metadata.version'];
  const templatesOf = (role: ObservedPod['role']): number =>
    new Set(pods.filter((pod) => pod.role === role).map(({ templateHash }) => templateHash)).size;
  return [
    ...(freshness === 'fresh' ? [] : ['features are finished on what caches say']),
    ...(fence === undefined ? [] : ['features are finished while pods are replaced']),
    ...(templatesOf('broker') > 1 || templatesOf('controller') > 1 ? ['features are finished while pods differ'] : []),
    ...(level === undefined || (said?.metadataLevel ?? 0) >= level
      ? []
      : ['features are finished before the stored status says so']),
  ];
}

/** Others may go on with what they have read of the Secret for a while, and must be let in meanwhile. */
function checkPasswords(step: PasswordRotation['step'], observed: Observed): readonly string[] {
  const { credentials, freshness, loginAnswers, pods, nowMs } = observed;
  const other = credentials.state === 'whole' ? credentials.logins?.other : undefined;
  const stale = freshness === 'fresh' ? [] : ['passwords are replaced on what caches say'];
  switch (step) {
    case 'prepare':
      return other === undefined ? stale : [...stale, 'passwords are made while others are still in use'];
    case 'switch': {
      const late = pods.filter(({ name, role }) => role === 'broker' && loginAnswers?.get(name) !== 'accepts');
      return [...stale, ...late.map(({ name }) => `passwords are handed out that ${name} may not take`)];
    }
    case 'retire': {
      const isOver = other?.state === 'former' && nowMs - other.sinceMs > 2 * LOGIN_BELIEF_MS;
      return isOver ? stale : [...stale, 'passwords are taken away that somebody may still use'];
    }
  }
}

function checkRemoval(object: KubernetesObject, observed: Observed): readonly string[] {
  if (observed.psc.metadata.deletionTimestamp !== undefined) return checkContent(object);
  if (object.kind === 'ConfigMap') return checkFiles(object, observed);
  return isServiceOfNobody(object, observed) ? checkContent(object) : [`${objectKey(object)} is taken away`];
}

/** A pod starts with the files that its template names, or not at all. */
function checkFiles(object: KubernetesObject, { freshness, pods, objects }: Observed): readonly string[] {
  const { name } = object.metadata;
  const isNamed = [...objects.values()].some(
    (each) => each.kind === 'StatefulSet' && JSON.stringify(each['spec']).includes(`"${name}"`),
  );
  return [
    ...(freshness === 'fresh' ? [] : [`${name} is taken away on what caches say`]),
    ...(isNamed ? [`${name} is taken away, and pods are made with it`] : []),
    ...pods
      .filter(({ configHash }) => configHash !== '' && name.endsWith(`-${configHash}`))
      .map((pod) => `${name} is taken away, and ${pod.name} was made with it`),
  ];
}

function checkContent(object: KubernetesObject): readonly string[] {
  return HOLDS_DATA.has(object.kind) ? [`${objectKey(object)} holds data or secrets, and is taken away`] : [];
}

const HOLDS_DATA: ReadonlySet<string> = new Set(['PersistentVolumeClaim', 'PersistentVolume', 'Secret', 'Pod']);

interface Sized {
  readonly spec?: {
    readonly replicas?: number;
    readonly resources?: { readonly requests?: { readonly storage?: string } };
  };
}

function checkApply(object: KubernetesObject, observed: Observed): readonly string[] {
  const { objects, psc, claims } = observed;
  const key = objectKey(object);
  const { spec: before } = (objects.get(key) ?? {}) as Sized;
  const { spec: after } = object as Sized;
  if (object.kind === 'StatefulSet') {
    return (after?.replicas ?? 0) < (before?.replicas ?? 0) ? [`${key} gets fewer pods`] : [];
  }
  if (object.kind !== 'PersistentVolumeClaim') return [];
  const claim = claims.find(({ name }) => name === object.metadata.name);
  const recorded = [...(psc.status?.brokers ?? []), ...(psc.status?.controllers ?? [])].find(
    ({ pod }) => object.metadata.name === `data-${pod}`,
  )?.claimUid;
  const problems: string[] = [];
  if (recorded !== undefined && claim?.uid !== recorded && claim?.replaces !== recorded)
    problems.push(
      ...(checkEmptyClaim(object, recorded, observed) ?? [`${key} is made anew, and its data is elsewhere`]),
    );
  if (claim !== undefined && (gibOf(after?.resources?.requests?.storage ?? '') ?? 0) < claim.requestedGib) {
    problems.push(`${key} gets smaller`);
  }
  return problems;
}
