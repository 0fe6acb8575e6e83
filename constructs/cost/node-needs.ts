import type { Cloud } from '../../contracts/cloud.ts';
import { findInstanceClass } from '../capacity/catalogue/index.ts';
import type { InstanceClass } from '../capacity/catalogue/catalogue.ts';
import { type PodDemand, packPods } from '../capacity/node-packing.ts';
import type { CostedKubernetesCluster, CostedNodeClass, CostedRegion } from './costed-region.ts';
import type { KafkaCluster } from './kafka-clusters.ts';

/** Nodes of one class of a Kubernetes cluster, over all zones. */
export interface NodeNeed {
  /** Name of the Kubernetes cluster. */
  readonly cluster: string;
  readonly nodeClass: string;
  readonly instanceClass: string;
  /** What runs while nobody asks for anything. */
  readonly atMinimum: number;
  /** What runs once every Kafka cluster of the config has its pods. */
  readonly asNeeded: number;
  readonly atMaximum: number;
  /** Kafka cluster ▶ nodes that carry its brokers and nothing else; the rest of `asNeeded` is shared. */
  readonly ownNodes: ReadonlyMap<string, number>;
}

/**
 * Nodes of every class of a region, as its autoscalers would bring them: never fewer in a zone than the minimum. Classes of
 * purpose `platform` stay at their minimum: what the platform's own pods take follows from nothing in the config.
 */
export function nodeNeedsOf(
  { region, kubernetesClusters }: CostedRegion,
  kafkaClusters: readonly KafkaCluster[],
): readonly NodeNeed[] {
  return kubernetesClusters.flatMap((cluster) => {
    const demands = kafkaClusters.filter(({ cluster: name }) => name === cluster.name).flatMap(demandsOf);
    return cluster.nodeClasses.map((nodeClass) =>
      needOf(
        { cluster: cluster.name, nodeClass, zones: region.zones },
        demands.filter(({ instanceClass }) => classFor(cluster, instanceClass) === nodeClass),
        region.cloud,
      ),
    );
  });
}

interface Demand extends PodDemand {
  readonly kafkaCluster: string;
  readonly role: 'broker' | 'controller';
  readonly zone: string;
  readonly instanceClass: string;
}

function demandsOf({ name, shape }: KafkaCluster): readonly Demand[] {
  return (['broker', 'controller'] as const).flatMap((role) => {
    const { placement, instanceClass, cpuMillis, memoryMib } = role === 'broker' ? shape.brokers : shape.controllers;
    return Object.entries(placement).map(([zone, { pods }]) => ({
      kafkaCluster: name,
      role,
      zone,
      pods: pods.length,
      instanceClass,
      cpuMillis,
      memoryMib,
    }));
  });
}

/** Of two classes of the same machines the PSC names the first for brokers. */
function classFor({ nodeClasses }: CostedKubernetesCluster, instanceClass: string): CostedNodeClass | undefined {
  const fitting = nodeClasses.filter((nodeClass) => nodeClass.instanceClass === instanceClass);
  return fitting.find(({ purpose }) => purpose === 'brokers') ?? fitting[0];
}

interface Pool {
  readonly cluster: string;
  readonly nodeClass: CostedNodeClass;
  readonly zones: readonly string[];
}

function needOf({ cluster, nodeClass, zones }: Pool, demands: readonly Demand[], cloud: Cloud): NodeNeed {
  const { name, instanceClass, minPerZone, maxPerZone } = nodeClass;
  const packed = demands.length === 0 ? [] : packedByZone(demands, zones, machineOf(cloud, instanceClass));
  const needed = zones.map((_, zone) => Math.max(minPerZone, packed[zone]?.length ?? 0));
  const owners = packed.flat().flatMap((node) => ownerOf(node) ?? []);
  return {
    cluster,
    nodeClass: name,
    instanceClass,
    atMinimum: minPerZone * zones.length,
    asNeeded: needed.reduce((sum, nodes) => sum + nodes, 0),
    atMaximum: maxPerZone * zones.length,
    ownNodes: new Map([...Map.groupBy(owners, (owner) => owner)].map(([owner, nodes]) => [owner, nodes.length])),
  };
}

type PackedNode = readonly Demand[];

function packedByZone(
  demands: readonly Demand[],
  zones: readonly string[],
  machine: InstanceClass,
): readonly (readonly PackedNode[])[] {
  const byZone = Map.groupBy(demands, ({ zone }) => zone);
  return zones.map((zone) => packPods(byZone.get(zone) ?? [], machine));
}

function ownerOf(node: PackedNode): string | undefined {
  const [first] = node;
  const isOwn = node.every(({ kafkaCluster, role }) => role === 'broker' && kafkaCluster === first?.kafkaCluster);
  return isOwn ? first?.kafkaCluster : undefined;
}

function machineOf(cloud: Cloud, instanceClass: string): InstanceClass {
  const machine = findInstanceClass(cloud, instanceClass);
  if (machine === undefined)
    throw new Error(`the catalogue of ${cloud} has no ${instanceClass}: the config was not judged`);
  return machine;
}
