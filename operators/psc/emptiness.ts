import type { PlacedPod } from '../../constructs/kubernetes/kafka/placed-pod.ts';
import type { Observed, PartitionView, ReachableKafka } from './observed.ts';
import type { Wait } from './plan.ts';

/** Partitions that name a broker, in whatever way. */
export function hostedBy({ partitions }: Pick<ReachableKafka, 'partitions'>, broker: number): readonly PartitionView[] {
  return partitions.filter(
    ({ leader, replicas, isr, adding, removing }) =>
      leader === broker ||
      replicas.includes(broker) ||
      isr.includes(broker) ||
      adding.includes(broker) ||
      removing.includes(broker),
  );
}

/**
 * What a broker still holds, or why nobody can tell; undefined where it is empty: cordoned, no partition names it, and no log is on
 * its disk. One that is not registered is empty when no partition names it: nothing can be put on it.
 */
export function emptinessObstacle(
  { name, ordinal }: PlacedPod,
  { kafka, psc }: Pick<Observed, 'kafka' | 'psc'>,
): Wait | undefined {
  if (kafka.state === 'unreachable') return wait('UnknownState', `Kafka cannot be asked: ${kafka.reason}`);
  const broker = kafka.brokers.get(ordinal);
  const hosted = hostedBy(kafka, ordinal);
  if (broker === undefined && hosted.length === 0) return undefined;
  if (hosted.length > 0) {
    // Without figures, which would be written into the status again and again.
    const leads = hosted.some(({ leader }) => leader === ordinal) ? ', and leads some of them' : '';
    return wait('DrainingBrokers', `${name} has replicas${leads}${saidByBalancer(psc)}`);
  }
  if (broker?.isFenced !== false || broker.disk === undefined) {
    return wait('DrainingBrokers', `no partition names ${name}, but it does not tell what is on its disk`);
  }
  const { isCordoned, logs } = broker.disk;
  if (!isCordoned) return wait('RemovingBrokers', `${name} is told to take nothing new`);
  if (logs !== 0) {
    const which = logs === undefined ? 'nobody has counted the logs' : 'there are still logs';
    return wait('DrainingBrokers', `no partition names ${name}, and ${which} on its disk`);
  }
  return undefined;
}

/** Whether the balancer has proven it too, by its own looks. */
export function isProvenByBalancer({ name }: PlacedPod, { psc: { status } }: Pick<Observed, 'psc'>): boolean {
  return status?.balance?.drained?.includes(name) === true;
}

/** Why nothing moves, where the balancer says so. */
export function saidByBalancer({ status }: Observed['psc']): string {
  const { state, reason = '' } = status?.balance ?? {};
  return state === 'Blocked' || state === 'Paused' ? `; the balancer is ${state.toLowerCase()} (${reason})` : '';
}

function wait(reason: string, message: string): Wait {
  return { task: 'resize', reason, message };
}
