import type { PhysicalStatefulClusterSpec, ResourcesSpec, StorageSpec } from '../../../contracts/gen/psc-types.ts';
import type { NamespaceQuota } from './platform-namespace.ts';

/**
 * What a PSC's namespace may take: just what its pods and volumes need, with volumes at the size they may grow to.
 *
 * There is no room for more: pods of a StatefulSet are replaced one by one, never beside each other.
 */
export function pscQuota(spec: PhysicalStatefulClusterSpec): NamespaceQuota {
  return sum(nodeGroups(spec).map(groupQuota));
}

/** Equal pods, each with one volume or none. */
interface NodeGroup {
  readonly count: number;
  readonly resources: ResourcesSpec;
  readonly storage?: StorageSpec;
}

function nodeGroups(spec: PhysicalStatefulClusterSpec): readonly NodeGroup[] {
  if (spec.kafka !== undefined) {
    const { brokers, controllers, placement } = spec.kafka;
    return [
      { count: podsIn(placement), resources: brokers.resources, storage: brokers.storage },
      { count: podsIn(controllers.placement), resources: controllers.resources, storage: controllers.storage },
    ];
  }
  if (spec.connect !== undefined) return [{ count: spec.connect.workers, resources: spec.connect.resources }];
  if (spec.ksqldb !== undefined) {
    return [{ count: spec.ksqldb.nodes, resources: spec.ksqldb.resources, storage: spec.ksqldb.storage }];
  }
  throw new Error(`a PSC of tenant ${spec.tenant} is neither kafka nor connect nor ksqldb`);
}

function podsIn(placement: Readonly<Record<string, { readonly pods: readonly string[] }>>): number {
  return Object.values(placement).reduce((pods, zone) => pods + zone.pods.length, 0);
}

/** What an init container may take before the main one starts: Kubernetes counts the larger of the two for a pod. */
const INIT_CONTAINER = { cpuMillis: 100, cpuLimitMillis: 1000, memoryMib: 256 };

function groupQuota({ count, resources, storage }: NodeGroup): Required<NamespaceQuota> {
  return {
    cpuMillis: count * Math.max(resources.cpuMillis, INIT_CONTAINER.cpuMillis),
    cpuLimitMillis: count * Math.max(resources.cpuLimitMillis, INIT_CONTAINER.cpuLimitMillis),
    memoryMib: count * Math.max(resources.memoryMib, INIT_CONTAINER.memoryMib),
    pods: count,
    volumeClaims: storage === undefined ? 0 : count,
    storageGib: storage === undefined ? 0 : count * Math.max(storage.sizeGib, storage.growthLimitGib ?? 0),
    loadBalancers: 0,
    nodePorts: 0,
  };
}

function sum(quotas: readonly Required<NamespaceQuota>[]): NamespaceQuota {
  return quotas.reduce((a, b) => ({
    cpuMillis: a.cpuMillis + b.cpuMillis,
    cpuLimitMillis: a.cpuLimitMillis + b.cpuLimitMillis,
    memoryMib: a.memoryMib + b.memoryMib,
    pods: a.pods + b.pods,
    volumeClaims: a.volumeClaims + b.volumeClaims,
    storageGib: a.storageGib + b.storageGib,
    loadBalancers: 0,
    nodePorts: 0,
  }));
}
