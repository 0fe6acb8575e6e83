import type { KafkaRole } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { CONFIG_HASH_ANNOTATION, TEMPLATE_HASH_ANNOTATION } from '../../../constructs/kubernetes/kafka/pod-template.ts';
import { nodeIdOf } from '../../../operators/psc/classify.ts';
import type { ContainerState, ObservedPod } from '../../../operators/psc/observed.ts';
import type { NodeModel } from './node-model.ts';
import { templateFacts, type TemplateFacts } from './pod-template-facts.ts';
import { EPOCH_MS } from './wall-clock.ts';

/** A pod as it truly is; {@link observedPod} is what the API server says of it. */
export interface PodRecord {
  readonly name: string;
  readonly uid: string;
  readonly role: KafkaRole;
  readonly ordinal: number;
  readonly nodeId: number;
  readonly facts: TemplateFacts;
  readonly createdAtMs: number;
  /** What the process has read at its start. */
  files?: Readonly<Record<string, string>>;
  resourceVersion: string;
  node?: NodeModel;
  container: ContainerState;
  restarts: number;
  isListening: boolean;
  isTerminating: boolean;
  /** Whether its object is deleted: nothing is said of it any more. */
  isGone: boolean;
  /** Whether the control plane has given its node up for lost. */
  isNodeLost: boolean;
  gate?: 'True' | 'False';
  fenceHolder?: string;
  /** When somebody last asked for its eviction, and when first. */
  evictedAtMs?: number;
  askedSinceMs?: number;
  unschedulableSinceMs?: number;
  /** Counts starts and ends: what was planned for an earlier one no longer happens. */
  run: number;
}

export interface NewPod {
  readonly name: string;
  readonly uid: string;
  readonly role: KafkaRole;
  readonly ordinal: number;
  readonly template: unknown;
  readonly createdAtMs: number;
}

export function newPodRecord({ template, ...pod }: NewPod): PodRecord {
  return {
    ...pod,
    nodeId: nodeIdOf(pod.role, pod.ordinal),
    facts: templateFacts(template),
    resourceVersion: '',
    container: { state: 'none' },
    restarts: 0,
    isListening: false,
    isTerminating: false,
    isGone: false,
    isNodeLost: false,
    run: 0,
  };
}

export function observedPod(pod: PodRecord): ObservedPod {
  const { annotations } = pod.facts;
  const containersReady = pod.isNodeLost ? 'Unknown' : pod.isListening ? 'True' : 'False';
  const isReady = pod.isListening && (pod.role === 'controller' || pod.gate === 'True');
  return {
    name: pod.name,
    uid: pod.uid,
    resourceVersion: pod.resourceVersion,
    role: pod.role,
    ordinal: pod.ordinal,
    createdAtMs: EPOCH_MS + pod.createdAtMs,
    templateHash: annotations[TEMPLATE_HASH_ANNOTATION] ?? '',
    configHash: annotations[CONFIG_HASH_ANNOTATION] ?? '',
    isTerminating: pod.isTerminating,
    ready: pod.isNodeLost ? 'Unknown' : isReady ? 'True' : 'False',
    containersReady,
    container: pod.container,
    ...(pod.node === undefined ? {} : { node: pod.node.name }),
    ...(pod.gate === undefined ? {} : { inSyncGate: pod.gate }),
    ...(pod.fenceHolder === undefined ? {} : { fenceHolder: pod.fenceHolder }),
    ...(pod.evictedAtMs === undefined ? {} : { evictedAtMs: EPOCH_MS + pod.evictedAtMs }),
    ...(pod.unschedulableSinceMs === undefined ? {} : { unschedulableSinceMs: EPOCH_MS + pod.unschedulableSinceMs }),
  };
}

/** Whether no container of the pod was ever started: phase Pending. */
export function isPending({ container, restarts }: PodRecord): boolean {
  return restarts === 0 && (container.state === 'none' || container.state === 'waiting');
}
