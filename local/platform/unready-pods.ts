import type { Pod } from '../agent/kubernetes-types.ts';

/** What a person wants to know of a pod that should be ready and is not. */
export interface UnreadyPod {
  readonly name: string;
  /** One line: where it stands, and why. */
  readonly reason: string;
  /** Container whose log says more, and whether that of its last end does. Absent: none has started. */
  readonly log?: { readonly container: string; readonly previous: boolean };
}

/** The pods that are not ready, each with what Kubernetes says of its first container that holds it up. */
export function unreadyPods(pods: readonly Pod[]): readonly UnreadyPod[] {
  return pods.filter((pod) => conditionOf(pod, 'Ready')?.status !== 'True').map(unreadyPod);
}

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

function unreadyPod(pod: Pod): UnreadyPod {
  const name = pod.metadata?.name ?? '';
  const place = pod.spec?.nodeName === undefined ? 'on no node' : `on ${pod.spec.nodeName}`;
  const containers = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const first = containers.find(({ ready, state }) => !ready && state?.terminated?.exitCode !== 0);
  if (first === undefined) return { name, reason: `${place}: ${conditionText(pod)}` };
  const log = logOf(first);
  return { name, reason: `${place}: ${containerText(first)}`, ...(log === undefined ? {} : { log }) };
}

function containerText({ name, state, lastState, restartCount }: ContainerStatus): string {
  const ended = state?.terminated ?? lastState?.terminated;
  const now =
    state?.waiting === undefined
      ? `runs since ${String(state?.running?.startedAt)} and is not ready`
      : [state.waiting.reason, state.waiting.message].filter((text) => text !== undefined).join(': ');
  const before = ended === undefined ? '' : `; last ended with ${ended.exitCode} (${ended.reason ?? 'no reason'})`;
  return `container ${name} ${state?.terminated === undefined ? now : 'ended'}, ${restartCount} restarts${before}`;
}

function logOf({ name, state, lastState }: ContainerStatus): UnreadyPod['log'] {
  if (state?.waiting === undefined) return { container: name, previous: false };
  return lastState?.terminated === undefined ? undefined : { container: name, previous: true };
}

/** Conditions that say why nothing started, or which gate is still closed. */
function conditionText(pod: Pod): string {
  const open = (pod.status?.conditions ?? []).find(({ status }) => status !== 'True');
  if (open === undefined) return pod.status?.phase ?? 'Unknown';
  return [open.type, open.reason, open.message].filter((text) => text !== undefined).join(': ');
}

function conditionOf(
  { status }: Pod,
  wanted: string,
): NonNullable<NonNullable<Pod['status']>['conditions']>[number] | undefined {
  return status?.conditions?.find(({ type }) => type === wanted);
}
