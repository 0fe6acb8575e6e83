import { pscNamespace } from '../../contracts/names.ts';
import type { Pod } from '../agent/kubernetes-types.ts';
import { pidsOfPod, processTable } from '../processes/process-table.ts';
import type { RunningRegion } from '../region/running-region.ts';
import { systemErrorCode, ToolError } from '../tools/tool-error.ts';

export interface PodRef {
  readonly namespace: string;
  readonly name: string;
}

/** Every pod of a region as its API server knows it. */
export async function allPods({ kubectl }: Pick<RunningRegion, 'kubectl'>): Promise<readonly Pod[]> {
  const text = await kubectl(['get', 'pods', '--all-namespaces', '--output=json', '--request-timeout=10s']);
  return (JSON.parse(text) as { readonly items: readonly Pod[] }).items;
}

/**
 * The one that a person means: by its name where no other has it, or by `tenant/name` or `namespace/name`.
 *
 * @throws ToolError for none or for more than one, with the names that there are
 */
export function theOneCalled<T extends PodRef>(text: string, pods: readonly T[]): T {
  const [name = '', where] = text.split('/').reverse();
  const found = pods.filter(
    (pod) =>
      pod.name === name && (where === undefined || pod.namespace === where || pod.namespace === pscNamespace(where)),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const listed = (found.length === 0 ? pods : found).map((pod) => `${pod.namespace}/${pod.name}`).sort();
  throw new ToolError(found.length === 0 ? `there is no pod ${text}` : `${text} is the name of ${found.length} pods`, {
    hint: listed.length === 0 ? 'the region has no pods yet: run ./flotilla up' : `choose from: ${listed.join(', ')}`,
  });
}

/** Whom a pod is, and the ids of its containers, init containers too. */
export interface FoundPod extends PodRef {
  readonly uid: string;
  /** Name of its node, which is its zone's; undefined while it waits for one. */
  readonly node: string | undefined;
  readonly containers: readonly string[];
  readonly claims: readonly string[];
}

/** What faults need to know of a pod. */
export function foundPod({ metadata, spec, status }: Pod): FoundPod {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return {
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    node: spec?.nodeName,
    containers: statuses.flatMap(({ containerID }) => {
      const id = containerID?.split('://')[1];
      return id === undefined ? [] : [id];
    }),
    claims: (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
      persistentVolumeClaim === undefined ? [] : [persistentVolumeClaim.claimName],
    ),
  };
}

/** Sends a signal to every process of a pod's containers, not to what holds its network. @returns how many got it */
export async function signalPod({ uid, containers }: FoundPod, signal: NodeJS.Signals): Promise<number> {
  return send(pidsOfPod(await processTable(), uid, containers), signal);
}

/** Lets every process of a pod go on; harmless for a pod that is gone or was never paused. */
export async function continuePod(uid: string): Promise<void> {
  send(pidsOfPod(await processTable(), uid), 'SIGCONT');
}

function send(pids: readonly number[], signal: NodeJS.Signals): number {
  let sent = 0;
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
      sent += 1;
    } catch (error) {
      if (systemErrorCode(error) !== 'ESRCH') throw error;
    }
  }
  return sent;
}
