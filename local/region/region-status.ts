import type { V1StatefulSet } from '@kubernetes/client-node';
import type { ConnectorStatus, PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import { LABELS } from '../../contracts/labels.ts';
import { PSC_PLURAL } from '../../contracts/psc-kind.ts';
import type { Node, Plain, Pod } from '../agent/kubernetes-types.ts';
import { type Fault } from '../faults/fault.ts';
import { activeFaults } from '../faults/fault-store.ts';
import { command } from '../host/command.ts';
import { CONTROL_PLANE } from '../kubernetes/region-control-plane.ts';
import { daemonNames, daemonPid } from '../processes/daemon.ts';
import {
  familyOf,
  pidsOfPod,
  type ProcessEntry,
  processTable,
  proportionalSetBytes,
} from '../processes/process-table.ts';
import type { RegionLayout } from './layout.ts';
import { type RunningRegion, runningRegion } from './running-region.ts';
import { AGENT, FORWARDER } from './start-region.ts';

type StatefulSet = Plain<V1StatefulSet>;

/** What of a region runs, and what it takes of the machine. Memory is the proportional set size (PSS). */
export interface RegionStatus {
  readonly folder: string;
  readonly parts: readonly PartStatus[];
  /** Absent: the API server does not answer, for the reason given. */
  readonly kubernetes?: KubernetesStatus;
  readonly unanswered?: string;
  readonly faults: readonly Fault[];
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** A program that `up` starts. */
export interface PartStatus {
  readonly name: string;
  readonly pid?: number;
  /** Of the program and all that it started. */
  readonly memoryBytes: number;
}

export interface KubernetesStatus {
  readonly nodes: readonly { readonly name: string; readonly zone: string; readonly ready: string }[];
  readonly pods: readonly PodStatus[];
  readonly clusters: readonly ClusterStatus[];
}

export interface PodStatus {
  readonly namespace: string;
  readonly name: string;
  /** Absent while it waits for a node. */
  readonly zone?: string;
  /** `Ready`, or why it is not. */
  readonly state: string;
  readonly restarts: number;
  readonly memoryBytes: number;
}

/** One PSC: ready and wanted pods, by StatefulSet. */
export interface ClusterStatus {
  readonly psc: string;
  readonly sets: readonly { readonly name: string; readonly ready: number; readonly wanted: number }[];
  /** As the operator last said; absent where it has none. */
  readonly connectors?: readonly ConnectorSummary[];
}

export interface ConnectorSummary {
  readonly name: string;
  /** `Running`, or what the operator says instead. */
  readonly state: string;
  readonly tasksRunning: number;
  readonly tasks: number;
}

/** Looks at a region, whether it runs or not. */
export async function regionStatus(layout: RegionLayout): Promise<RegionStatus> {
  const table = await processTable();
  const names = [
    ...new Set([...PARTS, ...layout.nodes.map(({ name }) => `node-${name}`), ...(await daemonNames(layout))]),
  ];
  const roots = await Promise.all(names.map(async (name) => ({ name, pid: await daemonPid(layout, name) })));
  const memory = await memoryOf(roots.flatMap(({ pid }) => (pid === undefined ? [] : familyOf(table, pid))));
  const sum = (pids: readonly number[]): number => pids.reduce((total, pid) => total + (memory.get(pid) ?? 0), 0);
  const answer = await runningRegion(layout)
    .then(async (region) => ({ kubernetes: await kubernetesStatus(region, (uid) => sum(pidsOfPod(table, uid))) }))
    .catch((error: unknown) => ({ unanswered: error instanceof Error ? (error.message.split('\n')[0] ?? '') : '' }));
  return {
    folder: layout.folder,
    parts: roots.map(({ name, pid }) => ({
      name,
      ...(pid === undefined ? {} : { pid }),
      memoryBytes: pid === undefined ? 0 : sum(familyOf(table, pid).map((each) => each.pid)),
    })),
    ...answer,
    faults: await activeFaults(layout),
    memoryBytes: sum([...memory.keys()]),
    diskBytes: await diskBytes(layout),
  };
}

/** Whether everything that belongs to a region runs and is ready, and nothing is broken on purpose. */
export function isWhole({ parts, kubernetes, faults }: RegionStatus): boolean {
  if (kubernetes === undefined || faults.length > 0) return false;
  return (
    parts.every(({ pid }) => pid !== undefined) &&
    kubernetes.nodes.every(({ ready }) => ready === 'True') &&
    kubernetes.pods.every(isDone)
  );
}

/** Ready, or ended as it was meant to. */
export function isDone({ state }: { readonly state: string }): boolean {
  return state === READY || state === COMPLETED;
}

export const READY = 'Ready';
const COMPLETED = 'Completed';
const PARTS = [...CONTROL_PLANE, AGENT, FORWARDER];
const PSC_RESOURCE = `${PSC_PLURAL}.flotilla.dev`;
const REQUEST_TIMEOUT = '--request-timeout=10s';
const DISK_TIMEOUT_MS = 30_000;

async function memoryOf(processes: readonly ProcessEntry[]): Promise<ReadonlyMap<number, number>> {
  return new Map(await Promise.all(processes.map(async ({ pid }) => [pid, await proportionalSetBytes(pid)] as const)));
}

async function kubernetesStatus(
  { kubectl }: RunningRegion,
  memoryOfPod: (uid: string) => number,
): Promise<KubernetesStatus> {
  const get = async (kinds: string): Promise<string> =>
    await kubectl(['get', kinds, '--all-namespaces', '--output=json', REQUEST_TIMEOUT]);
  const [text, pscText] = await Promise.all([
    get('nodes,pods,statefulsets'),
    // A region that is half up may not know the kind yet.
    get(PSC_RESOURCE).catch(() => '{"items":[]}'),
  ]);
  const { items } = JSON.parse(text) as { readonly items: readonly (Node | Pod | StatefulSet)[] };
  const pscs = JSON.parse(pscText) as { readonly items: readonly PhysicalStatefulCluster[] };
  const ofKind = (kind: string): readonly unknown[] => items.filter((item) => item.kind === kind);
  return kubernetesStatusOf(
    {
      nodes: ofKind('Node') as readonly Node[],
      pods: ofKind('Pod') as readonly Pod[],
      sets: ofKind('StatefulSet') as readonly StatefulSet[],
      pscs: pscs.items,
    },
    memoryOfPod,
  );
}

/** What people want to know of Kubernetes' objects. */
export function kubernetesStatusOf(
  {
    nodes,
    pods,
    sets,
    pscs = [],
  }: {
    readonly nodes: readonly Node[];
    readonly pods: readonly Pod[];
    readonly sets: readonly StatefulSet[];
    /** @default - no more is known of any than its pods */
    readonly pscs?: readonly PhysicalStatefulCluster[];
  },
  memoryOfPod: (uid: string) => number,
): KubernetesStatus {
  const zones = new Map(nodes.map(({ metadata }) => [metadata?.name ?? '', metadata?.labels?.[LABELS.zone] ?? '']));
  const clusters = Map.groupBy(
    sets.filter(({ metadata }) => metadata?.labels?.[LABELS.psc] !== undefined),
    ({ metadata }) => metadata?.labels?.[LABELS.psc] ?? '',
  );
  const ofPscs = new Map(pscs.map(({ metadata, status }) => [metadata.name, status?.connect?.connectors]));
  return {
    nodes: nodes.map(({ metadata, status }) => ({
      name: metadata?.name ?? '',
      zone: metadata?.labels?.[LABELS.zone] ?? '',
      ready: status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'Unknown',
    })),
    pods: pods.map((pod) => {
      const zone = zones.get(pod.spec?.nodeName ?? '');
      return {
        namespace: pod.metadata?.namespace ?? '',
        name: pod.metadata?.name ?? '',
        ...(zone === undefined ? {} : { zone }),
        state: podState(pod),
        restarts: (pod.status?.containerStatuses ?? []).reduce((total, each) => total + each.restartCount, 0),
        memoryBytes: memoryOfPod(pod.metadata?.uid ?? ''),
      };
    }),
    clusters: [...clusters].map(([psc, ofPsc]) => ({
      psc,
      sets: ofPsc.map(({ metadata, spec, status }) => ({
        name: metadata?.name ?? '',
        ready: status?.readyReplicas ?? 0,
        wanted: spec?.replicas ?? 0,
      })),
      ...connectorsOf(ofPscs.get(psc)),
    })),
  };
}

function connectorsOf(rows: readonly ConnectorStatus[] | undefined): Pick<ClusterStatus, 'connectors'> {
  return rows === undefined ? {} : { connectors: rows.map(summaryOf) };
}

function summaryOf({ name, state = 'Unknown', tasks = [] }: ConnectorStatus): ConnectorSummary {
  const running = tasks.filter((task) => task.state === 'Running').length;
  return { name, state, tasksRunning: running, tasks: tasks.length };
}

/** In one word where Kubernetes has one: `Ready`, `Completed`, `CrashLoopBackOff`, `Pending`, … */
function podState({ metadata, status }: Pod): string {
  if (metadata?.deletionTimestamp !== undefined) return 'Terminating';
  if (status?.phase === 'Succeeded') return COMPLETED;
  if (status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True') return READY;
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const reason = containers
    .map(
      ({ state }) =>
        state?.waiting?.reason ?? (state?.terminated?.exitCode === 0 ? undefined : state?.terminated?.reason),
    )
    .find((each) => each !== undefined);
  return reason ?? (status?.phase === 'Running' ? 'NotReady' : (status?.phase ?? 'Unknown'));
}

/** What its files really take: volumes are as large as they are full. */
async function diskBytes({ folder }: RegionLayout): Promise<number> {
  const output = await command('du', ['--summarize', '--block-size=1', '--one-file-system', folder], {
    timeoutMs: DISK_TIMEOUT_MS,
  }).catch((error: unknown) => {
    // No region yet; or a file that went away while it was counted, which du calls a failure and counts all the same.
    if (error instanceof Error && error.message.includes('No such file or directory')) return partialOutput(error);
    throw error;
  });
  return Number(output.split('\t')[0]);
}

function partialOutput({ cause }: Error): string {
  return typeof cause === 'object' && cause !== null && 'stdout' in cause && cause.stdout !== ''
    ? String(cause.stdout)
    : '0';
}
