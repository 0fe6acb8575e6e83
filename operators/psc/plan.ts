import type { ConditionUpdate } from '../../contracts/conditions.ts';
import type { PhysicalStatefulClusterStatus } from '../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { Features } from './kafka-releases.ts';
import type { PasswordStep } from './credentials/platform-logins.ts';
import type { RotationStep } from './credentials/rotate-authority.ts';

/** What one pass does and says, and what it waits for. Data: nothing in it is decided again when it is carried out. */
export interface Plan<W extends AnyWrite = Write> {
  /** In order; the first that fails ends the pass. */
  readonly writes: readonly W[];
  /** Gates that hold something up, the first of each task that is held. */
  readonly waits: readonly Wait[];
  readonly conditions: readonly ConditionUpdate[];
  /** Everything of the status but its conditions and the balancer's part. */
  readonly status: PlannedStatus;
  /** Whether more could be decided from what is read past all caches. @default - no */
  readonly asksForFreshRead?: boolean;
  /** When to look again although nothing has changed. */
  readonly lookAgainMs: number;
}

export type PlannedStatus = Omit<PhysicalStatefulClusterStatus, 'conditions' | 'balance'>;

/** That part of a status as it is stored. */
export function plannedPart(status: PhysicalStatefulClusterStatus | undefined): PlannedStatus {
  const entries = Object.entries(status ?? {}).filter(([field]) => field !== 'conditions' && field !== 'balance');
  return Object.fromEntries(entries);
}

/** What a task waits for. */
export interface Wait {
  readonly task:
    'resize' | 'roll' | 'volumes' | 'settings' | 'credentials' | 'certificates' | 'passwords' | 'pods' | 'connectors';
  /** The condition's reason. */
  readonly reason: string;
  /** For people: what exactly, and what would end it. */
  readonly message: string;
}

/** What every write of every kind of cluster says of itself. */
export interface AnyWrite {
  readonly kind: string;
  readonly object?: KubernetesObject;
  readonly volume?: string;
}

/** One idempotent step. */
export type Write =
  /** Server-side apply, the object whole. */
  | { readonly kind: 'apply'; readonly object: KubernetesObject }
  /** Of objects that nothing refers to any longer; never a volume claim, a pod or a Secret. */
  | { readonly kind: 'remove'; readonly object: KubernetesObject; readonly uid: string }
  /** The objects that lie outside the PSC's namespace go when it goes. */
  | { readonly kind: 'set-finalizer'; readonly finalizer: 'present' | 'absent' }
  | { readonly kind: 'issue-credentials' }
  | { readonly kind: 'rotate-authority'; readonly rotation: Rotation }
  /** Asks the issuer that the spec names for the authority, by server-side apply of cert-manager's Certificate. */
  | { readonly kind: 'request-authority'; readonly request: KubernetesObject }
  /** Asks it for another one. */
  | { readonly kind: 'renew-authority' }
  /** Takes a step towards other passwords of the platform's users, in their Secret. */
  | { readonly kind: 'rotate-passwords'; readonly rotation: PasswordRotation }
  /** Has Kafka know, or forget, the platform's logins that are not in use. */
  | { readonly kind: 'alter-logins'; readonly change: 'grant' | 'revoke'; readonly mark: string }
  /** Sets the pod's readiness gate. */
  | { readonly kind: 'set-gate'; readonly pod: string; readonly uid: string; readonly status: 'True' | 'False' }
  /** Marks a fenced pod as this leader's, so that what an earlier leader still sends meets a conflict. */
  | { readonly kind: 'touch-pod'; readonly pod: PodRef }
  /** Disruptions, each only if the pod is still exactly the one that was observed. */
  | { readonly kind: 'evict-pod'; readonly pod: PodRef }
  | { readonly kind: 'delete-pod'; readonly pod: PodRef }
  | {
      readonly kind: 'alter-cluster-settings';
      readonly set: Readonly<Record<string, string>>;
      readonly remove: readonly string[];
    }
  /** Has Kafka agree upon features; what it agreed upon is not taken back. */
  | { readonly kind: 'finish-features'; readonly features: Features }
  | { readonly kind: 'alter-default-quota'; readonly values: Readonly<Record<string, number>> }
  /** Gives partitions back to their preferred leaders. */
  | {
      readonly kind: 'elect-preferred';
      readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
    }
  /** Tells a broker that nothing new is put on it, or that it may be again. */
  | { readonly kind: 'set-cordon'; readonly broker: number; readonly cordon: 'present' | 'absent' }
  /** Gives the brokers' StatefulSet one pod fewer, only if it still is at the resource version that the object names. */
  | { readonly kind: 'stop-broker'; readonly pod: string; readonly object: KubernetesObject }
  /** Has Kafka forget a broker that has stopped. */
  | { readonly kind: 'unregister-broker'; readonly broker: number }
  /** Takes the vote of a controller away whose volume is gone. */
  | { readonly kind: 'remove-voter'; readonly voter: QuorumVoter }
  /** Gives a controller a vote that has followed the others so far. */
  | { readonly kind: 'add-voter'; readonly voter: QuorumVoter }
  /** Deletes a volume claim, only if it is still exactly the one that was observed. */
  | { readonly kind: 'delete-claim'; readonly claim: ClaimRef }
  /** Lets go of the volume of a claim that is gone: the disk goes with it. */
  | { readonly kind: 'release-volume'; readonly volume: string; readonly claimUid: string }
  | { readonly kind: 'event'; readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string };

export type Removal = Extract<Write, { readonly kind: 'remove' }>;

/** A step, and the authorities that it was decided on. */
export interface Rotation {
  readonly step: RotationStep;
  readonly mark: string;
  /** Of the authority that an issuer has come up with, which is to be the next one. @default - one that the operator makes */
  readonly offer?: string;
}

/** A step, and the state of the logins that it was decided on. */
export interface PasswordRotation {
  readonly step: PasswordStep;
  readonly mark: string;
}

export interface PodRef {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** A controller by its volume: the id is Kafka's, the directory that of the folder on the volume. */
export interface QuorumVoter {
  readonly pod: string;
  readonly id: number;
  readonly directory: string;
}

export interface ClaimRef {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Removal of objects that are there; one without a uid is not. */
export function removals(objects: readonly KubernetesObject[]): readonly Removal[] {
  return objects.flatMap((object): readonly Removal[] => {
    const { uid } = object.metadata as { readonly uid?: string };
    return uid === undefined ? [] : [{ kind: 'remove', object, uid }];
  });
}
