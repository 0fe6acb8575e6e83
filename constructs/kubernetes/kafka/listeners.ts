import { externalHost, pscNamespace } from '../../../contracts/names.ts';
import type { ClusterView, KafkaRole } from './cluster-view.ts';

/** Ports of Kafka pods. */
export const PORTS = {
  /** Broker to broker, mutual TLS. */
  replication: 9091,
  /** Platform and in-cluster clients, TLS with SCRAM. */
  internal: 9092,
  /** Quorum, mutual TLS. */
  controller: 9093,
  /** Clients from outside, through the gateway, TLS with SCRAM. */
  external: 9094,
  /** JMX exporter, plain HTTP. */
  metrics: 7071,
} as const;

/** Headless services that give the pods their names. */
export const HEADLESS_SERVICES = { broker: 'kafka', controller: 'controller' } as const satisfies Record<
  KafkaRole,
  string
>;

/** Service inside the cluster that leads to any broker. */
export const INTERNAL_BOOTSTRAP_SERVICE = 'kafka-bootstrap';

/** Suffix of the services that the gateway connects to: `<pod>-external` and `bootstrap-external`. */
export const EXTERNAL_SERVICE_SUFFIX = '-external';

/** First label of the host name that clients from outside start with. */
export const BOOTSTRAP_LABEL = 'bootstrap';

export const CLUSTER_DOMAIN = 'svc.cluster.local';

/** Name of a pod inside the Kubernetes cluster. */
export function internalHost(role: KafkaRole, pod: string, psc: string): string {
  return `${pod}.${HEADLESS_SERVICES[role]}.${pscNamespace(psc)}.${CLUSTER_DOMAIN}`;
}

/** Host names that the certificate of a pod must carry. */
export function certificateHosts(view: ClusterView, role: KafkaRole, pod: string): readonly string[] {
  const own = internalHost(role, pod, view.name);
  if (role === 'controller') return [own];
  return [
    own,
    `${INTERNAL_BOOTSTRAP_SERVICE}.${view.namespace}.${CLUSTER_DOMAIN}`,
    externalHost(pod, view.name, view.domain),
    externalHost(BOOTSTRAP_LABEL, view.name, view.domain),
  ];
}

/** `controller.quorum.bootstrap.servers`: the same for brokers and controllers, and untouched by growth of brokers. */
export function quorumBootstrapServers(view: ClusterView): string {
  return view.controllers
    .map(({ name }) => `${internalHost('controller', name, view.name)}:${PORTS.controller}`)
    .join(',');
}

/** Reference to an environment variable of the pod, resolved by Kafka's EnvVarConfigProvider. */
export function fromEnvironment(variable: PodVariable): string {
  return `\${env:${variable}}`;
}

/** What differs between pods of one template: set by the start scripts, read by the properties. */
export const POD_VARIABLES = ['NODE_ID', 'BROKER_RACK', 'POD_NAME', 'BIND_ADDRESS', 'DATA_DIR', 'TLS_DIR'] as const;
export type PodVariable = (typeof POD_VARIABLES)[number];

/** Listener settings of brokers: names, addresses, security. */
export function brokerListeners(view: ClusterView): Readonly<Record<string, string>> {
  const bind = fromEnvironment('BIND_ADDRESS');
  const pod = fromEnvironment('POD_NAME');
  const inside = internalHost('broker', pod, view.name);
  const outside = externalHost(pod, view.name, view.domain);
  return {
    listeners: [
      `REPLICATION://${bind}:${PORTS.replication}`,
      `INTERNAL://${bind}:${PORTS.internal}`,
      `EXTERNAL://${bind}:${PORTS.external}`,
    ].join(','),
    'advertised.listeners': [
      `REPLICATION://${inside}:${PORTS.replication}`,
      `INTERNAL://${inside}:${PORTS.internal}`,
      `EXTERNAL://${outside}:${PORTS.external}`,
    ].join(','),
    'listener.security.protocol.map': 'CONTROLLER:SSL,REPLICATION:SSL,INTERNAL:SASL_SSL,EXTERNAL:SASL_SSL',
    'inter.broker.listener.name': 'REPLICATION',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.bootstrap.servers': quorumBootstrapServers(view),
    'listener.name.replication.ssl.client.auth': 'required',
    ...scram('internal'),
    ...scram('external'),
    'sasl.enabled.mechanisms': SCRAM_MECHANISM,
  };
}

/** Listener settings of controllers. */
export function controllerListeners(view: ClusterView): Readonly<Record<string, string>> {
  const bind = fromEnvironment('BIND_ADDRESS');
  const inside = internalHost('controller', fromEnvironment('POD_NAME'), view.name);
  return {
    listeners: `CONTROLLER://${bind}:${PORTS.controller}`,
    'advertised.listeners': `CONTROLLER://${inside}:${PORTS.controller}`,
    'listener.security.protocol.map': 'CONTROLLER:SSL',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.bootstrap.servers': quorumBootstrapServers(view),
    'listener.name.controller.ssl.client.auth': 'required',
  };
}

export const SCRAM_MECHANISM = 'SCRAM-SHA-512';

function scram(listener: 'internal' | 'external'): Readonly<Record<string, string>> {
  const prefix = `listener.name.${listener}`;
  return {
    [`${prefix}.sasl.enabled.mechanisms`]: SCRAM_MECHANISM,
    [`${prefix}.scram-sha-512.sasl.jaas.config`]: 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    [`${prefix}.ssl.client.auth`]: 'none',
  };
}
