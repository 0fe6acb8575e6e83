import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type {
  BudgetFacts,
  ClusterIndex,
  ImageUse,
  LocatedObject,
  NamespaceFacts,
  ObjectReference,
  SecretValue,
  WorkloadFacts,
} from './cluster-index.ts';
import { referenceOf } from './cluster-index.ts';
import { kindOf, type KindName } from '../kinds.ts';
import { secretFieldsOf } from './secret-fields.ts';

/** Annotation by which GKE makes a load balancer that only its own network reaches. */
const LOAD_BALANCER_TYPE = 'networking.gke.io/load-balancer-type';

/** Gathers the facts of one Kubernetes cluster, object by object; keeps no object. */
export class ClusterIndexBuilder {
  readonly #cluster: string;
  readonly #namespaces = new Map<string, MutableNamespaceFacts>();
  readonly #loadBalancers: ObjectReference[] = [];
  readonly #internalLoadBalancers: ObjectReference[] = [];
  readonly #images = new Map<string, ImageUse>();
  readonly #secretValues: SecretValue[] = [];

  constructor(cluster: string) {
    this.#cluster = cluster;
  }

  add(located: LocatedObject): void {
    const { object } = located;
    const kind = kindOf(object);
    const fields = secretFieldsOf(object);
    if (fields.length > 0) this.#secretValues.push({ object: referenceOf(located), fields });
    if (kind === 'Namespace') {
      this.#namespace(object.metadata.name).declaration = referenceOf(located);
      return;
    }
    if (object.metadata.namespace === undefined) return;
    const namespace = this.#namespace(object.metadata.namespace);
    namespace.firstObject ??= referenceOf(located);
    if (kind !== undefined) this.#addNamespaced(kind, located, namespace);
  }

  build(): ClusterIndex {
    return {
      cluster: this.#cluster,
      namespaces: this.#namespaces,
      loadBalancers: this.#loadBalancers,
      internalLoadBalancers: this.#internalLoadBalancers,
      images: this.#images,
      secretValues: this.#secretValues,
    };
  }

  #addLoadBalancer(located: LocatedObject): void {
    const isInternal = located.object.metadata.annotations?.[LOAD_BALANCER_TYPE] === 'Internal';
    (isInternal ? this.#internalLoadBalancers : this.#loadBalancers).push(referenceOf(located));
  }

  #addNamespaced(kind: KindName, located: LocatedObject, namespace: MutableNamespaceFacts): void {
    const { object } = located;
    const spec = record(object['spec']);
    switch (kind) {
      case 'NetworkPolicy':
        addDefaultDeny(spec, namespace.deniesByDefault);
        return;
      case 'ResourceQuota':
        namespace.hasQuota ||= Object.keys(record(spec['hard'])).length > 0;
        return;
      case 'PodDisruptionBudget':
        namespace.budgets.push(budgetOf(located, spec));
        return;
      case 'Service':
        if (spec['type'] === 'LoadBalancer') this.#addLoadBalancer(located);
        return;
      case 'Deployment':
      case 'StatefulSet':
        namespace.workloads.push(workloadOf(located, spec));
        this.#addImages(located, podSpecOf(object));
        return;
      case 'DaemonSet':
      case 'Job':
      case 'CronJob':
      case 'Pod':
        this.#addImages(located, podSpecOf(object));
        return;
      case 'ClusterRole':
      case 'ClusterRoleBinding':
      case 'ConfigMap':
      case 'Namespace':
      case 'PersistentVolumeClaim':
      case 'PhysicalStatefulCluster':
      case 'Role':
      case 'RoleBinding':
      case 'Secret':
      case 'ServiceAccount':
      case 'StorageClass':
        return;
    }
  }

  #addImages(located: LocatedObject, podSpec: Fields): void {
    for (const container of [...list(podSpec['containers']), ...list(podSpec['initContainers'])]) {
      const image = record(container)['image'];
      if (typeof image !== 'string') continue;
      const use = this.#images.get(image);
      this.#images.set(image, { first: use?.first ?? referenceOf(located), count: (use?.count ?? 0) + 1 });
    }
  }

  #namespace(name: string): MutableNamespaceFacts {
    const known = this.#namespaces.get(name);
    if (known !== undefined) return known;
    const facts: MutableNamespaceFacts = {
      name,
      deniesByDefault: { ingress: false, egress: false },
      hasQuota: false,
      workloads: [],
      budgets: [],
    };
    this.#namespaces.set(name, facts);
    return facts;
  }
}

type Fields = Readonly<Record<string, unknown>>;

interface MutableNamespaceFacts extends NamespaceFacts {
  declaration?: ObjectReference;
  firstObject?: ObjectReference;
  readonly deniesByDefault: { ingress: boolean; egress: boolean };
  hasQuota: boolean;
  readonly workloads: WorkloadFacts[];
  readonly budgets: BudgetFacts[];
}

function addDefaultDeny(spec: Fields, denies: { ingress: boolean; egress: boolean }): void {
  const selector = record(spec['podSelector']);
  const selectsAll =
    Object.keys(record(selector['matchLabels'])).length === 0 && list(selector['matchExpressions']).length === 0;
  if (!selectsAll) return;
  const types = list(spec['policyTypes']);
  // Policies add up: one that lists a type and opens nothing denies what no other policy opens.
  if (types.includes('Ingress') && list(spec['ingress']).length === 0) denies.ingress = true;
  if (types.includes('Egress') && list(spec['egress']).length === 0) denies.egress = true;
}

function budgetOf(located: LocatedObject, spec: Fields): BudgetFacts {
  const { maxUnavailable, minAvailable } = spec;
  return {
    object: referenceOf(located),
    selector: record(spec['selector']),
    ...(isCount(maxUnavailable) ? { maxUnavailable } : {}),
    ...(isCount(minAvailable) ? { minAvailable } : {}),
  };
}

function workloadOf(located: LocatedObject, spec: Fields): WorkloadFacts {
  const { replicas } = spec;
  const labels = record(record(record(spec['template'])['metadata'])['labels']);
  return {
    object: referenceOf(located),
    replicas: typeof replicas === 'number' ? replicas : 1,
    podLabels: labels as Readonly<Record<string, string>>,
  };
}

function podSpecOf(object: KubernetesObject): Fields {
  const spec = record(object['spec']);
  if (object.kind === 'Pod') return spec;
  const owner = object.kind === 'CronJob' ? record(record(spec['jobTemplate'])['spec']) : spec;
  return record(record(owner['template'])['spec']);
}

function isCount(value: unknown): value is number | string {
  return typeof value === 'number' || typeof value === 'string';
}

function record(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
