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
import { PREPARE_SH, RUN_SH } from './scripts.ts';

/** Names of the ConfigMaps of one cluster. */
export const CONFIG_MAPS = {
  broker: 'kafka-config',
  controller: 'controller-config',
  /** Pod ▶ zone. Grows with the cluster, and running pods do not care. */
  placement: 'kafka-placement',
  /** What the operator sets at run time, for people to see. No pod mounts it. */
  limits: 'kafka-limits',
} as const;

/** Content of a role's ConfigMap: all that a pod of the role reads at its start and shares with the others. */
export type RoleConfig = Readonly<Record<string, string>>;

/** Files of one role. */
export function roleConfig(view: ClusterView, role: KafkaRole): RoleConfig {
  const resources = role === 'broker' ? view.kafka.brokers.resources : view.kafka.controllers.resources;
  return {
    [`${role}.properties`]: role === 'broker' ? brokerProperties(view) : controllerProperties(view),
    'jvm.flags': jvmFlags(resources),
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
  const placement = Object.fromEntries(pods.map(({ name, zone }) => [name, zone]));
  const { brokerDefaults, clientQuotas } = dynamicLimits(view);
  return [
    configMap(view, CONFIG_MAPS.placement, objectLabels(view), {
      'placement.properties': formatProperties([{ comment: 'Zone of each pod.', settings: placement }]),
    }),
    configMap(view, CONFIG_MAPS.controller, roleLabels(view, 'controller'), configs.controller),
    configMap(view, CONFIG_MAPS.broker, roleLabels(view, 'broker'), configs.broker),
    configMap(view, CONFIG_MAPS.limits, objectLabels(view), {
      'broker-defaults.properties': formatProperties([
        { comment: 'Dynamic settings of all brokers.', settings: brokerDefaults },
      ]),
      'client-quotas.json': `${JSON.stringify(clientQuotas, null, 2)}\n`,
    }),
  ];
}

function configMap(
  view: ClusterView,
  name: string,
  labels: Readonly<Record<string, string>>,
  data: RoleConfig,
): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: view.namespace, labels }, data };
}
