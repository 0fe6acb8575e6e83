import type { HeldLogins, PasswordStep } from '../psc/credentials/platform-logins.ts';
import type { LoginAnswer, StoredPsc } from '../psc/observed.ts';
import type { Clock, ClusterPort } from '../psc/ports.ts';
import type { Steps } from '../runtime/steps.ts';
import type { ConnectorConfig, ConnectView, ConnectorVerdict } from './observed.ts';

/** Whether a client cluster can come to its Kafka. */
export type ObservedAccess =
  | {
      readonly state: 'whole';
      readonly logins: HeldLogins;
      /** Which brokers take the next login now; none where there is no next one. */
      readonly answers?: ReadonlyMap<string, LoginAnswer>;
    }
  /** `reason`: what is missing, in words. */
  | { readonly state: 'incomplete'; readonly reason: string };

/** The user that a client cluster has on its Kafka, and the Secret by which its pods know it. */
export interface KafkaAccessPort {
  readonly state: (psc: StoredPsc, kafka: StoredPsc) => Promise<ObservedAccess>;
  /** Makes both, or what is missing of them. @throws ConflictError when somebody else was at it too */
  readonly grant: (psc: StoredPsc, kafka: StoredPsc) => Promise<void>;
  /**
   * Takes a step towards another password, in the Secret, and nothing where it was taken already: `mark` is of the logins that it
   * was decided on. With `retire` Kafka forgets the former login first: what is in no Secret nobody could take away there.
   *
   * @throws ConflictError when somebody else was at it too
   */
  readonly rotate: (psc: StoredPsc, kafka: StoredPsc, rotation: AccessRotation) => Promise<void>;
  /** Tells Kafka of the next login. @throws ConflictError when the logins are others by now */
  readonly announce: (psc: StoredPsc, kafka: StoredPsc, mark: string) => Promise<void>;
  /** Takes the user away, with both of its logins; the Secret goes with the PSC. */
  readonly revoke: (psc: StoredPsc, kafka: StoredPsc) => Promise<void>;
}

export interface AccessRotation {
  readonly step: PasswordStep;
  readonly mark: string;
}

/**
 * What the operator needs of one Connect cluster. A change that meets a group which is just sharing out its work rejects with
 * ConflictError, one that Connect refuses for good with RefusedError; any other error may have happened before or after the
 * change took effect.
 */
export interface ConnectPort {
  /** Asked now. Never rejects: what cannot be reached is a view too. */
  readonly view: (psc: StoredPsc) => Promise<ConnectView>;
  /** What Connect thinks of a config. Never rejects. */
  readonly verdict: (psc: StoredPsc, connector: ConnectorConfig) => Promise<ConnectorVerdict>;
  readonly create: (psc: StoredPsc, connector: ConnectorConfig, state: 'running' | 'paused') => Promise<void>;
  readonly configure: (psc: StoredPsc, connector: ConnectorConfig) => Promise<void>;
  readonly pause: (psc: StoredPsc, name: string) => Promise<void>;
  readonly resume: (psc: StoredPsc, name: string) => Promise<void>;
  /** Starts what has failed of a connector again: itself, its tasks. */
  readonly restartFailed: (psc: StoredPsc, name: string) => Promise<void>;
  /** One that is not there is no error. */
  readonly remove: (psc: StoredPsc, name: string) => Promise<void>;
}

/** What a pass over a cluster needs that is a client of a Kafka PSC. */
export interface ClientPorts {
  readonly cluster: Pick<
    ClusterPort,
    'cached' | 'fresh' | 'apply' | 'remove' | 'writeStatus' | 'setFinalizer' | 'event'
  >;
  readonly access: KafkaAccessPort;
  readonly connect: ConnectPort;
  readonly clock: Clock;
  readonly isLeader: () => boolean;
  /** What the pass is part of. @default - nobody follows it */
  readonly steps?: Steps;
}
