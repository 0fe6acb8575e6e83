import { isDeepStrictEqual } from 'node:util';
import { CONDITION_TYPES, type ConditionUpdate, setCondition } from '../../contracts/conditions.ts';
import type { Condition } from '../../contracts/gen/psc-types.ts';
import type { Execution } from './execute-writes.ts';
import type { StoredPsc } from './observed.ts';
import { objectKey } from './observed.ts';
import { type AnyWrite, type Plan, type PlannedStatus, plannedPart } from './plan.ts';

/** The operator's part of the status after a pass; undefined when it is stored already, so that nothing is written at rest. */
export function statusAfter<W extends AnyWrite>(
  psc: StoredPsc,
  plan: Plan<W>,
  execution: Execution<W>,
  now: Date,
): Readonly<Record<string, unknown>> | undefined {
  const own = (psc.status?.conditions ?? []).filter(({ type }) => type !== CONDITION_TYPES.balancing);
  // One update per type: what was refused has the last word.
  const byType = new Map([...plan.conditions, ...refusalUpdates(psc, execution)].map((each) => [each.type, each]));
  const updates = [...byType.values()];
  const conditions = updates.reduce<readonly Condition[]>((list, update) => setCondition(list, update, now), own);
  const isStored = conditions === own || isDeepStrictEqual(conditions, own);
  const status = withUnreleased(psc, plan, execution);
  if (isStored && isDeepStrictEqual(plannedPart(psc.status), status)) return undefined;
  return { ...status, conditions };
}

/** A volume that was not released is remembered, or its disk would be nobody's. */
function withUnreleased<W extends AnyWrite>(
  psc: StoredPsc,
  { writes, status }: Plan<W>,
  { done }: Execution<W>,
): PlannedStatus {
  const volumes = new Set(
    writes
      .slice(done)
      .flatMap(({ kind, volume }) => (kind === 'release-volume' && volume !== undefined ? [volume] : [])),
  );
  const entries = (psc.status?.leaving ?? []).filter(({ volume }) => volume !== undefined && volumes.has(volume));
  return entries.length === 0 ? status : { ...status, leaving: [...(status.leaving ?? []), ...entries] };
}

function refusalUpdates<W extends AnyWrite>(psc: StoredPsc, { refusal }: Execution<W>): readonly ConditionUpdate[] {
  if (refusal === undefined) return [];
  const { write, message } = refusal;
  const isSetting = write.kind === 'alter-cluster-settings' || write.kind === 'alter-default-quota';
  const what = write.kind === 'apply' && write.object !== undefined ? objectKey(write.object) : write.kind;
  const observedGeneration = psc.metadata.generation;
  return [
    {
      type: CONDITION_TYPES.stalled,
      status: 'True',
      reason: isSetting ? 'SettingRejected' : 'ApplyRejected',
      message: `${what}: ${message}`,
      observedGeneration,
    },
    {
      type: CONDITION_TYPES.reconciling,
      status: 'False',
      reason: 'Stalled',
      message: `${what}: ${message}`,
      observedGeneration,
    },
  ];
}
