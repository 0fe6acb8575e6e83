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
  stack: 'flotilla.dev/stack',
} as const;

export const ANNOTATIONS = {
  /** The operator leaves a PSC with this annotation alone. */
  ignore: 'flotilla.dev/ignore',
} as const;

export const PART_OF = 'flotilla';
export type Owner = 'stack' | 'control-plane';
