import { claimName } from '../../constructs/kubernetes/kafka/claims.ts';
import { ordinalOf } from '../../constructs/kubernetes/kafka/placed-pod.ts';
import type { LeavingBroker } from '../../contracts/gen/psc-types.ts';
import type { Context } from './context.ts';
import { replicasOf } from './gates.ts';
import type { Observed } from './observed.ts';
import type { Wait, Write } from './plan.ts';
import { statefulSetKey } from './templates.ts';

/**
 * From when a broker that had stopped is placed again until it starts. Kafka takes "forget this broker" without any precondition:
 * what an operator before this one sent must have arrived, or it would hit the broker that runs again.
 */
export const RETURN_PATIENCE_MS = 75_000;

/**
 * What the status remembers of a broker that was leaving and is placed again. It is forgotten when nothing that was decided before
 * can take effect any more: only then may data be put on the broker again.
 */
export function planReturning(
  context: Context,
  { made, mark }: { readonly made: number; readonly mark: string | undefined },
  entry: LeavingBroker,
): { readonly entry?: LeavingBroker; readonly writes?: readonly Write[] } {
  const { observed } = context;
  const { pod } = entry;
  // A stop or a deletion that is still on its way meets a conflict once what it rests on has lost its mark.
  if (mark === pod || isClaimEnding(pod, observed)) return { entry };
  if (made > ordinalOf(pod) || entry.emptySince === undefined) return {};
  if (entry.returningSince === undefined) {
    return { entry: { ...entry, returningSince: new Date(observed.nowMs).toISOString() } };
  }
  return isPatienceOver(entry, observed) ? { writes: releaseOfFormer(context, entry) } : { entry };
}

/** Its claim was deleted already, and the disk is nobody's any more. */
function releaseOfFormer({ observed, rules }: Context, entry: LeavingBroker): readonly Write[] {
  const { volume, claimUid } = entry;
  if (volume === undefined || claimUid === undefined || !rules.isGraceOver(entry, observed)) return [];
  return observed.claims.some(({ uid }) => uid === claimUid) ? [] : [{ kind: 'release-volume', volume, claimUid }];
}

/** Why brokers that had stopped may not start yet. */
export function returnWait({ view, observed }: Context): Wait | undefined {
  const made = replicasOf(observed.objects.get(statefulSetKey(view, 'broker')));
  const leaving = new Set(view.leaving.map(({ name }) => name));
  const stopped = (observed.psc.status?.leaving ?? []).find(
    (entry) =>
      !leaving.has(entry.pod) &&
      view.brokers.some(({ name }) => name === entry.pod) &&
      made <= ordinalOf(entry.pod) &&
      (isClaimEnding(entry.pod, observed) || (entry.emptySince !== undefined && !isPatienceOver(entry, observed))),
  );
  if (stopped === undefined) return undefined;
  const message = isClaimEnding(stopped.pod, observed)
    ? `the volume claim of ${stopped.pod} is on its way out or back`
    : `${stopped.pod} had stopped, and starts when nothing that was sent before can reach Kafka any more`;
  return { task: 'resize', reason: 'WaitingForVolumes', message };
}

/** Whether what is known of a claim may be of one that is going. */
export function isClaimEnding(pod: string, { claims }: Pick<Observed, 'claims'>): boolean {
  const claim = claims.find(({ name }) => name === claimName(pod));
  return claim !== undefined && (claim.isEnding || claim.isTerminating);
}

function isPatienceOver({ returningSince }: LeavingBroker, { nowMs }: Pick<Observed, 'nowMs'>): boolean {
  return returningSince !== undefined && nowMs - Date.parse(returningSince) >= RETURN_PATIENCE_MS;
}
