import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';
import type { ClusterPort } from '../../../operators/psc/ports.ts';

/** A Kubernetes cluster with one PSC of three brokers and three controllers, and the hands of everybody but the operator. */
export interface ConformanceWorld {
  readonly port: ClusterPort;
  /** Name of the PSC. It is there, nothing has been made for it. */
  readonly psc: string;
  /** What is rendered for the PSC, as the operator applies it, in its order; volume claims before StatefulSets. */
  readonly objects: (psc: StoredPsc) => readonly KubernetesObject[];
  /** Somebody changes the PSC's spec in a way that is allowed. */
  readonly editSpec: () => Promise<void>;
  /** The balancer writes its part of the status: `status.balance.state`, and the condition `flotilla.dev/Balancing`. */
  readonly writeBalance: (state: 'Balanced' | 'Moving') => Promise<void>;
  /** Somebody deletes the PSC. */
  readonly deletePsc: () => Promise<void>;
  /** Somebody changes fields of an object (JSON merge patch). */
  readonly editObject: (object: KubernetesObject, patch: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Somebody deletes an object that the operator made. */
  readonly deleteObject: (object: KubernetesObject) => Promise<void>;
  /** A node fails: the pod goes, whatever budgets say, and its claim stays. */
  readonly losePod: (pod: string) => Promise<void>;
  /** The kubelet says that the containers of the pod are ready, or not. With the readiness gate, this makes it Ready. */
  readonly setContainersReady: (pod: string, status: 'True' | 'False') => Promise<void>;
  /** Lets time pass until `look` gives something; rejects after a bound. */
  readonly eventually: <T>(what: string, look: () => Promise<T | undefined>) => Promise<T>;
  readonly stop: () => Promise<void>;
}
