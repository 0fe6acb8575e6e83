import { GATEWAY_ROUTE_LABEL } from '../../../constructs/kubernetes/kafka/gateway-route.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { LABELS } from '../../../contracts/labels.ts';
import { NAMESPACES, pscNamespace } from '../../../contracts/names.ts';
import { PSC_API_VERSION, PSC_KIND, PSC_PLURAL } from '../../../contracts/psc-kind.ts';

/** A kind of object that the operator reads and writes. */
export interface ObjectKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** As in the API's paths. */
  readonly plural: string;
  readonly scope: 'namespace' | 'cluster';
}

export const PSC_OBJECT = {
  apiVersion: PSC_API_VERSION,
  kind: PSC_KIND,
  plural: PSC_PLURAL,
  scope: 'namespace',
} as const satisfies ObjectKind;

export const POD = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', scope: 'namespace' } as const satisfies ObjectKind;

export const VOLUME_CLAIM = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  scope: 'namespace',
} as const satisfies ObjectKind;

const CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  scope: 'namespace',
} as const satisfies ObjectKind;

const CLUSTER_ROLE_BINDING = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'cluster',
} as const satisfies ObjectKind;

/** Volumes are made by provisioners; the operator lets go of those of brokers that are gone. */
export const VOLUME = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  scope: 'cluster',
} as const satisfies ObjectKind;

/** Kinds of what is made for a PSC, beside pods: those are made by StatefulSets. */
export const MADE_KINDS = [
  { apiVersion: 'apps/v1', kind: 'StatefulSet', plural: 'statefulsets', scope: 'namespace' },
  VOLUME_CLAIM,
  { apiVersion: 'v1', kind: 'Service', plural: 'services', scope: 'namespace' },
  CONFIG_MAP,
  { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', scope: 'namespace' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', plural: 'networkpolicies', scope: 'namespace' },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', scope: 'namespace' },
  { apiVersion: 'externaldns.k8s.io/v1alpha1', kind: 'DNSEndpoint', plural: 'dnsendpoints', scope: 'namespace' },
  CLUSTER_ROLE_BINDING,
] as const satisfies readonly ObjectKind[];

/** Collections that hold what was made for one PSC, each with a selector of its own objects. */
export function madeCollections(
  psc: string,
): readonly { readonly kind: ObjectKind; readonly namespace: string | undefined }[] {
  return [
    ...MADE_KINDS.map((kind) => ({ kind, namespace: kind.scope === 'cluster' ? undefined : pscNamespace(psc) })),
    // The gateway's route is the one object in a namespace of somebody else.
    { kind: CONFIG_MAP, namespace: NAMESPACES.gateway },
  ];
}

/** Path of a kind's objects in one namespace, or in all. */
export function collectionPath({ apiVersion, plural, scope }: ObjectKind, namespace?: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  if (scope === 'cluster' || namespace === undefined) return `${root}/${plural}`;
  return `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}

/** @throws Error for a kind that the operator does not make, and for an object that lacks its namespace: our own mistakes */
export function objectPath({ apiVersion, kind, metadata }: KubernetesObject): string {
  const known = [...MADE_KINDS, PSC_OBJECT, POD].find((each) => each.apiVersion === apiVersion && each.kind === kind);
  if (known === undefined) throw new Error(`the operator makes no ${kind} of ${apiVersion}`);
  if (known.scope === 'namespace' && metadata.namespace === undefined) {
    throw new Error(`${kind} ${metadata.name} names no namespace`);
  }
  return `${collectionPath(known, metadata.namespace)}/${encodeURIComponent(metadata.name)}`;
}

/** Selects what was made for PSCs, or for one of them. */
export function pscSelector(psc?: string): string {
  return psc === undefined ? LABELS.psc : `${LABELS.psc}=${psc}`;
}

/**
 * The PSC that an object belongs to; undefined for what only says so. A label is anybody's to write: an object counts only in
 * the PSC's own namespace, or as its route or its binding.
 */
export function pscOf({
  kind,
  metadata: { name, namespace, labels = {} },
}: Pick<KubernetesObject, 'kind' | 'metadata'>): string | undefined {
  const psc = kind === PSC_OBJECT.kind ? name : labels[LABELS.psc];
  if (psc === undefined || namespace === undefined || namespace === pscNamespace(psc)) return psc;
  const isRoute =
    namespace === NAMESPACES.gateway && Object.keys(GATEWAY_ROUTE_LABEL).every((label) => label in labels);
  return isRoute && kind === CONFIG_MAP.kind ? psc : undefined;
}
