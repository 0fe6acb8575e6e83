import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';

/** A Deployment whose program is not written yet. */
export interface MissingService {
  readonly namespace: string;
  readonly deployment: string;
  /** Sub-command of `flotilla serve` that its pods would run. */
  readonly service: string;
}

/**
 * Deployments that would run a sub-command of `flotilla serve` that is not among `services`: their pods could only fail,
 * over and over.
 */
export function missingServices(
  objects: readonly KubernetesObject[],
  services: ReadonlySet<string>,
): readonly MissingService[] {
  return objects.flatMap((object) => {
    if (object.kind !== 'Deployment') return [];
    const { name, namespace = '' } = object.metadata;
    return servedBy(object)
      .filter((service) => !services.has(service))
      .map((service) => ({ namespace, deployment: name, service }));
  });
}

/** The objects without those Deployments. */
export function withoutMissing(
  objects: readonly KubernetesObject[],
  services: ReadonlySet<string>,
): readonly KubernetesObject[] {
  return objects.filter((object) => missingServices([object], services).length === 0);
}

interface PodTemplateOwner {
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly args?: readonly string[] }[] } };
  };
}

function servedBy(deployment: KubernetesObject): readonly string[] {
  const containers = (deployment as PodTemplateOwner).spec?.template?.spec?.containers ?? [];
  return containers.flatMap(({ args = [] }) => (args[0] === 'serve' && args[1] !== undefined ? [args[1]] : []));
}
