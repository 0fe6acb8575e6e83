import type { StepAttributes } from '../runtime/steps.ts';
import { type Execution, executeWrites } from './execute-writes.ts';
import { objectKey, type Observed, type StoredPsc } from './observed.ts';
import type { Plan, Write } from './plan.ts';
import type { ReconcilePorts } from './reconcile.ts';
import { DECISION_MAX_AGE_MS } from './safety.ts';

/** Carries the plan of a Kafka cluster out. */
export async function execute(
  plan: Plan,
  psc: StoredPsc,
  ports: ReconcilePorts,
  observed?: Observed,
): Promise<Execution> {
  return await executeWrites(plan.writes, {
    ...ports,
    subjectOf,
    isTooLate: (write) => isDisruption(write) && isTooLate(ports, observed),
    send: async (write) => {
      await send(write, psc, ports);
    },
  });
}

/** What a write is about, in a span: names only, values may be nobody's business. */
function subjectOf(write: Write): StepAttributes {
  if ('object' in write) return { 'flotilla.object': objectKey(write.object) };
  if ('voter' in write) return { 'flotilla.pod': write.voter.pod };
  if ('claim' in write) return { 'flotilla.object': `PersistentVolumeClaim ${write.claim.name}` };
  if ('pod' in write) return { 'flotilla.pod': typeof write.pod === 'string' ? write.pod : write.pod.name };
  return {};
}

/** What takes something away, or cannot be taken back. */
export function isDisruption({ kind }: Write): boolean {
  switch (kind) {
    case 'evict-pod':
    case 'delete-pod':
    case 'stop-broker':
    case 'unregister-broker':
    case 'delete-claim':
    case 'release-volume':
    case 'finish-features':
    case 'remove-voter':
    case 'add-voter':
      return true;
    case 'apply':
    case 'remove':
    case 'set-finalizer':
    case 'issue-credentials':
    case 'rotate-authority':
    case 'request-authority':
    case 'renew-authority':
    case 'rotate-passwords':
    case 'alter-logins':
    case 'set-gate':
    case 'touch-pod':
    case 'alter-cluster-settings':
    case 'alter-default-quota':
    case 'elect-preferred':
    case 'set-cordon':
    case 'event':
      return false;
  }
}

/** A process that was stopped for a while acts on nothing that it saw before. */
function isTooLate({ clock }: ReconcilePorts, observed: Observed | undefined): boolean {
  return observed === undefined || clock.nowMs() - observed.nowMs > DECISION_MAX_AGE_MS;
}

async function send(write: Write, psc: StoredPsc, { cluster, kafka, holder }: ReconcilePorts): Promise<void> {
  switch (write.kind) {
    case 'apply':
    case 'stop-broker':
      await cluster.apply(write.object);
      return;
    case 'remove':
      await cluster.remove(write.object, write.uid);
      return;
    case 'set-finalizer':
      await cluster.setFinalizer(psc, write.finalizer);
      return;
    case 'issue-credentials':
      await cluster.issueCredentials(psc);
      return;
    case 'rotate-authority':
      await cluster.rotateAuthority(psc, write.rotation);
      return;
    case 'request-authority':
      await cluster.requestAuthority(psc, write.request);
      return;
    case 'renew-authority':
      await cluster.renewAuthority(psc);
      return;
    case 'rotate-passwords':
      await cluster.rotatePasswords(psc, write.rotation);
      return;
    case 'set-gate':
      await cluster.setGate(psc, write.pod, write.uid, write.status);
      return;
    case 'touch-pod':
      await cluster.touchPod(psc, write.pod, holder);
      return;
    case 'evict-pod':
      await cluster.evict(psc, write.pod);
      return;
    case 'delete-pod':
      await cluster.deletePod(psc, write.pod);
      return;
    case 'delete-claim':
      await cluster.deleteClaim(psc, write.claim);
      return;
    case 'release-volume':
      await cluster.releaseVolume(psc, write.volume, write.claimUid);
      return;
    case 'event':
      await cluster.event(psc, write);
      return;
    case 'alter-logins':
    case 'alter-cluster-settings':
    case 'alter-default-quota':
    case 'elect-preferred':
    case 'set-cordon':
    case 'unregister-broker':
    case 'finish-features':
    case 'remove-voter':
    case 'add-voter':
      await sendToKafka(write, psc, kafka);
  }
}

type KafkaWrite = Extract<
  Write,
  {
    readonly kind:
      | 'alter-logins'
      | 'alter-cluster-settings'
      | 'alter-default-quota'
      | 'elect-preferred'
      | 'set-cordon'
      | 'unregister-broker'
      | 'finish-features'
      | 'remove-voter'
      | 'add-voter';
  }
>;

async function sendToKafka(write: KafkaWrite, psc: StoredPsc, kafka: ReconcilePorts['kafka']): Promise<void> {
  switch (write.kind) {
    case 'alter-logins':
      await kafka.alterLogins(psc, write.change, write.mark);
      return;
    case 'alter-cluster-settings':
      await kafka.alterClusterSettings(psc, write.set, write.remove);
      return;
    case 'alter-default-quota':
      await kafka.alterDefaultQuota(psc, write.values);
      return;
    case 'elect-preferred':
      await kafka.electPreferred(psc, write.partitions);
      return;
    case 'set-cordon':
      await kafka.setCordon(psc, write.broker, write.cordon);
      return;
    case 'unregister-broker':
      await kafka.unregisterBroker(psc, write.broker);
      return;
    case 'finish-features':
      await kafka.finishFeatures(psc, write.features);
      return;
    case 'remove-voter':
    case 'add-voter':
      await (write.kind === 'add-voter' ? kafka.addVoter : kafka.removeVoter)(psc, write.voter);
  }
}
