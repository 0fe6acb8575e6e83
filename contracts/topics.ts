/** One topic of the mothership. */
export interface Topic {
  readonly name: string;
  /** `down`: from the control plane to a data plane; `up`: back. */
  readonly direction: 'down' | 'up';
  /** Kafka's `cleanup.policy`. */
  readonly cleanupPolicy: 'compact' | 'delete';
}

/** Topics of one data plane, and of nobody else. */
export interface DataPlaneTopics {
  /** Desired state of PSCs: PscRecord by PSC name. */
  readonly psc: Topic;
  /** Settings of the data plane itself. */
  readonly clusterConfig: Topic;
  /** API keys, encrypted to the data plane's public key. */
  readonly apiKey: Topic;
  /** Observed state of PSCs: PscStatusRecord by PSC name. */
  readonly pscStatus: Topic;
}

/** Names of record headers on the mothership. The trace context is that of W3C. */
export const RECORD_HEADERS = {
  /** Whom the record is for, or from: a sync-service refuses what is not its own. */
  kubernetesCluster: 'k8s-cluster-id',
  traceParent: 'traceparent',
  traceState: 'tracestate',
} as const;

/** What was done in the whole platform and by whom. */
export const AUDIT_TOPIC: Topic = { name: 'flotilla.audit.v1', direction: 'up', cleanupPolicy: 'delete' };

/** An id of a Kubernetes cluster that cannot name topics. */
export class TopicNameError extends Error {
  readonly field = 'kubernetesClusterId';
  readonly value: string;
  readonly rule: string;

  constructor(value: string, rule: string) {
    super(`the Kubernetes cluster id ${JSON.stringify(value)} ${rule}; choose another id`);
    this.name = 'TopicNameError';
    this.value = value;
    this.rule = rule;
  }
}

/**
 * Topics of the data plane in one Kubernetes cluster.
 *
 * @throws TopicNameError when the id would make an illegal topic name, or one that another's prefix ACL covers.
 */
export function topicsOf(kubernetesClusterId: string): DataPlaneTopics {
  const prefix = topicPrefixOf(kubernetesClusterId);
  return {
    psc: { name: `${prefix}psc.v1`, direction: 'down', cleanupPolicy: 'compact' },
    clusterConfig: { name: `${prefix}cluster-config.v1`, direction: 'down', cleanupPolicy: 'compact' },
    apiKey: { name: `${prefix}api-key.v1`, direction: 'down', cleanupPolicy: 'compact' },
    pscStatus: { name: `${prefix}psc-status.v1`, direction: 'up', cleanupPolicy: 'compact' },
  };
}

/** The same topics as a list. */
export function topicListOf(topics: DataPlaneTopics): readonly Topic[] {
  return [topics.psc, topics.clusterConfig, topics.apiKey, topics.pscStatus];
}

/**
 * Prefix of all topics of one data plane and of no other's: what its ACLs name.
 *
 * @throws TopicNameError as {@link topicsOf}.
 */
export function topicPrefixOf(kubernetesClusterId: string): string {
  const prefix = `flotilla.${kubernetesClusterId}.`;
  // With a dot in it, cluster "a.b" would lie below the prefix of cluster "a"; an underscore collides with a dot in the
  // names of Kafka's metrics.
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(kubernetesClusterId)) {
    throw new TopicNameError(kubernetesClusterId, 'must be lower-case letters, digits and inner dashes');
  }
  if (AUDIT_TOPIC.name.startsWith(prefix)) {
    throw new TopicNameError(kubernetesClusterId, `is reserved: its prefix would cover the topic ${AUDIT_TOPIC.name}`);
  }
  const longest = prefix.length + LONGEST_SUFFIX.length;
  if (longest > MAX_TOPIC_LENGTH) {
    const room = MAX_TOPIC_LENGTH - (longest - kubernetesClusterId.length);
    throw new TopicNameError(kubernetesClusterId, `must have at most ${room} characters`);
  }
  return prefix;
}

/** Kafka's limit: a topic is a folder, and folders of partitions add a suffix. */
const MAX_TOPIC_LENGTH = 249;
const LONGEST_SUFFIX = 'cluster-config.v1';
