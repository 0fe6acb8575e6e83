import { createHash } from 'node:crypto';
import type { ResourcesSpec } from '../../../contracts/gen/psc-types.ts';
import { LABELS } from '../../../contracts/labels.ts';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from '../shared/pod-security.ts';
import { identityPodLabels } from './access.ts';
import { DATA_VOLUME } from './claims.ts';
import type { ClusterView, KafkaRole } from './cluster-view.ts';
import { CONFIG_MAPS, configHash, configMapName, type RoleConfig } from './config-maps.ts';
import { initialControllers } from './controller-config.ts';
import { podSelector, roleLabels } from './labels.ts';
import { PORTS } from './listeners.ts';
import { SCRAPE_ANNOTATIONS } from './metrics.ts';
import { probes } from './probes.ts';
import { PATHS } from './scripts.ts';
import { SECRETS, SERVICE_ACCOUNTS } from './secrets.ts';

type Json = Readonly<Record<string, unknown>>;

/** Set by the operator when no replica of the broker is behind: what "ready" means to drains and budgets. */
export const IN_SYNC_GATE = 'flotilla.dev/in-sync';

/** Digest of the files that the pod has read, on the pod template. */
export const CONFIG_HASH_ANNOTATION = 'flotilla.dev/config-hash';

/** Digest of all the rest of the pod template, on itself: files may change in ways that need no restart. */
export const TEMPLATE_HASH_ANNOTATION = 'flotilla.dev/template-hash';

/** When a roll was asked for by hand, on the pod template. */
export const ROLL_REQUESTED_ANNOTATION = 'flotilla.dev/roll-requested-at';

/** Priority of Kafka pods; the class itself is made once per data plane. */
export const PRIORITY_CLASS = 'flotilla-kafka';

/** Template of the pods of one role. Names no pod and no number of brokers: growth must leave it byte for byte alone. */
export function podTemplate(view: ClusterView, role: KafkaRole, config: RoleConfig): Json {
  const hash = configHash(config);
  // The digest of the template is that of one without any files.
  const digest = createHash('sha256')
    .update(JSON.stringify(templateBody(view, role, '')))
    .digest('hex')
    .slice(0, 16);
  const { annotations, ...body } = templateBody(view, role, hash);
  return {
    metadata: {
      labels: { ...roleLabels(view, role), ...identityPodLabels(view, role) },
      annotations: { ...annotations, [TEMPLATE_HASH_ANNOTATION]: digest, [CONFIG_HASH_ANNOTATION]: hash },
    },
    ...body,
  };
}

function templateBody(view: ClusterView, role: KafkaRole, hash: string): Json & { readonly annotations: Json } {
  const spec = role === 'broker' ? view.kafka.brokers : view.kafka.controllers;
  const requested = view.rollRequestedAt;
  return {
    annotations: {
      ...SCRAPE_ANNOTATIONS,
      ...(requested === undefined ? {} : { [ROLL_REQUESTED_ANNOTATION]: requested }),
    },
    spec: {
      serviceAccountName: SERVICE_ACCOUNTS[role],
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      priorityClassName: PRIORITY_CLASS,
      terminationGracePeriodSeconds: TERMINATION_GRACE_SECONDS[role],
      ...(role === 'broker' ? { readinessGates: [{ conditionType: IN_SYNC_GATE }] } : {}),
      securityContext: RESTRICTED_POD,
      nodeSelector: { [LABELS.nodeClass]: spec.nodeClass },
      tolerations: [{ key: LABELS.nodeClass, operator: 'Equal', value: spec.nodeClass, effect: 'NoSchedule' }],
      topologySpreadConstraints: spread(podSelector(view, role)),
      initContainers: [prepareContainer(view, role)],
      containers: [kafkaContainer(view, role, spec.resources)],
      volumes: volumes(view, role, hash),
    },
  };
}

/**
 * A broker waits up to five minutes for the controllers to move its leaders away (KafkaBroker.shutdown), then flushes and
 * closes its logs: killed earlier, it would have to recover them when it starts. Controllers only hand over.
 */
export const TERMINATION_GRACE_SECONDS: Readonly<Record<KafkaRole, number>> = { broker: 600, controller: 120 };

/** The volumes already tie each pod to its zone; a hard rule beside them would only block pods while a zone is down. */
function spread(matchLabels: Readonly<Record<string, string>>): readonly Json[] {
  return [LABELS.zone, 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels },
  }));
}

function prepareContainer(view: ClusterView, role: KafkaRole): Json {
  return {
    name: 'prepare',
    image: view.kafka.image,
    command: ['sh', `${PATHS.CONFIG_DIR}/prepare.sh`],
    env: [
      ...podEnvironment(role),
      { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'CLUSTER_ID', value: view.kafka.clusterId },
      { name: 'INITIAL_CONTROLLERS', value: initialControllers(view) },
    ],
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '1', memory: '256Mi' } },
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      ...sharedMounts(),
      { name: 'token', mountPath: PATHS.TOKEN_DIR, readOnly: true },
      ...(role === 'controller' ? [{ name: 'users', mountPath: PATHS.USERS_DIR, readOnly: true }] : []),
    ],
  };
}

function kafkaContainer(view: ClusterView, role: KafkaRole, resources: ResourcesSpec): Json {
  return {
    name: 'kafka',
    image: view.kafka.image,
    command: ['sh', `${PATHS.CONFIG_DIR}/run.sh`],
    env: podEnvironment(role),
    ports: containerPorts(role),
    resources: {
      requests: { cpu: `${resources.cpuMillis}m`, memory: `${resources.memoryMib}Mi` },
      limits: { cpu: `${resources.cpuLimitMillis}m`, memory: `${resources.memoryMib}Mi` },
    },
    ...probes(role),
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      ...sharedMounts(),
      { name: 'tls', mountPath: PATHS.TLS_DIR, readOnly: true },
      ...(needsStoreKeys(view, role) ? [{ name: STORE_KEYS, mountPath: STORE_KEYS_DIR, readOnly: true }] : []),
    ],
  };
}

function podEnvironment(role: KafkaRole): readonly Json[] {
  return [
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'ROLE', value: role },
  ];
}

function containerPorts(role: KafkaRole): readonly Json[] {
  const names = role === 'broker' ? (['replication', 'internal', 'external'] as const) : (['controller'] as const);
  return [...names, 'metrics' as const].map((name) => ({ name, containerPort: PORTS[name], protocol: 'TCP' }));
}

function sharedMounts(): readonly Json[] {
  return [
    { name: DATA_VOLUME, mountPath: PATHS.DATA_DIR },
    { name: 'config', mountPath: PATHS.CONFIG_DIR, readOnly: true },
    { name: 'run', mountPath: PATHS.RUN_DIR },
    { name: 'tmp', mountPath: '/tmp' },
  ];
}

/** Elsewhere brokers come to the object store with the identity of their service account. */
function needsStoreKeys({ dataPlane, kafka }: ClusterView, role: KafkaRole): boolean {
  return role === 'broker' && dataPlane.cloud === 'local' && kafka.tieredStorage !== undefined;
}

const STORE_KEYS = 'store-keys';
/** Where the tier plugin looks (images/kafka/tier). */
const STORE_KEYS_DIR = '/etc/flotilla/object-store-credentials';

function volumes(view: ClusterView, role: KafkaRole, hash: string): readonly Json[] {
  const config = [{ configMap: { name: configMapName(role, hash) } }, { configMap: { name: CONFIG_MAPS.placement } }];
  const token = [
    { serviceAccountToken: { path: 'token', expirationSeconds: TOKEN_SECONDS } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  ];
  return [
    { name: 'config', projected: { defaultMode: 0o444, sources: config } },
    { name: 'tls', secret: { secretName: SECRETS.tls, defaultMode: 0o440 } },
    { name: 'token', projected: { defaultMode: 0o440, sources: token } },
    ...(role === 'controller'
      ? [{ name: 'users', secret: { secretName: SECRETS.platformUsers, defaultMode: 0o440 } }]
      : []),
    ...(needsStoreKeys(view, role)
      ? [{ name: STORE_KEYS, secret: { secretName: SECRETS.objectStore, defaultMode: 0o440 } }]
      : []),
    // In memory: prepare.sh hands passwords to Kafka's format tool there.
    { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    // Compression libraries unpack their native code here.
    { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
  ];
}

/** The shortest that Kubernetes issues. */
const TOKEN_SECONDS = 600;
