import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { HeldCertificates, ShownCertificate } from './credentials/held-certificates.ts';
import type { Login } from './credentials/platform-logins.ts';
import type {
  KafkaView,
  LoginAnswer,
  Observed,
  ObservedClaim,
  ObservedCredentialsState,
  ObservedPod,
  StoredPsc,
} from './observed.ts';
import type { Features } from './kafka-releases.ts';
import type { ClaimRef, PasswordRotation, PodRef, QuorumVoter, Rotation } from './plan.ts';

/** Objects of one PSC, as one read of them gives. */
export interface PscObjects {
  readonly psc: StoredPsc;
  readonly objects: ReadonlyMap<string, KubernetesObject>;
  readonly pods: readonly ObservedPod[];
  readonly claims: readonly ObservedClaim[];
}

/**
 * What the operator needs of Kubernetes. A write that meets another version of its object rejects with {@link ConflictError},
 * one that the API server refuses for good with {@link RefusedError}; any other error may have happened before or after the
 * write took effect.
 */
export interface ClusterPort {
  /** From caches that may be behind; undefined when there is no such PSC. */
  readonly cached: (psc: string) => PscObjects | undefined;
  /** Past all caches, consistent reads; undefined when there is no such PSC. */
  readonly fresh: (psc: string) => Promise<PscObjects | undefined>;
  readonly credentials: (psc: StoredPsc) => Promise<ObservedCredentialsState>;
  readonly issueCredentials: (psc: StoredPsc) => Promise<void>;
  /** Takes the step if the authorities still have this mark; what pods and clients are given follows from it. */
  readonly rotateAuthority: (psc: StoredPsc, rotation: Rotation) => Promise<void>;
  /** Asks the issuer that the spec names for the authority. */
  readonly requestAuthority: (psc: StoredPsc, request: KubernetesObject) => Promise<void>;
  /** Asks it for another one. */
  readonly renewAuthority: (psc: StoredPsc) => Promise<void>;
  /** Takes the step if the platform's logins still have this mark. What Kafka knows of them is not changed by it. */
  readonly rotatePasswords: (psc: StoredPsc, rotation: PasswordRotation) => Promise<void>;
  /** Server-side apply under the operator's field manager, only at its resource version where it names one. Resolves with the object as it is stored. */
  readonly apply: (object: KubernetesObject) => Promise<KubernetesObject>;
  /** Status under the operator's field manager, only if the PSC still has this resourceVersion. */
  readonly writeStatus: (psc: StoredPsc, status: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Adds or takes away the operator's finalizer, only if the PSC still has this resourceVersion. */
  readonly setFinalizer: (psc: StoredPsc, finalizer: 'present' | 'absent') => Promise<void>;
  readonly remove: (object: KubernetesObject, uid: string) => Promise<void>;
  /** @throws ConflictError when it is not exactly the one that was observed */
  readonly deleteClaim: (psc: StoredPsc, claim: ClaimRef) => Promise<void>;
  /**
   * Has a volume whose claim is gone deleted by its provisioner, the disk with it. One that is gone is done.
   *
   * @throws ConflictError when it is not the volume of that claim, or is not released yet
   */
  readonly releaseVolume: (psc: StoredPsc, volume: string, claimUid: string) => Promise<void>;
  readonly setGate: (psc: StoredPsc, pod: string, uid: string, status: 'True' | 'False') => Promise<void>;
  /** Writes an annotation with the holder's name on the pod. */
  readonly touchPod: (psc: StoredPsc, pod: PodRef, holder: string) => Promise<void>;
  /** @throws TooManyDisruptionsError when the budget does not allow it now */
  readonly evict: (psc: StoredPsc, pod: PodRef) => Promise<void>;
  readonly deletePod: (psc: StoredPsc, pod: PodRef) => Promise<void>;
  readonly event: (
    psc: StoredPsc,
    event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string },
  ) => Promise<void>;
}

/** What the operator needs of one PSC's Kafka. */
export interface KafkaPort {
  /** The newest view that is kept; may be of some seconds ago. */
  readonly cached: (psc: StoredPsc) => KafkaView;
  /** Asked now. Never rejects: what cannot be reached is a view too. */
  readonly fresh: (psc: StoredPsc) => Promise<KafkaView>;
  /**
   * The certificates that pods show to whoever connects; none of those that do not answer. `cached`: as far as it is known
   * without waiting. Never rejects.
   */
  readonly shownCertificates: (
    psc: StoredPsc,
    held: HeldCertificates,
    freshness: Observed['freshness'],
  ) => Promise<ReadonlyMap<string, ShownCertificate>>;
  /**
   * Which brokers take the platform's next logins now, asked by logging in with each; none of those that do not answer, or where
   * there are no next ones. Never rejects.
   */
  readonly loginAnswers: (psc: StoredPsc) => Promise<ReadonlyMap<string, LoginAnswer>>;
  /**
   * Gives the platform's logins that are not in use their passwords in Kafka, or takes them away there, if the Secret still has
   * this mark. What is so already is done.
   *
   * @throws ConflictError when it has another
   */
  readonly alterLogins: (psc: StoredPsc, change: 'grant' | 'revoke', mark: string) => Promise<void>;
  readonly alterClusterSettings: (
    psc: StoredPsc,
    set: Readonly<Record<string, string>>,
    remove: readonly string[],
  ) => Promise<void>;
  readonly alterDefaultQuota: (psc: StoredPsc, values: Readonly<Record<string, number>>) => Promise<void>;
  readonly electPreferred: (
    psc: StoredPsc,
    partitions: readonly { readonly topic: string; readonly partition: number }[],
  ) => Promise<void>;
  /** Whether new replicas may be put on a broker, which must run: it alone takes its own settings. */
  readonly setCordon: (psc: StoredPsc, broker: number, cordon: 'present' | 'absent') => Promise<void>;
  /** Has the controllers forget a broker. One that they do not know is done. */
  readonly unregisterBroker: (psc: StoredPsc, broker: number) => Promise<void>;
  /** Has the cluster agree upon features, by their levels. Those that it has already are done. */
  readonly finishFeatures: (psc: StoredPsc, features: Features) => Promise<void>;
  /** Gives a controller that follows the quorum a vote in it, which takes until it has all of its log. One that has it is done. */
  readonly addVoter: (psc: StoredPsc, voter: QuorumVoter) => Promise<void>;
  /** Takes a controller's vote away. One that has none is done. */
  readonly removeVoter: (psc: StoredPsc, voter: QuorumVoter) => Promise<void>;
}

/** The platform's logins that are not in use, as their Secret has them. */
export interface PlatformLogins {
  /** Of the state of all logins. */
  readonly mark: string;
  readonly other: readonly Login[];
  /** Certificates of the PSC's own authority, PEM. */
  readonly ca: string;
}

/** Users of one PSC's Kafka that the operator makes for the clusters which are clients of it. */
export interface KafkaUsersPort {
  /** Makes a user that may use all data and change nothing of the cluster, or gives it this password. */
  readonly grantUser: (kafka: StoredPsc, user: string, password: string) => Promise<void>;
  /** Takes it away; one that is not there is no error. */
  readonly revokeUser: (kafka: StoredPsc, user: string) => Promise<void>;
  /** Which brokers let a login in now; none of those that do not answer. `ca`: of the PSC's own authority. Never rejects. */
  readonly userAnswers: (kafka: StoredPsc, login: Login, ca: string) => Promise<ReadonlyMap<string, LoginAnswer>>;
}

/** What the operator needs of the DNS. */
export interface NamesPort {
  /** Those of the hosts that all authoritative servers of their zone resolve. Never rejects. */
  readonly resolved: (hosts: readonly string[]) => Promise<ReadonlySet<string>>;
}

export interface Clock {
  readonly nowMs: () => number;
}

/** The object is not as it was observed; the next pass sees it anew. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/** The API server will not take it, however often it is sent. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** The disruption budget is used up (429). */
export class TooManyDisruptionsError extends Error {
  override readonly name = 'TooManyDisruptionsError';
}
