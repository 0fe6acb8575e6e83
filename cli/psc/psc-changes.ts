import { CONDITION_TYPES, findCondition } from '../../contracts/conditions.ts';
import type { Condition, ConnectorStatus, PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';

/** What a person would want to know of the difference between two looks at a PSC; of the first look, everything that is not at rest. */
export function pscChanges(
  before: PhysicalStatefulCluster | undefined,
  now: PhysicalStatefulCluster,
): readonly string[] {
  return [
    ...specLines(before, now),
    ...conditionChanges(before, now),
    ...podLines(before, now),
    ...connectorLines(before, now),
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
  if (before === undefined) return [`${sizeOf(spec)}, revision ${spec.revision}`];
  const { spec: old } = before;
  if (JSON.stringify(old) === JSON.stringify(spec)) return [];
  const [from, to] = [sizeOf(old), sizeOf(spec)];
  return [`the spec changed: revision ${spec.revision}${from === to ? '' : `, ${from} ▶ ${to}`}`];
}

function sizeOf({ kafka, connect, ksqldb }: PhysicalStatefulCluster['spec']): string {
  if (connect !== undefined) return `Connect, ${connect.workers} workers`;
  return ksqldb === undefined ? `${kafka?.ckus ?? 0} CKU` : `ksqlDB, ${ksqldb.nodes} nodes`;
}

function connectorLines(
  before: PhysicalStatefulCluster | undefined,
  { status }: PhysicalStatefulCluster,
): readonly string[] {
  const said = ({ state = 'Unknown', tasks = [] }: ConnectorStatus): string => {
    const failed = tasks.filter((task) => task.state === 'Failed').length;
    return failed === 0 ? state : `${state}, ${failed} of ${tasks.length} tasks failed`;
  };
  const known = new Map(before?.status?.connect?.connectors?.map((row) => [row.name, said(row)]));
  const rows = status?.connect?.connectors ?? [];
  const gone = [...known.keys()].filter((name) => !rows.some((row) => row.name === name));
  return [
    ...rows.flatMap((row) => (known.get(row.name) === said(row) ? [] : [`connector ${row.name} ${said(row)}`])),
    ...gone.map((name) => `connector ${name} is gone`),
  ];
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
