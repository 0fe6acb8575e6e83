/** What the operator, its manifests and the API server agree on for evictions of Kafka's pods. */
export const EVICTION_WEBHOOK = {
  /** Name of the ValidatingWebhookConfiguration. */
  configuration: 'flotilla-evictions',
  /** Name of the webhook in it. */
  webhook: 'evictions.flotilla.dev',
  /** Service of the operator, in its own namespace. */
  service: 'operator',
  /**
   * GKE lets control planes that reach nodes without agents in at 443 and 10250 only
   * (cloud.google.com/kubernetes-engine/docs/how-to/private-clusters#add_firewall_rules); in a pod 10250 is nobody's.
   */
  port: 10250,
  path: '/evictions',
  /** Secret in the operator's namespace with the key pair that all replicas serve with. */
  secret: 'operator-webhook',
} as const;
