import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { brokerProperties } from './broker-config.ts';
import type { ClusterView, KafkaRole } from './cluster-view.ts';
import { controllerProperties } from './controller-config.ts';
import { dynamicLimits } from './dynamic-limits.ts';
import { jvmFlags } from './jvm.ts';
import { objectLabels, roleLabels } from './labels.ts';
import { LOG4J2_YAML } from './logging.ts';
import { JMX_EXPORTER_YAML } from './metrics.ts';
import { formatProperties } from './properties.ts';
import { JOINS, PREPARE_SH, RUN_SH } from './scripts.ts';

/** Names of the ConfigMaps of one cluster, beside those of the roles' files: {@link configMapName}. */
export const CONFIG_MAPS = {
  /** Pod ▶ zone, and who joins the quorum. Grows with the cluster, and running pods do not care. */
  placement: 'kafka-placement',
  /** What the operator sets at run time, for people to see. No pod mounts it. */
  limits: 'kafka-limits',
} as const;

const ROLE_PREFIXES = { broker: 'kafka-config-', controller: 'controller-config-' } as const satisfies Record<
  KafkaRole,
  string
>;

/**
 * ConfigMap of a role's files, named by their digest: a pod template then says what its pods read, and one that is put back
 * brings its files back with it.
 */
export function configMapName(role: KafkaRole, hash: string): string {
  return `${ROLE_PREFIXES[role]}${hash}`;
}

/** Digest of the files, when the object is a ConfigMap of a role's files. */
export function configMapHash({ kind, metadata: { name } }: KubernetesObject): string | undefined {
  const prefix = Object.values(ROLE_PREFIXES).find((each) => name.startsWith(each));
  return kind === 'ConfigMap' && prefix !== undefined ? name.slice(prefix.length) : undefined;
}

/** Content of a role's ConfigMap: all that a pod of the role reads at its start and shares with the others. */
export type RoleConfig = Readonly<Record<string, string>>;

/** Files of one role. */
export function roleConfig(view: ClusterView, role: KafkaRole): RoleConfig {
  const resources = role === 'broker' ? view.kafka.brokers.resources : view.kafka.controllers.resources;
  return {
    [`${role}.properties`]: role === 'broker' ? brokerProperties(view) : controllerProperties(view),
    'jvm.flags': jvmFlags(resources, view.dataPlane.cloud),
    'prepare.sh': PREPARE_SH,
    'run.sh': RUN_SH,
    'log4j2.yaml': LOG4J2_YAML,
    'jmx-exporter.yaml': JMX_EXPORTER_YAML,
  };
}

/** Changes exactly when a pod must restart to see the content; part of the pod template, so that a change asks for a roll. */
export function configHash(config: RoleConfig): string {
  const hash = createHash('sha256');
  for (const [file, content] of Object.entries(config)) hash.update(file).update('\0').update(content).update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** ConfigMaps in apply order. */
export function configMaps(
  view: ClusterView,
  configs: Readonly<Record<KafkaRole, RoleConfig>>,
): readonly KubernetesObject[] {
  const pods = [...view.controllers, ...view.brokers];
  const placement = {
    ...Object.fromEntries(pods.map(({ name, zone }) => [name, zone])),
    ...Object.fromEntries(view.joining.map((name) => [`${name}.quorum`, JOINS])),
  };
  const { brokerDefaults, clientQuotas } = dynamicLimits(view);
  return [
    configMap(view, CONFIG_MAPS.placement, objectLabels(view), {
      'placement.properties': formatProperties([
        { comment: 'Zone of each pod, and whether it joins a quorum that is there.', settings: placement },
      ]),
    }),
    roleConfigMap(view, 'controller', configs.controller),
    roleConfigMap(view, 'broker', configs.broker),
    configMap(view, CONFIG_MAPS.limits, objectLabels(view), {
      'broker-defaults.properties': formatProperties([
        { comment: 'Dynamic settings of all brokers.', settings: brokerDefaults },
      ]),
      'client-quotas.json': `${JSON.stringify(clientQuotas, null, 2)}\n`,
    }),
  ];
}

function roleConfigMap(view: ClusterView, role: KafkaRole, files: RoleConfig): KubernetesObject {
  return { ...configMap(view, configMapName(role, configHash(files)), roleLabels(view, role), files), immutable: true };
}

function configMap(
  view: ClusterView,
  name: string,
  labels: Readonly<Record<string, string>>,
  data: RoleConfig,
): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: view.namespace, labels }, data };
}
