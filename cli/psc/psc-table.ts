import { CONDITION_TYPES, type ConditionType, findCondition } from '../../contracts/conditions.ts';
import type {
  ConnectorStatus,
  LeavingBroker,
  PasswordsStatus,
  PhysicalStatefulCluster,
} from '../../contracts/gen/psc-types.ts';
import { table } from '../table.ts';
import { age } from './age.ts';
import { conditionLines } from './explanation-text.ts';

/** All PSCs of a Kubernetes cluster, one a line. */
export function pscTable(pscs: readonly PhysicalStatefulCluster[], nowMs: number): string {
  const rows = [...pscs]
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((psc) => [psc.metadata.name, ...cells(psc), age(creationTime(psc), nowMs)]);
  return `${table(['name', 'CKUs', 'brokers', 'pods', 'ready', 'resizing', 'rolling', 'balanced', 'stalled', 'age'], rows)}\n`;
}

/** One PSC with its conditions and brokers. */
export function pscDetail(psc: PhysicalStatefulCluster, nowMs: number): string {
  const { brokers = [], leaving = [], conditions = [], bootstrapServer, connect } = psc.status ?? {};
  return [
    pscTable([psc], nowMs),
    'conditions',
    ...conditionLines(conditions, nowMs),
    '',
    ...(brokers.length === 0
      ? []
      : [
          table(
            ['broker', 'id', 'zone', 'state', 'GiB', 'external host'],
            brokers.map(({ pod, brokerId, zone = '', state = '', diskSizeGib, externalHost = '' }) => [
              pod,
              text(brokerId),
              zone,
              state,
              text(diskSizeGib),
              externalHost,
            ]),
          ),
          '',
        ]),
    ...(connect?.connectors === undefined ? [] : [connectorTable(connect.connectors), '']),
    ...leaving.map(leavingLine),
    ...(leaving.length === 0 ? [] : ['']),
    ...credentialLines(psc),
    ...featureLines(psc),
    ...(bootstrapServer === undefined ? [] : [`clients start at ${bootstrapServer}`, '']),
  ].join('\n');
}

function connectorTable(connectors: readonly ConnectorStatus[]): string {
  return table(
    ['connector', 'state', 'tasks', 'restarts', 'what is wrong'],
    connectors.map(({ name, state = '', tasks = [], restarts = 0, message }) => {
      const failed = tasks.find((task) => task.state === 'Failed');
      const running = tasks.filter((task) => task.state === 'Running').length;
      return [name, state, `${running}/${tasks.length}`, String(restarts), message ?? failed?.trace ?? ''];
    }),
  );
}

function leavingLine({ pod, since, emptySince, goneAt, claimUid = '' }: LeavingBroker): string {
  if (goneAt !== undefined) return `${pod} is gone since ${goneAt}, and its volume is kept (claim ${claimUid})`;
  const found = emptySince === undefined ? 'and is being emptied' : `and is empty since ${emptySince}`;
  return `${pod} leaves since ${since} ${found}`;
}

function credentialLines({ spec, status }: PhysicalStatefulCluster): readonly string[] {
  const { authorityEnds, firstPodEnds, formerAuthorityUntil } = status?.certificates ?? {};
  const { madeAt, formerUntil } = status?.passwords ?? {};
  const lines = [
    ...(firstPodEnds === undefined ? [] : [`certificates of pods last until ${firstPodEnds}`]),
    ...(authorityEnds === undefined ? [] : [`their authority lasts until ${authorityEnds}`]),
    ...(formerAuthorityUntil === undefined
      ? []
      : [`the authority before it is trusted until ${formerAuthorityUntil}: clients need the new ca.crt by then`]),
    ...(spec.kafka === undefined
      ? ownPasswordLines(status?.passwords)
      : [
          ...(madeAt === undefined ? [] : [`passwords of the platform's users were made at ${madeAt}`]),
          ...(formerUntil === undefined ? [] : [`those before them let in until ${formerUntil}`]),
        ]),
  ];
  return lines.length === 0 ? [] : [...lines, ''];
}

/** Of a cluster that is a client: the former one ends only when no pod has it any more. */
function ownPasswordLines({ madeAt, formerUntil }: PasswordsStatus = {}): readonly string[] {
  return [
    ...(madeAt === undefined ? [] : [`the password of its user on Kafka was made at ${madeAt}`]),
    ...(formerUntil === undefined
      ? []
      : [`the one before it lets in until no pod has it, and at least until ${formerUntil}`]),
  ];
}

function featureLines({ status }: PhysicalStatefulCluster): readonly string[] {
  const { version, finishedAt } = status?.features ?? {};
  if (version === undefined || finishedAt === undefined) return [];
  return [
    `every pod runs Kafka ${version}; what it brings is finished at ${finishedAt}, and the version before it can be taken back until then`,
    '',
  ];
}

function cells({ spec, status = {} }: PhysicalStatefulCluster): readonly string[] {
  const placed = Object.values(spec.kafka?.placement ?? {}).reduce((sum, { pods }) => sum + pods.length, 0);
  const said = (type: ConditionType): string => {
    const condition = findCondition(status.conditions, type);
    return condition === undefined ? '-' : condition.status;
  };
  return [
    text(spec.kafka?.ckus),
    spec.kafka === undefined ? '-' : `${status.brokerCount ?? 0}/${placed}`,
    status.podsReady ?? '-',
    said(CONDITION_TYPES.ready),
    said(CONDITION_TYPES.clusterResizing),
    said(CONDITION_TYPES.rolling),
    status.balance?.state ?? '-',
    said(CONDITION_TYPES.stalled),
  ];
}

function creationTime({ metadata }: PhysicalStatefulCluster): string | undefined {
  const { creationTimestamp } = metadata as { readonly creationTimestamp?: string };
  return creationTimestamp;
}

function text(value: number | undefined): string {
  return value === undefined ? '-' : String(value);
}
