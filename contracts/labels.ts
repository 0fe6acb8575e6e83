/** Labels and annotations that parts agree on. Kubernetes' recommended ones keep their own names. */
export const LABELS = {
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  component: 'app.kubernetes.io/component',
  partOf: 'app.kubernetes.io/part-of',
  managedBy: 'app.kubernetes.io/managed-by',
  zone: 'topology.kubernetes.io/zone',
  /** PSC that an object was made for. */
  psc: 'flotilla.dev/psc',
  tenant: 'flotilla.dev/tenant',
  nodeClass: 'flotilla.dev/node-class',
  /** Who made a PSC keeps it: `stack` or `control-plane`. */
  owner: 'flotilla.dev/owner',
  /** `broker` or `controller`, on Kafka pods. */
  role: 'flotilla.dev/role',
  /** On the namespace of a Connect or ksqlDB PSC: the Kafka PSC that its pods may reach. */
  kafka: 'flotilla.dev/kafka',
  /** On a namespace: the ksqlDB PSC that its pods may ask. */
  ksqldbClient: 'flotilla.dev/ksqldb-client',
  stack: 'flotilla.dev/stack',
} as const;

export const ANNOTATIONS = {
  /** The operator leaves a PSC with this annotation alone. */
  ignore: 'flotilla.dev/ignore',
  /** Digest of what the operator asked for in an object. */
  intent: 'flotilla.dev/intent',
  /** On a StatefulSet: the pod template that the operator puts back when a newer one fails, as JSON. */
  lastGoodTemplate: 'flotilla.dev/last-good-template',
  /** On a pod: the operator that may disrupt it. */
  fenceHolder: 'flotilla.dev/fence-holder',
  /** On a pod: when somebody last asked for its eviction, as an RFC 3339 time. The operator replaces it by the rules of rolls. */
  evictedAt: 'flotilla.dev/evicted-at',
  /** On a volume claim: when the operator grew it by itself, as an RFC 3339 time. */
  grownAt: 'flotilla.dev/grown-at',
  /**
   * On the brokers' StatefulSet: the broker that is about to be stopped for good. Where the broker stays after all, taking it
   * away again is what every reduction that is still on its way meets a conflict with.
   */
  stopping: 'flotilla.dev/stopping',
  /** On a controller's volume claim: uid of the one that was lost, in whose place it was made empty. */
  replaces: 'flotilla.dev/replaces',
  /** On a volume claim: that it is about to be deleted. Taken away again where the broker comes back, for the same reason. */
  ending: 'flotilla.dev/ending',
} as const;

export const PART_OF = 'flotilla';
export type Owner = 'stack' | 'control-plane';
