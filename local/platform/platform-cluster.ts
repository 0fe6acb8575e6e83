import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { SecretData, SecretRef } from '../../operators/psc/credentials/credential-secrets.ts';

/** What the platform's installation needs of a Kubernetes cluster. Each call may be repeated. */
export interface PlatformCluster {
  /** Server-side apply of objects, in their order; fails when the API server refuses any. */
  readonly apply: (objects: readonly KubernetesObject[]) => Promise<void>;
  /** Content of a Secret, decoded; undefined when it or its namespace is not there. */
  readonly readSecret: (ref: SecretRef) => Promise<SecretData | undefined>;
  /** Resolves when custom resources of these definitions can be made. */
  readonly served: (definitions: readonly string[]) => Promise<void>;
  /** Resolves when a StatefulSet has so many ready pods. */
  readonly ready: (statefulSet: SecretRef, pods: number) => Promise<void>;
  /** Resolves when a Job has done its work. */
  readonly jobDone: (job: SecretRef) => Promise<void>;
  /** Resolves when the operator says that a PSC is ready: its whole Kafka, or all of its workers and connectors. */
  readonly pscReady: (psc: string) => Promise<void>;
  /** Resolves when all workers of a PSC of kind connect are ready, whatever their connectors wait for. */
  readonly workersReady: (psc: string, workers: number) => Promise<void>;
  /** Runs a program in a ready pod. */
  readonly exec: (pod: SecretRef, program: string, args: readonly string[]) => Promise<void>;
}
