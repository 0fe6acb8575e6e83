import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { LabelSelector } from './label-selector.ts';

/** Where an object was found and which it is: all that a report needs of it. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** Kubernetes cluster that the object goes to; empty where the caller did not say. */
  readonly cluster: string;
  readonly file: string;
  readonly line?: number;
}

/** What set rules know of one Kubernetes cluster: facts, not objects, so that thousands of tenants fit. */
export interface ClusterIndex {
  readonly cluster: string;
  readonly namespaces: ReadonlyMap<string, NamespaceFacts>;
  /** That face outward. */
  readonly loadBalancers: readonly ObjectReference[];
  readonly internalLoadBalancers: readonly ObjectReference[];
  /** Image reference ▶ its users. */
  readonly images: ReadonlyMap<string, ImageUse>;
  /** Objects that carry a secret in plain sight. */
  readonly secretValues: readonly SecretValue[];
}

/** Everything of one namespace. */
export interface NamespaceFacts {
  readonly name: string;
  /** The Namespace object; absent where nobody declares it. */
  readonly declaration?: ObjectReference;
  /** First object seen in it; absent where it is empty. */
  readonly firstObject?: ObjectReference;
  readonly deniesByDefault: { readonly ingress: boolean; readonly egress: boolean };
  readonly hasQuota: boolean;
  readonly workloads: readonly WorkloadFacts[];
  readonly budgets: readonly BudgetFacts[];
}

export interface WorkloadFacts {
  readonly object: ObjectReference;
  readonly replicas: number;
  readonly podLabels: Readonly<Record<string, string>>;
}

export interface BudgetFacts {
  readonly object: ObjectReference;
  readonly selector: LabelSelector;
  readonly maxUnavailable?: number | string;
  readonly minAvailable?: number | string;
}

export interface ImageUse {
  readonly first: ObjectReference;
  readonly count: number;
}

export interface SecretValue {
  readonly object: ObjectReference;
  readonly fields: readonly string[];
}

/** An object with the place that it came from. */
export interface LocatedObject {
  readonly object: KubernetesObject;
  /** Path of the manifest, relative to the project. */
  readonly file: string;
  /** Line of the object's first line in the file, from 1. */
  readonly line?: number;
  /** Kubernetes cluster that the object goes to: set rules never look across clusters. */
  readonly cluster?: string;
}

export function referenceOf(located: LocatedObject): ObjectReference {
  const { object, file, line, cluster = '' } = located;
  const { namespace, name } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    cluster,
    file,
    ...(line === undefined ? {} : { line }),
  };
}
