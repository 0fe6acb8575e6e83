import type { ClientStages } from '../../constructs/kubernetes/client/client-stages.ts';
import { arePasswordsDue } from '../psc/plan-passwords.ts';
import type { HeldLogins, PasswordStep } from '../psc/credentials/platform-logins.ts';
import { FORMER_LOGIN_MS, LOGIN_REST_MS } from '../psc/credentials/validity.ts';
import { objectKey } from '../psc/observed.ts';
import type { Wait } from '../psc/plan.ts';
import { fewOf } from '../runtime/few-of.ts';
import type { ConnectRules } from '../connect/rules.ts';
import type { ClientParts } from './client-parts.ts';
import type { KafkaStanding } from './kafka-standing.ts';
import type { ObservedClient } from './observed.ts';
import type { ClientWrite } from './plan.ts';
import { isSameTemplate, statefulSetOf, templateOf } from './plan-client-objects.ts';

/** What of a plan is about the password by which a cluster comes to its Kafka. */
export interface ClientPasswordsPlan {
  readonly writes: readonly ClientWrite[];
  readonly waits: readonly Wait[];
}

export interface ClientPasswordsArgs {
  readonly parts: ClientParts;
  /** As they are rendered with the login in use. */
  readonly stages: ClientStages;
  readonly kafka: KafkaStanding;
  readonly rules: ConnectRules;
}

/**
 * Replaces the password by way of the login that is not in use: made, known to every broker, then named by the pod template, so that
 * pods are replaced for it like for any other change; only when every pod is one of these, the login before it is taken away
 * (ADR 0020).
 */
export function planClientPasswords(observed: ObservedClient, args: ClientPasswordsArgs): ClientPasswordsPlan {
  const { access } = observed;
  if (access.state !== 'whole' || args.kafka.standing === 'away') return { writes: [], waits: [] };
  const held = access.logins;
  const step = args.rules.passwordStep(held, observed, args);
  if (step !== undefined) return { writes: writesOf(step, held), waits: [] };
  return held.other?.state === 'next' ? untilItIsTaken(held, observed) : { writes: [], waits: [] };
}

/** The step that is to be taken now, if any. */
export function clientPasswordStep(
  held: HeldLogins,
  observed: ObservedClient,
  args: ClientPasswordsArgs,
): PasswordStep | undefined {
  const { nowMs, psc } = observed;
  if (held.other?.state === 'former') {
    const isOver = nowMs - held.other.sinceMs >= FORMER_LOGIN_MS;
    return isOver && isSettled(observed, args) ? 'retire' : undefined;
  }
  if (held.other?.state === 'next') return lateBrokers(observed).length === 0 ? 'switch' : undefined;
  const hasRested = held.retiredAtMs === undefined || nowMs - held.retiredAtMs >= LOGIN_REST_MS;
  // Pods are replaced for it: it begins when that may be done at once.
  const mayRoll =
    args.kafka.standing === 'ready' && args.rules.isMaintenanceTime(psc.spec.maintenanceWindows ?? [], nowMs);
  return hasRested && mayRoll && arePasswordsDue(held, observed) && isSettled(observed, args) ? 'prepare' : undefined;
}

/** Whether every pod is there, works, and uses the login that the spec is rendered with. */
function isSettled({ objects, pods }: ObservedClient, { parts, stages }: ClientPasswordsArgs): boolean {
  const wanted = statefulSetOf(stages);
  const made = objects.get(objectKey(wanted));
  if (made === undefined || !isSameTemplate(templateOf(made), templateOf(wanted))) return false;
  const isDone = pods.every(
    (pod) => pod.ready === 'True' && !pod.isTerminating && isSameTemplate(pod, templateOf(wanted)),
  );
  return isDone && pods.length === parts.replicas;
}

/** Brokers that were not seen to take the next login. */
function lateBrokers({ access, kafkaBrokers }: ObservedClient): readonly string[] {
  const answers = access.state === 'whole' ? access.answers : undefined;
  if (kafkaBrokers.length === 0) return ['no broker is known'];
  return kafkaBrokers.filter((broker) => answers?.get(broker) !== 'accepts');
}

function untilItIsTaken({ mark }: HeldLogins, observed: ObservedClient): ClientPasswordsPlan {
  const { access } = observed;
  const message = `${fewOf(lateBrokers(observed), MAX_NAMED)}: the next password of its user is not taken there yet`;
  const answers = access.state === 'whole' ? [...(access.answers?.values() ?? [])] : [];
  return {
    // Told once more only where somebody says that he does not know it.
    writes: answers.includes('refuses') ? [{ kind: 'announce-access', mark }] : [],
    waits: [{ task: 'passwords', reason: 'WaitingForPasswords', message }],
  };
}

function writesOf(step: PasswordStep, { mark }: HeldLogins): readonly ClientWrite[] {
  const rotate: ClientWrite = { kind: 'rotate-access', rotation: { step, mark } };
  const event = (reason: string, message: string): ClientWrite => ({ kind: 'event', type: 'Normal', reason, message });
  switch (step) {
    case 'prepare':
      return [rotate];
    case 'switch':
      return [rotate, event('PasswordsReplaced', 'its user has another password: pods are replaced for it')];
    case 'retire':
      return [rotate, event('FormerPasswordsRevoked', 'the former password of its user lets nobody in any more')];
  }
}

const MAX_NAMED = 5;
