import { InvalidPscError } from '../../constructs/kubernetes/kafka/invalid-psc-error.ts';
import type { Condition, FenceStatus, RollStatus } from '../../contracts/gen/psc-types.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import { clientParts } from '../../operators/client/client-parts.ts';
import type { Member } from '../../operators/psc/classify.ts';
import type { Context } from '../../operators/psc/context.ts';
import { objectKey, type Observed } from '../../operators/psc/observed.ts';
import { contextOf, planPsc } from '../../operators/psc/plan-psc.ts';
import { needsRoll } from '../../operators/psc/plan-roll.ts';
import type { Plan, Wait, Write } from '../../operators/psc/plan.ts';
import { unservedReason } from '../../operators/psc/unserved-reason.ts';

/** What the operator does next for one PSC, what it waits for, and what it knows of each pod. */
export interface Explanation {
  readonly name: string;
  readonly ckus?: number;
  readonly revision: string;
  readonly generation: number;
  /** Generation that the stored status speaks of; absent before the operator has seen it. */
  readonly observedGeneration?: number;
  /** As they are stored. */
  readonly conditions: readonly Condition[];
  readonly pods: readonly ExplainedPod[];
  readonly fence?: FenceStatus;
  readonly rolls: readonly RollStatus[];
  readonly waits: readonly ExplainedWait[];
  /** Writes of the next pass, in their order. */
  readonly steps: readonly string[];
  /** What passes after it still have to do. */
  readonly ahead: readonly string[];
  /** Why nothing is planned at all. */
  readonly refusal?: string;
  readonly kafka: 'reachable' | 'unreachable';
}

export interface ExplainedPod {
  readonly pod: string;
  readonly role: Member['role'];
  /** Kafka's id. */
  readonly id: number;
  readonly zone: string;
  readonly state: Member['state'];
  /** Empty when it is in sync and may stay where it is. */
  readonly why: string;
  /** Whether it is still to be replaced; `after-settings`: it need not be, once the changed settings are in force. */
  readonly roll: 'yes' | 'no' | 'after-settings';
}

export interface ExplainedWait extends Wait {
  /** Since when the stored status says so; absent where it does not yet. */
  readonly since?: string;
}

/** The plan of the operator's next pass, by the operator's own planner. Pure: nothing is read or written. */
export function explainPlan(observed: Observed, dataPlane: DataPlane): Explanation {
  const { psc } = observed;
  const refused = (refusal: string): Explanation => ({ ...headOf(observed), ...NOTHING, refusal });
  const unserved = unservedReason(psc);
  if (unserved !== undefined) return refused(unserved.message);
  if (clientParts(psc) !== undefined) return refused(SEEN_INSIDE_ONLY);
  const options = { dataPlane, holder: psc.status?.fence?.holder ?? 'the leader' };
  try {
    const plan = planPsc(observed, options);
    if (psc.metadata.deletionTimestamp !== undefined)
      return { ...headOf(observed), ...NOTHING, ...stepsOf(plan, observed) };
    const context = contextOf(observed, options);
    return {
      ...headOf(observed),
      pods: context.members.map((member) => explainedPod(context, member)),
      ...stepsOf(plan, observed),
      ahead: aheadOf(context, plan),
    };
  } catch (error) {
    if (!(error instanceof InvalidPscError)) throw error;
    return refused(error.message);
  }
}

/** Of Connect and ksqlDB: the conditions say what is waited for. */
const SEEN_INSIDE_ONLY =
  'passes over Connect and ksqlDB clusters are planned from what these say, and nobody outside of the Kubernetes cluster may ask them';

const NOTHING = { pods: [], waits: [], steps: [], ahead: [] } as const;

function headOf({ psc, kafka }: Observed): Omit<Explanation, keyof typeof NOTHING> {
  const { metadata, spec, status = {} } = psc;
  return {
    name: metadata.name,
    ...(spec.kafka === undefined ? {} : { ckus: spec.kafka.ckus }),
    revision: spec.revision,
    generation: metadata.generation,
    ...(status.observedGeneration === undefined ? {} : { observedGeneration: status.observedGeneration }),
    conditions: status.conditions ?? [],
    ...(status.fence === undefined ? {} : { fence: status.fence }),
    rolls: status.rolls ?? [],
    kafka: kafka.state,
  };
}

function explainedPod(context: Context, member: Member): ExplainedPod {
  const { role, placed, nodeId, state, why } = member;
  const asked = member.isEvicted ? 'somebody wants it off its node' : '';
  return {
    pod: placed.name,
    role,
    id: nodeId,
    zone: placed.zone,
    state,
    why: [why, asked].filter((text) => text !== '').join('; '),
    roll: needsRoll(context, member),
  };
}

function stepsOf({ writes, waits }: Plan, observed: Observed): Pick<Explanation, 'steps' | 'waits'> {
  return {
    steps: writes.map((write) => stepText(write, observed)),
    waits: waits.map((wait) => ({ ...wait, ...sinceOf(wait, observed) })),
  };
}

function sinceOf({ reason, message }: Wait, { psc }: Observed): { readonly since?: string } {
  const said = (psc.status?.conditions ?? []).find((condition) => condition.reason === reason);
  if (said === undefined) return {};
  // The condition holds since its transition; the reason may be newer, but never newer than its last change.
  const isUnchanged = said.message?.startsWith(message) === true;
  return { since: isUnchanged ? (said.lastProbeTime ?? said.lastTransitionTime) : said.lastTransitionTime };
}

const PASSWORD_STEPS = {
  prepare: "make other passwords of the platform's users, which nobody uses yet",
  switch: "have everybody use the next passwords of the platform's users",
  retire: "throw the former passwords of the platform's users away",
} as const;

/** One step in words. */
export function stepText(write: Write, { objects }: Pick<Observed, 'objects'>): string {
  switch (write.kind) {
    case 'apply': {
      const key = objectKey(write.object);
      return `${objects.has(key) ? 'change' : 'make'} ${key}`;
    }
    case 'remove':
      return `remove ${objectKey(write.object)}`;
    case 'set-finalizer':
      return write.finalizer === 'present' ? 'mark the PSC as its own (finalizer)' : 'let the PSC go (finalizer)';
    case 'issue-credentials':
      return 'issue certificates and passwords';
    case 'rotate-authority':
      return write.rotation.step === 'replace'
        ? 'have another authority issue all certificates'
        : 'trust the former authority no longer';
    case 'request-authority':
      return `ask cert-manager for the authority (Certificate ${write.request.metadata.name})`;
    case 'renew-authority':
      return 'ask cert-manager for another authority';
    case 'rotate-passwords':
      return PASSWORD_STEPS[write.rotation.step];
    case 'alter-logins':
      return write.change === 'grant'
        ? "have Kafka take the next passwords of the platform's users"
        : "have Kafka refuse the former passwords of the platform's users";
    case 'set-gate':
      return `say that ${write.pod} is ${write.status === 'True' ? 'in sync' : 'not in sync'} (readiness gate)`;
    case 'touch-pod':
      return `mark ${write.pod.name} as its own to disrupt`;
    case 'evict-pod':
      return `evict ${write.pod.name}`;
    case 'delete-pod':
      return `delete ${write.pod.name}`;
    case 'alter-cluster-settings':
      return [
        ...Object.entries(write.set).map(([key, value]) => `set ${key}=${value} in the running brokers`),
        ...write.remove.map((key) => `take ${key} away from the running brokers`),
      ].join('; ');
    case 'alter-default-quota':
      return `set the default quota: ${Object.entries(write.values)
        .map(([key, value]) => `${key} ${value}`)
        .join(', ')}`;
    case 'elect-preferred':
      return `give ${write.partitions.length} partitions back to their preferred leaders`;
    case 'set-cordon':
      return `${write.cordon === 'present' ? 'put nothing new' : 'let new replicas be put'} on broker ${write.broker}`;
    case 'stop-broker':
      return `stop ${write.pod} for good`;
    case 'unregister-broker':
      return `have Kafka forget broker ${write.broker}`;
    case 'finish-features':
      return `finish what the Kafka version brings: ${Object.entries(write.features)
        .map((pair) => pair.join(' '))
        .join(', ')}`;
    case 'remove-voter':
      return `take the vote of ${write.voter.pod} away, whose volume is gone`;
    case 'add-voter':
      return `give ${write.voter.pod} a vote`;
    case 'delete-claim':
      return `delete the volume claim ${write.claim.name}`;
    case 'release-volume':
      return `let go of the volume ${write.volume}, and the disk with it`;
    case 'event':
      return `event ${write.reason}: ${write.message}`;
  }
}

function aheadOf(context: Context, { writes }: Plan): readonly string[] {
  const { members, observed } = context;
  const placed = (role: Member['role']): readonly Member[] => members.filter((member) => member.role === role);
  const made = new Set(observed.pods.map(({ name }) => name));
  const added = members.filter(({ placed: { name } }) => !made.has(name));
  const taken = new Set(
    writes.flatMap((write) => (write.kind === 'evict-pod' || write.kind === 'delete-pod' ? [write.pod.name] : [])),
  );
  const rolled = (role: Member['role']): readonly Member[] =>
    placed(role).filter((member) => needsRoll(context, member) === 'yes' && !taken.has(member.placed.name));
  const unrestarted = placed('broker').filter((member) => needsRoll(context, member) === 'after-settings');
  return [
    ...(added.length === 0 ? [] : [`add ${listed(added)}`]),
    ...(unrestarted.length === 0
      ? []
      : ['the changed settings are taken by running brokers: none is restarted for them']),
    // Controllers go first, and the active one last of them.
    ...(rolled('controller').length === 0 ? [] : [`replace ${listed(rolled('controller'))}, one at a time`]),
    ...(rolled('broker').length === 0 ? [] : [`replace ${listed(rolled('broker'))}, zone by zone`]),
  ];
}

function listed(members: readonly Member[]): string {
  return members.map(({ placed: { name, zone } }) => `${name} (${zone})`).join(', ');
}
