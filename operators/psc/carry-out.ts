import type { ConditionUpdate } from '../../contracts/conditions.ts';
import { type Steps, UNFOLLOWED } from '../runtime/steps.ts';
import type { Execution } from './execute-writes.ts';
import type { StoredPsc } from './observed.ts';
import { type AnyWrite, type Plan, plannedPart, type Wait } from './plan.ts';
import { type Clock, type ClusterPort, ConflictError } from './ports.ts';
import { statusAfter } from './status-after.ts';
import { type PscCondition, unservedReason } from './unserved-reason.ts';

export interface ReconcileResult {
  /** When to look again although nothing has changed. */
  readonly lookAgainMs: number;
  /** `acted`: something was written; `at-rest`: nothing was, and nothing is awaited. */
  readonly outcome: 'gone' | 'acted' | 'waiting' | 'at-rest' | 'conflict' | 'refused';
  readonly waits: readonly Wait[];
}

/** What it takes to carry a plan out, whatever the kind of cluster. */
export interface CarryPorts {
  readonly cluster: Pick<ClusterPort, 'writeStatus'>;
  readonly clock: Clock;
  readonly isLeader: () => boolean;
  /** @default - nobody follows it */
  readonly steps?: Steps;
}

export const REST_MS = 30_000;
export const RETRY_MS = 1_000;

/**
 * Has a plan executed, and says in the status what came of it.
 *
 * @throws whatever the API server fails with
 */
export async function carryOut<W extends AnyWrite>(
  plan: Plan<W>,
  psc: StoredPsc,
  ports: CarryPorts,
  execute: (steps: Steps) => Promise<Execution<W>>,
): Promise<ReconcileResult> {
  const { steps = UNFOLLOWED } = ports;
  const execution = await steps.run('execute', execute);
  if (execution.end === 'conflict' || execution.end === 'not-leader') {
    return { lookAgainMs: RETRY_MS, outcome: 'conflict', waits: plan.waits };
  }
  // The finalizer changed the PSC itself: the status is for the pass that has seen it.
  const isChanged = plan.writes.some(({ kind }) => kind === 'set-finalizer');
  const status = isChanged ? undefined : statusAfter(psc, plan, execution, new Date(ports.clock.nowMs()));
  if (status !== undefined && ports.isLeader()) {
    try {
      await steps.run('write status', () => ports.cluster.writeStatus(psc, status));
    } catch (error) {
      // Something has changed since it was observed: no fault, the next pass sees it.
      if (!(error instanceof ConflictError)) throw error;
      return { lookAgainMs: RETRY_MS, outcome: 'conflict', waits: plan.waits };
    }
  }
  return {
    lookAgainMs: plan.lookAgainMs,
    outcome: outcomeOf(plan, execution, status !== undefined || isChanged),
    waits: plan.waits,
  };
}

function outcomeOf<W extends AnyWrite>(
  plan: Plan<W>,
  { end, done }: Execution<W>,
  hasWritten: boolean,
): ReconcileResult['outcome'] {
  if (end === 'refused') return 'refused';
  if (done > 0 || hasWritten) return 'acted';
  return plan.waits.length > 0 ? 'waiting' : 'at-rest';
}

/** What is said of a PSC that is left alone. */
export function unservedPlan(psc: StoredPsc): Plan<never> | undefined {
  const reason = unservedReason(psc);
  return reason === undefined ? undefined : onlySays(psc, reason);
}

/** What is said of a spec that cannot be served; the running cluster is left as it is. */
export function refusedPlan(psc: StoredPsc, message: string): Plan<never> {
  return onlySays(psc, { type: 'Stalled', status: 'True', reason: 'SpecRejected', message });
}

function onlySays(psc: StoredPsc, update: PscCondition): Plan<never> {
  const { generation } = psc.metadata;
  const status = { ...plannedPart(psc.status), observedGeneration: generation, observedRevision: psc.spec.revision };
  const condition = { ...update, observedGeneration: generation } as ConditionUpdate;
  return { writes: [], waits: [], conditions: [condition], status, lookAgainMs: REST_MS };
}
