import type { PolicyRule } from 'cdk8s-plus-27/lib/imports/k8s.js';

/** Services of a data plane that use the Kubernetes API. */
export const DATA_PLANE_SERVICES = ['operator', 'balancer', 'sync-service'] as const;
export type DataPlaneService = (typeof DATA_PLANE_SERVICES)[number];

const WATCH = ['get', 'list', 'watch'];
const OWN = [...WATCH, 'create', 'patch', 'delete'];
const PSCS = 'physicalstatefulclusters';

/**
 * What each service may do in the Kubernetes cluster. RBAC cannot say "in the namespaces of PSCs", which come and go at
 * run time, without letting a service bind roles; the admission policy of confinement.ts says it for every write.
 */
export const CLUSTER_RULES: Readonly<Record<DataPlaneService, readonly PolicyRule[]>> = {
  operator: [
    { apiGroups: ['flotilla.dev'], resources: [PSCS], verbs: [...WATCH, 'patch'] },
    { apiGroups: ['flotilla.dev'], resources: [`${PSCS}/status`], verbs: ['get', 'patch', 'update'] },
    { apiGroups: ['flotilla.dev'], resources: [`${PSCS}/finalizers`], verbs: ['update'] },
    { apiGroups: [''], resources: ['services', 'configmaps', 'serviceaccounts', 'persistentvolumeclaims'], verbs: OWN },
    // Certificates and passwords of the clusters' own principals: by name, never in bulk.
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'create', 'patch', 'delete'] },
    { apiGroups: ['apps'], resources: ['statefulsets'], verbs: OWN },
    { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: OWN },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: OWN },
    { apiGroups: ['externaldns.k8s.io'], resources: ['dnsendpoints'], verbs: OWN },
    { apiGroups: [''], resources: ['pods'], verbs: [...WATCH, 'delete'] },
    // The first broker of a batch goes by eviction, which takes the disruption budget; readiness gates are status.
    { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
    { apiGroups: [''], resources: ['pods/status'], verbs: ['patch'] },
    { apiGroups: [''], resources: ['nodes', 'namespaces'], verbs: WATCH },
    { apiGroups: ['storage.k8s.io'], resources: ['storageclasses', 'volumeattributesclasses'], verbs: WATCH },
    // A retained volume is flipped to Delete just before its claim goes for good, or its cloud disk would leak.
    { apiGroups: [''], resources: ['persistentvolumes'], verbs: [...WATCH, 'patch'] },
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
    // Each PSC's account is bound to the node zone reader, whose one right the operator has itself: no more can be given.
    {
      apiGroups: ['rbac.authorization.k8s.io'],
      resources: ['clusterrolebindings'],
      verbs: ['get', 'list', 'create', 'patch', 'delete'],
    },
  ],
  balancer: [
    // Of the spec maintenance only: server-side apply shows who owns which field.
    { apiGroups: ['flotilla.dev'], resources: [PSCS], verbs: [...WATCH, 'patch'] },
    { apiGroups: ['flotilla.dev'], resources: [`${PSCS}/status`], verbs: ['get', 'patch'] },
    // Its own principal's password in each cluster.
    { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  ],
  'sync-service': [
    { apiGroups: ['flotilla.dev'], resources: [PSCS], verbs: OWN },
    { apiGroups: [''], resources: ['namespaces'], verbs: OWN },
    { apiGroups: [''], resources: ['resourcequotas'], verbs: ['get', 'create', 'patch'] },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['get', 'create', 'patch'] },
    // Cluster configs, and API keys encrypted to the operator's public key.
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'create', 'patch', 'delete'] },
    // One set of classes per customer key.
    { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: OWN },
  ],
};

/** What each service may do in `flotilla-system`, beside its own lease. */
export const OWN_NAMESPACE_RULES: Readonly<Record<DataPlaneService, readonly PolicyRule[]>> = {
  // Keys of the clusters' certificate authorities, which never enter a PSC's namespace.
  operator: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'create', 'patch', 'delete'] }],
  balancer: [],
  'sync-service': [],
};
