import { setTimeout as delay } from 'node:timers/promises';
import type { Node } from '../agent/kubernetes-types.ts';
import { startNode, stopNode } from '../nodes/node.ts';
import type { NodeLayout, RegionLayout } from '../region/layout.ts';
import { runningRegion } from '../region/running-region.ts';
import { ToolError } from '../tools/tool-error.ts';
import { type Fault, faultName, healingOrder, keepsNodeOff } from './fault.ts';
import { activeFaults, noteFault, strikeFault } from './fault-store.ts';
import { emptyDisk, fillDisk, fillingFile } from './fill-disk.ts';
import {
  acceptConnections,
  cutLink,
  type LinkCut,
  refuseConnections,
  restoreLink,
  restoreRate,
  slowLink,
} from './links.ts';
import { objectStoreReplicas, startObjectStore, stopObjectStore } from './object-store.ts';
import { allPods, continuePod, type FoundPod, foundPod, signalPod, theOneCalled } from './pods.ts';

/** Faults that take a zone and nothing else. */
export type ZoneFault = 'zone-down' | 'crash-node' | LinkCut;

/** Breaks a zone in one of these ways. @throws ToolError for a zone that the region does not have */
export async function breakZone(layout: RegionLayout, kind: ZoneFault, zone: string): Promise<Fault> {
  const node = nodeIn(layout, zone);
  const fault = { kind, zone } as const;
  await noteFault(layout, fault);
  // Silence first: not even the connections that end with the node are told so.
  if (kind !== 'crash-node') await cutLink(layout, node, kind);
  if (kind === 'zone-down' || kind === 'crash-node') await stopNode(layout, node);
  if (kind === 'crash-node') await refuseConnections(node);
  return fault;
}

/** Bounds a zone's link. @throws ToolError for a zone that the region does not have */
export async function slowZone(layout: RegionLayout, zone: string, megabitsPerSecond: number): Promise<Fault> {
  const node = nodeIn(layout, zone);
  const fault = { kind: 'slow-link', zone, megabitsPerSecond } as const;
  await noteFault(layout, fault);
  await slowLink(layout, node, megabitsPerSecond);
  return fault;
}

/** Kills what runs in a pod's containers; Kubernetes starts them again. @returns the pod */
export async function killPod(layout: RegionLayout, name: string): Promise<FoundPod> {
  const pod = await podCalled(layout, name);
  if ((await signalPod(pod, 'SIGKILL')) === 0) throw nothingRunsIn(pod);
  return pod;
}

/** Stops what runs in a pod's containers where it stands. */
export async function pausePod(layout: RegionLayout, name: string): Promise<Fault> {
  const { namespace, name: podName, uid, containers, ...rest } = await podCalled(layout, name);
  const pod = { namespace, name: podName };
  const fault = { kind: 'pause', pod, uid } as const;
  await noteFault(layout, fault);
  if ((await signalPod({ ...rest, ...pod, uid, containers }, 'SIGSTOP')) === 0) {
    await strikeFault(layout, fault);
    throw nothingRunsIn(pod);
  }
  return fault;
}

/** Fills a pod's volume up. @returns the fault, and how full the volume is, in percent */
export async function fillPodDisk(
  layout: RegionLayout,
  name: string,
  percent: number,
): Promise<{ readonly fault: Fault; readonly usedPercent: number }> {
  const region = await runningRegion(layout);
  const found = await podCalled(layout, name);
  const { node: zone } = found;
  if (zone === undefined) throw nothingRunsIn(found);
  const node = nodeIn(layout, zone);
  const pod = { namespace: found.namespace, name: found.name };
  const fault = { kind: 'fill-disk', pod, zone, file: await fillingFile(region, node, found) } as const;
  await noteFault(layout, fault);
  return { fault, usedPercent: await fillDisk(layout, node, fault.file, percent) };
}

/** Takes the object store away. */
export async function breakObjectStore(layout: RegionLayout): Promise<Fault> {
  const region = await runningRegion(layout);
  const noted = (await activeFaults(layout)).find(({ kind }) => kind === 'object-store-down');
  const fault = noted ?? ({ kind: 'object-store-down', replicas: await objectStoreReplicas(region) } as const);
  await noteFault(layout, fault);
  await stopObjectStore(region);
  return fault;
}

/** What became of an attempt to undo a fault. */
export interface Healed {
  readonly fault: Fault;
  /** Absent: it is undone. */
  readonly failure?: Error;
}

/** Undoes every fault that is meant, as far as it can; what failed stays noted. */
export async function heal(layout: RegionLayout, isMeant: (fault: Fault) => boolean): Promise<readonly Healed[]> {
  const healed: Healed[] = [];
  for (const fault of healingOrder((await activeFaults(layout)).filter(isMeant))) {
    try {
      await undo(layout, fault);
      await strikeFault(layout, fault);
      healed.push({ fault });
    } catch (failure) {
      healed.push({ fault, failure: failure instanceof Error ? failure : new Error(String(failure)) });
    }
  }
  return healed;
}

async function undo(layout: RegionLayout, fault: Fault): Promise<void> {
  switch (fault.kind) {
    case 'cut-link':
    case 'mute-link':
    case 'deaf-link':
      await restoreLink(layout, nodeIn(layout, fault.zone), fault.kind);
      return;
    case 'slow-link':
      await restoreRate(layout, nodeIn(layout, fault.zone));
      return;
    case 'zone-down':
    case 'crash-node':
      await nodeBack(layout, fault);
      return;
    case 'pause':
      await continuePod(fault.uid);
      return;
    case 'fill-disk':
      await emptyDisk(layout, nodeIn(layout, fault.zone), fault.file);
      return;
    case 'object-store-down':
      await startObjectStore(await runningRegion(layout), fault.replicas);
  }
}

async function nodeBack(
  layout: RegionLayout,
  fault: Extract<Fault, { readonly kind: 'zone-down' | 'crash-node' }>,
): Promise<void> {
  const node = nodeIn(layout, fault.zone);
  if (fault.kind === 'zone-down') await restoreLink(layout, node, fault.kind);
  else await acceptConnections(layout, node);
  const others = (await activeFaults(layout)).filter((each) => faultName(each) !== faultName(fault));
  if (keepsNodeOff(others, fault.zone)) return;
  await startUntilReady(layout, node);
}

/** Kubernetes takes most of a minute to notice that a node is gone: only what its kubelet said since counts. */
async function startUntilReady(layout: RegionLayout, node: NodeLayout): Promise<void> {
  const { kubectl } = await runningRegion(layout);
  const sinceMs = Date.now();
  const deadlineMs = performance.now() + NODE_READY_TIMEOUT_MS;
  for (;;) {
    // Again and again: a node that ended while it started is started once more.
    await startNode(layout, node);
    const { status } = JSON.parse(await kubectl(['get', 'node', node.name, '--output=json'])) as Node;
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    // Times of Kubernetes have no parts of a second.
    const isFresh = new Date(ready?.lastHeartbeatTime ?? 0).getTime() + 1000 > sinceMs;
    if (ready?.status === 'True' && isFresh) return;
    if (performance.now() > deadlineMs) {
      throw new ToolError(
        `the node ${node.name} was started and is not ready: ${ready?.message ?? 'it says nothing'}`,
        {
          hint: `read its log: ./flotilla logs ${node.zone}/kubelet`,
        },
      );
    }
    await delay(POLL_MS);
  }
}

const NODE_READY_TIMEOUT_MS = 60_000;
const POLL_MS = 250;

function nodeIn({ nodes }: RegionLayout, zone: string): NodeLayout {
  const node = nodes.find((each) => each.zone === zone);
  if (node === undefined) {
    throw new ToolError(`the region has no zone ${zone}`, {
      hint: `choose from: ${nodes.map((each) => each.zone).join(', ')}`,
    });
  }
  return node;
}

async function podCalled(layout: RegionLayout, name: string): Promise<FoundPod> {
  return theOneCalled(name, (await allPods(await runningRegion(layout))).map(foundPod));
}

function nothingRunsIn({ namespace, name }: Pick<FoundPod, 'namespace' | 'name'>): ToolError {
  return new ToolError(`nothing runs in ${namespace}/${name}`, { hint: 'see what holds it up: ./flotilla status' });
}
