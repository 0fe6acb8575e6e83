import type { PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { ClientKind } from '../../constructs/kubernetes/client/client-view.ts';
import type { Features } from './kafka-releases.ts';
import type { ObservedIssuer } from './credentials/authority-issuer.ts';
import type { HeldCertificates, ShownCertificate } from './credentials/held-certificates.ts';
import type { HeldLogins } from './credentials/platform-logins.ts';
import type { KafkaRole } from '../../constructs/kubernetes/kafka/cluster-view.ts';

/** A PSC as the API server keeps it. */
export type StoredPsc = PhysicalStatefulCluster & {
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
  };
};

/** All that one pass knows of one PSC. Read once, then only looked at. */
export interface Observed {
  readonly nowMs: number;
  readonly psc: StoredPsc;
  /** Objects that were made for the PSC, by {@link objectKey}. No pods, no Secrets. */
  readonly objects: ReadonlyMap<string, KubernetesObject>;
  /** Of both roles, placed or not. */
  readonly pods: readonly ObservedPod[];
  readonly claims: readonly ObservedClaim[];
  readonly credentials: ObservedCredentialsState;
  /** Pod ▶ the certificate that it shows to whoever connects now; absent for one that shows none. */
  readonly shown: ReadonlyMap<string, ShownCertificate>;
  /** Broker pod ▶ whether it takes the platform's next logins. @default - nobody has asked */
  readonly loginAnswers?: ReadonlyMap<string, LoginAnswer>;
  /** External host names that resolve to the gateway at all authoritative servers of their zone. */
  readonly resolvedHosts: ReadonlySet<string>;
  readonly kafka: KafkaView;
  /** Whether everything above was read past all caches in this pass. Nothing is disrupted otherwise. */
  readonly freshness: 'cached' | 'fresh';
}

/** Whether a broker lets the platform's next logins in. */
export type LoginAnswer = 'accepts' | 'refuses';

export type ObservedCredentialsState =
  /** `certificates`, `logins`: absent where nobody has looked at them; `issuer` also where the spec names none. */
  | {
      readonly state: 'whole';
      readonly certificates?: HeldCertificates;
      readonly logins?: HeldLogins;
      readonly issuer?: ObservedIssuer;
    }
  /** Nothing can be issued before the issuer that the spec names has come up with the authority. */
  | { readonly state: 'awaited'; readonly reason: string; readonly issuer: ObservedIssuer }
  /** `reason`: what is missing, in words. */
  | { readonly state: 'incomplete'; readonly reason: string }
  /** Something is gone that a running cluster depends on. */
  | { readonly state: 'lost'; readonly reason: string };

/** What a pod is in its cluster; those of Connect and ksqlDB are all alike. */
export type PodRole = KafkaRole | ClientKind;

export interface ObservedPod {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly role: PodRole;
  readonly ordinal: number;
  readonly createdAtMs: number;
  /** Value of the annotations that pod-template.ts writes; empty where a pod has none. */
  readonly templateHash: string;
  readonly configHash: string;
  readonly isTerminating: boolean;
  /** Leader that has marked it as its own to disrupt. */
  readonly fenceHolder?: string;
  /** When somebody last asked for its eviction; absent where nobody did. */
  readonly evictedAtMs?: number;
  readonly node?: string;
  /** Condition Ready of the pod; Unknown when its node is lost. */
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly containersReady: 'True' | 'False' | 'Unknown';
  /** Condition of the readiness gate; absent while nobody has set it. */
  readonly inSyncGate?: 'True' | 'False';
  readonly container: ContainerState;
  /** Since when the scheduler finds no node for it. */
  readonly unschedulableSinceMs?: number;
}

/** Of the one container, or of the init container while it has not succeeded. */
export type ContainerState =
  | { readonly state: 'none' }
  | { readonly state: 'waiting'; readonly reason: string; readonly message?: string; readonly restarts: number }
  | { readonly state: 'running'; readonly restarts: number }
  | { readonly state: 'terminated'; readonly exitCode: number; readonly restarts: number };

export interface ObservedClaim {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Name of the volume that it is bound to. */
  readonly volume?: string;
  /** Deleted, and still there until nobody uses it. */
  readonly isTerminating: boolean;
  /** Marked as one that is about to be deleted. */
  readonly isEnding: boolean;
  /** Whether its StatefulSet made it, of the class that nothing serves: it holds nothing, and never will. */
  readonly isPlaceholder: boolean;
  /** uid of the claim that was lost, in whose place it was made empty. */
  readonly replaces?: string;
  readonly zone: string;
  /** `spec.resources.requests.storage`, in GiB, rounded up. */
  readonly requestedGib: number;
  /** `status.capacity.storage`, in GiB, rounded up; absent while unbound. */
  readonly capacityGib?: number;
  /** When the operator last grew it by itself. */
  readonly grownAtMs?: number;
}

/** What Kafka says of itself. */
export type KafkaView = UnreachableKafka | ReachableKafka;

export interface UnreachableKafka {
  readonly state: 'unreachable';
  readonly reason: string;
}

export interface ReachableKafka {
  readonly state: 'reachable';
  /** When the oldest part of it was read. */
  readonly readAtMs: number;
  /** Registered brokers, by id. */
  readonly brokers: ReadonlyMap<number, RegisteredBroker>;
  readonly quorum: QuorumView;
  /** Finalized levels of features; undefined where no broker says them. */
  readonly features?: Features;
  readonly partitions: readonly PartitionView[];
  /** Dynamic settings that hold for all brokers (resource BROKER with an empty name). */
  readonly clusterSettings: Readonly<Record<string, string>>;
  /** Names of settings that brokers take without a restart, as one of them says (DescribeConfigs, not read-only). */
  readonly dynamicSettings: ReadonlySet<string>;
  /** Bytes per second of the default user quota; absent where there is none. */
  readonly defaultUserQuota: Readonly<Record<string, number>>;
}

export interface RegisteredBroker {
  readonly id: number;
  readonly isFenced: boolean;
  /** By the broker's own metrics; absent when they could not be read. */
  readonly metrics?: BrokerMetrics;
  /** Of its log directory; absent when it did not answer. */
  readonly disk?: BrokerDisk;
}

export interface BrokerDisk {
  readonly totalBytes: number;
  readonly usableBytes: number;
  /** Whether nothing new is put there (KIP-1066), as the broker itself knows. */
  readonly isCordoned: boolean;
  /** Logs of partitions in it; only of brokers that leave. */
  readonly logs?: number;
}

export interface BrokerMetrics {
  readonly underReplicatedPartitions: number;
  readonly underMinIsrPartitions: number;
  readonly offlineLogDirectories: number;
  /** BrokerState: 1 starting, 2 recovering its logs, 3 running, 6 shutting down, 7 shut down. */
  readonly brokerState: number;
  /** Of the remote log manager; absent in a broker without Infinite Storage. */
  readonly remoteCopy?: RemoteCopy;
}

/** How a broker copies segments into the bucket. */
export interface RemoteCopy {
  /** Of segments that could be copied and are not yet. */
  readonly lagBytes: number;
  /** Copies that failed for good, an average of five minutes; not those that a store which is away makes wait. */
  readonly errorsPerSecond: number;
}

export interface QuorumView {
  /** Node id of the active controller; -1 while there is none. */
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly voters: readonly QuorumMember[];
  /** Controllers that follow and have no vote. */
  readonly joining: readonly QuorumMember[];
}

export interface QuorumMember {
  readonly id: number;
  /** Id of the folder on its volume: with another volume it is another member. */
  readonly directory: string;
  readonly isCaughtUp: boolean;
}

/** Node ids throughout. `replicas[0]` is the preferred leader. */
export interface PartitionView {
  readonly topic: string;
  readonly partition: number;
  /** -1 while there is none. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  /** Replicas that a running reassignment adds or takes away; empty otherwise. */
  readonly adding: readonly number[];
  readonly removing: readonly number[];
  readonly minIsr: number;
}

/** Objects by {@link objectKey}. */
export function byKey(objects: readonly KubernetesObject[]): ReadonlyMap<string, KubernetesObject> {
  return new Map(objects.map((object) => [objectKey(object), object]));
}

/** Key of an object among those of one PSC. */
export function objectKey({ kind, metadata }: Pick<KubernetesObject, 'kind' | 'metadata'>): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}
