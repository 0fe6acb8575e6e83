import { FINALIZER } from '../psc/plan-deletion.ts';
import { plannedPart, removals, type Wait } from '../psc/plan.ts';
import type { ClientParts } from './client-parts.ts';
import { kafkaStanding } from './kafka-standing.ts';
import type { ObservedClient } from './observed.ts';
import type { ClientPlan, ClientWrite } from './plan.ts';

const LOOK_AGAIN_MS = 5_000;

/**
 * What a client cluster that is being deleted still needs: its pods end first, then its user on its Kafka goes, and the rest with
 * the PSC. Topics and volumes stay, and with them what it knew: one that is made anew under its name goes on there.
 */
export function planClientDeletion(observed: ObservedClient, { kafka }: ClientParts): ClientPlan {
  const { psc, objects, pods } = observed;
  const { generation } = psc.metadata;
  const status = { ...plannedPart(psc.status), observedGeneration: generation };
  const plan = { waits: [], conditions: [], calls: [], status, lookAgainMs: LOOK_AGAIN_MS };
  if (psc.spec.deletionProtection === true) {
    const message = 'spec.deletionProtection is set: the cluster stays as it is until it is taken away';
    const stalled = { type: 'Stalled', status: 'True', reason: 'DeletionProtected', message } as const;
    return { ...plan, writes: [], conditions: [{ ...stalled, observedGeneration: generation }] };
  }
  const sets = [...objects.values()].filter(({ kind }) => kind === 'StatefulSet');
  if (sets.length > 0 || pods.length > 0) {
    const wait: Wait = { task: 'pods', reason: 'StoppingPods', message: `${pods.length} pods stop` };
    return { ...plan, writes: removals(sets), waits: [wait] };
  }
  if (psc.metadata.finalizers?.includes(FINALIZER) !== true) return { ...plan, writes: [] };
  const last: ClientWrite = { kind: 'set-finalizer', finalizer: 'absent' };
  // With its Kafka its user is gone too.
  const isKafkaThere =
    observed.kafka?.spec.tenant === psc.spec.tenant && observed.kafka.metadata.deletionTimestamp === undefined;
  if (!isKafkaThere) return { ...plan, writes: [last] };
  const standing = kafkaStanding(psc, kafka, observed.kafka);
  if (standing.standing === 'away') {
    const wait: Wait = { task: 'credentials', reason: 'KafkaNotReady', message: standing.reason };
    return { ...plan, writes: [], waits: [wait] };
  }
  return { ...plan, writes: [{ kind: 'revoke-access' }, last] };
}
