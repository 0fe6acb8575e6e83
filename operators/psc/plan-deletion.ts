import type { Observed } from './observed.ts';
import { type Plan, plannedPart, removals, type Wait, type Write } from './plan.ts';
import { statefulSetKey } from './templates.ts';

/** Finalizer of the operator on a PSC: two of its objects lie outside the PSC's namespace, where no owner reference reaches. */
export const FINALIZER = 'flotilla.dev/operator';

const LOOK_AGAIN_MS = 5_000;

/**
 * What a PSC that is being deleted still needs: its brokers stop first, since one that finds no controller would wait ten
 * minutes for it; then what lies outside its namespace goes, and the rest with the PSC. Claims stay, and with them the data.
 */
export function planDeletion(observed: Observed): Plan {
  const { psc, objects, pods } = observed;
  const { generation } = psc.metadata;
  const status = { ...plannedPart(psc.status), observedGeneration: generation };
  const plan = { waits: [], conditions: [], status, asksForFreshRead: false, lookAgainMs: LOOK_AGAIN_MS };
  if (psc.spec.deletionProtection === true) {
    const message = 'spec.deletionProtection is set: the cluster stays as it is until it is taken away';
    const stalled = { type: 'Stalled', status: 'True', reason: 'DeletionProtected', message } as const;
    return { ...plan, writes: [], conditions: [{ ...stalled, observedGeneration: generation }] };
  }
  const { namespace = '' } = psc.metadata;
  const brokers = objects.get(statefulSetKey({ namespace }, 'broker'));
  const stopping = pods.filter(({ role }) => role === 'broker').length;
  if (brokers !== undefined || stopping > 0) {
    const wait: Wait = { task: 'pods', reason: 'StoppingBrokers', message: `${stopping} brokers stop` };
    return { ...plan, writes: brokers === undefined ? [] : removals([brokers]), waits: [wait] };
  }
  const outside = [...objects.values()].filter(({ metadata }) => metadata.namespace !== psc.metadata.namespace);
  const hasFinalizer = psc.metadata.finalizers?.includes(FINALIZER) === true;
  const last: readonly Write[] = hasFinalizer ? [{ kind: 'set-finalizer', finalizer: 'absent' }] : [];
  return { ...plan, writes: [...removals(outside), ...last] };
}
