import { BROKER_MEMORY, NODE_RESERVE_CPU_MILLIS } from './assumptions.ts';
import type { InstanceClass } from './catalogue/catalogue.ts';

/** Equal pods that go to nodes of one machine in one zone. */
export interface PodDemand {
  readonly pods: number;
  readonly cpuMillis: number;
  readonly memoryMib: number;
}

/**
 * Nodes that pods take, packed first fit and largest first; each node is the demands that its pods are of, one entry a
 * pod. What a machine offers is what the sizing of brokers counts on.
 */
export function packPods<Demand extends PodDemand>(
  demands: readonly Demand[],
  machine: InstanceClass,
): readonly (readonly Demand[])[] {
  const nodes: Node<Demand>[] = [];
  for (const demand of demands.toSorted((a, b) => b.memoryMib - a.memoryMib)) {
    let from = 0;
    for (let pod = 0; pod < demand.pods; pod++) {
      while (from < nodes.length && !fits(nodes[from], demand)) from += 1;
      nodes[from] = withPod(nodes[from] ?? emptyNode(machine), demand);
    }
  }
  return nodes.map(({ pods }) => pods);
}

interface Node<Demand> {
  readonly cpuMillis: number;
  readonly memoryMib: number;
  readonly pods: readonly Demand[];
}

function emptyNode<Demand>(machine: InstanceClass): Node<Demand> {
  return {
    cpuMillis: machine.vcpus * 1000 - NODE_RESERVE_CPU_MILLIS,
    memoryMib: machine.memoryMib * BROKER_MEMORY.podShare,
    pods: [],
  };
}

function withPod<Demand extends PodDemand>(node: Node<Demand>, demand: Demand): Node<Demand> {
  return {
    cpuMillis: node.cpuMillis - demand.cpuMillis,
    memoryMib: node.memoryMib - demand.memoryMib,
    pods: [...node.pods, demand],
  };
}

function fits<Demand>(node: Node<Demand> | undefined, { cpuMillis, memoryMib }: PodDemand): boolean {
  return node !== undefined && node.cpuMillis >= cpuMillis && node.memoryMib >= memoryMib;
}
