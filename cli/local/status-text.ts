import { faultName } from '../../local/faults/fault.ts';
import {
  type ConnectorSummary,
  isDone,
  isWhole,
  type KubernetesStatus,
  type RegionStatus,
} from '../../local/region/region-status.ts';
import { table } from '../table.ts';

/** A region's status for people. */
export function statusText(status: RegionStatus): string {
  const { folder, parts, kubernetes, unanswered, faults, memoryBytes, diskBytes } = status;
  return [
    `region in ${folder}: ${headline(status)}`,
    `memory ${mib(memoryBytes)} MiB (proportional set size), disk ${mib(diskBytes)} MiB`,
    '',
    table(
      ['part', 'process', 'MiB'],
      parts.map(({ name, pid, memoryBytes: bytes }) => [name, pid === undefined ? 'stopped' : String(pid), mib(bytes)]),
    ),
    ...(kubernetes === undefined
      ? ['', `pods are not known: ${unanswered ?? ''}`]
      : [...clusterLines(kubernetes), ...zoneLines(kubernetes)]),
    ...(faults.length === 0
      ? []
      : ['', 'faults (undo all: ./flotilla fault heal)', ...faults.map((fault) => `  ${faultName(fault)}`)]),
    '',
  ].join('\n');
}

function headline(status: RegionStatus): string {
  if (status.parts.every(({ pid }) => pid === undefined)) return 'down';
  if (isWhole(status)) return 'up';
  if (status.faults.length > 0) return 'up, with faults made on purpose';
  return upButForPods(status) ?? 'not whole; ./flotilla up mends it';
}

/** A pod that Kubernetes will start in its own time is nothing that another `up` would mend. */
function upButForPods({ parts, kubernetes }: RegionStatus): string | undefined {
  const isRunning = parts.every(({ pid }) => pid !== undefined);
  if (!isRunning || kubernetes?.nodes.every(({ ready }) => ready === 'True') !== true) return undefined;
  const names = kubernetes.pods.filter((pod) => !isDone(pod)).map(({ namespace, name }) => `${namespace}/${name}`);
  return `up, ${names.length} of ${kubernetes.pods.length} pods not ready: ${names.join(', ')}`;
}

function clusterLines({ clusters }: KubernetesStatus): readonly string[] {
  if (clusters.length === 0) return [];
  return [
    '',
    table(
      ['PSC', 'brokers', 'controllers', 'workers', 'connectors'],
      clusters.map(({ psc, sets, connectors = [] }) => [
        psc,
        ...['kafka', 'controller', 'connect'].map((name) => readyOf(sets, name)),
        connectors.length === 0 ? '-' : connectors.map(connectorText).join(', '),
      ]),
    ),
  ];
}

function connectorText({ name, state, tasksRunning, tasks }: ConnectorSummary): string {
  return `${name} ${state}, ${tasksRunning}/${tasks} tasks run`;
}

function readyOf(sets: KubernetesStatus['clusters'][number]['sets'], name: string): string {
  const set = sets.find((each) => each.name === name);
  return set === undefined ? '-' : `${set.ready}/${set.wanted} ready`;
}

/** Zones in the order of the nodes, then what has no zone yet. */
function zoneLines({ nodes, pods }: KubernetesStatus): readonly string[] {
  const groups = [
    ...nodes.map(({ name, zone, ready }) => ({
      title: `zone ${zone}: node ${name} ${READINESS[ready] ?? 'not heard of'}`,
      pods: pods.filter((pod) => pod.zone === zone),
    })),
    { title: 'pods that wait for a node', pods: pods.filter(({ zone }) => zone === undefined) },
  ];
  return groups
    .filter((group, index) => index < nodes.length || group.pods.length > 0)
    .flatMap((group) => [
      '',
      group.title,
      ...(group.pods.length === 0
        ? ['no pods']
        : [
            table(
              ['pod', 'state', 'restarts', 'MiB'],
              group.pods.map(({ namespace, name, state, restarts, memoryBytes }) => [
                `${namespace}/${name}`,
                state,
                String(restarts),
                mib(memoryBytes),
              ]),
            ),
          ]),
    ]);
}

const READINESS: Readonly<Record<string, string>> = { True: 'ready', False: 'not ready' };

function mib(bytes: number): string {
  return String(Math.round(bytes / 2 ** 20));
}
