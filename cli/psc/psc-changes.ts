import { CONDITION_TYPES, findCondition } from '../../contracts/conditions.ts';
import type { Condition, PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';

/** What a person would want to know of the difference between two looks at a PSC; of the first look, everything that is not at rest. */
export function pscChanges(
  before: PhysicalStatefulCluster | undefined,
  now: PhysicalStatefulCluster,
): readonly string[] {
  return [
    ...specLines(before, now),
    ...conditionChanges(before, now),
    ...podLines(before, now),
    ...fenceLines(before, now),
  ];
}

/** Whether the operator has brought the PSC to where its newest spec wants it. */
export function isSettled({ metadata, status = {} }: PhysicalStatefulCluster): boolean {
  const { generation } = metadata as { readonly generation?: number };
  const isSaid = (type: Parameters<typeof findCondition>[1], wanted: Condition['status']): boolean =>
    findCondition(status.conditions, type)?.status === wanted;
  return (
    status.observedGeneration === generation &&
    isSaid(CONDITION_TYPES.ready, 'True') &&
    isSaid(CONDITION_TYPES.reconciling, 'False') &&
    !isSaid(CONDITION_TYPES.stalled, 'True')
  );
}

function specLines(before: PhysicalStatefulCluster | undefined, { spec }: PhysicalStatefulCluster): readonly string[] {
  if (before === undefined) return [`${spec.kafka?.ckus ?? 0} CKU, revision ${spec.revision}`];
  const { spec: old } = before;
  if (JSON.stringify(old) === JSON.stringify(spec)) return [];
  const size = old.kafka?.ckus === spec.kafka?.ckus ? '' : `, ${old.kafka?.ckus ?? 0} ▶ ${spec.kafka?.ckus ?? 0} CKU`;
  return [`the spec changed: revision ${spec.revision}${size}`];
}

function conditionChanges(
  before: PhysicalStatefulCluster | undefined,
  { status }: PhysicalStatefulCluster,
): readonly string[] {
  return (status?.conditions ?? []).flatMap((condition) => {
    const old = before?.status?.conditions?.find(({ type }) => type === condition.type);
    if (old === undefined && isQuiet(condition)) return [];
    const isSame =
      old?.status === condition.status && old.reason === condition.reason && old.message === condition.message;
    return isSame ? [] : [conditionLine(condition)];
  });
}

/** Says that all is well, which needs no line of its own. */
function isQuiet({ type, status }: Condition): boolean {
  return type !== CONDITION_TYPES.ready && status === 'False';
}

function conditionLine({ type, status, reason, message = '' }: Condition): string {
  return `${type.replace('flotilla.dev/', '')} ${status} ${reason}${message === '' ? '' : `: ${message}`}`;
}

function podLines(
  before: PhysicalStatefulCluster | undefined,
  { status = {} }: PhysicalStatefulCluster,
): readonly string[] {
  const rows = [...(status.brokers ?? []), ...(status.controllers ?? [])];
  const known = new Map(
    [...(before?.status?.brokers ?? []), ...(before?.status?.controllers ?? [])].map(({ pod, state }) => [pod, state]),
  );
  return rows.flatMap(({ pod, zone = '', state = 'Unknown' }) => {
    const old = known.get(pod);
    if (old === state || (before === undefined && state === 'InSync')) return [];
    return [old === undefined ? `${pod} (${zone}) ${state}` : `${pod} (${zone}) ${old} ▶ ${state}`];
  });
}

function fenceLines(before: PhysicalStatefulCluster | undefined, psc: PhysicalStatefulCluster): readonly string[] {
  const named = (one: PhysicalStatefulCluster | undefined): string =>
    (one?.status?.fence?.members ?? []).map(({ name }) => name).join(', ');
  const old = named(before);
  const now = named(psc);
  if (old === now) return [];
  return now === '' ? [`the batch ${old} is over`] : [`batch: ${now} in zone ${psc.status?.fence?.zone ?? ''}`];
}
