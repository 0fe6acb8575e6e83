import type { Condition } from './gen/psc-types.ts';

/** Types of a PSC's conditions: a list-map by type, each written by one field manager. */
export const CONDITION_TYPES = {
  /** Clients can use the whole cluster. */
  ready: 'flotilla.dev/Ready',
  /** Brokers are being added or taken away. */
  clusterResizing: 'flotilla.dev/ClusterResizing',
  /** Pods are being replaced in place. */
  rolling: 'flotilla.dev/Rolling',
  /** Replicas are moving between brokers. Written by the balancer. */
  balancing: 'flotilla.dev/Balancing',
  /** Infinite Storage works: what brokers have to copy reaches the bucket, and soon. */
  storageTiered: 'flotilla.dev/StorageTiered',
  /** kstatus: the operator is on its way to the spec. */
  reconciling: 'Reconciling',
  /** kstatus: the operator cannot get further by itself. */
  stalled: 'Stalled',
} as const;
export type ConditionType = (typeof CONDITION_TYPES)[keyof typeof CONDITION_TYPES];

/** Reasons of each condition type; the gate that holds a change up is the reason while it does. */
export const CONDITION_REASONS = {
  'flotilla.dev/Ready': [
    'AllBrokersInSync',
    'BrokersNotInSync',
    'UnderReplicatedPartitions',
    'QuorumLost',
    'KafkaUnreachable',
    'AllConnectorsRunning',
    'AllNodesReady',
    'KafkaNotReady',
    'WaitingForWorkers',
    'WaitingForPods',
    'ConnectUnreachable',
    'ConnectorRejected',
    'ConnectorFailed',
    'TasksFailed',
    'ConnectorsStarting',
  ],
  'flotilla.dev/ClusterResizing': [
    'ClusterNotResizing',
    'AddingBrokers',
    'RemovingBrokers',
    'DrainingBrokers',
    'StoppingBrokers',
    'KeepingVolumes',
    'ShrinkRefused',
    'UnknownState',
    'WaitingForCredentials',
    'CredentialsLost',
    'WaitingForExternalDns',
    'WaitingForVolumes',
    'WaitingForPods',
    'UnderReplicatedPartitions',
  ],
  'flotilla.dev/Rolling': [
    'ClusterNotRolling',
    'RollingBrokers',
    'RollingControllers',
    'RollingPods',
    'KafkaNotReady',
    'UnderReplicatedPartitions',
    'UnknownState',
    'QuorumAtRisk',
    'MinIsrTooHigh',
    'ReassignmentRunning',
    'StaleView',
    'WaitingForPods',
    'WaitingForLeaders',
    'RollStopped',
    'CredentialsLost',
    'StoppingBrokers',
    'Paused',
    'OutsideMaintenanceWindow',
  ],
  'flotilla.dev/Balancing': [
    'Balanced',
    'MovingReplicas',
    'Paused',
    'Cancelled',
    'Rolling',
    'UnderReplicatedPartitions',
    'BrokersSilent',
    'ClientsSlow',
    'WrongPlan',
    'NoRoom',
    'TopicsExcluded',
    'KafkaUnreachable',
  ],
  'flotilla.dev/StorageTiered': [
    'Tiered',
    'NotRequested',
    'CopiesFailing',
    'CopyLagging',
    'MetricsUnreadable',
    'KafkaUnreachable',
  ],
  Reconciling: ['Reconciling', 'UpToDate', 'Stalled', 'Paused', 'Ignored'],
  Stalled: [
    'NotStalled',
    'SpecRejected',
    'ApplyRejected',
    'SettingRejected',
    'RollStopped',
    'VolumeLost',
    'CredentialsLost',
    'MinIsrTooHigh',
    'ConnectorRejected',
    'ConnectorFailed',
    'TasksFailed',
    'ShrinkRefused',
    'KindNotServed',
    'DeletionProtected',
  ],
} as const satisfies Record<ConditionType, readonly string[]>;

export type ConditionReason<T extends ConditionType = ConditionType> = (typeof CONDITION_REASONS)[T][number];
export type ConditionStatus = Condition['status'];

/** What a writer says of a condition; times are kept by {@link setCondition}. */
export type ConditionUpdate = {
  readonly [T in ConditionType]: {
    readonly type: T;
    readonly status: ConditionStatus;
    readonly reason: ConditionReason<T>;
    /** Default: empty. */
    readonly message?: string;
    /** `metadata.generation` of the PSC that was looked at. */
    readonly observedGeneration: number;
  };
}[ConditionType];

/**
 * The conditions with one of them brought up to date. Returns the same list when nothing changes, so that a writer at
 * rest writes nothing: lastProbeTime moves only together with another change, lastTransitionTime only with the status.
 */
export function setCondition(conditions: readonly Condition[], next: ConditionUpdate, now: Date): readonly Condition[] {
  const current = conditions.find((condition) => condition.type === next.type);
  if (current !== undefined && saysTheSame(current, next)) return conditions;
  const time = now.toISOString();
  const updated: Condition = {
    type: next.type,
    status: next.status,
    observedGeneration: next.observedGeneration,
    lastTransitionTime: current?.status === next.status ? current.lastTransitionTime : time,
    lastProbeTime: time,
    reason: next.reason,
    ...(next.message !== undefined && next.message !== '' && { message: next.message }),
  };
  return current === undefined
    ? [...conditions, updated]
    : conditions.map((condition) => (condition === current ? updated : condition));
}

/** The condition of a type, where there is one. */
export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: ConditionType,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

function saysTheSame(current: Condition, next: ConditionUpdate): boolean {
  return (
    current.status === next.status &&
    current.reason === next.reason &&
    (current.message ?? '') === (next.message ?? '') &&
    current.observedGeneration === next.observedGeneration
  );
}
