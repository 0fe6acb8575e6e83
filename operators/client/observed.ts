import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { ObservedClaim, ObservedPod, StoredPsc } from '../psc/observed.ts';
import type { ObservedAccess } from './ports.ts';

/** All that one pass knows of a cluster that is a client of a Kafka PSC. Read once, then only looked at. */
export interface ObservedClient {
  readonly nowMs: number;
  readonly psc: StoredPsc;
  /** Objects that were made for the PSC, by key. No pods, no Secrets. */
  readonly objects: ReadonlyMap<string, KubernetesObject>;
  readonly pods: readonly ObservedPod[];
  readonly claims: readonly ObservedClaim[];
  /** The PSC of its Kafka, where there is one of that name in this Kubernetes cluster. */
  readonly kafka?: StoredPsc;
  /** Brokers of its Kafka that are there, by the names of their pods. */
  readonly kafkaBrokers: readonly string[];
  readonly access: ObservedAccess;
  /** Of a PSC of kind `connect`. */
  readonly connect: ConnectView;
  /** What Connect thinks of configs that differ from those that it has. */
  readonly verdicts: ReadonlyMap<string, ConnectorVerdict>;
  /** Whether the objects were read past all caches in this pass. No connector is taken away otherwise. */
  readonly freshness: 'cached' | 'fresh';
}

export interface ConnectorConfig {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
}

export type ConnectorVerdict =
  | { readonly verdict: 'fine' }
  /** `problems`: in Connect's words, without secrets. */
  | { readonly verdict: 'rejected'; readonly problems: string }
  /** Nobody answered, or the answer said nothing. */
  | { readonly verdict: 'unknown'; readonly reason: string };

/** What Connect says of itself. */
export type ConnectView =
  | { readonly state: 'unreachable'; readonly reason: string }
  | { readonly state: 'reachable'; readonly connectors: ReadonlyMap<string, SeenConnector> };

/** Connect's own states; what it has no word for here is Unknown. */
export type RunState = 'Unassigned' | 'Running' | 'Paused' | 'Failed' | 'Restarting' | 'Unknown';

export interface SeenConnector {
  /** As it was given, references to secrets and all; with the name. */
  readonly config: Readonly<Record<string, string>>;
  readonly state: RunState;
  /** Host and port; empty while nobody runs it. */
  readonly worker: string;
  /** First line of why it failed, without secrets; empty otherwise. */
  readonly trace: string;
  /** By id. */
  readonly tasks: readonly SeenTask[];
}

export interface SeenTask {
  readonly id: number;
  readonly state: RunState;
  readonly worker: string;
  readonly trace: string;
}
