import { CLIENT_KINDS } from '../../../constructs/kubernetes/client/client-view.ts';
import {
  CONFIG_HASH_ANNOTATION,
  IN_SYNC_GATE,
  TEMPLATE_HASH_ANNOTATION,
} from '../../../constructs/kubernetes/kafka/pod-template.ts';
import { STATEFUL_SETS } from '../../../constructs/kubernetes/kafka/stateful-sets.ts';
import type { ObjectMetadata } from '../../../contracts/kubernetes-object.ts';
import { ANNOTATIONS, LABELS } from '../../../contracts/labels.ts';
import type { ContainerState, ObservedPod, PodRole } from '../observed.ts';

/** What is read of a pod as the API server sends it. */
export interface RawPod {
  readonly metadata: ObjectMetadata & {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly conditions?: readonly RawCondition[];
    readonly initContainerStatuses?: readonly RawContainer[];
    readonly containerStatuses?: readonly RawContainer[];
  };
}

/** Undefined for a pod that is no member of the cluster, whatever its labels say. */
export function observedPod({ metadata, spec, status = {} }: RawPod): ObservedPod | undefined {
  const role = roleOf(metadata.labels?.[LABELS.role] ?? metadata.labels?.[LABELS.component]);
  const ordinal = role === undefined ? undefined : ordinalOf(metadata.name, role);
  if (role === undefined || ordinal === undefined) return undefined;
  const { annotations = {} } = metadata;
  const conditions = new Map((status.conditions ?? []).map((condition) => [condition.type, condition]));
  const gate = conditions.get(IN_SYNC_GATE)?.status;
  const scheduled = conditions.get('PodScheduled');
  return {
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    role,
    ordinal,
    createdAtMs: timeOf(metadata.creationTimestamp) ?? 0,
    templateHash: annotations[TEMPLATE_HASH_ANNOTATION] ?? '',
    configHash: annotations[CONFIG_HASH_ANNOTATION] ?? '',
    isTerminating: metadata.deletionTimestamp !== undefined,
    ...optional('fenceHolder', annotations[ANNOTATIONS.fenceHolder]),
    ...optional('evictedAtMs', timeOf(annotations[ANNOTATIONS.evictedAt])),
    ...optional('node', spec?.nodeName),
    ready: statusOf(conditions.get('Ready')),
    containersReady: statusOf(conditions.get('ContainersReady')),
    ...(gate === 'True' || gate === 'False' ? { inSyncGate: gate } : {}),
    container: containerState(status),
    ...(scheduled?.status === 'False' && scheduled.reason === 'Unschedulable'
      ? optional('unschedulableSinceMs', timeOf(scheduled.lastTransitionTime))
      : {}),
  };
}

/** The same pod on a node that does not report: what the API says of it is what was, not what is. */
export function onLostNode(pod: ObservedPod): ObservedPod {
  return { ...pod, ready: 'Unknown', containersReady: 'Unknown' };
}

interface RawCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly lastTransitionTime?: string | null;
}

interface RawContainer {
  readonly restartCount: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: object;
    readonly terminated?: { readonly exitCode: number };
  };
}

function roleOf(label: string | undefined): PodRole | undefined {
  return label === 'broker' || label === 'controller' ? label : CLIENT_KINDS.find((kind) => kind === label);
}

/** StatefulSets name their pods; nobody else's count. */
function ordinalOf(name: string, role: PodRole): number | undefined {
  const prefix = `${role === 'broker' || role === 'controller' ? STATEFUL_SETS[role] : role}-`;
  const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^(0|[1-9]\d{0,4})$/.test(digits) ? Number(digits) : undefined;
}

function statusOf(condition: RawCondition | undefined): 'True' | 'False' | 'Unknown' {
  const { status = 'False' } = condition ?? {};
  return status === 'True' || status === 'Unknown' ? status : 'False';
}

function containerState({
  initContainerStatuses = [],
  containerStatuses = [],
}: NonNullable<RawPod['status']>): ContainerState {
  const preparing = initContainerStatuses.find(({ state }) => state?.terminated?.exitCode !== 0);
  const container = preparing ?? containerStatuses[0];
  if (container === undefined) return { state: 'none' };
  const { restartCount: restarts, state = {} } = container;
  if (state.running !== undefined) return { state: 'running', restarts };
  if (state.terminated !== undefined) return { state: 'terminated', exitCode: state.terminated.exitCode, restarts };
  const { reason = '', message } = state.waiting ?? {};
  return { state: 'waiting', reason, ...optional('message', message), restarts };
}

function timeOf(text: string | null | undefined): number | undefined {
  const timeMs = Date.parse(text ?? '');
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Readonly<Record<K, V>>> {
  return value === undefined ? {} : ({ [key]: value } as Readonly<Record<K, V>>);
}
