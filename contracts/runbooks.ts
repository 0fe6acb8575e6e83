import type { ConditionReason } from './conditions.ts';

/** How urgent it is: `page` gets a person up, `ticket` waits for the morning. */
export type Urgency = 'page' | 'ticket';

/** When a person is called for something that lasts. */
export interface Call {
  readonly urgency: Urgency;
  /** How long it may last before. */
  readonly afterMinutes: number;
}

const page = (afterMinutes: number): Call => ({ urgency: 'page', afterMinutes });
const ticket = (afterMinutes: number): Call => ({ urgency: 'ticket', afterMinutes });

/** The operator cannot get further by itself: reasons of the condition `Stalled`. */
export const STALLED_CALLS = {
  VolumeLost: page(1),
  CredentialsLost: page(1),
  RollStopped: page(5),
  SpecRejected: ticket(5),
  ApplyRejected: ticket(10),
  SettingRejected: ticket(5),
  MinIsrTooHigh: ticket(10),
  ConnectorRejected: ticket(5),
  ConnectorFailed: ticket(5),
  TasksFailed: ticket(5),
  ShrinkRefused: ticket(10),
  KindNotServed: ticket(10),
  DeletionProtected: ticket(60),
} as const satisfies Record<Exclude<ConditionReason<'Stalled'>, 'NotStalled'>, Call>;

/** Clients cannot use the whole cluster: reasons of the condition `Ready`. */
export const READY_CALLS = {
  QuorumLost: page(2),
  KafkaUnreachable: page(5),
  UnderReplicatedPartitions: ticket(30),
  BrokersNotInSync: ticket(30),
  KafkaNotReady: ticket(30),
  WaitingForWorkers: ticket(30),
  WaitingForPods: ticket(30),
  ConnectUnreachable: ticket(15),
  ConnectorRejected: ticket(15),
  ConnectorFailed: ticket(15),
  TasksFailed: ticket(15),
  ConnectorsStarting: ticket(30),
} as const satisfies Record<Exclude<ConditionReason<'flotilla.dev/Ready'>, WellReason>, Call>;

/** Reasons of a condition `Ready` that is True. */
type WellReason = 'AllBrokersInSync' | 'AllConnectorsRunning' | 'AllNodesReady';

/** The operator waits for something: reasons of its waits, whatever the task. Patience is that of a large cluster. */
export const WAIT_CALLS = {
  WaitingForCredentials: ticket(10),
  WaitingForCertificates: ticket(3 * 60),
  WaitingForPasswords: ticket(3 * 60),
  WaitingForExternalDns: ticket(15),
  WaitingForVolumes: ticket(15),
  ReplacingController: ticket(15),
  WaitingForPods: ticket(30),
  WaitingForWorkers: ticket(30),
  KafkaNotReady: ticket(30),
  ConnectUnreachable: ticket(15),
  ConnectorFailed: ticket(30),
  TasksFailed: ticket(30),
  ConnectorRejected: ticket(15),
  ConnectorsStarting: ticket(30),
  RemovingBrokers: ticket(15),
  // A large cluster's data takes long to move.
  DrainingBrokers: ticket(12 * 60),
  KeepingVolumes: ticket(60),
  ShrinkRefused: ticket(10),
  StoppingBrokers: ticket(15),
  StoppingPods: ticket(15),
  WaitingForLeaders: ticket(30),
  BrokersNotInSync: ticket(30),
  UnderReplicatedPartitions: ticket(60),
  UnknownState: ticket(15),
  QuorumAtRisk: page(15),
  MinIsrTooHigh: ticket(15),
  ReassignmentRunning: ticket(6 * 60),
  StaleView: ticket(15),
  ChangingSettings: ticket(15),
  Paused: ticket(24 * 60),
  OutsideMaintenanceWindow: ticket(8 * 24 * 60),
} as const satisfies Readonly<Record<string, Call>>;

/** The balancer waits for something: reasons of the condition `flotilla.dev/Balancing`. */
export const BALANCING_CALLS = {
  WrongPlan: ticket(10),
  NoRoom: ticket(30),
  BrokersSilent: page(10),
  ClientsSlow: ticket(60),
  UnderReplicatedPartitions: ticket(60),
  KafkaUnreachable: ticket(15),
  TopicsExcluded: ticket(60),
  Rolling: ticket(6 * 60),
  Paused: ticket(24 * 60),
  Cancelled: ticket(24 * 60),
} as const satisfies Record<Exclude<ConditionReason<'flotilla.dev/Balancing'>, 'Balanced' | 'MovingReplicas'>, Call>;

/** Infinite Storage does not work: reasons of the condition `flotilla.dev/StorageTiered`. */
export const TIERING_CALLS = {
  CopiesFailing: page(15),
  CopyLagging: ticket(30),
  MetricsUnreadable: ticket(15),
  KafkaUnreachable: ticket(15),
} as const satisfies Record<Exclude<ConditionReason<'flotilla.dev/StorageTiered'>, 'Tiered' | 'NotRequested'>, Call>;

/** Every reason for which a person may be called: each has a page. */
export const RUNBOOK_REASONS: readonly string[] = [
  ...new Set(
    [STALLED_CALLS, READY_CALLS, WAIT_CALLS, BALANCING_CALLS, TIERING_CALLS].flatMap((calls) => Object.keys(calls)),
  ),
].sort();

/** Page of a reason in the project; undefined where nobody is called for it. */
export function runbookOf(reason: string): string | undefined {
  return RUNBOOK_REASONS.includes(reason) ? `docs/runbooks/${reason}.md` : undefined;
}
