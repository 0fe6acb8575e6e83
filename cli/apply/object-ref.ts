import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';

/** What names one object of a cluster. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent for objects of the whole cluster. */
  readonly namespace?: string;
  readonly name: string;
}

export function refOf(object: KubernetesObject): ObjectRef {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  return namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}

/** Same for every version of a group: an object stays itself when its manifest moves to a newer version. */
export function keyOf({ apiVersion, kind, namespace = '', name }: ObjectRef): string {
  return `${groupOf(apiVersion)}/${kind}/${namespace}/${name}`;
}

/** Group of `group/version`; empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** As people write it: `StatefulSet psc-orders/kafka`. */
export function describeRef({ kind, namespace, name }: ObjectRef): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
