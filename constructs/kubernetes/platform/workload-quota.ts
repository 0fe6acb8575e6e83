import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import type { NamespaceQuota } from './platform-namespace.ts';

/**
 * What the workloads of one namespace may take, from the objects themselves: every pod, one more of each Deployment
 * while it rolls, every claim and every load balancer. Objects of other namespaces do not count.
 */
export function workloadQuota(namespace: string, objects: readonly KubernetesObject[]): NamespaceQuota {
  const own = objects.filter(({ metadata }) => metadata.namespace === namespace);
  const groups = own.flatMap((object) => (isWorkload(object) ? [podGroup(object)] : []));
  const claims = own.filter(({ kind }) => kind === 'PersistentVolumeClaim').map((claim) => specOf(claim) as ClaimSpec);
  const balancers = own
    .filter(({ kind }) => kind === 'Service')
    .map((service) => specOf(service) as ServiceSpec)
    .filter(({ type }) => type === 'LoadBalancer');
  return {
    cpuMillis: total(groups, ({ count, pod }) => count * pod.cpuMillis),
    cpuLimitMillis: total(groups, ({ count, pod }) => count * pod.cpuLimitMillis),
    memoryMib: total(groups, ({ count, pod }) => count * pod.memoryMib),
    pods: total(groups, ({ count }) => count),
    volumeClaims: claims.length,
    storageGib: total(claims, ({ resources }) => mebibytes(resources.requests.storage) / 1024),
    loadBalancers: balancers.length,
    nodePorts: total(balancers, ({ ports, allocateLoadBalancerNodePorts }) =>
      allocateLoadBalancerNodePorts === false ? 0 : ports.length,
    ),
  };
}

interface PodGroup {
  readonly count: number;
  readonly pod: PodResources;
}

interface PodResources {
  readonly cpuMillis: number;
  readonly cpuLimitMillis: number;
  readonly memoryMib: number;
}

interface WorkloadSpec {
  /** Absent: a Job, which has one pod. */
  readonly replicas?: number;
  readonly strategy?: { readonly type?: string };
  readonly template: {
    readonly spec: {
      readonly containers: readonly ContainerSpec[];
      readonly initContainers?: readonly ContainerSpec[];
    };
  };
}

interface ContainerSpec {
  readonly resources: {
    readonly requests: { readonly cpu: string; readonly memory: string };
    readonly limits: { readonly cpu: string; readonly memory: string };
  };
}

interface ClaimSpec {
  readonly resources: { readonly requests: { readonly storage: string } };
}

interface ServiceSpec {
  readonly type?: string;
  readonly ports: readonly unknown[];
  readonly allocateLoadBalancerNodePorts?: boolean;
}

function isWorkload({ kind }: KubernetesObject): boolean {
  return kind === 'Deployment' || kind === 'StatefulSet' || kind === 'Job';
}

function podGroup(object: KubernetesObject): PodGroup {
  const spec = specOf(object) as WorkloadSpec;
  const surge = object.kind === 'Deployment' && spec.strategy?.type !== 'Recreate' ? 1 : 0;
  const main = spec.template.spec.containers.map(resourcesOf);
  const init = (spec.template.spec.initContainers ?? []).map(resourcesOf);
  // Init containers run one after the other, before the main ones: the larger of the two counts.
  const need = (of: (resources: PodResources) => number): number => Math.max(total(main, of), ...init.map(of));
  return {
    count: (spec.replicas ?? 1) + surge,
    pod: {
      cpuMillis: need(({ cpuMillis }) => cpuMillis),
      cpuLimitMillis: need(({ cpuLimitMillis }) => cpuLimitMillis),
      memoryMib: need(({ memoryMib }) => memoryMib),
    },
  };
}

function resourcesOf({ resources: { requests, limits } }: ContainerSpec): PodResources {
  return {
    cpuMillis: millis(requests.cpu),
    cpuLimitMillis: millis(limits.cpu),
    memoryMib: mebibytes(limits.memory),
  };
}

/** The spec of a manifest that this project made itself: its form is known. */
function specOf(object: KubernetesObject): unknown {
  return object['spec'];
}

function millis(cpu: string): number {
  return amount(cpu, { m: 1, '': 1000 });
}

function mebibytes(size: string): number {
  return amount(size, { Mi: 1, Gi: 1024, Ti: 1024 * 1024 });
}

function amount(quantity: string, units: Readonly<Record<string, number>>): number {
  const [, figure, unit] = /^(\d+)([A-Za-z]*)$/.exec(quantity) ?? [];
  const factor = unit === undefined ? undefined : units[unit];
  if (figure === undefined || factor === undefined) throw new RangeError(`quantity ${quantity} is in no known unit`);
  return Number(figure) * factor;
}

function total<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
