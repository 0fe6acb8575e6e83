import type { PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import { ordinalOf } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import { heldBrokersIn } from '../../operators/balancer/execute/excluded-topics.ts';

/** What has become of brokers that are to be emptied, by the balancer's part of the status. */
export type DrainOutcome =
  | { readonly end: 'proven' }
  /** Excluded topics stay on some of them, and nothing else is on its way: it ends when people change what is excluded. */
  | { readonly end: 'held'; readonly pods: readonly string[]; readonly message: string }
  | { readonly end: 'under-way' };

/** @param pods names of brokers that somebody has asked to be emptied */
export function drainOutcome({ status }: PhysicalStatefulCluster, pods: readonly string[]): DrainOutcome {
  const { drained = [], state, reason, message = '' } = status?.balance ?? {};
  const left = pods.filter((pod) => !drained.includes(pod));
  if (left.length === 0) return { end: 'proven' };
  if (state !== 'Blocked' || reason !== 'TopicsExcluded') return { end: 'under-way' };
  // It may speak of brokers that were asked for before, and of these only in a moment.
  const named = heldBrokersIn(message);
  const held = left.filter((pod) => named.includes(ordinalOf(pod)));
  return held.length === 0 ? { end: 'under-way' } : { end: 'held', pods: held, message };
}
