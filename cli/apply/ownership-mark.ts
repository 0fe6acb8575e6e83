import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { InventoryOwner } from './inventory.ts';

/**
 * Annotation on everything that is applied. Field managers alone do not tell whose an object is: one that sets nothing
 * but its name has no fields to own.
 */
const MARK = 'flotilla.dev/applied-for';

/** The object with the mark of its owner. */
export function marked(object: KubernetesObject, owner: InventoryOwner): KubernetesObject {
  const annotations = { ...object.metadata.annotations, [MARK]: markOf(owner) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Whether an object in the cluster has the mark: one that somebody else made anew under the same name has not. */
export function isMarked({ metadata }: KubernetesObject, owner: InventoryOwner): boolean {
  return metadata.annotations?.[MARK] === markOf(owner);
}

function markOf({ stack, cluster }: InventoryOwner): string {
  return `${stack}/${cluster}`;
}
