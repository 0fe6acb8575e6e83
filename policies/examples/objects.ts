import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { LABELS, PART_OF } from '../../contracts/labels.ts';
import { PRECREATED_ONLY_STORAGE_CLASS } from '../../contracts/names.ts';
import { change, type FieldPath } from './change.ts';

/** Namespace of the examples, except where an example is about another. */
export const EXAMPLE_NAMESPACE = 'flotilla-example';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
export const EXAMPLE_IMAGE = `registry.example.com/flotilla/flotilla:0.1.0@${DIGEST}`;

/** Objects that satisfy every object rule: an example changes what it is about. */
export function exampleLabels(name: string): Readonly<Record<string, string>> {
  return { [LABELS.name]: name, [LABELS.partOf]: PART_OF, [LABELS.managedBy]: 'flotilla' };
}

export function podSpec(): Readonly<Record<string, unknown>> {
  return {
    serviceAccountName: 'example',
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container('main')],
    initContainers: [container('prepare')],
    volumes: [{ name: 'scratch', emptyDir: {} }],
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: LABELS.zone,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { [LABELS.name]: 'example' } },
      },
    ],
  };
}

export function container(name: string): Readonly<Record<string, unknown>> {
  return {
    name,
    image: EXAMPLE_IMAGE,
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    resources: {
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { cpu: '200m', memory: '128Mi' },
    },
    ...(name === 'main' ? { readinessProbe: PROBE, livenessProbe: PROBE } : {}),
  };
}

export function deployment(): KubernetesObject {
  return workload('apps/v1', 'Deployment', { replicas: 3, selector: SELECTOR, template: podTemplate() });
}

export function statefulSet(): KubernetesObject {
  return workload('apps/v1', 'StatefulSet', {
    replicas: 3,
    serviceName: 'example',
    selector: SELECTOR,
    template: podTemplate(),
  });
}

export function daemonSet(): KubernetesObject {
  return workload('apps/v1', 'DaemonSet', { selector: SELECTOR, template: podTemplate() });
}

export function job(): KubernetesObject {
  return workload('batch/v1', 'Job', { template: jobTemplate() });
}

export function cronJob(): KubernetesObject {
  return workload('batch/v1', 'CronJob', {
    schedule: '0 3 * * *',
    jobTemplate: { spec: { template: jobTemplate() } },
  });
}

export function pod(): KubernetesObject {
  return { ...namespaced('v1', 'Pod'), spec: podSpec() };
}

/** A Kafka StatefulSet as the operator makes it, reduced to what rules look at. */
export function kafkaStatefulSet(role: 'broker' | 'controller'): KubernetesObject {
  const labels = { ...exampleLabels('kafka'), [LABELS.role]: role };
  const base = change(
    change(statefulSet(), ['metadata', 'labels'], labels),
    ['spec', 'selector', 'matchLabels'],
    labels,
  );
  return changed(base, [
    [['metadata', 'name'], role === 'broker' ? 'kafka' : 'controller'],
    [['spec', 'podManagementPolicy'], 'Parallel'],
    [['spec', 'updateStrategy'], { type: 'OnDelete' }],
    [['spec', 'template', 'metadata', 'labels'], labels],
    [['spec', 'template', 'spec', 'terminationGracePeriodSeconds'], 600],
    [
      ['spec', 'volumeClaimTemplates'],
      [
        {
          metadata: { name: 'data' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: PRECREATED_ONLY_STORAGE_CLASS,
            resources: { requests: { storage: '10Gi' } },
          },
        },
      ],
    ],
  ]);
}

export function service(): KubernetesObject {
  return {
    ...namespaced('v1', 'Service'),
    spec: { selector: SELECTOR.matchLabels, ports: [{ name: 'http', port: 80 }] },
  };
}

export function configMap(data: Readonly<Record<string, string>>): KubernetesObject {
  return { ...namespaced('v1', 'ConfigMap'), data };
}

export function networkPolicy(spec: Readonly<Record<string, unknown>>): KubernetesObject {
  return { ...namespaced('networking.k8s.io/v1', 'NetworkPolicy'), spec: { podSelector: {}, ...spec } };
}

export function disruptionBudget(spec: Readonly<Record<string, unknown>>): KubernetesObject {
  return { ...namespaced('policy/v1', 'PodDisruptionBudget'), spec: { selector: SELECTOR, ...spec } };
}

export function role(kind: 'Role' | 'ClusterRole', rules: readonly unknown[]): KubernetesObject {
  const object = kind === 'Role' ? namespaced(RBAC, kind) : clusterWide(RBAC, kind, 'flotilla-example');
  return { ...object, rules };
}

export function roleBinding(
  kind: 'RoleBinding' | 'ClusterRoleBinding',
  roleName: string,
  subjects: readonly unknown[],
): KubernetesObject {
  const object = kind === 'RoleBinding' ? namespaced(RBAC, kind) : clusterWide(RBAC, kind, 'flotilla-example');
  return {
    ...object,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: roleName },
    subjects,
  };
}

export function serviceAccountSubject(name = 'example'): Readonly<Record<string, string>> {
  return { kind: 'ServiceAccount', name, namespace: EXAMPLE_NAMESPACE };
}

/** A namespace as the platform makes it; another name than {@link EXAMPLE_NAMESPACE}, which exists where examples are tried. */
export function namespace(name = 'flotilla-other-example'): KubernetesObject {
  const labels = { ...exampleLabels(name), 'pod-security.kubernetes.io/enforce': 'restricted' };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

export function storageClass(): KubernetesObject {
  return {
    ...clusterWide('storage.k8s.io/v1', 'StorageClass', 'flotilla-us-west-2a'),
    provisioner: 'ebs.csi.aws.com',
    parameters: { type: 'gp3', encrypted: 'true', kmsKeyId: 'arn:aws:kms:us-west-2:111122223333:key/example' },
    allowVolumeExpansion: true,
    reclaimPolicy: 'Retain',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowedTopologies: [{ matchLabelExpressions: [{ key: 'topology.kubernetes.io/zone', values: ['us-west-2a'] }] }],
  };
}

export function namespaced(apiVersion: string, kind: string): KubernetesObject {
  return {
    apiVersion,
    kind,
    metadata: { name: 'example', namespace: EXAMPLE_NAMESPACE, labels: exampleLabels('example') },
  };
}

export function clusterWide(apiVersion: string, kind: string, name: string): KubernetesObject {
  return { apiVersion, kind, metadata: { name, labels: exampleLabels(name) } };
}

/** {@link change} several fields. */
export function changed(
  object: KubernetesObject,
  changes: readonly (readonly [FieldPath, unknown])[],
): KubernetesObject {
  return changes.reduce((current, [path, value]) => change(current, path, value), object);
}

const RBAC = 'rbac.authorization.k8s.io/v1';
const SELECTOR = { matchLabels: { [LABELS.name]: 'example' } };
const PROBE = { tcpSocket: { port: 8080 } };

function podTemplate(): Readonly<Record<string, unknown>> {
  return { metadata: { labels: exampleLabels('example') }, spec: podSpec() };
}

function jobTemplate(): Readonly<Record<string, unknown>> {
  return { metadata: { labels: exampleLabels('example') }, spec: { ...podSpec(), restartPolicy: 'Never' } };
}

function workload(apiVersion: string, kind: string, spec: Readonly<Record<string, unknown>>): KubernetesObject {
  return { ...namespaced(apiVersion, kind), spec };
}
