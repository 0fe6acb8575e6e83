// Generated from flotilla/psc/v1/psc.proto by `flotilla generate`. Do not edit.
import type { ObjectMetadata } from '../kubernetes-object.ts';

/** One Kafka, Connect or ksqlDB cluster in one Kubernetes cluster. */
export type PhysicalStatefulCluster = {
  readonly apiVersion: 'flotilla.dev/v1';
  readonly kind: 'PhysicalStatefulCluster';
  readonly metadata: ObjectMetadata;
  /** What the cluster shall be. Written by the control plane through the sync-service, except maintenance. */
  readonly spec: PhysicalStatefulClusterSpec;
  /** What the cluster is. Written by the operator, except balance. */
  readonly status?: PhysicalStatefulClusterStatus;
};

export interface PhysicalStatefulClusterSpec {
  /** Number of the intent that this spec carries out. Rises with every change; receivers refuse lower ones. */
  readonly revision: string;
  /** Name of the tenant that the cluster belongs to. */
  readonly tenant: string;
  readonly cloud: 'aws' | 'gcp' | 'azure' | 'local';
  readonly region: string;
  /** Identifier of the Kubernetes cluster that runs this cluster, unique over all regions. */
  readonly kubernetesCluster: string;
  /** Zones that the cluster may use. */
  readonly zones: readonly string[];
  /** Suffix of external host names: brokers serve as <pod>.<psc>.<domain>. */
  readonly domain: string;
  readonly kafka?: KafkaSpec;
  readonly connect?: ConnectSpec;
  readonly ksqldb?: KsqlDbSpec;
  /** Requests by people and by the balancer; never written by the control plane. */
  readonly maintenance?: MaintenanceSpec;
  /** Deleting the PSC is refused while set. */
  readonly deletionProtection?: boolean;
  /**
   * When the operator may begin to replace pods that work; none: at any time. What does not work is repaired at any time, and a
   * batch that has begun is brought to its end.
   */
  readonly maintenanceWindows?: readonly MaintenanceWindow[];
}

export interface KafkaSpec {
  /** Units of capacity that the shape below was derived from. */
  readonly ckus: number;
  /** Kafka version, as in 4.3.1. */
  readonly version: string;
  /** Broker and controller image with its digest. */
  readonly image: string;
  /** Kafka's cluster id: 16 bytes in unpadded URL-safe base64. */
  readonly clusterId: string;
  /** Zone ▶ brokers whose volumes live there. */
  readonly placement: Readonly<Record<string, ZonePlacement>>;
  readonly brokers: BrokersSpec;
  readonly controllers: ControllersSpec;
  /** What the whole cluster may be asked for. */
  readonly limits: LimitsSpec;
  /** Broker settings beside those that the platform owns. One line each: they become lines of a properties file. */
  readonly config?: Readonly<Record<string, string>>;
  /** Infinite Storage; absent, all data stays on the volumes. */
  readonly tieredStorage?: TieredStorageSpec;
  readonly externalAccess: ExternalAccessSpec;
  /** Cloud identity of the pods: a role ARN (aws), a service account e-mail (gcp), a client id (azure). */
  readonly identity?: string;
  /**
   * How long every pod runs another Kafka version before its features are finished, which no former version can read; 1440 where
   * absent. Until then the former version may be taken back.
   */
  readonly featureSoakMinutes?: number;
  /**
   * Where the authority of the cluster's certificates comes from; absent, the operator makes it. Either way it is with the operator
   * only, and issues the certificates of all pods.
   */
  readonly authorityIssuer?: AuthorityIssuerSpec;
}

export interface ZonePlacement {
  readonly pods: readonly string[];
}

export interface BrokersSpec {
  /** Node class whose nodes carry the brokers: value of the label flotilla.dev/node-class. */
  readonly nodeClass: string;
  readonly resources: ResourcesSpec;
  readonly storage: StorageSpec;
  /** Brokers of one zone that may be down together during a roll, where no partition needs them; 0 stands for ten. */
  readonly maxUnavailablePerZone?: number;
  /** How long the volume of a broker that was taken away is kept; 24 where absent. 0: it goes with the broker. */
  readonly volumeGraceHours?: number;
}

/** Requests equal limits for memory; the CPU limit may be higher than its request. */
export interface ResourcesSpec {
  readonly cpuMillis: number;
  readonly cpuLimitMillis: number;
  readonly memoryMib: number;
  /** Java heap; the rest of the memory is page cache. */
  readonly heapMib: number;
}

export interface StorageSpec {
  /** Storage classes are zonal: a volume in zone Z is of class <class_prefix>-Z. */
  readonly classPrefix: string;
  readonly sizeGib: number;
  /** Size up to which a volume grows by itself when it fills; 0 stands for "not by itself". */
  readonly growthLimitGib?: number;
  /** Provisioned performance, where the cloud sells it apart from size: it names the volume attributes class. */
  readonly iops?: number;
  readonly throughputMibPerSecond?: number;
}

export interface ControllersSpec {
  readonly nodeClass: string;
  /** Zone ▶ controllers whose volumes live there. */
  readonly placement: Readonly<Record<string, ZonePlacement>>;
  readonly resources: ResourcesSpec;
  readonly storage: StorageSpec;
}

/** Limits of the whole cluster. Clients are held to them by quotas, topics by policies. */
export interface LimitsSpec {
  readonly ingressBytesPerSecond: string;
  readonly egressBytesPerSecond: string;
  readonly partitions: number;
  readonly connections: number;
  readonly connectionAttemptsPerSecond: number;
  readonly requestsPerSecond: number;
}

export interface TieredStorageSpec {
  /** Bucket (aws, gcp, local) or container (azure). */
  readonly bucket: string;
  /** Object store's address where it is not the cloud's own. */
  readonly endpoint?: string;
  /** Prefix of all objects of this cluster. */
  readonly prefix: string;
  /** How long a segment stays on the volume after it was copied. */
  readonly localRetentionMs: string;
  /** Key that encrypts the bucket: the tenant's or the customer's own. */
  readonly keyId?: string;
}

export interface ExternalAccessSpec {
  /** CIDR blocks that clients may come from; empty means every address. */
  readonly allowedSourceRanges?: readonly string[];
}

/** An issuer of cert-manager, which makes the authority an intermediate one below its own. One of kind Issuer is in flotilla-system. */
export interface AuthorityIssuerSpec {
  readonly name: string;
  /** Issuer or ClusterIssuer, or a kind of the group. */
  readonly kind: string;
  /** API group of the kind; cert-manager.io where absent. */
  readonly group?: string;
}

export interface ConnectSpec {
  readonly version: string;
  readonly image: string;
  readonly workers: number;
  readonly resources: ResourcesSpec;
  /** PSC whose Kafka the workers use. */
  readonly kafka: string;
  readonly config?: Readonly<Record<string, string>>;
  readonly connectors?: readonly ConnectorSpec[];
  /**
   * Secrets of the cluster's own namespace whose files connectors may refer to, as
   * ${directory:/etc/flotilla/secrets/<secret>:<file>}.
   */
  readonly secrets?: readonly string[];
  /** Where connectors may connect to beside their Kafka; nowhere else. */
  readonly egress?: readonly EgressSpec[];
}

export interface ConnectorSpec {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  readonly paused?: boolean;
}

export interface EgressSpec {
  /** CIDR blocks. */
  readonly ranges: readonly string[];
  /** Of TCP. */
  readonly ports: readonly number[];
}

export interface KsqlDbSpec {
  readonly image: string;
  readonly nodes: number;
  readonly resources: ResourcesSpec;
  readonly storage: StorageSpec;
  /** PSC whose Kafka the nodes use. */
  readonly kafka: string;
  readonly config?: Readonly<Record<string, string>>;
}

export interface MaintenanceSpec {
  /** The operator and the balancer leave the cluster alone while set. */
  readonly paused?: boolean;
  /** Brokers that shall be emptied of replicas and leaders. */
  readonly drain?: readonly string[];
  /** A roll is asked for by setting this to the present time. */
  readonly rollRequestedAt?: string;
  /**
   * What the balancer may do: On (also when absent); Paused: begins nothing, and lets end what runs; Cancelled: takes that
   * back too.
   */
  readonly balancing?: 'On' | 'Paused' | 'Cancelled';
  /**
   * Topics whose replicas the balancer leaves where they are, also on brokers that are to be emptied: names, or the beginning of
   * names with an asterisk after it.
   */
  readonly excludedTopics?: readonly string[];
  /** Other certificates of all pods are asked for by setting this to the present time. */
  readonly certificatesRequestedAt?: string;
  /**
   * Another authority of all certificates is asked for by setting this to the present time. Once more while the former one is
   * still trusted: it is trusted no longer as soon as every pod can do without.
   */
  readonly authorityRequestedAt?: string;
  /**
   * Other passwords of the platform's own Kafka users, or of the user of a Connect or ksqlDB cluster, are asked for by setting this
   * to the present time.
   */
  readonly passwordsRequestedAt?: string;
}

export interface MaintenanceWindow {
  /** Days on which it opens; none: every day. */
  readonly days?: readonly string[];
  /** When it opens, by the clock on the wall, as in 02:30. */
  readonly start: string;
  readonly durationMinutes: number;
  /** Whose clock, by its name in the IANA's database, as in Europe/Berlin. UTC where absent. */
  readonly timeZone?: string;
}

export interface PhysicalStatefulClusterStatus {
  readonly observedGeneration?: number;
  /** Revision of the spec that this status speaks of. */
  readonly observedRevision?: string;
  readonly conditions?: readonly Condition[];
  readonly brokerCount?: number;
  readonly brokers?: readonly BrokerStatus[];
  /** Batch that may be disrupted now, persisted before anything is. */
  readonly fence?: FenceStatus;
  /** Written by the balancer. */
  readonly balance?: BalanceStatus;
  /** bootstrap.<psc>.<domain>:<port> */
  readonly bootstrapServer?: string;
  readonly controllers?: readonly ControllerStatus[];
  /** Rolls that were stopped because the new pods did not work; one per role at most. */
  readonly rolls?: readonly RollStatus[];
  /** Pods that are ready, and all that are placed, as in "9/9". */
  readonly podsReady?: string;
  /** Sum of the volumes that are provisioned. */
  readonly disksGib?: number;
  /** Of a PSC of kind connect. */
  readonly connect?: ConnectStatus;
  /** Of a PSC of kind ksqldb. */
  readonly ksqldb?: KsqlDbStatus;
  /** Brokers that are being taken away, and those that are gone and whose volumes are kept. The balancer empties the former. */
  readonly leaving?: readonly LeavingBroker[];
  readonly certificates?: CertificatesStatus;
  readonly passwords?: PasswordsStatus;
  readonly features?: FeaturesStatus;
}

/** Kubernetes' condition with the time of its last probe, which is written only together with another change. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly observedGeneration?: number;
  readonly lastTransitionTime: string;
  readonly lastProbeTime?: string;
  readonly reason: string;
  readonly message?: string;
}

export interface BrokerStatus {
  readonly pod: string;
  readonly brokerId?: number;
  readonly zone?: string;
  readonly state?: 'Starting' | 'Recovering' | 'Syncing' | 'InSync' | 'Draining' | 'Failed' | 'Unknown';
  /** uid of the volume claim that holds the broker's data. */
  readonly claimUid?: string;
  readonly diskSizeGib?: number;
  readonly externalHost?: string;
  /** Whether the broker has registered and served once: a new one is being added until then. */
  readonly joined?: boolean;
}

export interface FenceStatus {
  readonly zone?: string;
  readonly members?: readonly FencedPod[];
  readonly since?: string;
  readonly role?: 'broker' | 'controller';
  /** Operator that leads; another that takes over writes its own name first. */
  readonly holder?: string;
}

/** A pod as it was when the fence was written: the one that comes after it has another uid. */
export interface FencedPod {
  readonly name: string;
  readonly uid: string;
}

export interface BalanceStatus {
  readonly state?: 'Balanced' | 'Moving' | 'Paused' | 'Blocked';
  /** Of the plan that is under way, and of the last one where none is: what is left of it, and what is done. */
  readonly bytesToMove?: string;
  readonly bytesMoved?: string;
  readonly partitionsToMove?: number;
  readonly partitionsMoved?: number;
  readonly estimatedEnd?: string;
  /** Why nothing new begins: a reason of the condition flotilla.dev/Balancing. */
  readonly reason?: string;
  readonly message?: string;
  /** Bytes that all moves together have made in a second of late. */
  readonly bytesPerSecond?: string;
  /** Brokers that are to be emptied and hold no replica and lead nothing, seen in fresh metadata and on their disks. */
  readonly drained?: readonly string[];
  /** What one pass leaves for the next, so that another balancer can go on. */
  readonly memory?: BalanceMemory;
  /**
   * Brokers whose storage was seen to stall while that of the others did not. The operator restarts one once: its pod, if it is
   * older than `since`. It is named here until it has been well for an hour, so that it is not restarted again.
   */
  readonly stalledBrokers?: readonly StalledBroker[];
}

export interface BalanceMemory {
  /** A plan has been begun and not been finished. */
  readonly underWay?: boolean;
  /** Ids of brokers that were empty when it was begun, or have come since. */
  readonly newBrokers?: readonly number[];
  readonly rateChangedAt?: string;
}

export interface StalledBroker {
  readonly pod: string;
  readonly since: string;
  /** When it was seen to stall last. */
  readonly last: string;
}

export interface ControllerStatus {
  readonly pod: string;
  readonly zone?: string;
  readonly state?: 'Starting' | 'Recovering' | 'Syncing' | 'InSync' | 'Draining' | 'Failed' | 'Unknown';
  /** uid of the volume claim that holds the controller's metadata log. */
  readonly claimUid?: string;
  /** Whether its volume was lost and it joins a quorum that goes on without it, with an empty one: it is not among the first voters. */
  readonly joins?: boolean;
}

export interface RollStatus {
  readonly role: 'broker' | 'controller';
  /** Pod template that the spec asks for. */
  readonly target?: string;
  /** Pod template that was seen to fail; a spec that asks for another is tried. */
  readonly refused?: string;
  /** Pod template that new pods get meanwhile. */
  readonly served?: string;
  readonly message?: string;
  readonly since?: string;
}

export interface ConnectStatus {
  readonly workersReady?: number;
  /** Those of the spec, and those that this PSC has made and that are still to be taken away. */
  readonly connectors?: readonly ConnectorStatus[];
}

export interface ConnectorStatus {
  readonly name: string;
  /** Pending: not made yet; Rejected: Connect refuses its config; Deleting: the spec names it no longer; Unknown: no worker answers. */
  readonly state?: 'Pending' | 'Unassigned' | 'Running' | 'Paused' | 'Failed' | 'Restarting' | 'Rejected' | 'Deleting' | 'Unknown';
  /** Host and port of the worker that it runs on. */
  readonly worker?: string;
  /** Failed ones first. */
  readonly tasks?: readonly ConnectTaskStatus[];
  /** How often what failed of it was started again since it last ran well. */
  readonly restarts?: number;
  /** What fails is not started again before. */
  readonly restartAfter?: string;
  /** What is wrong with it, in Connect's words, without secrets. */
  readonly message?: string;
  /**
   * Since when the spec names it no longer. It is remembered for a while after it was last seen: a request that was on its way
   * could still make it.
   */
  readonly deletedAt?: string;
}

export interface ConnectTaskStatus {
  readonly id?: number;
  readonly state?: 'Unassigned' | 'Running' | 'Paused' | 'Failed' | 'Restarting' | 'Unknown';
  readonly worker?: string;
  /** First line of why it failed, without secrets. */
  readonly trace?: string;
}

export interface KsqlDbStatus {
  readonly nodesReady?: number;
}

/** A broker that the spec places no longer, from when its leaving was found to be safe until its volume is deleted. */
export interface LeavingBroker {
  readonly pod: string;
  readonly zone: string;
  /** When its leaving began. */
  readonly since: string;
  /** Since when every look past all caches has found it empty: no replica, no leader, no log. It is stopped after a second one. */
  readonly emptySince?: string;
  /** uid of its volume claim and name of the volume when it was found to be empty: no other is ever deleted. */
  readonly claimUid?: string;
  readonly volume?: string;
  /** When it had stopped and was unregistered: its volume is kept from then on. */
  readonly goneAt?: string;
  /** Since when the spec places it again although it had stopped: what was sent to Kafka before must have arrived before it starts. */
  readonly returningSince?: string;
}

export interface CertificatesStatus {
  readonly authorityEnds?: string;
  /** The first to end of those that pods show to clients, or have been given. */
  readonly firstPodEnds?: string;
  /** Until when the authority before this one is trusted: clients need the present one's certificate by then. */
  readonly formerAuthorityUntil?: string;
}

/** Of the platform's own Kafka users; of a Connect or ksqlDB cluster, of its user. */
export interface PasswordsStatus {
  /** When those in use were made; absent of those that were made before this was written down. */
  readonly madeAt?: string;
  /** Until when those before them still let in. */
  readonly formerUntil?: string;
}

/** What clients have to know of the PSC's own authority, and when something ends. */
export interface FeaturesStatus {
  /** Level of metadata.version that the cluster has agreed upon, or is about to: Kafka versions that do not know it cannot run. */
  readonly metadataLevel?: number;
  /** Kafka version that every pod was seen to run. */
  readonly version?: string;
  /** Since when. */
  readonly settledAt?: string;
  /** When what that version brings is finished; absent where nothing is left to finish. */
  readonly finishedAt?: string;
}
