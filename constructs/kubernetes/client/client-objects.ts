import { createHash } from 'node:crypto';
import type { ResourcesSpec } from '../../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { LABELS } from '../../../contracts/labels.ts';
import { NAMESPACES, pscNamespace } from '../../../contracts/names.ts';
import { configHash, type RoleConfig } from '../kafka/config-maps.ts';
import { CLUSTER_DOMAIN, PORTS as KAFKA_PORTS } from '../kafka/listeners.ts';
import { CLUSTER_DNS_EGRESS, namespacePeer, type PolicyRule, tcpPorts } from '../kafka/network-openings.ts';
import { CONFIG_HASH_ANNOTATION, ROLL_REQUESTED_ANNOTATION, TEMPLATE_HASH_ANNOTATION } from '../kafka/pod-template.ts';
import { RESTRICTED_POD } from '../shared/pod-security.ts';
import { CLIENT_KINDS, clientLabels, clientSelector, type ClientView } from './client-view.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Objects that every cluster has which is a client of a Kafka PSC; the kinds differ in what these say. */
export interface ClientObjects {
  /** Of REST, by which pods reach each other, the operator them, and clients any of them. */
  readonly port: number;
  /** Ports of the container beside that. */
  readonly otherPorts: Readonly<Record<string, number>>;
  /** Beside the pods themselves and the operator. */
  readonly ingress: readonly PolicyRule[];
  /** Beside the pods themselves, their Kafka and DNS. */
  readonly egress: readonly PolicyRule[];
}

/** Service account, network policy and services: what is there before any pod. */
export function clientNetwork(
  view: ClientView,
  { port, otherPorts, ingress, egress }: ClientObjects,
): readonly KubernetesObject[] {
  const { kind, namespace } = view;
  const labels = clientLabels(view);
  const own = { podSelector: { matchLabels: clientSelector(view) } };
  const kafka = {
    ...namespacePeer(pscNamespace(view.kafka)),
    podSelector: { matchLabels: { [LABELS.psc]: view.kafka } },
  };
  const ports = servicePorts({ rest: port, ...otherPorts });
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: kind, namespace, labels },
      automountServiceAccountToken: false,
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: kind, namespace, labels },
      spec: {
        podSelector: { matchLabels: clientSelector(view) },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [own, namespacePeer(NAMESPACES.system)], ports: tcpPorts(port) }, ...ingress],
        egress: [
          { to: [own], ports: tcpPorts(port) },
          { to: [kafka], ports: tcpPorts(KAFKA_PORTS.internal) },
          ...egress,
          CLUSTER_DNS_EGRESS,
        ],
      },
    },
    // Pods must find each other before they are ready: readiness may need that they have.
    service(view, headlessName(view), { clusterIP: 'None', publishNotReadyAddresses: true, ports }),
    service(view, kind, { type: 'ClusterIP', ports: servicePorts({ rest: port }) }),
  ];
}

/** Service that gives the pods their names. */
export function headlessName({ kind }: Pick<ClientView, 'kind'>): string {
  return `${kind}-pods`;
}

/** Name of one pod, or of what stands for its name, inside of the Kubernetes cluster. */
export function clientHost(view: Pick<ClientView, 'kind' | 'namespace'>, pod: string): string {
  return `${pod}.${headlessName(view)}.${view.namespace}.${CLUSTER_DOMAIN}`;
}

/** Service that leads to any pod that is ready. */
export function clientServiceHost({ kind, namespace }: Pick<ClientView, 'kind' | 'namespace'>): string {
  return `${kind}.${namespace}.${CLUSTER_DOMAIN}`;
}

function service(view: ClientView, name: string, spec: Json): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: view.namespace, labels: clientLabels(view) },
    spec: { ...spec, selector: clientSelector(view) },
  };
}

function servicePorts(ports: Readonly<Record<string, number>>): readonly Json[] {
  return Object.entries(ports).map(([name, port]) => ({ name, port, targetPort: port, protocol: 'TCP' }));
}

/** ConfigMap of the pods' files, named by their digest: a pod template then says what its pods read. */
export function clientConfigMap(view: ClientView, files: RoleConfig): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: clientConfigMapName(view, files), namespace: view.namespace, labels: clientLabels(view) },
    data: files,
    immutable: true,
  };
}

export function clientConfigMapName({ kind }: Pick<ClientView, 'kind'>, files: RoleConfig): string {
  return `${kind}-config-${configHash(files)}`;
}

/** Digest of the files, when the object is a ConfigMap of a client cluster's files. */
export function clientConfigMapHash({ kind, metadata: { name } }: KubernetesObject): string | undefined {
  const prefix = CLIENT_KINDS.map((each) => `${each}-config-`).find((each) => name.startsWith(each));
  return kind === 'ConfigMap' && prefix !== undefined ? name.slice(prefix.length) : undefined;
}

export interface ClientPods {
  readonly replicas: number;
  readonly files: RoleConfig;
  readonly container: Json;
  readonly volumes: readonly Json[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Longest time that a pod may take to end in order. */
  readonly gracePeriodSeconds: number;
  /** @default - no volumes of their own */
  readonly volumeClaimTemplates?: readonly Json[];
}

/** Disruption budget and StatefulSet. Kubernetes itself replaces the pods, one after the other, the last first. */
export function clientPods(view: ClientView, pods: ClientPods): readonly KubernetesObject[] {
  const { kind, namespace } = view;
  const metadata = { name: kind, namespace, labels: clientLabels(view) };
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: clientSelector(view) },
        // A pod that never became ready protects nothing, and would hold up a node drain for ever.
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata,
      spec: {
        replicas: pods.replicas,
        serviceName: headlessName(view),
        // In order, a pod that cannot start would keep the one that mends it from coming.
        podManagementPolicy: 'Parallel',
        updateStrategy: { type: 'RollingUpdate' },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        selector: { matchLabels: clientSelector(view) },
        template: podTemplate(view, pods),
        ...(pods.volumeClaimTemplates === undefined ? {} : { volumeClaimTemplates: pods.volumeClaimTemplates }),
      },
    },
  ];
}

function podTemplate(
  view: ClientView,
  { files, container, volumes, annotations, gracePeriodSeconds }: ClientPods,
): Json {
  const body = {
    annotations: {
      ...annotations,
      ...(view.rollRequestedAt === undefined ? {} : { [ROLL_REQUESTED_ANNOTATION]: view.rollRequestedAt }),
    },
    spec: {
      serviceAccountName: view.kind,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: gracePeriodSeconds,
      securityContext: RESTRICTED_POD,
      topologySpreadConstraints: [LABELS.zone, 'kubernetes.io/hostname'].map((topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        // Hard, it would only keep pods from coming back while a zone is down.
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: clientSelector(view) },
      })),
      containers: [container],
      volumes,
    },
  };
  const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 16);
  return {
    metadata: {
      labels: clientLabels(view),
      annotations: {
        ...body.annotations,
        [TEMPLATE_HASH_ANNOTATION]: digest,
        [CONFIG_HASH_ANNOTATION]: configHash(files),
      },
    },
    spec: body.spec,
  };
}

/** Requests and limits of the one container. */
export function containerResources({ cpuMillis, cpuLimitMillis, memoryMib }: ResourcesSpec): Json {
  return {
    requests: { cpu: `${cpuMillis}m`, memory: `${memoryMib}Mi` },
    limits: { cpu: `${cpuLimitMillis}m`, memory: `${memoryMib}Mi` },
  };
}

/** Probes by HTTP: one that says that the process lives, one that it does its work. */
export function httpProbes(port: number, paths: { readonly lives: string; readonly works: string }): Json {
  const probe = (path: string, failureThreshold: number): Json => ({
    httpGet: { path, port },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold,
  });
  return {
    // On a busy machine a pod that is killed for starting slowly would start for ever.
    startupProbe: probe(paths.lives, STARTUP_TRIES),
    livenessProbe: probe(paths.lives, 6),
    readinessProbe: probe(paths.works, 2),
  };
}

/** Five minutes. */
const STARTUP_TRIES = 30;
