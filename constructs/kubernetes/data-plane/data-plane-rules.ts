import type { PolicyRule } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { EVICTION_WEBHOOK } from '../../../contracts/eviction-webhook.ts';
import { PSC_PLURAL } from '../../../contracts/psc-kind.ts';

/** Services of a data plane that use the Kubernetes API. */
export const DATA_PLANE_SERVICES = ['operator', 'balancer', 'sync-service'] as const;
export type DataPlaneService = (typeof DATA_PLANE_SERVICES)[number];

const WATCH = ['get', 'list', 'watch'];
/** To follow objects and to apply them whole. */
const APPLY = ['list', 'watch', 'create', 'patch'];
const OWN = [...WATCH, 'create', 'patch', 'delete'];

/**
 * What each service may do in the Kubernetes cluster. RBAC cannot say "in the namespaces of PSCs", which come and go at
 * run time, without letting a service bind roles; the admission policy of confinement.ts says it for every write.
 */
export const CLUSTER_RULES: Readonly<Record<DataPlaneService, readonly PolicyRule[]>> = {
  operator: [
    // Spec and labels are others': of the PSC itself it patches its finalizer.
    { apiGroups: ['flotilla.dev'], resources: [PSC_PLURAL], verbs: [...WATCH, 'patch'] },
    { apiGroups: ['flotilla.dev'], resources: [`${PSC_PLURAL}/status`], verbs: ['patch'] },
    // What goes with its PSC goes by owner references; files of former rolls and what lies elsewhere it takes away itself.
    { apiGroups: [''], resources: ['configmaps'], verbs: [...APPLY, 'delete'] },
    // To delete: those of brokers that are gone.
    { apiGroups: [''], resources: ['services'], verbs: [...APPLY, 'delete'] },
    { apiGroups: [''], resources: ['serviceaccounts'], verbs: APPLY },
    // To delete only those of brokers that were emptied, have stopped and are gone for as long as their PSC says.
    { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: [...APPLY, 'delete'] },
    // Volumes are retained; of one whose claim is gone the policy is changed, so that its disk goes.
    { apiGroups: [''], resources: ['persistentvolumes'], verbs: ['patch'] },
    // Certificates and passwords of the clusters' own principals: by name, never in bulk.
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'create', 'patch'] },
    // To delete only where the PSC itself is deleted: brokers stop before their controllers.
    { apiGroups: ['apps'], resources: ['statefulsets'], verbs: [...APPLY, 'delete'] },
    { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: APPLY },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: APPLY },
    { apiGroups: ['externaldns.k8s.io'], resources: ['dnsendpoints'], verbs: APPLY },
    { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch', 'delete'] },
    // The first broker of a batch goes by eviction, which takes the disruption budget; readiness gates are status.
    { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
    { apiGroups: [''], resources: ['pods/status'], verbs: ['patch'] },
    // Of the one webhook that it serves: which authority the API server is to trust.
    {
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['validatingwebhookconfigurations'],
      resourceNames: [EVICTION_WEBHOOK.configuration],
      verbs: ['patch'],
    },
    { apiGroups: [''], resources: ['nodes'], verbs: WATCH },
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
    // Each PSC's account is bound to the node zone reader, whose one right the operator has itself: no more can be given.
    { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterrolebindings'], verbs: [...APPLY, 'delete'] },
  ],
  balancer: [
    // Of the spec maintenance only: server-side apply shows who owns which field.
    { apiGroups: ['flotilla.dev'], resources: [PSC_PLURAL], verbs: [...WATCH, 'patch'] },
    { apiGroups: ['flotilla.dev'], resources: [`${PSC_PLURAL}/status`], verbs: ['get', 'patch'] },
    // Its own principal's password in each cluster.
    { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  ],
  'sync-service': [
    { apiGroups: ['flotilla.dev'], resources: [PSC_PLURAL], verbs: OWN },
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
  // The keys of the clusters' authorities, which never enter a PSC's namespace, are Secrets as others are.
  operator: [],
  balancer: [],
  'sync-service': [],
};

/**
 * What the operator may ask cert-manager for, where the cluster has it: the authorities of PSCs, in its own namespace. Each is read by
 * name when its Secret is; nothing is listed or watched. The status, to ask for a renewal as `cmctl renew` does. Of the request that
 * cert-manager makes of it, to tell what its issuer waits for.
 */
export const CERT_MANAGER_RULES: readonly PolicyRule[] = [
  { apiGroups: ['cert-manager.io'], resources: ['certificates'], verbs: ['get', 'create', 'patch'] },
  { apiGroups: ['cert-manager.io'], resources: ['certificates/status'], verbs: ['patch'] },
  { apiGroups: ['cert-manager.io'], resources: ['certificaterequests'], verbs: ['get'] },
];
